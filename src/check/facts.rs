//! What every rule looks at: the topology with its edges matched and judged.

use super::edge::{self, EdgeKnowledge, Fault};
use super::ports;
use crate::model::dataflow::{Client, Listener, Program, ProgramKind, Topology};
use std::time::{SystemTime, UNIX_EPOCH};

/// The topology, the moment, and what follows from both.
pub(super) struct Facts<'a> {
    /// As it was read.
    pub(super) topology: &'a Topology,
    /// Seconds since 1970.
    pub(super) now: i64,
    /// Pairs of listeners that cannot both have their port.
    pub(super) taken: Vec<(usize, usize)>,
    /// One for each client, in its order.
    pub(super) judged: Vec<EdgeKnowledge>,
}

/// One fault of an edge whose listener is known.
pub(super) struct Broken<'a> {
    /// Its client end.
    pub(super) client: &'a Client,
    /// Its server end.
    pub(super) listener: &'a Listener,
    /// Why not.
    pub(super) fault: &'a Fault,
    /// The name of the edge.
    pub(super) edge: String,
}

impl<'a> Facts<'a> {
    /// Matches and judges every edge.
    pub(super) fn new(topology: &'a Topology, now: SystemTime) -> Self {
        let now = match now.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
        };
        let taken = ports::conflicts(topology);
        let judged = edge::judge(topology, &taken, now);
        Self { topology, now, taken, judged }
    }

    /// The program a listener belongs to.
    pub(super) fn server(&self, listener: &Listener) -> &'a Program {
        &self.topology.programs[listener.program]
    }

    /// The kind of program a client belongs to.
    pub(super) fn client(&self, client: &Client) -> ProgramKind {
        self.topology.programs[client.program].kind
    }

    /// Every fault of every edge whose listener is known, the most fundamental of an edge first.
    pub(super) fn broken(&self) -> impl Iterator<Item = Broken<'_>> {
        self.judged.iter().flat_map(move |judged| {
            let listener = judged.listener.map(|listener| &self.topology.listeners[listener]);
            let client = &self.topology.clients[judged.client];
            judged.faults().filter_map(move |fault| {
                Some(Broken { client, listener: listener?, fault, edge: client.edge(self.topology) })
            })
        })
    }
}

/// A listener in a sentence: ``Tempo's `server.grpc` ``.
pub(super) fn shown_listener(program: &Program, listener: &Listener) -> String {
    format!("{}'s `{}`", program.kind.spoken(), listener.setting)
}
