//! Environment files as lines: what each dialect's parsers make of them, with positions.
//!
//! The rules are those of real parsers (python-dotenv, npm's dotenv, dotenvy, godotenv, compose,
//! systemd 252, bash, dash, docker), measured over one corpus. Used for applications' files and for
//! the environment of the engines' own units.

use super::marker::is_marker;
use crate::model::env::EnvFormat;
use std::borrow::Cow;
use std::ops::Range;

/// An environment file in its lines; blank lines and comments are left out.
#[derive(Clone, Debug, Default)]
pub struct EnvFile<'a> {
    /// Assignments, in file order.
    pub entries: Vec<EnvEntry<'a>>,
    /// Lines that are no assignment, or that the dialect refuses, and their text.
    pub malformed: Vec<(Range<usize>, &'a str)>,
    /// The first lines of values whose quote never closes, or closes beyond our marker.
    pub open_quotes: Vec<Range<usize>>,
    /// Whether there is a block of ours.
    pub has_block: bool,
}

/// `KEY=VALUE`.
#[derive(Clone, Debug)]
pub struct EnvEntry<'a> {
    /// The key.
    pub key: &'a str,
    /// The value, unquoted as the dialect does it.
    pub value: Cow<'a, str>,
    /// The whole assignment.
    pub span: Range<usize>,
    /// The value as written.
    pub value_span: Range<usize>,
    /// Whether it stands in our block.
    pub inside: bool,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

impl EnvFile<'_> {
    /// The last assignment of a key: nearly every parser lets the last one win.
    pub fn last(&self, key: &str) -> Option<&EnvEntry<'_>> {
        self.entries.iter().rev().find(|entry| entry.key == key)
    }
}

/// Splits a file into its assignments.
pub fn parse(text: &str, dialect: EnvFormat) -> EnvFile<'_> {
    let mut file = EnvFile::default();
    let mut inside = false;
    let mut at = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    if at > 0 || (dialect == EnvFormat::Shell && text.contains("\r\n")) {
        // Five of twelve parsers lose the first line or the file to the mark; a shell keeps each CR.
        let end = text.find(['\r', '\n']).unwrap_or(text.len());
        file.malformed.push((0..end, &text[..end]));
    }
    while at < text.len() {
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        let line = text[at..end].trim_end_matches('\r');
        let body = line.trim_start();
        let span = at + (line.len() - body.len())..at + line.trim_end().len().max(line.len() - body.len());
        let mut next = end + 1;
        if is_marker(body) {
            inside = body.starts_with("# >>>");
            file.has_block |= inside;
        } else if body.is_empty()
            || body.starts_with('#')
            || (dialect == EnvFormat::Systemd && body.starts_with(';'))
        {
            // Nothing to read.
        } else if let Some((key, value_at)) = assignment(text, &span, dialect) {
            match value(text, value_at, dialect) {
                Some((value, value_span)) => {
                    next = next.max(
                        text[value_span.end..]
                            .find('\n')
                            .map_or(text.len(), |length| value_span.end + length)
                            + 1,
                    );
                    let span = span.start..value_span.end;
                    file.entries.push(EnvEntry { key, value, span, value_span, inside });
                }
                None => file.open_quotes.push(span),
            }
        } else {
            file.malformed.push((span, body));
        }
        at = next;
    }
    file
}

/// The key of a line and where its value begins; `None` where the dialect takes it for something
/// else.
fn assignment<'a>(text: &'a str, span: &Range<usize>, dialect: EnvFormat) -> Option<(&'a str, usize)> {
    let line = &text[span.clone()];
    let equals = line.find('=')?;
    let written = &line[..equals];
    let exports = matches!(dialect, EnvFormat::Dotenv | EnvFormat::Shell);
    let bare = written.strip_prefix("export ").filter(|_| exports).map_or(written, str::trim_start);
    let spaced = matches!(dialect, EnvFormat::Dotenv | EnvFormat::Systemd);
    let key = if spaced { bare.trim_end() } else { bare };
    let mut characters = key.chars();
    let first = characters.next()?;
    let named = (first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    let value = &line[equals + 1..];
    if !named || (!spaced && value.starts_with([' ', '\t'])) {
        return None;
    }
    Some((key, span.start + equals + 1 + value.len() - value.trim_start().len()))
}

/// The value that begins at an offset, and its bytes; `None` for a quote that does not close.
fn value(text: &str, at: usize, dialect: EnvFormat) -> Option<(Cow<'_, str>, Range<usize>)> {
    let rest = &text[at..];
    let line = rest.split(['\n', '\r']).next().unwrap_or_default();
    let quote = line.chars().next().filter(|c| matches!(c, '"' | '\'') && dialect != EnvFormat::Docker);
    let Some(quote) = quote else {
        let bare = match (dialect, line.find(" #")) {
            (EnvFormat::Dotenv | EnvFormat::Shell | EnvFormat::Injector, Some(comment)) => &line[..comment],
            _ => line,
        };
        let bare = bare.trim_end();
        return Some((Cow::Borrowed(bare), at..at + bare.len()));
    };
    let inside = &rest[1..];
    let close = closing(inside, quote)?;
    let quoted = &inside[..close];
    if quoted.lines().skip(1).any(|line| is_marker(line.trim_start())) {
        return None;
    }
    let value = if quote == '"' && quoted.contains('\\') {
        Cow::Owned(unescape(quoted))
    } else {
        Cow::Borrowed(quoted)
    };
    Some((value, at..at + close + 2))
}

fn closing(inside: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (index, c) in inside.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote == '"' {
            escaped = true;
        } else if c == quote {
            return Some(index);
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (c, characters.clone().next()) {
            ('\\', Some(next @ ('"' | '\\' | '$' | '`'))) => {
                out.push(next);
                characters.next();
            }
            _ => out.push(c),
        }
    }
    out
}
