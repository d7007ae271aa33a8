//! A verdict as text and as JSON: what `check` prints, and the dataflow part of a plan.

use super::document::{CheckDocument, DirectoriesDocument, printed};
use super::edges::{broken_by, judged_as, modes, not_checked, site, socket};
use super::push;
use super::{ShownFindings, diagnostics, sites};

pub use super::edges::plural;
pub use super::subject::CheckView;

use crate::check::{CheckReport, ConditionState, Edge};
use crate::diagnostic::{Findings, Severity};
use crate::model::dataflow::Topology;
use crate::validate::ValidatedFile;

/// Findings, then edges, then what was not checked, then one line that sums up.
pub fn text(subject: &CheckView<'_>, colour: bool) -> String {
    let verdict = subject.verdict;
    let mut text = diagnostics::render(&subject.findings(), colour);
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&match sites::has_sites(subject.topology) {
        true => {
            let hidden = subject.sources.hidden();
            let table = sites::table(subject.topology, verdict, subject.engines);
            table.lines().map(|line| hidden.line(line) + "\n").collect()
        }
        false => dataflow(subject),
    });
    push(&mut text, format_args!("\n{}\n", counted(&verdict.findings)));
    if let Some(digest) = subject.desired {
        push(&mut text, format_args!("Desired: {digest}\n"));
    }
    text
}

/// The faults that kept a stack from being judged any further, and one line that sums up.
pub fn faults(shown: &ShownFindings<'_>, colour: bool) -> String {
    format!("{}\n{}\n", diagnostics::render(shown, colour), counted(shown.findings()))
}

/// `1 error, 2 warnings.`
fn counted(findings: &Findings) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    format!("{}, {}.", plural(errors, "error"), plural(warnings, "warning"))
}

/// The edges that were checked, what the engines judged and, by name, what nobody could.
///
/// What a line says of an address or a reason comes out of the files: their secrets do not come with it.
pub fn dataflow(subject: &CheckView<'_>) -> String {
    let CheckView { topology, verdict, engines, .. } = subject;
    let hidden = subject.sources.hidden();
    let count = |state| verdict.edges.iter().filter(|edge| edge.state() == state).count();
    let (edges, holding) = (plural(verdict.edges.len(), "edge"), count(ConditionState::Met));
    let mut text = format!("Dataflow: {edges} checked, {holding} ok");
    match count(ConditionState::NotKnown) {
        0 => text.push('\n'),
        open => push(&mut text, format_args!(", {open} not known\n")),
    }
    for edge in &verdict.edges {
        push(&mut text, format_args!("  {}\n", hidden.line(&line(topology, verdict, edge))));
    }
    if !engines.validated.is_empty() {
        text.push_str("Engines:\n");
    }
    for ValidatedFile { file, by, accepted, exposure, .. } in &engines.validated {
        let word = if *accepted { "validated" } else { "refused" };
        let exposure = exposure.as_ref().map(|level| format!(", exposure {level}")).unwrap_or_default();
        push(&mut text, format_args!("  {file}: {word} by {by}{exposure}\n"));
    }
    let judged_as = judged_as(topology);
    if !judged_as.is_empty() {
        text.push_str("Judged as:\n");
    }
    for one in judged_as {
        push(&mut text, format_args!("  {}\n", hidden.line(&one)));
    }
    let not_checked = not_checked(verdict, engines);
    if !not_checked.is_empty() {
        text.push_str("Not checked:\n");
    }
    for unknown in not_checked {
        push(&mut text, format_args!("  {}\n", hidden.line(&unknown.to_string())));
    }
    text
}

fn line(topology: &Topology, verdict: &CheckReport, edge: &Edge) -> String {
    let client = &topology.clients[edge.client];
    let modes = modes(client, edge.listener.map(|index| &topology.listeners[index]));
    let word = match edge.state() {
        ConditionState::Met => "ok    ",
        ConditionState::NotKnown => "not known",
        ConditionState::Broken => "BROKEN",
    };
    let peer = edge.listener.map_or_else(String::new, |index| {
        let listener = &topology.listeners[index];
        format!(
            " ({} of {}{})",
            listener.setting,
            topology.file(listener.program),
            site(topology, listener.program)
        )
    });
    let socket = socket(client);
    let (file, site) = (topology.file(client.program), site(topology, client.program));
    let why = broken_by(topology, verdict, edge);
    format!("{word}  {why}{file}{site} {} -> {socket}, {}, {modes}{peer}", client.setting, client.protocol)
}

/// The same as one JSON document.
pub fn json(subject: &CheckView<'_>) -> String {
    printed(&CheckDocument::of(subject))
}

/// Several directories as one JSON document: under `directories`, each by its name as it was given.
pub fn several_json(all: &[(&str, &CheckView<'_>)]) -> String {
    printed(&DirectoriesDocument::of(all))
}
