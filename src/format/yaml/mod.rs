//! YAML as a tree that knows where every key and value stands.
//!
//! It holds text and style only: whether `yes` is a bool is the engine's business, so scalars are
//! turned into values by each component's reader. Offsets are bytes of the text that was parsed.
//!
//! The engines read YAML with go-yaml, which follows libyaml and no version of the specification; a
//! reader of the specification accepts what they refuse and reads other values. So characters become
//! tokens (`scan`), nodes (`parse`) and the tree (`build`, `mapping`) by go-yaml's rules here, and
//! `tests/yaml` holds the result against go-yaml itself.
//! Called by [`crate::topology::FileReader`] once for each distinct content.

mod build;
mod cursor;
mod mapping;
mod merged;
mod parse;
mod resolve;
mod scan;
mod token;

pub use build::{parse, written};
pub use merged::merged;
pub use parse::{Form, WrittenNode, YamlTree};
pub use resolve::Resolved;

use std::ops::Range;

/// Larger files are not read (bytes).
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// Deeper nesting is refused: every walk over the tree is recursive.
const MAX_DEPTH: usize = 100;

/// A file with more keys and values is refused: no engine's configuration has a tenth of them.
const MAX_VALUES: usize = 200_000;

/// Whose library reads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum YamlLibrary {
    /// Tempo: `go.yaml.in/yaml/v2` v2.4.4, strict, into structs.
    V2,
    /// Collector: `go.yaml.in/yaml/v3` v3.0.5, into maps. Grafana: its twin `gopkg.in/yaml.v3`.
    V3,
}

/// The first document of a YAML text.
#[derive(Clone, Debug)]
pub struct YamlDocument {
    /// Its content; an empty plain scalar for an empty text.
    pub root: Node,
    /// What stands behind it, which the engines do not read.
    pub second: Option<Range<usize>>,
    /// Keys that stand twice in one mapping: the second one, and its text.
    pub duplicates: Vec<(Range<usize>, String)>,
    /// Keys that yaml.v2 sets twice because of `<<`. In a block with fixed keys the later one counts,
    /// as the tree has it; where keys are free it refuses the file.
    pub overlaps: Vec<(Range<usize>, String)>,
}

/// Why a text is not YAML that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlFault {
    /// Where.
    pub span: Range<usize>,
    /// What is wrong.
    pub text: String,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its bytes. Of a block mapping or sequence: from its first key to its last value.
    pub span: Range<usize>,
}

/// The three shapes of a YAML value.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in file order, merge keys resolved.
    Mapping(Vec<YamlEntry>),
}

/// A text and whether quotes (or a block style, or `!!str`) made it one for certain.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The text, unescaped.
    pub text: String,
    /// Whether it can only be a string.
    pub quoted: bool,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub struct YamlEntry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Range<usize>,
    /// Whether the key can only be a text; to some readers `1` is a number.
    pub key_quoted: bool,
    /// The value.
    pub value: Node,
}

impl YamlEntry {
    /// The value's place where it is a written scalar, else the key's: a whole block underlined
    /// helps nobody.
    pub fn place(&self) -> Range<usize> {
        match &self.value.value {
            Value::Scalar(_) if !self.value.span.is_empty() => self.value.span.clone(),
            _ => self.key_span.clone(),
        }
    }
}

impl Node {
    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[YamlEntry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// Where a file is shown for something that it does not say: its first key.
    pub fn beginning(&self) -> Range<usize> {
        self.entries().first().map_or(0..0, |entry| entry.key_span.clone())
    }

    /// The elements of a sequence; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&YamlEntry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry at the end of a way of keys.
    pub fn at(&self, keys: &[&str]) -> Option<&YamlEntry> {
        let (first, rest) = keys.split_first()?;
        let entry = self.entry(first)?;
        if rest.is_empty() { Some(entry) } else { entry.value.at(rest) }
    }

    /// The scalar, if it is one.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Whether it is null, which most keys read as "not set".
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| {
            !scalar.quoted && matches!(scalar.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
        })
    }

    /// Whether it is a mapping.
    pub fn is_mapping(&self) -> bool {
        matches!(self.value, Value::Mapping(_))
    }

    /// A null that stands nowhere.
    pub fn nothing() -> Self {
        Self { value: Value::Scalar(Scalar { text: String::new(), quoted: false }), span: 0..0 }
    }
}
