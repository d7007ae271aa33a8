//! What two stacks write differently, key by key, and a stack with one of its keys as another has it.
//!
//! Compares what was decoded, so neither comments nor spelling count: `"2d"` is `"48h"`.

use super::kind::Table;
use super::language::RawStack;
use super::raw::{RawTable, RawValue};
use super::schema::ValueKind;
use crate::diagnostic::KeyPath;
use std::collections::{BTreeMap, BTreeSet};

/// A key that two stacks hold differently, or that only one of them has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyDifference {
    /// The key; a whole table where only one of the stacks has it.
    pub path: KeyPath,
    /// Whether the first stack has it.
    pub before: bool,
    /// Whether the second stack has it.
    pub after: bool,
}

/// A whole stack as a tree of keys, before its tables are taken apart: to be compared and varied.
#[derive(Clone, Debug)]
pub struct KeyTree {
    pub(super) root: RawTable,
}

impl KeyTree {
    /// What it says, for the stages that follow.
    pub fn stack(&self) -> RawStack {
        RawStack::read(self.root.clone())
    }

    /// The keys that another stack holds differently, in order of their paths.
    pub fn differences(&self, after: &Self) -> Vec<KeyDifference> {
        let mut found = Vec::new();
        of_tables((&self.root, &after.root), &mut found);
        found
    }

    /// The same stack with one key as another stack has it: put in, or left out.
    #[must_use]
    pub fn with(&self, path: &KeyPath, other: &Self) -> Self {
        let mut changed = self.clone();
        put(&mut changed.root, &path.0, Some(&other.root));
        changed
    }
}

fn of_tables((before, after): (&RawTable, &RawTable), found: &mut Vec<KeyDifference>) {
    let keys: BTreeSet<_> = before.values.keys().chain(after.values.keys()).collect();
    for key in keys {
        let pair = (before.values.get(key), after.values.get(key));
        let path = before.path().join(key);
        // A listener has several spellings, and is one thing.
        match before.schema.key(key).map(|key| key.kind) {
            Some(ValueKind::Listener(_)) if pair.0 == pair.1 => {}
            Some(ValueKind::Listener(_)) => {
                found.push(difference(path, pair.0.is_some(), pair.1.is_some()));
            }
            _ => of_values(&path, pair, found),
        }
    }
}

fn of_values(path: &KeyPath, pair: (Option<&RawValue>, Option<&RawValue>), found: &mut Vec<KeyDifference>) {
    match pair {
        (before, after) if before == after => {}
        (Some(RawValue::Table(before)), Some(RawValue::Table(after))) => of_tables((before, after), found),
        (Some(RawValue::Map(before)), Some(RawValue::Map(after))) => {
            for key in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
                of_values(&path.join(key), (before.get(key), after.get(key)), found);
            }
        }
        (Some(RawValue::Named(_)) | None, Some(RawValue::Named(_))) | (Some(RawValue::Named(_)), None) => {
            of_named(path, (named(pair.0), named(pair.1)), found);
        }
        (before, after) => found.push(difference(path.clone(), before.is_some(), after.is_some())),
    }
}

/// Tables with names of the user's: one that only one stack has is a difference as a whole.
fn of_named(
    path: &KeyPath,
    (before, after): (&BTreeMap<String, RawTable>, &BTreeMap<String, RawTable>),
    found: &mut Vec<KeyDifference>,
) {
    for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        match (before.get(name), after.get(name)) {
            (Some(before), Some(after)) => of_tables((before, after), found),
            (before, after) => {
                found.push(difference(path.join(name), before.is_some(), after.is_some()));
            }
        }
    }
}

fn difference(path: KeyPath, before: bool, after: bool) -> KeyDifference {
    KeyDifference { path, before, after }
}

static NO_TABLES: BTreeMap<String, RawTable> = BTreeMap::new();

fn named(value: Option<&RawValue>) -> &BTreeMap<String, RawTable> {
    match value {
        Some(RawValue::Named(tables)) => tables,
        _ => &NO_TABLES,
    }
}

/// Makes one key of a table what it is in another table of the same place.
fn put(table: &mut RawTable, path: &[String], other: Option<&RawTable>) {
    let Some((key, rest)) = path.split_first() else { return };
    let theirs = other.and_then(|other| other.values.get(key));
    let own = table.values.get_mut(key);
    match (own, rest) {
        (_, []) => {
            set(&mut table.values, key, theirs.cloned());
        }
        (Some(RawValue::Table(own)), rest) => {
            let theirs = match theirs {
                Some(RawValue::Table(theirs)) => Some(theirs),
                _ => None,
            };
            put(own, rest, theirs);
        }
        (Some(RawValue::Map(own)), [name]) => {
            let theirs = match theirs {
                Some(RawValue::Map(theirs)) => theirs.get(name).cloned(),
                _ => None,
            };
            set(own, name, theirs);
        }
        (Some(RawValue::Named(own)), [name]) => {
            set(own, name, named(theirs).get(name).cloned());
            if own.is_empty() {
                table.values.remove(key);
            }
        }
        (Some(RawValue::Named(own)), [name, rest @ ..]) => {
            if let Some(own) = own.get_mut(name) {
                put(own, rest, named(theirs).get(name));
            }
        }
        (None, [name]) => {
            if let Some(one) = named(theirs).get(name) {
                let tables = BTreeMap::from([(name.clone(), one.clone())]);
                table.values.insert(key.clone(), RawValue::Named(tables));
            }
        }
        _ => {}
    }
}

fn set<T>(values: &mut BTreeMap<String, T>, key: &str, value: Option<T>) {
    match value {
        Some(value) => drop(values.insert(key.to_owned(), value)),
        None => drop(values.remove(key)),
    }
}
