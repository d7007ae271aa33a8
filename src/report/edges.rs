//! Words about edges that several reports share.

use crate::check::{CheckReport, ConditionState, Edge, NotChecked};
use crate::diagnostic::{Label, Place, Severity};
use crate::model::dataflow::{Client, Listener, ReadVersion, ServerTlsMode, Topology};
use crate::validate::Validation;
use std::collections::BTreeSet;

/// Whose rules were applied to the programs in containers, and what tells the release.
pub(super) fn judged_as(topology: &Topology) -> BTreeSet<String> {
    let programs = topology.programs.iter().enumerate();
    let in_container = programs.filter(|(index, _)| topology.site_of(*index).service().is_some());
    in_container
        .filter_map(|(index, program)| {
            let version = match &program.version {
                ReadVersion::Image(line) => format!("{line} (image tag)"),
                ReadVersion::Given(line) => format!("{line} (given)"),
                ReadVersion::Inferred(line) => format!("{line} (by its keys)"),
                ReadVersion::Nearest { given, line } => format!("{line} ({given} is not known here)"),
                ReadVersion::Assumed(line) => format!("{line} (assumed: the image's tag names no release)"),
                ReadVersion::None => return None,
            };
            Some(format!("{}{}: {} {version}", topology.file(index), site(topology, index), program.kind))
        })
        .collect()
}

/// What neither rules nor engines could decide.
pub(super) fn not_checked<'a>(verdict: &'a CheckReport, engines: &'a Validation) -> BTreeSet<&'a NotChecked> {
    verdict.not_checked.iter().chain(&engines.not_checked).collect()
}

/// The service whose container a program runs in.
pub(super) fn site(topology: &Topology, program: usize) -> String {
    topology.site_of(program).service().map(|service| format!(" in `{service}`")).unwrap_or_default()
}

/// Why an edge is broken: the codes of the errors that name it or point at its client, `[tls-mismatch] `; its broken
/// conditions where there is none. Nothing of an edge that is not broken.
pub(super) fn broken_by(topology: &Topology, verdict: &CheckReport, edge: &Edge) -> String {
    let client = &topology.clients[edge.client];
    let marks = [Some(&client.at), client.tls.at.as_ref()];
    let points = |label: &Label| matches!(&label.place, Place::Text(mark) if marks.contains(&Some(mark)));
    let errors = verdict.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let own = errors.filter(|finding| {
        finding.edge.as_ref() == Some(&edge.name) || finding.at.iter().chain(&finding.also).any(points)
    });
    let codes: BTreeSet<&str> = own.map(|finding| finding.code.0).collect();
    let broken = edge.conditions.iter().filter(|condition| condition.state == ConditionState::Broken);
    let conditions: Vec<String> = broken.map(|condition| condition.kind.to_string()).collect();
    match (conditions.is_empty(), codes.is_empty()) {
        (true, _) => String::new(),
        (false, true) => format!("[{}] ", conditions.join(", ")),
        (false, false) => format!("[{}] ", codes.into_iter().collect::<Vec<_>>().join(", ")),
    }
}

/// `plaintext`, and what the listener serves where that is something else.
pub(super) fn modes(client: &Client, listener: Option<&Listener>) -> String {
    let word = |tls: bool| if tls { "TLS" } else { "plaintext" };
    let own = client.tls.enabled;
    let theirs = listener.and_then(|listener| match listener.tls.mode {
        ServerTlsMode::Tls => Some(true),
        ServerTlsMode::Plaintext => Some(false),
        ServerTlsMode::HandshakeFails | ServerTlsMode::StartFails => None,
    });
    match theirs {
        Some(theirs) if theirs != own => format!("{}, the listener serves {}", word(own), word(theirs)),
        _ => word(own).to_owned(),
    }
}

pub(super) fn socket(client: &Client) -> String {
    format!("{}:{}", client.host, client.port)
}

/// `1 error`, `2 errors`.
pub fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
