//! Where everything stands in the text: key paths to byte ranges.

use crate::diagnostic::{Findings, KeyPart, KeyPath, Label, Mark, Place, SourceName};
use crate::text::{InPlace, RedactSource, Sources, TextFormat};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// The text of a `stack.toml` and where each of its keys stands.
#[derive(Clone, Debug)]
pub struct TomlDocument {
    source: SourceName,
    text: String,
    entries: BTreeMap<KeyPath, Entry>,
    /// Where each line begins.
    lines: Vec<usize>,
    /// The line of the first table header, from 1.
    first_header: Option<usize>,
    /// Every key by its spelling, in the order of the text.
    keys: BTreeMap<String, Vec<Range<usize>>>,
}

/// No key that is looked for is longer (bytes).
const LONGEST_KEY: usize = 256;

/// The ranges of one entry.
#[derive(Clone, Debug)]
struct Entry {
    key: Range<usize>,
    value: Range<usize>,
    header: Range<usize>,
}

impl TomlDocument {
    pub(super) fn new(source: SourceName, text: &str, root: &DeTable<'_>) -> Self {
        let entries = BTreeMap::new();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(end, _)| end + 1)).collect();
        let mut document =
            Self { source, text: text.to_owned(), entries, lines, first_header: None, keys: BTreeMap::new() };
        document.add(&KeyPath::default(), root);
        let mut keys: Vec<Range<usize>> = document.entries.values().map(|entry| entry.key.clone()).collect();
        keys.sort_by_key(|key| key.start);
        let headers = document.entries.values().filter(|entry| document.is_header(entry));
        let first = headers.map(|entry| entry.header.start).min();
        document.first_header = first.map(|start| document.lines.partition_point(|line| *line <= start));
        // An element of an array stands for a key here, and may be as long as the text.
        for key in keys.into_iter().filter(|key| key.len() <= LONGEST_KEY) {
            document.keys.entry(document.text[key.clone()].to_owned()).or_default().push(key);
        }
        document
    }

    fn add(&mut self, path: &KeyPath, table: &DeTable<'_>) {
        for (key, value) in table.iter() {
            self.add_value(path.join(key.get_ref()), key.span(), value);
        }
    }

    fn add_value(&mut self, path: KeyPath, key: Range<usize>, value: &toml::Spanned<DeValue<'_>>) {
        let has_header =
            matches!(value.get_ref(), DeValue::Table(_)) && self.text[value.span()].starts_with('[');
        let header = if has_header { value.span() } else { key.clone() };
        match value.get_ref() {
            DeValue::Table(table) => self.add(&path, table),
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.add_value(path.join(&index.to_string()), item.span(), item);
                }
            }
            _ => {}
        }
        self.entries.insert(path, Entry { key, value: value.span(), header });
    }

    /// The byte range of a part of an entry. A path that is not written stands at the header of its
    /// nearest written ancestor; at the very least at the start of the text.
    pub fn span(&self, path: &KeyPath, part: KeyPart) -> Range<usize> {
        if let Some(entry) = self.entries.get(path) {
            return match part {
                KeyPart::Key => entry.key.clone(),
                KeyPart::Value => entry.value.clone(),
                KeyPart::Header => entry.header.clone(),
                KeyPart::Prefix(bytes) => self.prefix(&entry.value, bytes),
            };
        }
        let ancestors = (1..path.0.len()).rev().map(|length| KeyPath(path.0[..length].to_vec()));
        ancestors
            .filter_map(|ancestor| self.entries.get(&ancestor))
            .map(|entry| entry.header.clone())
            .next()
            .unwrap_or(0..0)
    }

    /// Where a key stands, if it is written.
    pub(super) fn span_of_key(&self, path: &KeyPath) -> Option<Range<usize>> {
        self.entries.get(path).map(|entry| entry.key.clone())
    }

    /// The beginning of a quoted text; the whole of it where it is not quoted plainly.
    fn prefix(&self, value: &Range<usize>, bytes: usize) -> Range<usize> {
        let inside = value.start + 1..value.start + 1 + bytes;
        let plain =
            self.text[value.clone()].starts_with(['"', '\'']) && !self.text[value.clone()].contains('\\');
        if plain && inside.end < value.end && self.text.is_char_boundary(inside.end) {
            inside
        } else {
            value.clone()
        }
    }

    /// The line of a key, from 1; of one that is not written that of its nearest written ancestor.
    pub fn line(&self, path: &KeyPath) -> usize {
        let start = self.span(path, KeyPart::Header).start;
        self.lines.partition_point(|line| *line <= start)
    }

    /// The text as it may be shown, every byte at its place.
    pub fn in_place(&self) -> InPlace {
        RedactSource::new(TextFormat::Stack, self.text.as_str()).in_place()
    }

    /// The value of a key as it may be shown, on one line; `None` where it is not written, or is a table
    /// with a header of its own. `shown`: [`TomlDocument::in_place`].
    pub fn shown_value(&self, path: &KeyPath, shown: &InPlace) -> Option<String> {
        let entry = self.entries.get(path).filter(|entry| !self.is_header(entry))?;
        let value = shown.text.get(entry.value.clone())?;
        Some(value.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Turns every stack key of the findings into a position in this text, and puts them in order.
    pub fn locate(&self, findings: &mut Findings) {
        findings.for_each(|finding| {
            for label in finding.at.iter_mut().chain(&mut finding.also) {
                self.locate_label(label);
            }
        });
        findings.sort();
    }

    fn locate_label(&self, label: &mut Label) {
        if let Place::Stack(path, part) = &label.place {
            label.place = Place::Text(self.mark(self.span(path, *part)));
        }
    }

    /// A range of this text as a mark.
    pub(super) fn mark(&self, span: Range<usize>) -> Mark {
        Mark { source: self.source.clone(), span }
    }

    /// The text, for drawing its lines; what of it is secret is not shown.
    pub fn sources(&self) -> Sources {
        let source = RedactSource::new(TextFormat::Stack, self.text.as_str());
        Sources::from_iter([(self.source.clone(), source)])
    }

    /// The name under which its text is shown.
    pub fn source(&self) -> &SourceName {
        &self.source
    }

    /// The text, secrets and all; for showing use [`TomlDocument::sources`].
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The first table header at a path or below it, `[colector.main]` for `colector`; the path
    /// itself where there is none.
    pub(super) fn header_below(&self, path: &KeyPath) -> KeyPath {
        let below = self.entries.range(path..).take_while(|(below, _)| below.0.starts_with(&path.0));
        let headers = below.filter(|(_, entry)| self.is_header(entry));
        headers.min_by_key(|(_, entry)| entry.header.start).map_or(path, |(below, _)| below).clone()
    }

    /// Where the line of a byte begins.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        self.lines[self.lines.partition_point(|start| *start <= offset.min(self.text.len())) - 1]
    }

    /// The line of the first table header, from 1.
    pub(super) fn first_header(&self) -> Option<usize> {
        self.first_header
    }

    /// Whether the table at a path has a header of its own.
    pub(super) fn has_header(&self, path: &KeyPath) -> bool {
        self.entries.get(path).is_some_and(|entry| self.is_header(entry))
    }

    /// That header as it is written, brackets and all.
    pub(super) fn header_text(&self, path: &KeyPath) -> Option<&str> {
        let entry = self.entries.get(path).filter(|entry| self.is_header(entry))?;
        Some(&self.text[entry.header.clone()])
    }

    fn is_header(&self, entry: &Entry) -> bool {
        entry.header != entry.key && self.text[entry.header.clone()].starts_with('[')
    }

    /// The nearest place before an offset where a key of this spelling stands.
    pub(super) fn key_before(&self, offset: usize, written: &str) -> Option<Range<usize>> {
        let alike = self.keys.get(written)?;
        alike[..alike.partition_point(|key| key.end <= offset)].last().cloned()
    }
}
