//! What mends a finding: a text that can be typed and, where a machine can type it, the same as edits.
//!
//! The text is made of the values of the edits, so that both say the same. A way out that is a choice, or
//! that wants something from somewhere else (a certificate, a command), has no edit.

use super::SourceName;
use std::fmt;
use std::ops::{Deref, Range};

/// One way out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// What is shown.
    pub text: String,
    /// The same, to be carried out in this order; empty where a person has to do it.
    pub edits: Vec<Edit>,
}

/// One change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file, by the name under which it is shown.
    pub file: SourceName,
    /// What changes.
    pub change: TextChange,
}

/// What changes in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextChange {
    /// A key of a YAML file gets a value in flow notation, whether it is there or not. The way to it is
    /// written with dots; an element of a list is its number or its `name`.
    SetKey {
        /// `receivers.otlp.protocols.grpc.endpoint`.
        way: String,
        /// `127.0.0.1:4317`.
        value: String,
    },
    /// A key of a YAML file goes, with all below it.
    RemoveKey {
        /// As in [`TextChange::SetKey`].
        way: String,
    },
    /// A variable of an environment file gets a value, in a line of its own.
    SetVariable {
        /// Its name.
        key: String,
        /// Its value, as it is written.
        value: String,
    },
    /// A range of the text is another text.
    Replace {
        /// Bytes of the text that was judged.
        span: Range<usize>,
        /// What stands there instead.
        with: String,
    },
}

impl Help {
    /// ``under `server`: `http_listen_port: 3200` ``, in a YAML file.
    pub fn under(file: SourceName, block: &str, key: &str, value: &str) -> Self {
        let way = format!("{block}.{key}");
        let help = Self::from(format!("under `{block}`: `{key}: {value}`"));
        help.edit(file, TextChange::SetKey { way, value: value.to_owned() })
    }

    /// ``remove `tls` under `exporters.otlp_grpc` ``, in a YAML file.
    pub fn without(file: SourceName, block: &str, key: &str) -> Self {
        let help = Self::from(format!("remove `{key}` under `{block}`"));
        help.edit(file, TextChange::RemoveKey { way: format!("{block}.{key}") })
    }

    /// Two changes that are made together: half of it carried out is worse than none.
    #[must_use]
    pub fn both(first: Self, second: Self, text: impl FnOnce(&str, &str) -> String) -> Self {
        let text = text(&first.text, &second.text);
        let whole = !first.edits.is_empty() && !second.edits.is_empty();
        let edits = first.edits.into_iter().chain(second.edits).filter(|_| whole).collect();
        Self { text, edits }
    }

    /// A way out without edits gets one.
    #[must_use]
    pub fn edit(mut self, file: SourceName, change: TextChange) -> Self {
        self.edits.push(Edit { file, change });
        self
    }

    /// The same edits under another text.
    #[must_use]
    pub fn worded(self, word: impl FnOnce(&str) -> String) -> Self {
        Self { text: word(&self.text), ..self }
    }
}

impl Deref for Help {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<String> for Help {
    fn from(text: String) -> Self {
        Self { text, edits: Vec::new() }
    }
}

impl From<&str> for Help {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}
