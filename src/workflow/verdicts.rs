//! Verdicts in the form that `check` was asked for, of a stack or of several directories.

use super::session::{Session, Stop};
use crate::check::CheckReport;
use crate::cli::{CheckArguments, CheckFormat, GraphLanguage};
use crate::diagnostic::Findings;
use crate::model::dataflow::Topology;
use crate::report::graph::{self, GraphFormat};
use crate::report::verdict::{self, CheckView};
use crate::report::{ShownFindings, github, sarif};
use crate::text::Sources;
use crate::validate::Validation;
use std::path::Path;

/// How a verdict is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckForm {
    /// In a format.
    Format(CheckFormat),
    /// As a picture.
    Graph(GraphFormat),
}

impl CheckForm {
    /// What the arguments ask for.
    pub(crate) fn of(arguments: &CheckArguments) -> Self {
        arguments.graph.map_or(Self::Format(arguments.format), |language| Self::Graph(graph_format(language)))
    }
}

/// The language of a picture, as reports know it.
pub(crate) fn graph_format(language: GraphLanguage) -> GraphFormat {
    match language {
        GraphLanguage::Mermaid => GraphFormat::Mermaid,
        GraphLanguage::Dot => GraphFormat::Dot,
    }
}

/// One directory that was judged.
pub(crate) struct PrintedPart<'a> {
    /// As it was given.
    pub(crate) directory: &'a Path,
    /// Its files as read.
    pub(crate) topology: &'a Topology,
    /// What the rules say.
    pub(crate) verdict: &'a CheckReport,
    /// The texts that findings point into.
    pub(crate) sources: &'a Sources,
}

/// The text of one or several directories: one document, whatever the form.
pub(crate) fn printed(parts: &[PrintedPart<'_>], form: CheckForm, colour: bool) -> String {
    let engines = Validation::default();
    let directories: Vec<String> = parts.iter().map(|part| part.directory.display().to_string()).collect();
    let views: Vec<CheckView<'_>> = parts
        .iter()
        .map(|part| CheckView {
            topology: part.topology,
            verdict: part.verdict,
            engines: &engines,
            sources: part.sources,
            desired: None,
        })
        .collect();
    match (views.as_slice(), form) {
        ([view], _) => one(view, form, &directories[0], colour),
        (views, CheckForm::Format(CheckFormat::Json)) => {
            let named = directories.iter().map(String::as_str).zip(views);
            verdict::several_json(&named.collect::<Vec<_>>())
        }
        (_, CheckForm::Format(CheckFormat::Sarif)) => {
            let parts = parts.iter().zip(&directories);
            let parts: Vec<sarif::SarifPart<'_>> = parts
                .map(|(part, directory)| {
                    (ShownFindings::of(&part.verdict.findings, part.sources), directory.as_str())
                })
                .collect();
            sarif::document(&parts)
        }
        (views, _) => {
            let titled = form == CheckForm::Format(CheckFormat::Text);
            let each = views.iter().zip(&directories).enumerate().map(|(index, (view, directory))| {
                let blank = if titled && index > 0 { "\n" } else { "" };
                let title = if titled { format!("{blank}== {directory}\n") } else { String::new() };
                format!("{title}{}", one(view, form, directory, colour))
            });
            each.collect()
        }
    }
}

/// Prints what was asked for, and the document beside it.
///
/// # Errors
/// The document cannot be written.
pub(crate) fn print(
    session: &mut Session,
    form: CheckForm,
    printed: impl Fn(CheckForm, bool) -> String,
) -> Result<(), Stop> {
    let json = CheckForm::Format(CheckFormat::Json);
    session.keep_document(|| printed(json, false))?;
    let text = printed(form, session.colour());
    match form == json {
        true => session.print_document(&text),
        false => session.print(&text),
    }
    Ok(())
}

/// One verdict. `directory` is where its files lie below the root of a checkout.
pub(crate) fn one(subject: &CheckView<'_>, form: CheckForm, directory: &str, colour: bool) -> String {
    match form {
        CheckForm::Graph(format) => {
            graph::render(subject.topology, subject.verdict, subject.sources.hidden(), format)
        }
        CheckForm::Format(CheckFormat::Text) => verdict::text(subject, colour),
        CheckForm::Format(CheckFormat::Json) => verdict::json(subject),
        CheckForm::Format(CheckFormat::Github) => github::annotations(&subject.findings(), directory),
        CheckForm::Format(CheckFormat::Sarif) => sarif::document(&[(subject.findings(), directory)]),
    }
}

/// The faults that keep a stack from being judged any further, in the form that was asked for; `None` where
/// that form has no place for them.
pub(crate) fn faults(
    findings: &Findings,
    sources: &Sources,
    form: CheckForm,
    colour: bool,
) -> Option<String> {
    let CheckForm::Format(format) = form else { return None };
    let shown = ShownFindings::of(findings, sources);
    match format {
        CheckFormat::Json => None,
        CheckFormat::Text => Some(verdict::faults(&shown, colour)),
        CheckFormat::Github => Some(github::annotations(&shown, "")),
        CheckFormat::Sarif => Some(sarif::document(&[(shown, "")])),
    }
}
