//! A stack with one of its keys otherwise: to see what follows from the key.
//!
//! Every declared key of every table is varied, written or not: what is not written has a default, and
//! something follows from that too.

use super::differences::KeyTree;
use super::document::TomlDocument;
use super::raw::{RawTable, RawValue};
use super::schema::{Key, KeyStatus, Schema, ValueKind};
use super::walk::TableWalk;
use crate::diagnostic::{Findings, KeyPath, SourceName};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use toml::de::DeTable;

/// A key, and stacks in which it alone is another; some of them may be none that can be rendered.
#[derive(Clone, Debug)]
pub struct Variation {
    /// The key.
    pub path: KeyPath,
    /// Whether it is written.
    pub written: bool,
    /// The stacks.
    pub stacks: Vec<KeyTree>,
}

impl KeyTree {
    /// Each key with stacks in which it alone is another.
    pub fn variations(&self) -> Vec<Variation> {
        let mut keys = Vec::new();
        keys_of(&self.root, &mut keys);
        keys.into_iter().map(|(path, key, value)| self.varied(path, key, value)).collect()
    }

    fn varied(&self, path: KeyPath, key: &'static Key, value: Option<&RawValue>) -> Variation {
        let typed = example(key);
        let others = value.into_iter().chain(&typed).flat_map(|value| others(value, key.kind));
        let mut values: Vec<_> = others.chain(typed.clone()).map(Some).collect();
        if value.is_some() {
            values.push(None);
        }
        let stacks = values.into_iter().map(|value| {
            let mut stack = self.clone();
            place(&mut stack.root, &path.0, value);
            stack
        });
        Variation { written: value.is_some(), stacks: stacks.collect(), path }
    }
}

/// Every key that takes a value, with what is written there.
fn keys_of<'r>(table: &'r RawTable, found: &mut Vec<(KeyPath, &'static Key, Option<&'r RawValue>)>) {
    for key in table.schema.keys.iter().filter(|key| matches!(key.status, KeyStatus::Rendered)) {
        let path = table.path().join(key.name);
        match (key.kind, table.values.get(key.name)) {
            (_, Some(RawValue::Table(below))) => keys_of(below, found),
            (_, Some(RawValue::Named(tables))) => tables.values().for_each(|below| keys_of(below, found)),
            (ValueKind::Table(schema) | ValueKind::Listener(schema), None) => {
                keys_below(&path, schema, found);
            }
            (ValueKind::Named(..), _) => {}
            (_, value) => found.push((path, key, value)),
        }
    }
}

/// The keys of a table that is not written.
fn keys_below(
    path: &KeyPath,
    schema: &'static Schema,
    found: &mut Vec<(KeyPath, &'static Key, Option<&RawValue>)>,
) {
    for key in schema.keys.iter().filter(|key| matches!(key.status, KeyStatus::Rendered)) {
        match key.kind {
            ValueKind::Table(schema) | ValueKind::Listener(schema) => {
                keys_below(&path.join(key.name), schema, found);
            }
            ValueKind::Named(..) => {}
            _ => found.push((path.join(key.name), key, None)),
        }
    }
}

/// The example of a key as a value.
fn example(key: &'static Key) -> Option<RawValue> {
    let (root, errors) = DeTable::parse_recoverable(key.example);
    if !errors.is_empty() {
        return None;
    }
    let mut document = TomlDocument::new(SourceName::default(), key.example, root.get_ref());
    let mut walk = TableWalk {
        document: &mut document,
        faults: Findings::new(),
        broken: false,
        landed: BTreeSet::new(),
    };
    walk.example(key, root.get_ref())
}

/// Other values of the same kind.
fn others(value: &RawValue, kind: ValueKind) -> Vec<RawValue> {
    match value {
        RawValue::Flag(flag) => vec![RawValue::Flag(!flag)],
        RawValue::Whole(number) => vec![RawValue::Whole(number + 1), RawValue::Whole(number + 1000)],
        RawValue::Duration(time) => vec![RawValue::Duration(*time * 2)],
        RawValue::DurationOrNever(time) => {
            let longer = time.unwrap_or(Duration::from_secs(60)) * 2;
            vec![RawValue::DurationOrNever(Some(longer)), RawValue::DurationOrNever(None)]
        }
        RawValue::Dial((host, port)) => vec![RawValue::Dial((format!("{host}x"), *port))],
        RawValue::Bytes(bytes) => vec![RawValue::Bytes(bytes * 2)],
        RawValue::Bind(_) => {
            [Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST].map(|one| RawValue::Bind(IpAddr::V4(one))).into()
        }
        RawValue::Text(text) => texts(text, kind).into_iter().map(RawValue::Text).collect(),
        RawValue::List(items) => {
            let of = if let ValueKind::List(of) = kind { *of } else { kind };
            let more = items.first().into_iter().flat_map(|item| others(item, of));
            vec![RawValue::List(items.iter().cloned().chain(more).collect())]
        }
        RawValue::Map(entries) => {
            let other = |name: &String, value: &RawValue| {
                let mut entries = entries.clone();
                entries.extend(others(value, kind).into_iter().map(|value| (name.clone(), value)));
                RawValue::Map(entries)
            };
            entries.iter().map(|(name, value)| other(name, value)).collect()
        }
        RawValue::Hosts(_) | RawValue::SendTo(_) | RawValue::Table(_) | RawValue::Named(_) => Vec::new(),
    }
}

fn texts(text: &str, kind: ValueKind) -> Vec<String> {
    match kind {
        ValueKind::Choice(_, words) => {
            let known = words.iter().filter(|word| matches!(word.status, KeyStatus::Rendered));
            known.map(|word| word.text.to_owned()).filter(|word| word != text).collect()
        }
        ValueKind::Fraction => vec!["0.5".to_owned(), "1".to_owned()],
        // The releases on either side.
        ValueKind::Version => ["2.10", "3.0", "0.144", "0.159"].map(ToOwned::to_owned).into(),
        // Names have suffixes: `otelcol.service`.
        _ => match text.split_once('.') {
            Some((name, rest)) => vec![format!("{name}x.{rest}"), format!("{text}x")],
            None => vec![format!("{text}x")],
        },
    }
}

/// Puts a value at a path, or takes it away; tables on the way are made.
fn place(table: &mut RawTable, path: &[String], value: Option<RawValue>) {
    match path {
        [] => {}
        [key] => match value {
            Some(value) => table.insert(key, value),
            None => drop(table.values.remove(key)),
        },
        [key, rest @ ..] => {
            let schema = table.schema.key(key).map(|key| key.kind);
            if let (Some(ValueKind::Table(schema) | ValueKind::Listener(schema)), None) =
                (schema, table.values.get(key))
            {
                let below = RawTable::new(table.path().join(key), schema);
                table.insert(key, RawValue::Table(below));
            }
            match (table.values.get_mut(key), rest) {
                (Some(RawValue::Table(below)), rest) => place(below, rest, value),
                (Some(RawValue::Named(tables)), [name, rest @ ..]) => {
                    if let Some(below) = tables.get_mut(name) {
                        place(below, rest, value);
                    }
                }
                _ => {}
            }
        }
    }
}
