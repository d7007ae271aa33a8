//! Keys and merge keys of a mapping: what stands twice, and which value counts.

use super::build::Builder;
use super::parse::{CORE, Form};
use super::resolve::Resolved;
use super::{Node, Scalar, Value, YamlEntry, YamlFault, YamlLibrary};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The entries of a mapping while it is put together.
#[derive(Default)]
struct Entries {
    list: Vec<YamlEntry>,
    /// Where each key stands in the list.
    places: BTreeMap<String, usize>,
    /// Whether all keys are texts to yaml.v3; then so are those that `<<` brings.
    only_texts: bool,
}

impl Entries {
    fn of(list: Vec<YamlEntry>) -> Self {
        let places = list.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at)).collect();
        Self { list, places, only_texts: false }
    }

    /// Puts an entry in where its key is not there yet; gives it back where it is.
    fn add(&mut self, entry: YamlEntry) -> Option<YamlEntry> {
        if self.places.contains_key(&entry.key) {
            return Some(entry);
        }
        self.places.insert(entry.key.clone(), self.list.len());
        self.list.push(entry);
        None
    }

    /// Puts an entry in. Over a mapping that is there another one is laid, as yaml.v2 reads a second
    /// one into the same struct; anything else takes the place of what is there.
    fn lay_over(&mut self, entry: YamlEntry) {
        let Some(entry) = self.add(entry) else { return };
        let there = &mut self.list[self.places[&entry.key]];
        match (&mut there.value.value, entry.value.value) {
            (Value::Mapping(below), Value::Mapping(above)) => {
                let mut both = Self::of(std::mem::take(below));
                above.into_iter().for_each(|entry| both.lay_over(entry));
                *below = both.list;
            }
            (_, value) => {
                there.key_span = entry.key_span;
                there.key_quoted = entry.key_quoted;
                there.value = Node { value, span: entry.value.span };
            }
        }
    }
}

/// The keys that are written in a mapping itself.
#[derive(Default)]
struct Own {
    texts: BTreeSet<String>,
    /// Of keys that are no texts to the library: `1` and `0x1` are one key.
    values: BTreeSet<String>,
}

impl Own {
    /// Whether the key was not there before.
    fn add(&mut self, text: &str, value: &Resolved) -> bool {
        let fresh = self.texts.insert(text.to_owned());
        fresh && (*value == Resolved::Text || self.values.insert(format!("{value:?}")))
    }
}

impl Builder<'_> {
    /// The entries of a mapping. yaml.v2 reads them in order, each `<<` where it stands; yaml.v3 puts
    /// in last what `<<` brings that is not written.
    pub(super) fn mapping(
        &mut self,
        pairs: &[(usize, usize)],
        depth: usize,
    ) -> Result<Vec<YamlEntry>, YamlFault> {
        let mut entries = Entries::default();
        let mut own = Own::default();
        let mut last = None;
        for (key, value) in pairs {
            if self.is_merge(*key) {
                if self.dialect == YamlLibrary::V2 {
                    self.merge(*value, &mut entries, depth)?;
                } else if own.add("<<", &Resolved::Text) {
                    last = Some(*value);
                } else {
                    self.duplicates.push((self.tree.nodes[*key].span.clone(), "<<".to_owned()));
                }
                continue;
            }
            let (scalar, key_span) = self.key(*key, depth)?;
            let resolved = scalar.resolve(self.dialect);
            let value = self.node(*value, depth + 1)?;
            let entry = YamlEntry { key: scalar.text, key_span, key_quoted: scalar.quoted, value };
            if own.add(&entry.key, &resolved) {
                self.put(entry, &mut entries);
            } else {
                self.duplicates.push((entry.key_span, entry.key));
            }
        }
        if let Some(value) = last {
            entries.only_texts = own.values.is_empty();
            self.merge(value, &mut entries, depth)?;
        }
        Ok(entries.list)
    }

    fn put(&mut self, entry: YamlEntry, entries: &mut Entries) {
        if entries.places.contains_key(&entry.key) {
            self.overlaps.push((entry.key_span.clone(), entry.key.clone()));
        }
        entries.lay_over(entry);
    }

    /// A key and its place.
    fn key(&mut self, index: usize, depth: usize) -> Result<(Scalar, Range<usize>), YamlFault> {
        let node = self.node(index, depth + 1)?;
        match node.value {
            Value::Scalar(scalar) => Ok((scalar, node.span)),
            _ => Err(YamlFault { span: node.span, text: "a key that is not a text".to_owned() }),
        }
    }

    fn is_merge(&self, key: usize) -> bool {
        let written = &self.tree.nodes[key];
        let Form::Scalar(text, plain) = &written.value else { return false };
        let tag = written.tag.as_deref();
        let by_style = match (tag, self.dialect) {
            (None, _) | (Some("!"), YamlLibrary::V3) => *plain,
            (Some("!"), YamlLibrary::V2) => true,
            (Some(tag), _) => tag.strip_prefix(CORE) == Some("merge"),
        };
        text == "<<" && (by_style || (tag == Some("!!merge") && self.dialect == YamlLibrary::V3))
    }

    /// Puts in what `<<` names: a mapping, or a list of them of which the earlier ones count.
    fn merge(&mut self, value: usize, entries: &mut Entries, depth: usize) -> Result<(), YamlFault> {
        let tree = self.tree;
        let mut sources = match &tree.nodes[value].value {
            Form::Sequence(items) => items.clone(),
            _ => vec![value],
        };
        if self.dialect == YamlLibrary::V2 {
            sources.reverse();
        }
        for source in sources {
            let node = self.node(source, depth + 1)?;
            let target = match &tree.nodes[source].value {
                Form::Alias(target) => *target,
                _ => source,
            };
            let (Form::Mapping(_), Value::Mapping(list)) = (&tree.nodes[target].value, node.value) else {
                let text = "map merge requires map or sequence of maps as the value".to_owned();
                return Err(YamlFault { span: node.span, text });
            };
            for mut entry in list {
                if self.dialect == YamlLibrary::V2 {
                    self.put(entry, entries);
                    continue;
                }
                let key = Scalar { text: entry.key.clone(), quoted: entry.key_quoted };
                // No text can be made of nothing: yaml.v3 leaves such a key out.
                if !entries.only_texts || key.resolve(self.dialect) != Resolved::Null {
                    entry.key_quoted |= entries.only_texts;
                    entries.add(entry);
                }
            }
        }
        Ok(())
    }
}
