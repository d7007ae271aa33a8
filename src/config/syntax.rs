//! Faults of the TOML itself, in the product's words.

use super::document::Document;
use crate::diagnostic::{Code, Finding, Findings, KeyPart, Place};
use std::ops::Range;
use toml::de::Error;

/// Whether parts of the text could not be read at all, so that what is missing may stand there.
pub(super) fn is_broken(errors: &[Error]) -> bool {
    errors.iter().any(|error| !is_duplicate(error))
}

/// The faults of the syntax and those of the walk as one list, none told twice: a duplicate key
/// explains what the walk found there, and the walk explains a value that is no TOML better.
pub(super) fn merge(document: &Document, errors: &[Error], walk: Findings) -> Findings {
    let syntax: Vec<(Range<usize>, bool, Finding)> =
        errors.iter().map(|error| (span(error), is_duplicate(error), describe(document, error))).collect();
    let spans: Vec<Range<usize>> = walk.iter().map(|finding| place(document, finding)).collect();
    let explained = |error: &Range<usize>| spans.iter().any(|span| overlap(span, error));
    let told =
        |span: &Range<usize>| syntax.iter().any(|(error, duplicate, _)| *duplicate && overlap(span, error));
    let kept = walk.into_iter().zip(&spans).filter(|(_, span)| !told(span)).map(|(finding, _)| finding);
    let mut all: Findings = kept.collect();
    for (error, duplicate, finding) in syntax.iter() {
        if *duplicate || !explained(error) {
            all.push(finding.clone());
        }
    }
    all
}

fn describe(document: &Document, error: &Error) -> Finding {
    let span = span(error);
    let written = document.text().get(span.clone()).unwrap_or_default();
    if !is_duplicate(error) {
        let title = format!("this is not TOML: {}", error.message());
        return Finding::error(Code("toml-syntax"), title).at(document.mark(span), "");
    }
    let first = document.key_before(span.start, written);
    if written == "tls" && document.text()[..span.start].trim_end().ends_with('[') {
        let found = Finding::error(Code("duplicate-key"), "`tls` is both a preset and a table");
        let found = found.at(document.mark(span), "");
        let found =
            first.into_iter().fold(found, |found, first| found.also(document.mark(first), "the preset"));
        return found.help("certificate settings live in `[certificates]`");
    }
    let title = format!("`{}` is written twice", written.escape_debug());
    let found = Finding::error(Code("duplicate-key"), title).at(document.mark(span), "");
    let found = first.into_iter().fold(found, |found, first| found.also(document.mark(first), "first here"));
    found.help("keep one of them")
}

fn is_duplicate(error: &Error) -> bool {
    error.message().starts_with("duplicate key")
}

fn span(error: &Error) -> Range<usize> {
    error.span().unwrap_or(0..0)
}

fn place(document: &Document, finding: &Finding) -> Range<usize> {
    match finding.at.as_ref().map(|label| &label.place) {
        Some(Place::Text(mark)) => mark.span.clone(),
        Some(Place::Stack(path, KeyPart::Header)) if path.0.is_empty() => 0..0,
        Some(Place::Stack(path, part)) => document.span(path, *part),
        None => 0..0,
    }
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    !a.is_empty() && a.start <= b.end && b.start < a.end
}
