//! Where a finding stands: a key of `stack.toml`, or a byte range of some text.

use std::fmt;
use std::ops::Range;

/// The name of a text as the user knows it: `stack.toml`, `/etc/tempo/config.yml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceName(pub String);

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The way to a value in `stack.toml`: `collector`, `main`, `receive`, `grpc`. Array elements are
/// their index in digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPath(pub Vec<String>);

impl KeyPath {
    /// A path from its parts.
    pub fn of<const N: usize>(parts: [&str; N]) -> Self {
        Self(parts.iter().map(ToString::to_string).collect())
    }

    /// The path of a key below this one.
    #[must_use]
    pub fn join(&self, key: &str) -> Self {
        Self(self.0.iter().cloned().chain([key.to_owned()]).collect())
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// Which part of an entry of `stack.toml` is underlined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyPart {
    /// The key itself.
    Key,
    /// Its value.
    Value,
    /// So many bytes at the beginning of a text value, inside its quotes: `~/`, `file:`.
    Prefix(usize),
    /// The header of the table at the path, `[collector.main]`; where the table has none of its
    /// own (inline, or dotted keys), its key.
    Header,
}

/// A byte range in a named text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mark {
    /// Which text.
    pub source: SourceName,
    /// Byte offsets into it.
    pub span: Range<usize>,
}

/// Where a finding stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An entry of `stack.toml`, not yet turned into a position (`Document::locate` does it). A
    /// path that is not written there stands at its nearest written ancestor.
    Stack(KeyPath, KeyPart),
    /// A position in a text.
    Text(Mark),
}

impl From<Mark> for Place {
    fn from(mark: Mark) -> Self {
        Self::Text(mark)
    }
}

impl From<(KeyPath, KeyPart)> for Place {
    fn from((path, part): (KeyPath, KeyPart)) -> Self {
        Self::Stack(path, part)
    }
}

/// A place and what is said beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What stands beside the caret; may be empty.
    pub text: String,
}

impl Label {
    /// The text that it points into.
    pub fn source(&self) -> Option<&SourceName> {
        match &self.place {
            Place::Text(mark) => Some(&mark.source),
            Place::Stack(..) => None,
        }
    }
}
