//! Verdicts in the form that `check` was asked for, of a stack or of several directories.

use crate::check::CheckReport;
use crate::cli::{CheckArguments, CheckFormat, GraphLanguage};
use crate::diagnostic::Findings;
use crate::model::dataflow::Topology;
use crate::report::graph::{self, GraphFormat};
use crate::report::verdict::{self, CheckView};
use crate::report::{github, sarif};
use crate::text::Sources;
use crate::validate::Validation;
use std::path::Path;

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
pub(crate) fn printed(parts: &[PrintedPart<'_>], arguments: &CheckArguments, colour: bool) -> String {
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
    match (views.as_slice(), arguments.graph, arguments.format) {
        ([view], ..) => one(view, arguments, &directories[0], colour),
        (views, None, CheckFormat::Json) => {
            let named = directories.iter().map(String::as_str).zip(views);
            verdict::several_json(&named.collect::<Vec<_>>())
        }
        (_, None, CheckFormat::Sarif) => {
            let parts = parts.iter().zip(&directories);
            let parts: Vec<sarif::SarifPart<'_>> = parts
                .map(|(part, directory)| (&part.verdict.findings, part.sources, directory.as_str()))
                .collect();
            sarif::document(&parts)
        }
        (views, _, format) => {
            let titled = arguments.graph.is_none() && format == CheckFormat::Text;
            let each = views.iter().zip(&directories).enumerate().map(|(index, (view, directory))| {
                let blank = if titled && index > 0 { "\n" } else { "" };
                let title = if titled { format!("{blank}== {directory}\n") } else { String::new() };
                format!("{title}{}", one(view, arguments, directory, colour))
            });
            each.collect()
        }
    }
}

/// One verdict. `directory` is where its files lie below the root of a checkout.
pub(crate) fn one(
    subject: &CheckView<'_>,
    arguments: &CheckArguments,
    directory: &str,
    colour: bool,
) -> String {
    let (findings, sources) = (&subject.verdict.findings, subject.sources);
    match (arguments.graph, arguments.format) {
        (Some(language), _) => {
            let format = match language {
                GraphLanguage::Mermaid => GraphFormat::Mermaid,
                GraphLanguage::Dot => GraphFormat::Dot,
            };
            graph::render(subject.topology, subject.verdict, &subject.sources.hidden(), format)
        }
        (None, CheckFormat::Text) => verdict::text(subject, colour),
        (None, CheckFormat::Json) => verdict::json(subject),
        (None, CheckFormat::Github) => github::annotations(findings, sources, directory),
        (None, CheckFormat::Sarif) => sarif::document(&[(findings, sources, directory)]),
    }
}

/// The faults that keep a stack from being judged any further, in the form that was asked for; `None` where
/// that form has no place for them.
pub(crate) fn faults(
    findings: &Findings,
    sources: &Sources,
    arguments: &CheckArguments,
    colour: bool,
) -> Option<String> {
    match (arguments.graph, arguments.format) {
        (Some(_), _) | (None, CheckFormat::Json) => None,
        (None, CheckFormat::Text) => Some(verdict::faults(findings, sources, colour)),
        (None, CheckFormat::Github) => Some(github::annotations(findings, sources, "")),
        (None, CheckFormat::Sarif) => Some(sarif::document(&[(findings, sources, "")])),
    }
}
