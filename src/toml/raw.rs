//! A table after the walk: every value decoded by its kind, nothing judged across keys. The declared
//! tables ([`Table`](super::kind::Table)) take their fields out of it.

use super::field::TableAt;
use super::schema::Schema;
use crate::diagnostic::KeyPath;
use crate::model::dataflow::Signal;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// One table of the file.
#[derive(Clone, Debug)]
pub struct RawTable {
    path: Arc<KeyPath>,
    pub(super) schema: &'static Schema,
    pub(super) values: BTreeMap<String, RawValue>,
    written: bool,
    sound: bool,
    whole: bool,
}

/// One decoded value.
#[derive(Clone, Debug, PartialEq)]
pub enum RawValue {
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Whole(u64),
    /// A text, a word, a name, a path.
    Text(String),
    /// A duration.
    Duration(Duration),
    /// A duration, or never.
    DurationOrNever(Option<Duration>),
    /// A number of bytes.
    Bytes(u64),
    /// An address.
    Bind(IpAddr),
    /// A host, and a port where one is written.
    Dial((String, Option<u16>)),
    /// Hosts.
    Hosts(RawHosts),
    /// Targets.
    SendTo(RawSendTo),
    /// A list.
    List(Vec<RawValue>),
    /// A table whose keys are the user's.
    Map(BTreeMap<String, RawValue>),
    /// A table or a listener.
    Table(RawTable),
    /// Named tables.
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

/// `send_to` as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawSendTo {
    /// The same targets for every signal.
    All(RawTargets),
    /// Targets of their own for these signals.
    BySignal(BTreeMap<Signal, RawTargets>),
}

impl RawSendTo {
    /// The targets that are written for a signal.
    pub fn of(&self, signal: Signal) -> Option<&RawTargets> {
        match self {
            Self::All(targets) => Some(targets),
            Self::BySignal(targets) => targets.get(&signal),
        }
    }
}

/// One target or several, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawTargets {
    /// The references; at least one.
    pub names: Vec<String>,
    /// Whether they are a list.
    pub listed: bool,
}

impl PartialEq for RawTable {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.values == other.values
    }
}

impl RawTable {
    /// A written table, nothing of it decoded yet.
    pub(super) fn new(path: KeyPath, schema: &'static Schema) -> Self {
        let path = Arc::new(path);
        Self { path, schema, values: BTreeMap::new(), written: true, sound: true, whole: true }
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

    /// Where it is written.
    pub(super) fn path(&self) -> &KeyPath {
        &self.path
    }

    /// The same, for its fields.
    pub(super) fn shared_path(&self) -> Arc<KeyPath> {
        Arc::clone(&self.path)
    }

    /// Whether it and everything below it was read without a fault.
    pub(super) fn is_sound(&self) -> bool {
        self.sound && self.values.values().all(RawValue::is_sound)
    }

    /// Where it stands, and how much of it was understood; asked for before anything is taken out.
    pub(super) fn at(&self) -> TableAt {
        TableAt { path: self.shared_path(), written: self.written, sound: self.is_sound(), whole: self.whole }
    }

    /// A value, if it is written.
    pub(super) fn take(&mut self, name: &'static str) -> Option<RawValue> {
        debug_assert!(self.schema.key(name).is_some(), "`{name}` is not declared in {}", self.path);
        self.values.remove(name)
    }

    /// A table with declared keys; one that is not written stands in for it.
    pub(super) fn take_table(&mut self, name: &'static str, schema: &'static Schema) -> Self {
        match self.take(name) {
            Some(RawValue::Table(table)) => table,
            Some(other) => other.mismatch(),
            None => Self { written: false, ..Self::new(self.path.join(name), schema) },
        }
    }

    /// Named tables, in order of their names.
    pub(super) fn take_named(&mut self, name: &'static str) -> BTreeMap<String, Self> {
        match self.take(name) {
            Some(RawValue::Named(tables)) => tables,
            Some(other) => other.mismatch(),
            None => BTreeMap::new(),
        }
    }
}

impl RawValue {
    /// A value that is written as a text.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            other => other.mismatch(),
        }
    }

    fn is_sound(&self) -> bool {
        match self {
            Self::Table(table) => table.is_sound(),
            Self::Named(tables) => tables.values().all(RawTable::is_sound),
            _ => true,
        }
    }

    /// A value was decoded by another kind than that of its key: a mistake in the code.
    pub(super) fn mismatch(self) -> ! {
        unreachable!("decoded by another kind: {self:?}")
    }
}
