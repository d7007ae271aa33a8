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
        let places = list.iter().enumerate().map(|(at, entry)| (text_name(&entry.key), at)).collect();
        Self { list, places, only_texts: false }
    }

    /// Puts an entry in under the name of its key where there is none yet; gives it back where there is.
    fn add(&mut self, name: String, entry: YamlEntry) -> Option<YamlEntry> {
        if self.places.contains_key(&name) {
            return Some(entry);
        }
        self.places.insert(name, self.list.len());
        self.list.push(entry);
        None
    }

    /// Puts an entry in. Over a mapping that is there another one is laid, as yaml.v2 reads a second
    /// one into the same struct; anything else takes the place of what is there.
    fn lay_over(&mut self, entry: YamlEntry) {
        let name = text_name(&entry.key);
        let Some(entry) = self.add(name.clone(), entry) else { return };
        let there = &mut self.list[self.places[&name]];
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

/// What makes a key another one than the others: its text.
fn text_name(text: &str) -> String {
    format!("={text}")
}

/// The same where keys need not be texts: `1` and `0x1` are one key, and `"1"` another.
fn value_name(key: &Scalar, library: YamlLibrary) -> String {
    match key.resolve(library) {
        Resolved::Text => text_name(&key.text),
        value => format!("{value:?}"),
    }
}

/// The keys that are written in a mapping itself.
#[derive(Default)]
struct Own {
    texts: BTreeSet<String>,
    values: BTreeSet<String>,
    /// Whether one of them is no text to yaml.v3.
    has_other: bool,
}

impl Own {
    /// Whether the key was not there before, neither as a text nor as a value.
    fn add(&mut self, key: &Scalar, library: YamlLibrary) -> bool {
        self.has_other |= key.resolve(library) != Resolved::Text;
        self.texts.insert(key.text.clone()) && self.values.insert(value_name(key, library))
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
        match self.dialect {
            YamlLibrary::V2 => self.in_order(pairs, &mut entries, depth)?,
            YamlLibrary::V3 => self.merged_last(pairs, &mut entries, (false, depth))?,
        }
        Ok(entries.list)
    }

    fn in_order(
        &mut self,
        pairs: &[(usize, usize)],
        entries: &mut Entries,
        depth: usize,
    ) -> Result<(), YamlFault> {
        let mut own = Own::default();
        // Of all keys, those that `<<` brought among them.
        let mut values = BTreeSet::new();
        for (key, value) in pairs {
            let brought = if self.is_merge(*key) {
                self.sources(*value, depth)?
            } else {
                let (scalar, key_span) = self.key(*key, depth)?;
                let value = self.node(*value, depth + 1)?;
                if !own.add(&scalar, self.dialect) {
                    self.duplicates.push((key_span, scalar.text));
                    continue;
                }
                vec![YamlEntry { key: scalar.text, key_span, key_quoted: scalar.quoted, value }]
            };
            for entry in brought {
                let key = Scalar { text: entry.key.clone(), quoted: entry.key_quoted };
                let fresh = values.insert(value_name(&key, self.dialect));
                if !fresh || entries.places.contains_key(&text_name(&entry.key)) {
                    self.overlaps.push((entry.key_span.clone(), entry.key.clone()));
                }
                entries.lay_over(entry);
            }
        }
        Ok(())
    }

    /// What `<<` brings to yaml.v2: of a list, the last mapping first.
    fn sources(&mut self, value: usize, depth: usize) -> Result<Vec<YamlEntry>, YamlFault> {
        let tree = self.tree;
        let sources = match &tree.nodes[value].value {
            Form::Sequence(items) => items.iter().rev().copied().collect(),
            _ => vec![value],
        };
        let mut brought = Vec::new();
        for source in sources {
            let node = self.node(source, depth + 1)?;
            let (true, Value::Mapping(list)) = (self.is_mapping(source), node.value) else {
                return Err(no_mapping(node.span));
            };
            brought.extend(list);
        }
        Ok(brought)
    }

    /// The keys of a mapping, and what its `<<` brings; `brought` is that mapping by the `<<` of another.
    fn merged_last(
        &mut self,
        pairs: &[(usize, usize)],
        entries: &mut Entries,
        (brought, depth): (bool, usize),
    ) -> Result<(), YamlFault> {
        let mut own = Own::default();
        let mut last = None;
        for (key, value) in pairs {
            if self.is_merge(*key) {
                let merge_key = Scalar { text: "<<".to_owned(), quoted: true };
                match own.add(&merge_key, self.dialect) {
                    true => last = Some(*value),
                    false => self.duplicates.push((self.tree.nodes[*key].span.clone(), "<<".to_owned())),
                }
                continue;
            }
            let (scalar, key_span) = self.key(*key, depth)?;
            own.has_other |= self.is_tagged_otherwise(*key);
            if !own.add(&scalar, self.dialect) {
                self.duplicates.push((key_span, scalar.text));
                continue;
            }
            let only_texts = brought && entries.only_texts;
            let name = match only_texts {
                true if scalar.resolve(self.dialect) == Resolved::Null => continue,
                true => text_name(&scalar.text),
                false => value_name(&scalar, self.dialect),
            };
            // The value of a key that is there already is never read.
            if !entries.places.contains_key(&name) {
                let key_quoted = scalar.quoted || only_texts;
                let value = self.node(*value, depth + 1)?;
                entries.add(name, YamlEntry { key: scalar.text, key_span, key_quoted, value });
            }
        }
        if !brought {
            entries.only_texts = !own.has_other;
        }
        last.map_or(Ok(()), |value| self.bring(value, entries, depth))
    }

    /// Puts in what `<<` names for yaml.v3: a mapping, or a list of them of which the earlier ones count.
    fn bring(&mut self, value: usize, entries: &mut Entries, depth: usize) -> Result<(), YamlFault> {
        let tree = self.tree;
        let sources = match &tree.nodes[value].value {
            Form::Sequence(items) => items.clone(),
            _ => vec![value],
        };
        for source in sources {
            let target = self.enter(source, depth)?;
            let Form::Mapping(pairs) = &tree.nodes[target].value else {
                return Err(no_mapping(tree.nodes[source].span.clone()));
            };
            self.merged_last(pairs, entries, (true, depth + 1))?;
            self.leave(source);
        }
        Ok(())
    }

    fn is_mapping(&self, index: usize) -> bool {
        let target = match &self.tree.nodes[index].value {
            Form::Alias(target) => *target,
            _ => index,
        };
        matches!(self.tree.nodes[target].value, Form::Mapping(_))
    }

    /// A tag that makes a key no text to yaml.v3, whatever it stands before.
    fn is_tagged_otherwise(&self, key: usize) -> bool {
        let target = match &self.tree.nodes[key].value {
            Form::Alias(target) => *target,
            _ => key,
        };
        let tag = self.tree.nodes[target].tag.as_deref();
        tag.is_some_and(|tag| {
            let short = tag.strip_prefix(CORE).or(tag.strip_prefix("!!"));
            tag != "!" && !matches!(short, Some("str" | "merge"))
        })
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
}

fn no_mapping(span: Range<usize>) -> YamlFault {
    let text = "map merge requires map or sequence of maps as the value".to_owned();
    YamlFault { span, text }
}
