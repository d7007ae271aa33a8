//! The walk: a parsed table tree against the declared language, every fault collected.
//!
//! Each table is walked by itself: a fault in one hides nothing in another. What a key's status
//! refuses is not looked into.

use super::decode;
use super::document::TomlDocument;
use super::raw::{RawTable, RawValue};
use super::schema::{Key, KeyStatus, Schema, ValueKind};
use super::shape;
use super::unknown;
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath, Place};
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// What every step of the walk needs: the text and its positions, and the faults so far.
pub(super) struct TableWalk<'d> {
    pub(super) document: &'d mut TomlDocument,
    pub(super) faults: Findings,
    /// Whether the text had syntax faults: what is missing may then stand in the broken part.
    pub(super) broken: bool,
    /// Root keys that stand in another table: they are not missing.
    pub(super) landed: BTreeSet<String>,
}

/// A key with its value, as written.
pub(super) struct WrittenKey<'a, 'v> {
    /// The whole path of the key.
    pub(super) path: KeyPath,
    /// Its last part.
    pub(super) name: &'a str,
    /// A value that can be typed, as `key = value`.
    pub(super) example: &'static str,
    /// Whether that may be advised where another value was meant.
    pub(super) harmless: bool,
    /// The value.
    pub(super) value: &'a Spanned<DeValue<'v>>,
}

impl WrittenKey<'_, '_> {
    /// Whether it is one of a list, and so has no key of its own.
    pub(super) fn is_item(&self) -> bool {
        self.path.0.last().is_none_or(|last| last != self.name)
    }

    pub(super) fn key_place(&self) -> Place {
        (self.path.clone(), KeyPart::Key).into()
    }

    pub(super) fn value_place(&self) -> Place {
        (self.path.clone(), KeyPart::Value).into()
    }
}

impl TableWalk<'_> {
    /// Walks one table and what is below it.
    pub(super) fn table(&mut self, path: KeyPath, table: &DeTable<'_>, schema: &'static Schema) -> RawTable {
        let mut raw = RawTable::new(path, schema);
        for (key, value) in in_text_order(table) {
            let name: &str = key.get_ref();
            let path = raw.path().join(name);
            let decoded = match schema.key(name) {
                Some(known) => {
                    let (example, harmless) = (known.example, known.harmless);
                    self.known(known, &WrittenKey { path, name, example, harmless, value })
                }
                None => {
                    if unknown::is_root_key(name) {
                        self.landed.insert(name.to_owned());
                    }
                    let found = unknown::describe(self.document, schema, &path, value.get_ref());
                    self.push(found)
                }
            };
            match decoded {
                Some(decoded) => raw.insert(name, decoded),
                None if unknown::may_be_target(name) => raw.leave_gap(),
                None => raw.spoil(),
            }
        }
        self.required(&mut raw, table, schema);
        if self.broken {
            raw.leave_gap();
        }
        raw
    }

    fn required(&mut self, raw: &mut RawTable, table: &DeTable<'_>, schema: &'static Schema) {
        let unknown = || table.keys().map(|key| &**key.get_ref()).filter(|name| schema.key(name).is_none());
        for key in schema.keys.iter().filter(|key| key.required && !table.contains_key(key.name)) {
            raw.spoil();
            // Told already: it is there, misspelt.
            if unknown().any(|name| unknown::slip_of(schema, name) == Some(key.name)) {
                continue;
            }
            let landed = raw.path().0.is_empty() && self.landed.contains(key.name);
            if !self.broken && !landed {
                self.faults.push(unknown::missing(raw.path(), key));
            }
        }
    }

    /// The value of a key in a text that holds nothing else.
    pub(super) fn example(&mut self, key: &'static Key, table: &DeTable<'_>) -> Option<RawValue> {
        let (name, value) = table.iter().next()?;
        let (name, path) = (&**name.get_ref(), KeyPath::default().join(key.name));
        let (example, harmless) = (key.example, key.harmless);
        self.known(key, &WrittenKey { path, name, example, harmless, value })
    }

    fn known(&mut self, key: &Key, written: &WrittenKey<'_, '_>) -> Option<RawValue> {
        match key.status {
            KeyStatus::Rendered
                if unknown::is_scalar(key.kind) && self.document.has_header(&written.path) =>
            {
                let found = unknown::table(self.document, &written.path, None);
                self.push(found)
            }
            KeyStatus::Rendered => self.value(key.kind, written),
            KeyStatus::NotYet(instead) => {
                let header = self.document.header_below(&written.path);
                let name = self.document.header_text(&header).unwrap_or(key.name).to_owned();
                let instead =
                    if instead.is_empty() { format!("leave `{name}` out") } else { instead.to_owned() };
                let title = format!("`{name}` is planned, not written yet");
                let place = (header, KeyPart::Header);
                self.push(Finding::error(Code("not-yet"), title).at(place, "").help(instead))
            }
            KeyStatus::Refused(refusal) => self.push(
                Finding::error(Code(refusal.code), refusal.title)
                    .at(written.key_place(), "")
                    .help(refusal.help),
            ),
        }
    }

    /// Decodes a value by its kind. Kinds made of values are here, single values in `decode`.
    pub(super) fn value(&mut self, kind: ValueKind, written: &WrittenKey<'_, '_>) -> Option<RawValue> {
        match (kind, written.value.get_ref()) {
            (ValueKind::Table(schema), DeValue::Table(table)) => {
                Some(RawValue::Table(self.table(written.path.clone(), table, schema)))
            }
            (ValueKind::Named(schema, spoken), value) => self.named(schema, spoken, value, written),
            (ValueKind::Map(of), DeValue::Table(table)) => self.map(*of, table, written).map(RawValue::Map),
            (ValueKind::List(of), DeValue::Array(items)) => {
                let items = items.iter().enumerate().map(|(index, value)| {
                    let path = written.path.join(&index.to_string());
                    self.value(*of, &WrittenKey { path, value, ..*written })
                });
                all(items.collect()).map(RawValue::List)
            }
            (ValueKind::Listener(schema), _) => decode::listener(self, schema, written).map(RawValue::Table),
            _ => decode::single(self, kind, written),
        }
    }

    fn map(
        &mut self,
        of: ValueKind,
        table: &DeTable<'_>,
        written: &WrittenKey<'_, '_>,
    ) -> Option<BTreeMap<String, RawValue>> {
        let entries = in_text_order(table).into_iter().map(|(key, value)| {
            let name: &str = key.get_ref();
            let path = written.path.join(name);
            let entry = WrittenKey { path, name, value, ..*written };
            let shaped = shape::text(name, "the key");
            let shaped =
                shaped.map_err(|wrong| decode::misshapen(self, wrong, &entry, entry.key_place())).ok();
            let value = self.value(of, &entry);
            Some((shaped?, value?))
        });
        all(entries.collect()).map(|entries| entries.into_iter().collect())
    }

    fn named(
        &mut self,
        schema: &'static Schema,
        spoken: &str,
        value: &DeValue<'_>,
        written: &WrittenKey<'_, '_>,
    ) -> Option<RawValue> {
        let unnamed = |walk: &mut Self| {
            let place = (written.path.clone(), KeyPart::Header);
            let found = Finding::error(Code("unnamed-table"), format!("{spoken} needs a name"));
            walk.push(found.at(place, "").help(written.example))
        };
        let DeValue::Table(tables) = value else { return unnamed(self) };
        if tables.is_empty() || in_text_order(tables).into_iter().any(|entry| self.is_nameless(schema, entry))
        {
            return unnamed(self);
        }
        let mut named = BTreeMap::new();
        for (key, value) in in_text_order(tables) {
            let name: &str = key.get_ref();
            let path = written.path.join(name);
            let entry = WrittenKey { path, name, example: "", harmless: true, value };
            let shaped = shape::name(name);
            let shaped =
                shaped.map_err(|wrong| decode::misshapen(self, wrong, &entry, entry.key_place())).is_ok();
            let DeValue::Table(table) = value.get_ref() else { continue };
            let mut raw = self.table(entry.path, table, schema);
            if !shaped {
                raw.spoil();
            }
            named.insert(name.to_owned(), raw);
        }
        Some(RawValue::Named(named))
    }

    /// Whether an entry among named tables is rather a key of a table without a name. A table may bear
    /// the name of a key (`[collector.metrics]`); an inline one then has what its kind requires.
    fn is_nameless(
        &self,
        schema: &'static Schema,
        (key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>),
    ) -> bool {
        let name: &str = key.get_ref();
        match value.get_ref() {
            DeValue::Table(table) if schema.key(name).is_some() => {
                let is_inline = self.document.text()[value.span()].starts_with('{');
                let mut required = schema.keys.iter().filter(|key| key.required);
                is_inline && !required.any(|key| table.contains_key(key.name))
            }
            DeValue::Table(_) => false,
            _ => true,
        }
    }

    /// Records a fault; there is no value then.
    pub(super) fn push<T>(&mut self, finding: Finding) -> Option<T> {
        self.faults.push(finding);
        None
    }
}

/// All of them or nothing, after each was looked at.
fn all<T>(items: Vec<Option<T>>) -> Option<Vec<T>> {
    items.into_iter().collect()
}

/// The entries of a table in the order they are written, not that of their names.
pub(super) fn in_text_order<'t, 'i>(
    table: &'t DeTable<'i>,
) -> Vec<(&'t Spanned<DeString<'i>>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}
