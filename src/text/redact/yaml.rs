//! Secrets in YAML and JSON, by the nodes as they are written: nothing is overlooked, duplicate keys,
//! further documents and merged blocks included.
//!
//! Two libraries read the engines' files, and not always alike. What either takes for a secret is one.

use super::tree::{Entry, Kind, Marked, RedactNode, RedactScalar, RedactValue, mark};
use super::{comment, ranges::merged};
use crate::format::yaml::{Form, YamlLibrary, YamlTree, written};
use std::ops::Range;

/// More values are not looked into.
const MAX_NODES: usize = 300_000;
/// More documents in one text are not looked into.
const MAX_DOCUMENTS: usize = 100;

/// What must not be shown of a text, so deep inside of other texts.
///
/// # Errors
/// It cannot be parsed, so nothing can be told of it.
pub(super) fn secrets(text: &str, depth: usize) -> Result<Marked, ()> {
    let mut readings =
        [YamlLibrary::V3, YamlLibrary::V2].into_iter().filter_map(|library| read(text, library));
    let first = readings.next().ok_or(())?;
    let mut marked = marked(text, &first, depth);
    // Hardly any text is read otherwise by the other one.
    for other in readings.filter(|other| *other != first) {
        let other = self::marked(text, &other, depth);
        marked.hidden.extend(other.hidden);
        marked.values.extend(other.values);
    }
    Ok(marked)
}

/// What one library reads a text as.
#[derive(PartialEq, Eq)]
struct Reading {
    /// The documents, and where each begins.
    documents: Vec<(usize, YamlTree)>,
    /// What stands behind them and cannot be read.
    rest: Option<Range<usize>>,
}

/// What one library sees; `None` where it cannot read the first document.
fn read(text: &str, library: YamlLibrary) -> Option<Reading> {
    let mut reading = Reading { documents: Vec::new(), rest: None };
    let mut start = 0;
    loop {
        let tree = written(&text[start..], library).ok().filter(|tree| tree.nodes.len() <= MAX_NODES);
        let Some(tree) = tree.filter(|_| reading.documents.len() < MAX_DOCUMENTS) else {
            if reading.documents.is_empty() {
                return None;
            }
            reading.rest = Some(start..text.len());
            return Some(reading);
        };
        let rest = tree.rest.as_ref().map(|rest| rest.start);
        reading.documents.push((start, tree));
        match rest {
            None => return Some(reading),
            // One that begins where this one did would be read for ever.
            Some(0) => {
                reading.rest = Some(start..text.len());
                return Some(reading);
            }
            Some(rest) => start += rest,
        }
    }
}

/// What must not be shown of a text that is read so. What could not be read is hidden.
fn marked(text: &str, reading: &Reading, depth: usize) -> Marked {
    let documents = reading.documents.iter().enumerate();
    let documents = documents.map(|(count, (start, tree))| Nodes { text, start: *start, count, tree });
    let documents: Vec<Nodes<'_>> = documents.collect();
    let roots = documents.iter().filter_map(|document| Some(document.node(document.tree.root?)));
    let roots: Vec<RedactNode> = roots.collect();
    let taken = documents.iter().flat_map(Nodes::scalars).collect();
    let mut marked = mark(text, &roots, Kind::Yaml(depth));
    let comments = comment::secrets(text, &merged(taken), &marked.below, false);
    marked.values.extend(comments.iter().map(|range| text[range.clone()].trim().to_owned()));
    marked.hidden.extend(comments.into_iter().chain(reading.rest.clone()));
    marked
}

/// The nodes of one document, as the tree that all formats share.
struct Nodes<'t> {
    text: &'t str,
    /// Where the document begins.
    start: usize,
    /// How many stand before it.
    count: usize,
    tree: &'t YamlTree,
}

impl Nodes<'_> {
    fn span(&self, index: usize) -> Range<usize> {
        let span = &self.tree.nodes[index].span;
        self.start + span.start..self.start + span.end.max(span.start)
    }

    /// The value of a node. Nesting is bounded by the parser.
    fn node(&self, index: usize) -> RedactNode {
        let at = self.span(index);
        let value = match &self.tree.nodes[index].value {
            Form::Scalar(text, _) => {
                RedactValue::Scalar(RedactScalar { text: text.clone(), inner: inner(self.text, at.clone()) })
            }
            // Numbers of anchors are those of their nodes, unlike in every document.
            Form::Alias(target) => RedactValue::Alias(self.anchor(*target)),
            Form::Sequence(items) => RedactValue::List(items.iter().map(|item| self.node(*item)).collect()),
            Form::Mapping(entries) => {
                let entry = |(key, value): &(usize, usize)| Entry {
                    key: self.node(*key),
                    value: self.node(*value),
                    is_name: false,
                };
                RedactValue::Table(entries.iter().map(entry).collect())
            }
        };
        RedactNode { at, value, anchor: self.anchor(index) }
    }

    fn anchor(&self, index: usize) -> usize {
        self.count * MAX_NODES + index + 1
    }

    /// The bytes of all single values. The head of a block may end with a comment.
    fn scalars(&self) -> impl Iterator<Item = Range<usize>> {
        let scalar = |index: &usize| matches!(self.tree.nodes[*index].value, Form::Scalar(..));
        (0..self.tree.nodes.len()).filter(scalar).map(|index| {
            let at = self.span(index);
            if self.text[at.clone()].starts_with(['|', '>']) { inner(self.text, at) } else { at }
        })
    }
}

/// A value without its quotes; of a block its lines, without the head before them.
fn inner(text: &str, at: Range<usize>) -> Range<usize> {
    let raw = &text[at.clone()];
    if raw.len() > 1 && raw.starts_with(['"', '\'']) {
        return at.start + 1..at.end - 1;
    }
    if raw.starts_with(['|', '>']) {
        let body = raw.find('\n').map_or("", |line| &raw[line + 1..]);
        let start = at.end - body.trim_start_matches([' ', '\n', '\r']).len();
        return start..start + text[start..at.end].trim_end().len();
    }
    at.start..at.start + raw.trim_end().len()
}
