//! Events of the YAML parser -> tree.

use super::{Document, Entry, Fault, MAX_BYTES, Node, Scalar, Value};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Deeper nesting is refused: every walk over the tree is recursive.
const MAX_DEPTH: usize = 100;
/// How many nodes aliases may add to a tree.
const MAX_ALIASED_NODES: usize = 100_000;

/// Parses the first document of a text.
///
/// # Errors
/// The first syntax fault, or what makes the text unreadable for this tool (size, nesting, aliases
/// that grow without bound).
pub fn parse(text: &str) -> Result<Document, Fault> {
    if text.len() > MAX_BYTES {
        return Err(Fault { span: 0..0, text: "larger than 8 MB".to_owned() });
    }
    let offsets = Offsets::of(text);
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = offsets.byte(error.marker().index());
            Fault { span: at..at, text: error.info().to_owned() }
        })?;
        builder.take(event, offsets.range(span))?;
        if builder.second.is_some() {
            break;
        }
    }
    Ok(Document {
        root: builder.root.unwrap_or_else(Node::nothing),
        second: builder.second,
        duplicates: builder.duplicates,
    })
}

/// Turns the parser's character offsets into bytes.
struct Offsets {
    /// The byte of each character; empty where the text is ASCII and both are equal.
    bytes: Vec<usize>,
    length: usize,
}

impl Offsets {
    fn of(text: &str) -> Self {
        let bytes =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(byte, _)| byte).collect() };
        Self { bytes, length: text.len() }
    }

    fn byte(&self, character: usize) -> usize {
        if self.bytes.is_empty() {
            character.min(self.length)
        } else {
            self.bytes.get(character).copied().unwrap_or(self.length)
        }
    }

    fn range(&self, span: Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        start..self.byte(span.end.index()).max(start)
    }
}

/// A collection that is still open.
struct Open {
    anchor: usize,
    start: usize,
    shape: Shape,
}

enum Shape {
    Sequence(Vec<Node>),
    /// Entries, the key that waits for its value, and what `<<` brings in.
    Mapping {
        entries: Vec<Entry>,
        key: Option<(String, Range<usize>)>,
        merged: Vec<Node>,
    },
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    second: Option<Range<usize>>,
    duplicates: Vec<(Range<usize>, String)>,
    anchors: BTreeMap<usize, Node>,
    aliased: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => self.second = Some(span),
            Event::Scalar(text, style, anchor, tag) => {
                let tagged = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
                let quoted = style != ScalarStyle::Plain || tagged;
                let value = Value::Scalar(Scalar { text: text.into_owned(), quoted });
                self.close(Node { value, span }, anchor)?;
            }
            Event::Alias(anchor) => self.alias(anchor, span)?,
            Event::SequenceStart(anchor, _) => self.open(anchor, &span, Shape::Sequence(Vec::new()))?,
            Event::MappingStart(anchor, _) => {
                self.open(
                    anchor,
                    &span,
                    Shape::Mapping { entries: Vec::new(), key: None, merged: Vec::new() },
                )?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let anchor = open.anchor;
                    let node = open.finish(&span, &mut self.duplicates);
                    self.close(node, anchor)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, anchor: usize, span: &Range<usize>, shape: Shape) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Fault { span: span.clone(), text: format!("nested deeper than {MAX_DEPTH} levels") });
        }
        self.open.push(Open { anchor, start: span.start, shape });
        Ok(())
    }

    /// An alias stands for a copy of its anchor's value, at the place of the alias.
    fn alias(&mut self, anchor: usize, span: Range<usize>) -> Result<(), Fault> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(Fault { span, text: "an alias inside the value it stands for".to_owned() });
        };
        self.aliased += node.count();
        if self.aliased > MAX_ALIASED_NODES {
            return Err(Fault { span, text: "aliases that grow without bound".to_owned() });
        }
        let node = Node { value: node.value.clone(), span };
        self.close(node, 0)
    }

    /// A finished node: into the open collection, or as the root.
    fn close(&mut self, node: Node, anchor: usize) -> Result<(), Fault> {
        if anchor != 0 {
            self.aliased += node.count();
            if self.aliased > MAX_ALIASED_NODES {
                return Err(Fault { span: node.span, text: "anchors that grow without bound".to_owned() });
            }
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.shape {
            Shape::Sequence(items) => items.push(node),
            Shape::Mapping { entries, key, merged } => match key.take() {
                None => match node.value {
                    Value::Scalar(scalar) => *key = Some((scalar.text, node.span)),
                    _ => return Err(Fault { span: node.span, text: "a key that is not a text".to_owned() }),
                },
                Some((key, _)) if key == "<<" => merged.push(node),
                Some((key, key_span)) => entries.push(Entry { key, key_span, value: node }),
            },
        }
        Ok(())
    }
}

impl Open {
    fn finish(self, end: &Range<usize>, duplicates: &mut Vec<(Range<usize>, String)>) -> Node {
        let (value, last) = match self.shape {
            Shape::Sequence(items) => {
                let last = items.last().map(|node| node.span.end);
                (Value::Sequence(items), last)
            }
            Shape::Mapping { mut entries, merged, .. } => {
                let last = entries.last().map(|entry| entry.value.span.end.max(entry.key_span.end));
                duplicates.extend(keep_first_of_each(&mut entries));
                merge(&mut entries, merged);
                (Value::Mapping(entries), last)
            }
        };
        let end = if end.is_empty() { last.unwrap_or(self.start) } else { end.end };
        Node { value, span: self.start..end.max(self.start) }
    }
}

/// Takes out keys that stood before in the same mapping and returns them.
fn keep_first_of_each(entries: &mut Vec<Entry>) -> Vec<(Range<usize>, String)> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| entries[*a].key.cmp(&entries[*b].key));
    let later: BTreeSet<usize> = order
        .windows(2)
        .filter(|pair| entries[pair[0]].key == entries[pair[1]].key)
        .map(|pair| pair[1])
        .collect();
    if later.is_empty() {
        return Vec::new();
    }
    let mut taken = Vec::new();
    for (index, entry) in std::mem::take(entries).into_iter().enumerate() {
        if later.contains(&index) {
            taken.push((entry.key_span, entry.key));
        } else {
            entries.push(entry);
        }
    }
    taken
}

/// `<<`: keys of the merged mappings that are not written in the mapping itself, earlier ones first.
fn merge(entries: &mut Vec<Entry>, merged: Vec<Node>) {
    for node in merged {
        match node.value {
            Value::Mapping(others) => {
                let mut both = std::mem::take(entries);
                both.extend(others);
                keep_first_of_each(&mut both);
                *entries = both;
            }
            Value::Sequence(items) => merge(entries, items),
            Value::Scalar(_) => {}
        }
    }
}
