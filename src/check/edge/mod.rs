//! Matches every client with its listener once, and judges each condition of the edge by itself.
//!
//! Every condition is judged, whatever else is broken, so that no fault hides another one; the order
//! ([`ConditionKind`]) only says what to mend first. What these files do not tell is *not known*, and
//! an edge with such a condition is never called ok. One condition a file.

mod certificate;
mod chain;
mod condition;
mod passage;
mod protocol;
mod reach;
mod sites;
mod tls;

pub use condition::{Condition, ConditionKind, ConditionState};

pub(super) use certificate::{CertificateFault, CertificateFaultKind, Side};
pub(super) use condition::{Fault, Found};
pub(super) use protocol::understands;
pub(super) use reach::{Reach, overlap};
pub(super) use sites::{Lead, Lost, lead};

use super::facts::Facts;
use super::{environment, loops, meeting, unchecked};
use crate::model::dataflow::{Client, EnvReader, Listener, Protocol, Topology};
use passage::{EdgeJudges, Way};
use reach::reach;
use std::collections::BTreeMap;

/// A client and the listener it arrives at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Index into [`Topology::clients`].
    pub client: usize,
    /// Index into [`Topology::listeners`]; `None` where nothing listens.
    pub listener: Option<usize>,
    /// Its name: [`Client::edge`].
    pub name: String,
    /// What it needs and whether that is so, the most fundamental first.
    pub conditions: Vec<Condition>,
}

impl Edge {
    /// Whether everything that it needs is known to be so.
    pub fn holds(&self) -> bool {
        self.state() == ConditionState::Met
    }

    /// Broken where one condition is, else not known where one is.
    pub fn state(&self) -> ConditionState {
        self.conditions.iter().map(|condition| condition.state).max().unwrap_or(ConditionState::NotKnown)
    }
}

/// What is known of one client's edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EdgeKnowledge {
    /// Index into [`Topology::clients`].
    pub(super) client: usize,
    /// Index into [`Topology::listeners`].
    pub(super) listener: Option<usize>,
    /// What was found of each condition. One kind may stand more than once, for either end.
    pub(super) found: Vec<(ConditionKind, Found)>,
    /// What a reader wants to know though nothing is open.
    pub(super) notes: Vec<&'static str>,
}

impl EdgeKnowledge {
    /// Everything that is broken, the most fundamental first.
    pub(super) fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.found.iter().filter_map(|(_, found)| match found {
            Found::Broken(fault) => Some(fault),
            Found::Met | Found::NotKnown(_) => None,
        })
    }

    /// Why a condition is not known, and what else is to be said.
    pub(super) fn reasons(&self) -> impl Iterator<Item = &'static str> {
        let open = self.found.iter().filter_map(|(_, found)| match found {
            Found::NotKnown(reason) => Some(*reason),
            Found::Met | Found::Broken(_) => None,
        });
        open.chain(self.notes.iter().copied())
    }

    /// Whether it is known who is met, or that nobody is.
    pub(super) fn is_matched(&self) -> bool {
        self.listener.is_some() || self.faults().next().is_some()
    }

    fn conditions(&self) -> Vec<Condition> {
        let mut states: BTreeMap<ConditionKind, ConditionState> = BTreeMap::new();
        for (kind, found) in &self.found {
            let state = states.entry(*kind).or_insert(ConditionState::Met);
            *state = found.state().max(*state);
        }
        states.into_iter().map(|(kind, state)| Condition { kind, state }).collect()
    }
}

/// EdgeJudges every client.
pub(super) fn judge(topology: &Topology, taken: &[(usize, usize)], now: i64) -> Vec<EdgeKnowledge> {
    let reached: Vec<Reach> = topology.clients.iter().map(|client| reach(topology, client)).collect();
    let circles = loops::circles(topology, &reached);
    let all = (0..topology.clients.len()).map(|index| {
        let reachability = reachability(topology, &reached, taken, index);
        let listener = match reached[index] {
            Reach::Arrives(listener) | Reach::Misses(listener) => Some(listener),
            Reach::Nothing | Reach::Lost(_) | Reach::Unsure(_) => None,
        };
        let mut judged =
            EdgeKnowledge { client: index, listener: None, found: Vec::new(), notes: Vec::new() };
        if let Found::NotKnown(_) = reachability {
            judged.found.push((ConditionKind::Reachability, reachability));
            return judged;
        }
        judged.listener = listener;
        let client = &topology.clients[index];
        if environment::of_client(topology, client) {
            judged.found.push((ConditionKind::Reading, Found::Broken(Fault::Environment)));
        }
        if let Some(reader) = topology.readers.get(&topology.programs[client.program].file) {
            judged.found.push((ConditionKind::Reading, unread(reader)));
        }
        // Which listener is dialled is what the readers of the file differ about.
        if environment::is_ambiguous(topology, client) {
            return judged;
        }
        judged.found.push((ConditionKind::Reachability, reachability));
        if let Some(circle) = circles.get(&index) {
            judged.found.push((ConditionKind::Circle, Found::Broken(Fault::Loop(*circle))));
        }
        if let Some(listener) = listener {
            let listener = &topology.listeners[listener];
            Pair { topology, client, listener, now }.judge(&mut judged);
        }
        judged
    });
    all.collect()
}

/// What it means for an edge that nobody is known to read its client's file.
fn unread(reader: &EnvReader) -> Found {
    match reader {
        EnvReader::NotBy(_) => Found::Broken(Fault::Unread),
        EnvReader::PerhapsProgram(_) => Found::NotKnown(unchecked::PERHAPS_PROGRAM),
        EnvReader::UnitNotHere(_) => Found::NotKnown(unchecked::UNIT_NOT_HERE),
    }
}

/// Whether the client arrives at a listener that is there.
fn reachability(topology: &Topology, reached: &[Reach], taken: &[(usize, usize)], index: usize) -> Found {
    match reached[index] {
        Reach::Unsure(reason) => Found::NotKnown(reason),
        Reach::Lost(lost) => Found::Broken(Fault::Name(lost)),
        Reach::Nothing => meeting::without_listener(topology, reached, index, Fault::NoListener),
        Reach::Misses(_) => meeting::without_listener(topology, reached, index, Fault::Misses),
        Reach::Arrives(_) if topology.clients[index].protocol == Protocol::Other => {
            Found::NotKnown(unchecked::OTHER_PROTOCOL)
        }
        Reach::Arrives(at) => {
            let contested = taken.iter().any(|(first, second)| *first == at || *second == at);
            Found::of(contested.then_some(Fault::PortTaken))
        }
    }
}

/// The edges that were judged, for the caller.
pub(super) fn shown(facts: &Facts<'_>) -> Vec<Edge> {
    let edge = |judged: &EdgeKnowledge| Edge {
        client: judged.client,
        listener: judged.listener,
        name: facts.topology.clients[judged.client].edge(facts.topology),
        conditions: judged.conditions(),
    };
    facts.judged.iter().filter(|judged| judged.is_matched()).map(edge).collect()
}

/// The two ends of an edge that meet.
pub(super) struct Pair<'a> {
    /// All files.
    pub(super) topology: &'a Topology,
    /// The client.
    pub(super) client: &'a Client,
    /// The server.
    pub(super) listener: &'a Listener,
    /// Seconds since 1970.
    pub(super) now: i64,
}

impl Pair<'_> {
    /// Every condition of two ends that meet.
    fn judge(&self, judged: &mut EdgeKnowledge) {
        let arrives = |client: &Client| match reach(self.topology, client) {
            Reach::Arrives(listener) => Some(listener),
            _ => None,
        };
        let judges = EdgeJudges { arrives: &arrives, understands };
        match passage::way(self.topology, (self.client, self.listener), &judges) {
            Way::Direct => self.served(judged),
            Way::Through(listener, client) => Pair { listener, client: &client, ..*self }.served(judged),
            Way::Stops(text, by_path) => {
                let kind = if by_path { ConditionKind::Path } else { ConditionKind::Protocol };
                judged.found.push((kind, Found::Broken(Fault::Passed(text))));
            }
            Way::NotKnown(reason) => judged.found.push((ConditionKind::Protocol, Found::NotKnown(reason))),
        }
        judged.found.extend(tls::judge(self).into_iter().map(|found| (ConditionKind::Tls, found)));
        if tls::is_spoken(self) {
            certificate::judge(self, judged);
        }
    }

    /// What the listener makes of a request.
    fn served(&self, judged: &mut EdgeKnowledge) {
        judged.found.push((ConditionKind::Protocol, protocol::judge(self)));
        judged.found.push((ConditionKind::Path, protocol::judge_path(self)));
        judged.found.extend(protocol::judge_terms(self));
        judged.found.extend(protocol::judge_signals(self).map(|found| (ConditionKind::Signals, found)));
    }
}
