//! A text that has not the shape its key takes.

use std::ops::Range;

/// What is wrong with a text.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::toml) struct Misshapen {
    pub(in crate::toml) code: &'static str,
    pub(in crate::toml) title: String,
    /// Beside the caret; may be empty.
    pub(in crate::toml) label: String,
    pub(in crate::toml) ways: Vec<WayOut>,
    /// Which part of the text, where it is not the whole.
    pub(in crate::toml) part: Option<Range<usize>>,
}

impl Misshapen {
    pub(in crate::toml) fn new(code: &'static str, title: impl Into<String>) -> Self {
        Self { code, title: title.into(), label: String::new(), ways: Vec::new(), part: None }
    }

    pub(in crate::toml) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Another value that can be typed.
    pub(in crate::toml) fn or(mut self, value: impl Into<String>) -> Self {
        let value = value.into().replace('\\', "\\\\").replace('"', "\\\"");
        self.ways.push(WayOut::Value(format!("\"{value}\"")));
        self
    }

    pub(in crate::toml) fn part(mut self, part: Range<usize>) -> Self {
        self.part = Some(part);
        self
    }
}

/// A way out.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::toml) enum WayOut {
    /// Another value, in its quotes; the caller puts the key before it.
    Value(String),
    /// Something else, whole.
    Words(String),
}

pub(in crate::toml) type Shaped<T> = Result<T, Misshapen>;

/// The value of `key = "value"`.
pub(in crate::toml) fn quoted(example: &str) -> &str {
    example.split('"').nth(1).unwrap_or(example)
}
