//! Secrets in YAML and JSON: by the parser's events, so that nothing that is written is overlooked,
//! duplicate keys, further documents and merged blocks included.

use super::tree::{Entry, Kind, Marked, Node, Scalar, Value, mark};
use super::{comment, ranges::merged};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::ops::Range;

/// Deeper nesting is not looked into: every walk over the tree is recursive.
const MAX_DEPTH: usize = 100;
/// More values are not looked into.
const MAX_NODES: usize = 300_000;

/// What must not be shown of a text.
///
/// # Errors
/// It cannot be parsed, so nothing can be told of it.
pub(super) fn secrets(text: &str, depth: usize) -> Result<Marked, ()> {
    let mut builder = Builder { text, ..Builder::default() };
    let offsets = Offsets::of(text);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|_| ())?;
        builder.take(event, offsets.range(span))?;
    }
    let mut marked = mark(text, &builder.roots, Kind::Yaml(depth));
    let comments = comment::secrets(text, &merged(builder.taken), &marked.below, false);
    marked.values.extend(comments.iter().map(|range| text[range.clone()].trim().to_owned()));
    marked.hidden.extend(comments);
    Ok(marked)
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
        match self.bytes.get(character) {
            Some(byte) => *byte,
            None if self.bytes.is_empty() => character.min(self.length),
            None => self.length,
        }
    }

    fn range(&self, span: Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        start..self.byte(span.end.index()).max(start)
    }
}

/// A collection that is not closed yet.
struct Open {
    start: usize,
    anchor: usize,
    is_table: bool,
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    open: Vec<Open>,
    roots: Vec<Node>,
    taken: Vec<Range<usize>>,
    nodes: usize,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), ()> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let at = core(self.text, span, style);
                self.taken.push(at.clone());
                let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
                let inner = if quoted && at.len() > 1 { at.start + 1..at.end - 1 } else { at.clone() };
                self.close(Node {
                    at,
                    value: Value::Scalar(Scalar { text: text.into_owned(), inner }),
                    anchor,
                })
            }
            Event::Alias(anchor) => self.close(Node { at: span, value: Value::Alias(anchor), anchor: 0 }),
            Event::SequenceStart(anchor, _) => self.begin(span.start, anchor, false),
            Event::MappingStart(anchor, _) => self.begin(span.start, anchor, true),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Err(()) };
                self.close(open.finish(span))
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, start: usize, anchor: usize, is_table: bool) -> Result<(), ()> {
        if self.open.len() >= MAX_DEPTH {
            return Err(());
        }
        self.open.push(Open { start, anchor, is_table, nodes: Vec::new() });
        Ok(())
    }

    fn close(&mut self, node: Node) -> Result<(), ()> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(());
        }
        match self.open.last_mut() {
            Some(open) => open.nodes.push(node),
            None => self.roots.push(node),
        }
        Ok(())
    }
}

impl Open {
    fn finish(self, end: Range<usize>) -> Node {
        // A block ends where the next one begins; what counts is its last value.
        let last = self.nodes.last().map_or(self.start, |node| node.at.end);
        let at = self.start..if end.is_empty() { last } else { end.end }.max(self.start);
        let value = if self.is_table {
            let mut nodes = self.nodes.into_iter();
            let mut entries = Vec::new();
            while let (Some(key), Some(value)) = (nodes.next(), nodes.next()) {
                entries.push(Entry { key, value, is_name: false });
            }
            Value::Table(entries)
        } else {
            Value::List(self.nodes)
        };
        Node { at, value, anchor: self.anchor }
    }
}

/// The bytes of a scalar alone. The parser's span begins with its tag and anchor and may run on over
/// blanks and comments.
fn core(text: &str, span: Range<usize>, style: ScalarStyle) -> Range<usize> {
    let mut start = span.start;
    while matches!(style, ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)
        && text[start..span.end].starts_with(['&', '!'])
    {
        let rest = &text[start..span.end];
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        start += rest.len() - rest[word..].trim_start().len();
    }
    let quote = match style {
        ScalarStyle::SingleQuoted => '\'',
        ScalarStyle::DoubleQuoted => '"',
        _ => return start..start + text[start..span.end].trim_end().len(),
    };
    let mut letters = text[start..].char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        let doubled = letter == '\'' && letters.peek().is_some_and(|(_, next)| *next == '\'');
        if (quote == '"' && letter == '\\') || (quote == '\'' && doubled) {
            // What is escaped closes nothing.
            letters.next();
        } else if letter == quote {
            return start..start + at + 1;
        }
    }
    start..span.end
}
