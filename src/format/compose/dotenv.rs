//! `.env` and `env_file` by Compose's own rules, which are not docker's and no shell's.
//!
//! Every row was measured on Compose 2.40.3: a comment after a blank is cut off, double quotes expand
//! variables and escapes, single quotes hold a text as it is, `A: b` is an assignment too.

use super::interpolate::{Variables, interpolate};
use super::tree::InterpolatedText;
use std::ops::Range;

/// One assignment; a key alone takes the shell's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DotenvAssignment {
    pub(super) key: String,
    /// The value; `None` is the shell's.
    pub(super) value: Option<InterpolatedText>,
    /// Where the value is written.
    pub(super) span: Range<usize>,
}

/// The assignments of a file, in order. `around` are the variables known before it.
///
/// # Errors
/// A line that Compose refuses the whole file for, and why.
pub(super) fn parse(text: &str, around: &Variables) -> Result<Vec<DotenvAssignment>, (Range<usize>, String)> {
    let mut all = Vec::new();
    let mut known = around.clone();
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while at < text.len() {
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        let line = text[at..end].trim();
        if line.is_empty() || line.starts_with('#') {
            at = end + 1;
            continue;
        }
        let start = at + (text[at..end].len() - text[at..end].trim_start().len());
        let (assignment, next) = assignment(text, start, end, &known)?;
        if let Some(value) = &assignment.value {
            known.insert(assignment.key.clone(), value.text.clone());
        }
        all.push(assignment);
        at = next;
    }
    Ok(all)
}

type Refused = (Range<usize>, String);

fn assignment(
    text: &str,
    start: usize,
    end: usize,
    known: &Variables,
) -> Result<(DotenvAssignment, usize), Refused> {
    let line = text[start..end].trim_end();
    let refused = |reason: String| (start..start + line.len(), reason);
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    let body = exported.map_or(line, str::trim_start);
    let body_at = start + line.len() - body.len();
    let Some(sign) = body.find(['=', ':']) else {
        if body.contains([' ', '\t']) {
            return Err(refused(format!("key cannot contain a space: `{body}`")));
        }
        let span = body_at..body_at + body.len();
        return Ok((DotenvAssignment { key: body.to_owned(), value: None, span }, end + 1));
    };
    let key = body[..sign].trim_end();
    if key.is_empty() || key.contains([' ', '\t']) {
        return Err(refused("key cannot contain a space".to_owned()));
    }
    let after = body_at + sign + 1;
    let written = &text[after..end];
    let value_at = after + written.len() - written.trim_start().len();
    let (value, span, next) = match text[value_at..end].chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(text, value_at, quote, known)?,
        _ => bare(text, value_at.min(end), end, known)?,
    };
    Ok((DotenvAssignment { key: key.to_owned(), value: Some(value), span }, next))
}

fn bare(
    text: &str,
    at: usize,
    end: usize,
    known: &Variables,
) -> Result<(InterpolatedText, Range<usize>, usize), Refused> {
    let line = text[at..end].trim();
    let comment = line
        .char_indices()
        .zip(line.chars().skip(1))
        .find_map(|((at, before), c)| (c == '#' && before.is_whitespace()).then_some(at));
    let value = comment.map_or(line, |cut| &line[..cut]).trim();
    let span = at..at + value.len();
    Ok((expanded(value, known, &span)?, span, end + 1))
}

fn quoted(
    text: &str,
    at: usize,
    quote: char,
    known: &Variables,
) -> Result<(InterpolatedText, Range<usize>, usize), Refused> {
    let inside = &text[at + 1..];
    let mut before = None;
    let close = inside.char_indices().find_map(|(index, c)| {
        let closes = c == quote && before != Some('\\');
        before = Some(c);
        closes.then_some(index)
    });
    let Some(close) = close else {
        return Err((at..at + 1, "unterminated quoted value".to_owned()));
    };
    let value = &inside[..close];
    let span = at..at + close + 2;
    let rest = &text[span.end..];
    let next = span.end + rest.find('\n').map_or(rest.len(), |length| length + 1);
    if quote == '\'' {
        if rest.starts_with('\'') {
            return Err((span, "unexpected character after a quoted value".to_owned()));
        }
        return Ok((InterpolatedText { text: value.to_owned(), ..InterpolatedText::default() }, span, next));
    }
    Ok((expanded(&unescaped(value), known, &span)?, span, next))
}

fn expanded(value: &str, known: &Variables, span: &Range<usize>) -> Result<InterpolatedText, Refused> {
    let mut text = InterpolatedText { text: value.to_owned(), ..InterpolatedText::default() };
    interpolate(&mut text, known).map_err(|reason| (span.clone(), reason))?;
    Ok(text)
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('$') => out.push_str("$$"),
            Some(other @ ('"' | '\\' | '\'')) => out.push(other),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}
