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

/// A way out.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::toml) enum WayOut {
    /// Another value, in its quotes; the caller puts the key before it.
    Value(String),
    /// Something else, whole.
    Words(String),
    /// The key's own example, said to be one, where what was meant cannot be told.
    Example,
}

impl Misshapen {
    pub(in crate::toml) fn new(code: &'static str, title: impl Into<String>) -> Self {
        Self { code, title: title.into(), label: String::new(), ways: Vec::new(), part: None }
    }

    /// A text that is sound within the quotes of a word processor.
    pub(in crate::toml) fn curly(code: &'static str, title: String, bare: &str) -> Self {
        Self::new(code, title)
            .label("curly quotes are a part of the text; those of TOML are straight")
            .or(bare)
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

    /// What was meant, or else the example of the key.
    pub(in crate::toml) fn or_meant(self, meant: Option<String>) -> Self {
        match meant {
            Some(meant) => self.or(meant),
            None => self.or_example(),
        }
    }

    pub(in crate::toml) fn or_example(mut self) -> Self {
        self.ways.push(WayOut::Example);
        self
    }

    /// Something to do that is no value.
    pub(in crate::toml) fn with_words(mut self, words: impl Into<String>) -> Self {
        self.ways.push(WayOut::Words(words.into()));
        self
    }

    /// The first value that can be typed, without its quotes.
    pub(in crate::toml) fn first_value(&self) -> Option<String> {
        self.ways.iter().find_map(|way| match way {
            WayOut::Value(value) => Some(value[1..value.len() - 1].to_owned()),
            _ => None,
        })
    }

    pub(in crate::toml) fn part(mut self, part: Range<usize>) -> Self {
        self.part = Some(part);
        self
    }
}

pub(in crate::toml) type Shaped<T> = Result<T, Misshapen>;

/// The value of `key = "value"`.
pub(in crate::toml) fn quoted(example: &str) -> &str {
    example.split('"').nth(1).unwrap_or(example)
}
