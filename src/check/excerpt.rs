//! Files that are a part of a configuration: what they leave out may stand elsewhere, so what is wrong with
//! them is worth a warning and no more.

use crate::diagnostic::{Finding, Findings, Place, Severity};
use crate::model::dataflow::{Client, ProgramKind, Protocol, Topology};
use std::collections::BTreeSet;

/// Makes warnings of the errors that are placed in an excerpt.
pub(super) fn soften(topology: &Topology, findings: &mut Findings) {
    let excerpts: Vec<_> = topology
        .programs
        .iter()
        .filter(|program| program.excerpt)
        .filter_map(|program| topology.sources.get(&program.file))
        .collect();
    let is_placed = |finding: &Finding| match finding.at.as_ref().map(|label| &label.place) {
        Some(Place::Text(mark)) => excerpts.contains(&&mark.source),
        _ => false,
    };
    findings.for_each(|finding| {
        if finding.severity == Severity::Error && is_placed(finding) {
            finding.severity = Severity::Warning;
            finding.help.push("this file is a part of a configuration: the rest may stand elsewhere".into());
        }
    });
}

/// Makes warnings of what breaks a scrape or a query of metrics and logs alone: traces arrive all the same.
pub(super) fn soften_beside(topology: &Topology, findings: &mut Findings) {
    let beside = |client: &&Client| {
        matches!(client.protocol, Protocol::Scrape | Protocol::PrometheusApi)
            || client.protocol == Protocol::LokiApi
                && topology.programs[client.program].kind == ProgramKind::Grafana
    };
    let edges: BTreeSet<String> =
        topology.clients.iter().filter(beside).map(|client| client.edge(topology)).collect();
    findings.for_each(|finding| {
        if finding.edge.as_ref().is_some_and(|edge| edges.contains(edge)) {
            finding.severity = Severity::Warning;
        }
    });
}
