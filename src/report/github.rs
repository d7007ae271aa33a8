//! Findings as annotations of GitHub Actions: one workflow command a finding, which a pull request shows
//! beside its line.

use super::ShownFindings;
use crate::diagnostic::{Finding, Label, Place, Severity};
use crate::text::{Sources, foreign};
use std::borrow::Cow;

/// One line a finding. `directory` is where the files lie below the root of the checkout, empty for the
/// root itself.
pub fn annotations(shown: &ShownFindings<'_>, directory: &str) -> String {
    shown.findings().iter().map(|finding| annotation(finding, shown.sources(), directory).command()).collect()
}

/// How much an annotation weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnnotationLevel {
    /// It cannot be.
    Error,
    /// It is to be minded.
    Warning,
    /// It is to be known.
    Notice,
}

/// A line of a file, as GitHub knows it: from the root of the checkout.
#[derive(Clone, Debug)]
pub(super) struct AnnotationPlace {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) column: Option<usize>,
}

/// One annotation.
#[derive(Clone, Debug)]
pub(super) struct Annotation {
    pub(super) level: AnnotationLevel,
    pub(super) title: String,
    pub(super) at: Option<AnnotationPlace>,
    pub(super) text: String,
}

impl Annotation {
    /// The command that shows it, with the end of its line.
    pub(super) fn command(&self) -> String {
        let mut properties = Vec::new();
        if let Some(place) = &self.at {
            properties.push(format!("file={}", property(&place.file)));
            properties.push(format!("line={}", place.line));
            properties.extend(place.column.map(|column| format!("col={column}")));
        }
        properties.push(format!("title={}", property(&self.title)));
        let level = match self.level {
            AnnotationLevel::Error => "error",
            AnnotationLevel::Warning => "warning",
            AnnotationLevel::Notice => "notice",
        };
        format!("::{level} {}::{}\n", properties.join(","), data(&foreign(&self.text)))
    }
}

/// Why a verb ended, where nothing else says it.
pub fn stopped(why: &str) -> String {
    let (title, text) = ("tracewright".to_owned(), why.to_owned());
    Annotation { level: AnnotationLevel::Error, title, at: None, text }.command()
}

fn annotation(finding: &Finding, sources: &Sources, directory: &str) -> Annotation {
    let place = finding.at.as_ref().and_then(|label| position(label, sources));
    Annotation {
        level: match finding.severity {
            Severity::Error => AnnotationLevel::Error,
            Severity::Warning => AnnotationLevel::Warning,
        },
        title: finding.code.0.to_owned(),
        at: place.map(|place| AnnotationPlace {
            file: joined(directory, &place.file),
            line: place.line,
            column: Some(place.column),
        }),
        text: message(finding, sources),
    }
}

/// Title, what stands beside the caret, the other places, and the helps, a line each.
pub(super) fn message(finding: &Finding, sources: &Sources) -> String {
    let mut lines = vec![finding.title.clone()];
    lines.extend(finding.at.iter().map(|label| label.text.clone()).filter(|text| !text.is_empty()));
    lines.extend(finding.also.iter().map(|label| match position(label, sources) {
        Some(place) => format!("{}:{}: {}", place.file, place.line, label.text),
        None => label.text.clone(),
    }));
    lines.extend(finding.help.iter().map(|help| format!("help: {help}")));
    lines.iter().map(|line| foreign(line)).collect::<Vec<Cow<'_, str>>>().join("\n")
}

/// A place in a file, counted from 1.
pub(super) struct Position {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Where a label points; `None` for a key that stands in no text.
pub(super) fn position(label: &Label, sources: &Sources) -> Option<Position> {
    let Place::Text(mark) = &label.place else { return None };
    let source = sources.get(&mark.source);
    let (line, column) = source.map_or((1, 1), |source| source.position(mark.span.start));
    Some(Position { file: mark.source.0.clone(), line, column })
}

/// The path of a file from the root of the checkout.
pub(super) fn joined(directory: &str, file: &str) -> String {
    let (directory, file) = (directory.trim_end_matches('/'), file.trim_start_matches('/'));
    match directory.trim_start_matches("./") {
        "" | "." => file.to_owned(),
        directory => format!("{directory}/{file}"),
    }
}

/// What follows the colons: a percent sign and line ends are escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value between commas.
fn property(text: &str) -> String {
    data(&foreign(&text.replace(['\n', '\r'], " "))).replace(':', "%3A").replace(',', "%2C")
}
