//! Faults of the TOML itself, in the product's words.

use super::document::TomlDocument;
use crate::diagnostic::{Code, Finding, Findings, KeyPart, Place};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::de::Error;

/// Whether parts of the text could not be read at all, so that what is missing may stand there.
pub(super) fn is_broken(errors: &[Error]) -> bool {
    errors.iter().any(|error| !is_duplicate(error))
}

/// The faults of the syntax and those of the walk as one list, none told twice: a duplicate key
/// explains what the walk found there, and the walk explains a value that is no TOML better.
pub(super) fn merge(document: &TomlDocument, errors: &[Error], walk: Findings) -> Findings {
    let (duplicates, broken): (Vec<&Error>, Vec<&Error>) =
        errors.iter().partition(|error| is_duplicate(error));
    let told = Spans::new(duplicates.iter().map(|error| span(error)));
    let lines: BTreeSet<usize> = broken.iter().map(|error| document.line_start(span(error).start)).collect();
    // Half a line makes keys that nobody wrote.
    let phantom = |finding: &Finding| {
        matches!(finding.code.0, "unknown-key" | "unknown-table")
            && lines.contains(&document.line_start(place(document, finding).start))
    };
    let walk: Vec<Finding> = walk
        .into_iter()
        .filter(|finding| !told.touch(&place(document, finding)) && !phantom(finding))
        .collect();
    let explained = Spans::new(walk.iter().map(|finding| place(document, finding)));
    let broken = broken.into_iter().filter(|error| !explained.touch(&span(error)));
    let preset = preset(document);
    let syntax =
        duplicates.iter().copied().chain(broken).map(|error| describe(document, error, preset.as_ref()));
    let syntax: Vec<Finding> = syntax.collect();
    walk.into_iter().chain(syntax).collect()
}

/// Ranges of the text that do not overlap each other, in order.
struct Spans(Vec<Range<usize>>);

impl Spans {
    fn new(spans: impl Iterator<Item = Range<usize>>) -> Self {
        let mut spans: Vec<_> = spans.filter(|span| !span.is_empty()).collect();
        spans.sort_by_key(|span| span.start);
        Self(spans)
    }

    /// Whether one of them shares a byte with a range, or ends or begins where it does.
    fn touch(&self, range: &Range<usize>) -> bool {
        let after = self.0.partition_point(|span| span.start <= range.end);
        self.0[..after].last().is_some_and(|span| span.end >= range.start)
    }
}

fn describe(document: &TomlDocument, error: &Error, preset: Option<&Range<usize>>) -> Finding {
    let span = span(error);
    let written = document.text().get(span.clone()).unwrap_or_default();
    if !is_duplicate(error) {
        let title = format!("this is not TOML: {}", error.message());
        // What is hidden in the excerpt cannot be repaired in a help either; the title says what is missing.
        let shown = || document.in_place().text.get(span.clone()) == Some(written);
        let unquoted = error.message().contains("must be quoted") && !written.is_empty() && shown();
        let found = Finding::error(Code("toml-syntax"), title).at(document.mark(span), "");
        return if unquoted { found.help(format!("\"{written}\"")) } else { found };
    }
    let first = document.key_before(span.start, written).or_else(|| header_before(document, span.start));
    if written == "tls" && document.text()[..span.start].trim_end().ends_with('[') {
        let found = Finding::error(Code("duplicate-key"), "`tls` is both a preset and a table");
        let found = found.at(document.mark(span), "");
        let found =
            preset.into_iter().fold(found, |found, preset| found.also(document.mark(preset.clone()), ""));
        return found.help("certificate settings live in `[certificates]`");
    }
    let title = format!("`{written}` is written twice");
    let found = Finding::error(Code("duplicate-key"), title).at(document.mark(span), "");
    let found = first.into_iter().fold(found, |found, first| found.also(document.mark(first), "first here"));
    found.help("keep one of them")
}

/// The header of the same table, where an offset stands in one that is written twice.
fn header_before(document: &TomlDocument, offset: usize) -> Option<Range<usize>> {
    let mut start = 0;
    let mut headers = Vec::new();
    for line in document.text().split_inclusive('\n') {
        let header = line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let at = start + line.find('[').map_or(0, |at| at + 1);
        headers.extend(header.map(|(key, _)| (at..at + key.len(), key)));
        start += line.len();
    }
    let bare = |key: &str| key.split_whitespace().collect::<String>();
    let (_, twice) = headers.iter().find(|(span, _)| span.contains(&offset))?;
    let first = headers.iter().find(|(span, key)| bare(key) == bare(twice) && span.end <= offset);
    first.map(|(span, _)| span.clone())
}

/// The root key `tls`, found in the text: the table of this name has taken its place in the tree.
fn preset(document: &TomlDocument) -> Option<Range<usize>> {
    let root = document.text().split_inclusive('\n').take_while(|line| !line.trim_start().starts_with('['));
    let mut start = 0;
    let starts = root.map(|line| {
        start += line.len();
        (start - line.len(), line)
    });
    let mut presets = starts
        .filter(|(_, line)| line.strip_prefix("tls").is_some_and(|rest| rest.trim_start().starts_with('=')));
    presets.next().map(|(start, _)| start..start + "tls".len())
}

fn is_duplicate(error: &Error) -> bool {
    error.message().starts_with("duplicate key")
}

fn span(error: &Error) -> Range<usize> {
    error.span().unwrap_or(0..0)
}

fn place(document: &TomlDocument, finding: &Finding) -> Range<usize> {
    match finding.at.as_ref().map(|label| &label.place) {
        Some(Place::Text(mark)) => mark.span.clone(),
        Some(Place::Stack(path, KeyPart::Header)) if path.0.is_empty() => 0..0,
        Some(Place::Stack(path, part)) => document.span(path, *part),
        None => 0..0,
    }
}
