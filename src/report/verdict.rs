//! A verdict as text and as JSON: what `check` prints, and the dataflow part of a plan.

use super::edges::{judged_as, not_checked, site, socket};
use super::{diagnostics, sites};

pub use super::edges::plural;

use crate::check::{CheckReport, Condition, ConditionState, Edge};
use crate::diagnostic::{Finding, Label, Place, Severity};
use crate::model::dataflow::Topology;
use crate::text::Sources;
use crate::validate::{ValidatedFile, Validation};
use serde_json::{Value, json};
use std::fmt::Write;

/// Version of the JSON that this module prints. The minor number only ever adds.
pub const FORMAT_VERSION: &str = "1.3";

/// What is printed.
#[derive(Debug)]
pub struct CheckView<'a> {
    /// The files as read.
    pub topology: &'a Topology,
    /// What the rules say of them.
    pub verdict: &'a CheckReport,
    /// What the engines say; their findings are among those of the verdict.
    pub engines: &'a Validation,
    /// The texts that findings point into.
    pub sources: &'a Sources,
    /// The digest of what is wanted, where a stack was judged.
    pub desired: Option<&'a str>,
}

/// Findings, then edges, then what was not checked, then one line that sums up.
pub fn text(subject: &CheckView<'_>, colour: bool) -> String {
    let verdict = subject.verdict;
    let mut text = diagnostics::render(&verdict.findings, subject.sources, colour);
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&match sites::has_sites(subject.topology) {
        true => sites::table(subject.topology, verdict, subject.engines),
        false => dataflow(subject.topology, verdict, subject.engines),
    });
    let count = |severity| verdict.findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    push(&mut text, format_args!("\n{}, {}.\n", plural(errors, "error"), plural(warnings, "warning")));
    if let Some(digest) = subject.desired {
        push(&mut text, format_args!("Desired: {digest}\n"));
    }
    text
}

/// The edges that were checked, what the engines judged and, by name, what nobody could.
pub fn dataflow(topology: &Topology, verdict: &CheckReport, engines: &Validation) -> String {
    let count = |state| verdict.edges.iter().filter(|edge| edge.state() == state).count();
    let (edges, holding) = (plural(verdict.edges.len(), "edge"), count(ConditionState::Met));
    let mut text = format!("Dataflow: {edges} checked, {holding} ok");
    match count(ConditionState::NotKnown) {
        0 => text.push('\n'),
        open => push(&mut text, format_args!(", {open} not known\n")),
    }
    for edge in &verdict.edges {
        push(&mut text, format_args!("  {}\n", line(topology, edge)));
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
        push(&mut text, format_args!("  {one}\n"));
    }
    let not_checked = not_checked(verdict, engines);
    if !not_checked.is_empty() {
        text.push_str("Not checked:\n");
    }
    for unknown in not_checked {
        push(&mut text, format_args!("  {unknown}\n"));
    }
    text
}

fn line(topology: &Topology, edge: &Edge) -> String {
    let client = &topology.clients[edge.client];
    let tls = if client.tls.enabled { "TLS" } else { "plaintext" };
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
    format!("{word}  {file}{site} {} -> {socket}, {}, {tls}{peer}", client.setting, client.protocol)
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("writing to a string does not fail");
}

/// The same as one JSON document.
pub fn json(subject: &CheckView<'_>) -> String {
    let document = json!({
        "format_version": FORMAT_VERSION,
        "desired": subject.desired,
        "dataflow": dataflow_json(subject.topology, subject.verdict, subject.engines),
        "engines": engines_json(subject.engines),
        "findings": findings_json(subject),
    });
    super::json_text(&document)
}

/// Several directories as one JSON document: under `directories`, each by its name as it was given.
pub fn several_json(all: &[(&str, &CheckView<'_>)]) -> String {
    let one = |(directory, subject): &(&str, &CheckView<'_>)| {
        json!({
            "directory": directory,
            "dataflow": dataflow_json(subject.topology, subject.verdict, subject.engines),
            "findings": findings_json(subject),
        })
    };
    let document = json!({
        "format_version": FORMAT_VERSION,
        "directories": all.iter().map(one).collect::<Vec<_>>(),
    });
    super::json_text(&document)
}

/// Edges and what was not checked.
pub fn dataflow_json(topology: &Topology, verdict: &CheckReport, engines: &Validation) -> Value {
    let edges = verdict.edges.iter().map(|edge| {
        let client = &topology.clients[edge.client];
        let listener = edge.listener.map(|index| &topology.listeners[index]);
        json!({
            "name": edge.name,
            "holds": edge.holds(),
            "conditions": edge.conditions.iter().map(condition_json).collect::<Vec<_>>(),
            "dialler": end(topology, client.program, "setting", &client.setting),
            "listener": listener.map(|listener| end(topology, listener.program, "door", &listener.setting)),
            "dials": socket(client),
            "protocol": client.protocol.to_string(),
            "tls": client.tls.enabled,
        })
    });
    let not_checked = not_checked(verdict, engines);
    let not_checked =
        not_checked.iter().map(|unknown| json!({ "place": unknown.place, "reason": unknown.reason }));
    json!({ "edges": edges.collect::<Vec<_>>(), "not_checked": not_checked.collect::<Vec<_>>() })
}

/// One end of an edge; the service only where there is one.
fn end(topology: &Topology, program: usize, what: &str, key: &str) -> Value {
    let mut shown = json!({ "file": topology.file(program), what: key });
    if let Some(service) = topology.site_of(program).service() {
        shown["service"] = json!(service);
    }
    shown
}

fn condition_json(condition: &Condition) -> Value {
    json!({ "condition": condition.kind.to_string(), "state": condition.state.to_string() })
}

/// Which file was judged by which binary.
pub fn engines_json(engines: &Validation) -> Value {
    let one = |judged: &ValidatedFile| {
        let mut shown = json!({
            "file": judged.file.as_str(),
            "by": judged.by,
            "program": judged.program.display().to_string(),
            "accepted": judged.accepted,
        });
        // Only units have one.
        if let Some(level) = &judged.exposure {
            shown["exposure"] = json!(level);
        }
        shown
    };
    engines.validated.iter().map(one).collect()
}

/// Findings with line and column of each place.
pub fn findings_json(subject: &CheckView<'_>) -> Value {
    let findings = diagnostics::without_secrets(&subject.verdict.findings, subject.sources);
    findings.iter().map(|finding| finding_json(finding, subject.sources)).collect()
}

fn finding_json(finding: &Finding, sources: &Sources) -> Value {
    json!({
        "severity": match finding.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "code": finding.code.0,
        "title": finding.title,
        "edge": finding.edge,
        "at": finding.at.as_ref().map(|label| label_json(label, sources)),
        "also": finding.also.iter().map(|label| label_json(label, sources)).collect::<Vec<_>>(),
        "help": finding.help.iter().map(|help| &help.text).collect::<Vec<_>>(),
    })
}

fn label_json(label: &Label, sources: &Sources) -> Value {
    match &label.place {
        Place::Stack(key, _) => json!({ "key": key.to_string(), "text": label.text }),
        Place::Text(mark) => {
            let source = sources.0.get(&mark.source);
            let (line, column) = source.map_or((1, 1), |source| source.position(mark.span.start));
            json!({ "file": mark.source.0, "line": line, "column": column, "text": label.text })
        }
    }
}
