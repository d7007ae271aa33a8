//! The file after the walk: every value decoded by its kind, nothing judged across keys.
//!
//! A [`RawTable`] can only be asked for keys that its schema declares, and only for what they are
//! declared to be; both are invariants of the code, not of the file. Numbers, texts and addresses
//! are plain here: the nouns of the product are made of them by `stack::resolve`.

use super::schema::{KeyStatus, Schema, ValueKind};
use crate::diagnostic::{KeyPart, KeyPath, Place};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

/// A whole `stack.toml`, shapes checked and values decoded.
#[derive(Clone, Debug)]
pub struct RawStack {
    /// The root table.
    pub root: RawTable,
}

/// One table of the file.
#[derive(Clone, Debug)]
pub struct RawTable {
    path: KeyPath,
    pub(super) schema: &'static Schema,
    pub(super) values: BTreeMap<String, RawValue>,
    sound: bool,
    whole: bool,
}

/// One decoded value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RawValue {
    Flag(bool),
    Whole(u64),
    Text(String),
    Duration(Option<Duration>),
    Bytes(u64),
    Bind(IpAddr),
    Hosts(RawHosts),
    Listener(RawListener),
    List(Vec<RawValue>),
    Map(BTreeMap<String, RawValue>),
    Table(RawTable),
    Named(BTreeMap<String, RawTable>),
}

/// `hosts` as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawHosts {
    /// `"all"`.
    All,
    /// A list of names.
    Listed(Vec<String>),
}

/// A listener as written, in whichever of its shapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawListener {
    /// `port`.
    pub port: Option<u16>,
    /// `bind`.
    pub bind: Option<IpAddr>,
    /// `tls`.
    pub tls: Option<bool>,
    /// `dial`: host, and port where one is written.
    pub dial: Option<(String, Option<u16>)>,
    /// `max_message`, in bytes.
    pub max_message: Option<u64>,
    /// `enabled`.
    pub enabled: Option<bool>,
}

impl PartialEq for RawTable {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.values == other.values
    }
}

impl RawTable {
    pub(super) fn new(path: KeyPath, schema: &'static Schema) -> Self {
        Self { path, schema, values: BTreeMap::new(), sound: true, whole: true }
    }

    pub(super) fn insert(&mut self, key: &str, value: RawValue) {
        self.values.insert(key.to_owned(), value);
    }

    pub(super) fn spoil(&mut self) {
        self.sound = false;
    }

    pub(super) fn leave_gap(&mut self) {
        self.sound = false;
        self.whole = false;
    }

    /// Whether everything in it that can be sent to was understood. Where it was not, what seems to
    /// be missing may be just that.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether it and everything below it was read without a fault. What is not sound is left out
    /// of later stages, so that one fault is not told twice.
    pub fn is_sound(&self) -> bool {
        self.sound && self.values.values().all(RawValue::is_sound)
    }

    /// Where it is written.
    pub fn path(&self) -> &KeyPath {
        &self.path
    }

    /// Its header, as a place.
    pub fn header(&self) -> Place {
        (self.path.clone(), KeyPart::Header).into()
    }

    /// The path of one of its keys, written or not.
    pub fn path_of(&self, key: &str) -> KeyPath {
        self.path.join(key)
    }

    /// One of its keys, as a place.
    pub fn key(&self, key: &str) -> Place {
        (self.path_of(key), KeyPart::Key).into()
    }

    /// The value of one of its keys, as a place.
    pub fn value(&self, key: &str) -> Place {
        (self.path_of(key), KeyPart::Value).into()
    }

    /// Whether this table may hold the key at all.
    pub fn declares(&self, key: &str) -> bool {
        self.schema.key(key).is_some()
    }

    /// Whether this table may hold the key and it is written out.
    pub fn declares_rendered(&self, key: &str) -> bool {
        self.schema.key(key).is_some_and(|key| matches!(key.status, KeyStatus::Rendered))
    }

    /// Whether the key is written.
    pub fn has(&self, key: &str) -> bool {
        self.raw(key).is_some()
    }

    /// A flag.
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.raw(key).map(|value| match value {
            RawValue::Flag(flag) => *flag,
            other => mismatch(key, other),
        })
    }

    /// A whole number.
    pub fn whole(&self, key: &str) -> Option<u64> {
        self.raw(key).map(|value| match value {
            RawValue::Whole(number) => *number,
            other => mismatch(key, other),
        })
    }

    /// Any kind that stays a text: names, words, paths, versions, references.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.raw(key).map(|value| value.as_text(key))
    }

    /// What a word means; every word of the schema has a meaning.
    pub fn word<T: Copy>(&self, key: &str, meanings: &[(&str, T)]) -> Option<T> {
        self.text(key).map(|text| {
            let meaning = meanings.iter().find(|(word, _)| *word == text);
            meaning.expect("every declared word has a meaning").1
        })
    }

    /// A duration.
    pub fn duration(&self, key: &str) -> Option<Duration> {
        self.duration_or_never(key).flatten()
    }

    /// A duration, with `None` inside for `"never"`.
    pub fn duration_or_never(&self, key: &str) -> Option<Option<Duration>> {
        self.raw(key).map(|value| match value {
            RawValue::Duration(duration) => *duration,
            other => mismatch(key, other),
        })
    }

    /// A number of bytes.
    pub fn bytes(&self, key: &str) -> Option<u64> {
        self.raw(key).map(|value| match value {
            RawValue::Bytes(bytes) => *bytes,
            other => mismatch(key, other),
        })
    }

    /// A bind address.
    pub fn bind(&self, key: &str) -> Option<IpAddr> {
        self.raw(key).map(|value| match value {
            RawValue::Bind(address) => *address,
            other => mismatch(key, other),
        })
    }

    /// `hosts`.
    pub fn hosts(&self, key: &str) -> Option<&RawHosts> {
        self.raw(key).map(|value| match value {
            RawValue::Hosts(hosts) => hosts,
            other => mismatch(key, other),
        })
    }

    /// A listener.
    pub fn listener(&self, key: &str) -> Option<&RawListener> {
        self.raw(key).map(|value| match value {
            RawValue::Listener(listener) => listener,
            other => mismatch(key, other),
        })
    }

    /// A list of texts; empty where it is not written.
    pub fn texts(&self, key: &str) -> Vec<&str> {
        match self.raw(key) {
            None => Vec::new(),
            Some(RawValue::List(items)) => items.iter().map(|item| item.as_text(key)).collect(),
            Some(other) => mismatch(key, other),
        }
    }

    /// A table whose keys are the user's; empty where it is not written.
    pub fn map(&self, key: &str) -> Vec<(&str, &str)> {
        match self.raw(key) {
            None => Vec::new(),
            Some(RawValue::Map(entries)) => {
                entries.iter().map(|(name, value)| (name.as_str(), value.as_text(name))).collect()
            }
            Some(other) => mismatch(key, other),
        }
    }

    /// A table with declared keys; an empty one stands in where it is not written.
    pub fn table(&self, key: &str) -> RawTable {
        self.written_table(key).cloned().unwrap_or_else(|| match self.declared(key) {
            ValueKind::Table(schema) => RawTable::new(self.path_of(key), schema),
            other => unreachable!("`{key}` is declared as {other:?}, not as a table"),
        })
    }

    /// A table with declared keys, if it is written.
    pub fn written_table(&self, key: &str) -> Option<&RawTable> {
        self.raw(key).map(|value| match value {
            RawValue::Table(table) => table,
            other => mismatch(key, other),
        })
    }

    /// The named tables below a key, in order of their names.
    pub fn named(&self, key: &str) -> impl Iterator<Item = (&str, &RawTable)> {
        let tables = self.raw(key).map(|value| match value {
            RawValue::Named(tables) => tables,
            other => mismatch(key, other),
        });
        tables.into_iter().flatten().map(|(name, table)| (name.as_str(), table))
    }

    fn raw(&self, key: &str) -> Option<&RawValue> {
        self.declared(key);
        self.values.get(key)
    }

    fn declared(&self, key: &str) -> ValueKind {
        self.schema.key(key).unwrap_or_else(|| unreachable!("`{key}` is not declared in {}", self.path)).kind
    }
}

impl RawValue {
    fn as_text(&self, key: &str) -> &str {
        match self {
            Self::Text(text) => text,
            other => mismatch(key, other),
        }
    }

    fn is_sound(&self) -> bool {
        match self {
            Self::Table(table) => table.is_sound(),
            Self::Named(tables) => tables.values().all(RawTable::is_sound),
            _ => true,
        }
    }
}

/// A key was asked for as something else than it is declared to be: a mistake in the code.
fn mismatch(key: &str, found: &RawValue) -> ! {
    unreachable!("`{key}` holds {found:?}")
}
