//! `port-taken` and `port-convention`: what a port is used for.

use super::advice;
use super::edge::overlap;
use super::facts::{Facts, shown_listener};
use crate::diagnostic::{Code, Finding, Findings, Help};
use crate::model::dataflow::{Client, Listener, Protocol, Topology};
use crate::model::names::Port;

/// The code of two listeners on one port.
pub(super) const TAKEN: Code = Code("port-taken");
/// The code of the other protocol on a conventional port.
pub(super) const CONVENTION: Code = Code("port-convention");

/// Pairs of listeners that cannot both have their port, each with the first that has it.
pub(super) fn conflicts(topology: &Topology) -> Vec<(usize, usize)> {
    let listeners = &topology.listeners;
    let first = |second: usize| {
        let (port, bind) = (listeners[second].port, &listeners[second].bind);
        let site = |listener: usize| topology.programs[listeners[listener].program].site;
        (0..second).find(|first| {
            listeners[*first].port == port
                && site(*first) == site(second)
                && overlap(&listeners[*first].bind, bind)
        })
    };
    (0..listeners.len()).filter_map(|second| Some((first(second)?, second))).collect()
}

/// Speaks of every listener that finds its port taken.
pub(super) fn taken(facts: &Facts<'_>, findings: &mut Findings) {
    for (first, second) in &facts.taken {
        let (first, second) = (&facts.topology.listeners[*first], &facts.topology.listeners[*second]);
        let label =
            |listener| format!("{} on {}", shown_listener(facts.server(listener), listener), listener.bind);
        findings.push(
            Finding::error(TAKEN, format!("port {} is opened twice", second.port))
                .at(second.at.clone(), label(second))
                .also(first.at.clone(), label(first))
                .help(move_port(facts, second, first)),
        );
    }
}

/// Put a listener that finds its port taken on a free one, with its clients.
fn move_port(facts: &Facts<'_>, listener: &Listener, stays: &Listener) -> Help {
    let is_used = |port: &Port| facts.topology.listeners.iter().any(|listener| listener.port == *port);
    let next = i64::from(listener.port.number()) + 10_000;
    let free = (next..65_536).chain(1_024..next).filter_map(Port::new).find(|port| !is_used(port));
    let free = free.unwrap_or(listener.port);
    // The program that keeps the port does not dial itself there: what it dials is the one that moves.
    let follows = |client: &&Client| {
        client.program == stays.program
            && client.port == listener.port
            && client.protocol == listener.protocol
            && client.means.contains(&facts.server(listener).kind)
    };
    let listener_there = Listener { port: free, ..listener.clone() };
    let clients = facts.topology.clients.iter().filter(follows);
    clients.fold(
        advice::listen(facts, listener, free)
            .worded(|text| format!("move one of them, and its clients with it; {text}")),
        |moved, client| {
            let dials = advice::dial(facts, client, &listener_there);
            let text = format!("{}; {dials}", moved.text);
            Help { text, edits: moved.edits.into_iter().chain(dials.edits).collect() }
        },
    )
}

/// Speaks of gRPC on 4318 and of HTTP on 4317.
pub(super) fn convention(facts: &Facts<'_>, findings: &mut Findings) {
    for (index, listener) in facts.topology.listeners.iter().enumerate() {
        if facts.taken.iter().any(|(first, second)| [*first, *second].contains(&index)) {
            continue;
        }
        let (spoken, expected, other) = match (listener.protocol, listener.port.number()) {
            (Protocol::OtlpGrpc, 4318) => ("gRPC", "HTTP", Port::known(4317)),
            (Protocol::OtlpHttp, 4317) => ("HTTP", "gRPC", Port::known(4318)),
            _ => continue,
        };
        let title = format!("{spoken} on {}, where tools expect {expected}", listener.port);
        let help = match facts.topology.listeners.iter().find(|taken| taken.port == other) {
            None => advice::listen(facts, listener, other),
            // Carried out alone, it would take the port from another.
            Some(taken) => Help::from(format!(
                "the usual port, {other}, is held by {}; if that moves: {}",
                shown_listener(facts.server(taken), taken),
                advice::listen(facts, listener, other)
            )),
        };
        findings.push(
            Finding::warning(CONVENTION, title)
                .at(listener.at.clone(), format!("`{}`", listener.setting))
                .help(help),
        );
    }
}
