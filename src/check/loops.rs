//! `exporter-loop`: collectors that send in a circle. Each round doubles nothing and stores nothing;
//! the collector only gets busier, without a line in its log (seen on 0.159: 23,900 spans in eight
//! seconds from two).

use super::advice;
use super::edge::Fault;
use super::edge::Reach;
use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::dataflow::{Client, Listener, ProgramKind, Protocol, Signal, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// The code of this rule.
pub(super) const CODE: Code = Code("exporter-loop");

/// A pipeline of a collector.
type Pipeline<'a> = (usize, &'a str);

/// What leaves a pipeline enters another one: through a client and the receiver that it meets, or
/// through a connector.
struct Way<'a> {
    /// The client; `None` for a connector.
    client: Option<usize>,
    from: Pipeline<'a>,
    to: Pipeline<'a>,
}

/// The clients that lie on a circle of pipelines: what they send comes back to them. Each comes with the
/// first program of its circle, which names the circle. A collector that hands a trace to itself on
/// purpose, from one pipeline to the next, sends in no circle.
pub(super) fn circles(topology: &Topology, reached: &[Reach]) -> BTreeMap<usize, usize> {
    let ways = ways(topology, reached);
    let joined = |one, other| leads(&ways, one, other) && leads(&ways, other, one);
    let mut circles: BTreeMap<usize, usize> = BTreeMap::new();
    for way in ways.iter().filter(|way| leads(&ways, way.to, way.from)) {
        let Some(index) = way.client else { continue };
        let on_it = ways.iter().filter(|other| joined(other.from, way.from)).map(|other| other.from.0);
        let first = on_it.min().unwrap_or(way.from.0);
        circles.entry(index).and_modify(|known| *known = first.min(*known)).or_insert(first);
    }
    circles
}

fn ways<'a>(topology: &'a Topology, reached: &[Reach]) -> Vec<Way<'a>> {
    let mut ways = Vec::new();
    for (index, (client, reach)) in topology.clients.iter().zip(reached).enumerate() {
        let Reach::Arrives(listener) = reach else { continue };
        let listener = &topology.listeners[*listener];
        if !is_hop(topology, client, listener) {
            continue;
        }
        for from in &client.sends.pipelines {
            // A request for one signal reaches the pipelines of that signal alone.
            let same = |to: &&String| Signal::of_pipeline(to) == Signal::of_pipeline(from);
            ways.extend(listener.takes.pipelines.iter().filter(same).map(|to| Way {
                client: Some(index),
                from: (client.program, from),
                to: (listener.program, to),
            }));
        }
    }
    ways.extend(topology.joints.iter().map(|joint| Way {
        client: None,
        from: (joint.program, &joint.from),
        to: (joint.program, &joint.to),
    }));
    ways
}

fn is_hop(topology: &Topology, client: &Client, listener: &Listener) -> bool {
    let collector = |program: usize| topology.programs[program].kind == ProgramKind::Collector;
    matches!(client.protocol, Protocol::OtlpGrpc | Protocol::OtlpHttp | Protocol::Otlp)
        && matches!(listener.protocol, Protocol::OtlpGrpc | Protocol::OtlpHttp)
        && collector(client.program)
        && collector(listener.program)
}

/// Whether `goal` can be reached from `start` along the ways.
fn leads<'a>(ways: &[Way<'a>], start: Pipeline<'a>, goal: Pipeline<'a>) -> bool {
    let mut seen = BTreeSet::from([start]);
    let mut next = vec![start];
    while let Some(pipeline) = next.pop() {
        if pipeline == goal {
            return true;
        }
        let onward = ways.iter().filter(|way| way.from == pipeline).map(|way| way.to);
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
        let client = broken.client;
        let dials = format!("`{}` dials {}", client.setting, client.peer());
        let finding = match circles.remove(circle) {
            Some(finding) => finding.also(client.at.clone(), dials),
            None => {
                let own = client.program == broken.listener.program;
                let title =
                    if own { "a collector sends to its own receiver" } else { "collectors send in a circle" };
                let finding = Finding::error(CODE, title).at(client.at.clone(), dials).edge(broken.edge);
                match tempo.filter(|listener| listener.protocol == client.protocol) {
                    Some(listener) => finding.help(advice::dial(facts, client, listener)),
                    None => finding.help(format!("point `{}` at Tempo, or remove it", client.setting)),
                }
            }
        };
        let served = format!("where `{}` listens", broken.listener.setting);
        circles.insert(*circle, finding.also(broken.listener.at.clone(), served));
    }
    circles.into_values().for_each(|finding| findings.push(finding));
}
