//! Secrets in `stack.toml`, also where it cannot be read: what a broken line holds is judged by its words.

use super::comment;
use super::ranges::{lines, merged};
use super::tree::{Entry, Kind, Marked, RedactNode, RedactScalar, RedactValue, mark};
use crate::text::secret::sounds_secret;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Tables of tables whose keys are names that the user gave.
const NAMED: [&str; 3] = ["app", "collector", "host"];

/// What must not be shown of a text. One that cannot be read in whole is searched line by line too.
pub(super) fn secrets(text: &str) -> Marked {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut taken = Vec::new();
    let root = RedactNode { at: 0..text.len(), value: table(text, root.get_ref(), 0, &mut taken), anchor: 0 };
    let mut marked = mark(text, std::slice::from_ref(&root), Kind::Stack);
    let comments = comment::secrets(text, &merged(taken), &marked.below, true);
    marked.hidden.extend(comments);
    if !errors.is_empty() {
        let broken = by_line(text, &marked.plain);
        marked.values.extend(broken.iter().map(|range| text[range.clone()].trim().to_owned()));
        marked.hidden.extend(broken);
    }
    marked.hidden = merged(marked.hidden);
    marked
}

fn table(text: &str, table: &DeTable<'_>, depth: usize, taken: &mut Vec<Range<usize>>) -> RedactValue {
    let entries = table.iter().map(|(key, value)| {
        let name: &str = key.get_ref();
        let at = clamped(text, key.span());
        taken.push(at.clone());
        let named = depth == 0 && NAMED.contains(&name);
        let key = RedactNode {
            at: at.clone(),
            value: RedactValue::Scalar(RedactScalar { text: name.to_owned(), inner: at }),
            anchor: 0,
        };
        let value = node(text, value, if named { 1 } else { depth + 2 }, taken);
        Entry { key, value, is_name: depth == 1 }
    });
    RedactValue::Table(entries.collect())
}

/// `depth` is 1 directly below a table of named tables.
fn node(text: &str, value: &Spanned<DeValue<'_>>, depth: usize, taken: &mut Vec<Range<usize>>) -> RedactNode {
    let at = clamped(text, value.span());
    match value.get_ref() {
        DeValue::Table(inner) => {
            let value = table(text, inner, depth, taken);
            let end = end_of(&value).max(at.end);
            RedactNode { at: at.start..end, value, anchor: 0 }
        }
        DeValue::Array(items) => {
            let items = items.iter().map(|item| node(text, item, depth + 2, taken)).collect();
            RedactNode { at, value: RedactValue::List(items), anchor: 0 }
        }
        scalar => {
            taken.push(at.clone());
            let raw = &text[at.clone()];
            let meant = scalar.as_str().map_or_else(|| raw.to_owned(), str::to_owned);
            RedactNode {
                value: RedactValue::Scalar(RedactScalar { text: meant, inner: inner(raw, at.clone()) }),
                at,
                anchor: 0,
            }
        }
    }
}

/// A parser that gave up in the middle of a letter leaves half of it to the span.
fn clamped(text: &str, span: Range<usize>) -> Range<usize> {
    let start = (0..=span.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end =
        (span.end.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    start..end.max(start)
}

fn end_of(value: &RedactValue) -> usize {
    match value {
        RedactValue::Table(entries) => {
            entries.iter().map(|entry| entry.value.at.end.max(entry.key.at.end)).max().unwrap_or(0)
        }
        _ => 0,
    }
}

/// The bytes of a text without its quotes.
fn inner(raw: &str, at: Range<usize>) -> Range<usize> {
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        if let Some(inside) = raw.strip_prefix(quote).filter(|inside| inside.ends_with(quote)) {
            let body = &inside[..inside.len() - quote.len()];
            // The line end behind three quotes is no part of the text.
            let skipped =
                if quote.len() == 3 { body.len() - body.trim_start_matches(['\r', '\n']).len() } else { 0 };
            let start = at.start + quote.len() + skipped.min(2);
            return start..(at.end - quote.len()).max(start);
        }
    }
    at
}

/// Of each line that speaks of a secret, or stands under a header that does, what stands behind its first
/// `=`; of a value that goes on over several lines, all of them. `plain` was read and judged to be none.
fn by_line(text: &str, plain: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut below, mut open) = (false, false);
    for (start, line) in lines(text) {
        let body = line.trim();
        if is_header(body, open) {
            (below, open) = (header_sounds(body), false);
            continue;
        }
        let sounds = comment::sounds(line);
        if !(below || open || sounds) {
            continue;
        }
        let from = match line.find('=') {
            Some(sign) if !open => sign + 1,
            _ => 0,
        };
        let value = line[from..].trim();
        let ends = value.ends_with(['"', '\'', '}', ']']) && balanced(value) || value.is_empty() && !open;
        open = open || !ends && value.contains(['"', '\'', '{', '[']);
        let from = start + from;
        found.extend(without(from..start + line.len(), plain));
    }
    found
}

/// Whether a line is the header of a table. In a value that goes on, a list can look like one.
fn is_header(line: &str, open: bool) -> bool {
    let inside = line.split('#').next().unwrap_or_default().trim().strip_prefix('[');
    let inside = inside.and_then(|inside| inside.strip_suffix(']'));
    let bare = |letter: char| letter.is_ascii_alphanumeric() || "_-. []".contains(letter);
    inside.is_some_and(|inside| {
        !inside.is_empty() && (!open || inside.chars().all(bare)) && !inside.contains([',', '='])
    })
}

/// Whether all quotes and brackets of a value are closed on its line.
fn balanced(value: &str) -> bool {
    let count = |letter: char| value.matches(letter).count();
    count('"').is_multiple_of(2)
        && count('\'').is_multiple_of(2)
        && count('{') == count('}')
        && count('[') == count(']')
        && !value.ends_with("\"\"\"\"")
        && (value.matches("\"\"\"").count() + value.matches("'''").count()).is_multiple_of(2)
}

/// Whether one of the keys of `[collector.main.headers]` sounds secret; names of named tables do not count.
fn header_sounds(header: &str) -> bool {
    let keys: Vec<&str> =
        header.trim_matches(['[', ']']).split('.').map(|key| key.trim().trim_matches(['"', '\''])).collect();
    let is_name = |index: usize| index == 1 && NAMED.contains(&keys[0]);
    keys.iter().enumerate().any(|(index, key)| !is_name(index) && sounds_secret(key))
}

/// A range without others that lie in it.
fn without(range: Range<usize>, others: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut left = Vec::new();
    let mut start = range.start;
    let mut inside: Vec<_> =
        others.iter().filter(|other| other.start >= range.start && other.end <= range.end).collect();
    inside.sort_by_key(|other| other.start);
    for other in inside {
        left.push(start..other.start.max(start));
        start = other.end.max(start);
    }
    left.push(start..range.end);
    left
}
