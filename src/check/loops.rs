//! `exporter-loop`: collectors that send in a circle. Each round doubles nothing and stores nothing;
//! the collector only gets busier, without a line in its log (seen on 0.159: 23,900 spans in eight
//! seconds from two).

use super::advice;
use super::edges::Fault;
use super::facts::{Facts, peer};
use super::reach::Reach;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::dataflow::{Dialler, Listener, ProgramKind, Protocol, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// The code of this rule.
pub(super) const CODE: Code = Code("exporter-loop");

/// The diallers that lie on a circle of collectors.
///
/// Which pipeline a receiver feeds is not part of a topology. A collector with several OTLP receivers
/// *and* several OTLP exporters may hand a trace to itself on purpose, from one pipeline to the next,
/// so a circle counts only where it cannot be that. Each dialler comes with the first program of its
/// circle, which names the circle.
pub(super) fn circles(topology: &Topology, reached: &[Reach]) -> BTreeMap<usize, usize> {
    let ways: Vec<(usize, usize, usize)> = topology
        .diallers
        .iter()
        .zip(reached)
        .enumerate()
        .filter_map(|(index, (dialler, reach))| {
            let Reach::Arrives(listener) = reach else { return None };
            let listener = &topology.listeners[*listener];
            let through = !has_own_pipelines(topology, dialler.program)
                && !has_own_pipelines(topology, listener.program);
            (through && is_hop(topology, dialler, listener)).then_some((
                index,
                dialler.program,
                listener.program,
            ))
        })
        .collect();
    let joined = |one, other| leads(&ways, one, other) && leads(&ways, other, one);
    ways.iter()
        .filter(|(_, from, to)| leads(&ways, *to, *from))
        .map(|(index, from, _)| {
            let first =
                ways.iter().map(|(_, program, _)| *program).filter(|program| joined(*program, *from)).min();
            (*index, first.unwrap_or(*from))
        })
        .collect()
}

fn has_own_pipelines(topology: &Topology, program: usize) -> bool {
    let otlp = |protocol| matches!(protocol, Protocol::OtlpGrpc | Protocol::OtlpHttp);
    let receivers: BTreeSet<&str> = topology
        .listeners
        .iter()
        .filter(|listener| listener.program == program && otlp(listener.protocol))
        .map(|listener| listener.door.split(".protocols").next().unwrap_or_default())
        .collect();
    let exporters =
        topology.diallers.iter().filter(|dialler| dialler.program == program && otlp(dialler.protocol));
    receivers.len() > 1 && exporters.count() > 1
}

fn is_hop(topology: &Topology, dialler: &Dialler, listener: &Listener) -> bool {
    let collector = |program: usize| topology.programs[program].kind == ProgramKind::Collector;
    matches!(dialler.protocol, Protocol::OtlpGrpc | Protocol::OtlpHttp)
        && matches!(listener.protocol, Protocol::OtlpGrpc | Protocol::OtlpHttp)
        && collector(dialler.program)
        && collector(listener.program)
}

/// Whether `goal` can be reached from `start` along the ways.
fn leads(ways: &[(usize, usize, usize)], start: usize, goal: usize) -> bool {
    let mut seen = BTreeSet::from([start]);
    let mut next = vec![start];
    while let Some(program) = next.pop() {
        if program == goal {
            return true;
        }
        let onward = ways.iter().filter(|(_, from, _)| *from == program).map(|(.., to)| *to);
        next.extend(onward.filter(|to| seen.insert(*to)));
    }
    false
}

/// One finding for each circle, at its first client.
pub(super) fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let tempo = facts.topology.listeners.iter().find(|listener| {
        facts.server(listener).kind == ProgramKind::Tempo
            && matches!(listener.protocol, Protocol::OtlpGrpc | Protocol::OtlpHttp)
    });
    let mut circles: BTreeMap<usize, Finding> = BTreeMap::new();
    for broken in facts.broken() {
        let Fault::Loop(circle) = broken.fault else { continue };
        let dialler = broken.dialler;
        let dials = format!("`{}` dials {}", dialler.setting, peer(dialler));
        let finding = match circles.remove(circle) {
            Some(finding) => finding.also(dialler.at.clone(), dials),
            None => {
                let own = dialler.program == broken.listener.program;
                let title =
                    if own { "a collector sends to its own receiver" } else { "collectors send in a circle" };
                let finding = Finding::error(CODE, title).at(dialler.at.clone(), dials).edge(broken.edge);
                match tempo.filter(|listener| listener.protocol == dialler.protocol) {
                    Some(listener) => finding.help(advice::dial(facts, dialler, listener)),
                    None => finding.help(format!("point `{}` at Tempo, or remove it", dialler.setting)),
                }
            }
        };
        let served = format!("where `{}` listens", broken.listener.door);
        circles.insert(*circle, finding.also(broken.listener.at.clone(), served));
    }
    circles.into_values().for_each(|finding| findings.push(finding));
}
