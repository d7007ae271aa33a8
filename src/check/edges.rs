//! Matches every dialler with its listener once, and finds the first thing that breaks the edge.
//!
//! The order of questions is the order in which the engines themselves stumble: a listener that does
//! not start, an address nobody serves, a protocol that is not understood, a handshake that is not
//! spoken, a certificate that is not accepted. Only the first is a fault; what lies behind it shows
//! when it is mended.

use super::facts::Facts;
use super::reach::{Reach, reach};
use super::verify::{self, CertificateFault};
use super::{environment, half_tls, loops, meeting, unchecked};
use crate::model::dataflow::{Dialler, Listener, Protocol, ServerTlsMode, Topology, Trust};

/// A dialler and the listener it arrives at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Index into [`Topology::diallers`].
    pub dialler: usize,
    /// Index into [`Topology::listeners`]; `None` where nothing listens.
    pub listener: Option<usize>,
    /// Whether everything that was judged holds.
    pub holds: bool,
    /// Its name: [`Dialler::edge`].
    pub name: String,
}

/// What is known of one dialler's edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    /// Index into [`Topology::diallers`].
    pub(super) dialler: usize,
    /// Index into [`Topology::listeners`].
    pub(super) listener: Option<usize>,
    /// The verdict.
    pub(super) state: State,
    /// What was left open on an edge that was judged.
    pub(super) doubts: Vec<&'static str>,
}

/// The verdict on an edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing is wrong.
    Holds,
    /// This is wrong.
    Broken(Fault),
    /// Its peer is not known, for this reason.
    NotChecked(&'static str),
}

/// The one thing that breaks an edge, and with it the rule that speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// `port-taken`: its listener fights with another.
    PortTaken,
    /// `env-conflict`: what the file sets up depends on who reads it.
    Environment,
    /// `half-tls`: settings of either end are incomplete.
    HalfTls,
    /// `exporter-loop`, and the circle it lies on.
    Loop(usize),
    /// `no-listener`.
    NoListener,
    /// `bind-unreachable`.
    Misses,
    /// `protocol-mismatch`.
    Protocol,
    /// `protocol-mismatch`, with what is sent.
    Path(String),
    /// `internal-client-plaintext`: TLS on one end of Tempo's own gRPC.
    Internal,
    /// `tls-not-enabled`: it has the files and dials plaintext.
    NotEnabled,
    /// `tls-mismatch`: TLS on one end only.
    Mode,
    /// `tls-mismatch`: the server demands a client certificate and there is none.
    NoClientCertificate,
    /// `certificate-dates`, `san-missing`, `ca-mismatch`, `eku-mismatch`.
    Certificate(CertificateFault),
}

/// Judges every dialler.
pub(super) fn judge(topology: &Topology, taken: &[(usize, usize)], now: i64) -> Vec<Judged> {
    let reached: Vec<Reach> = topology.diallers.iter().map(|dialler| reach(topology, dialler)).collect();
    let circles = loops::circles(topology, &reached);
    topology
        .diallers
        .iter()
        .enumerate()
        .map(|(index, dialler)| {
            let listener = match reached[index] {
                Reach::Arrives(listener) | Reach::Misses(listener) => Some(listener),
                Reach::Nothing | Reach::Unsure(_) => None,
            };
            let mut doubts = Vec::new();
            let state = match reached[index] {
                Reach::Unsure(reason) => State::NotChecked(reason),
                Reach::Nothing => meeting::without_listener(topology, &reached, index, Fault::NoListener),
                Reach::Misses(_) => meeting::without_listener(topology, &reached, index, Fault::Misses),
                Reach::Arrives(arrived) => {
                    let contested = taken.iter().any(|(a, b)| *a == arrived || *b == arrived);
                    if contested {
                        State::Broken(Fault::PortTaken)
                    } else if let Some(circle) = circles.get(&index) {
                        State::Broken(Fault::Loop(*circle))
                    } else {
                        let pair = Pair { topology, dialler, listener: &topology.listeners[arrived], now };
                        pair.judge(&mut doubts)
                    }
                }
            };
            let listener = if matches!(state, State::NotChecked(_)) { None } else { listener };
            Judged { dialler: index, listener, state, doubts }
        })
        .collect()
}

/// The edges that were judged, for the caller.
pub(super) fn shown(facts: &Facts<'_>) -> Vec<Edge> {
    facts
        .judged
        .iter()
        .filter(|judged| !matches!(judged.state, State::NotChecked(_)))
        .map(|judged| Edge {
            dialler: judged.dialler,
            listener: judged.listener,
            holds: judged.state == State::Holds,
            name: facts.topology.diallers[judged.dialler].edge(facts.topology),
        })
        .collect()
}

/// The two ends of an edge that meet.
pub(super) struct Pair<'a> {
    /// All files.
    pub(super) topology: &'a Topology,
    /// The client.
    pub(super) dialler: &'a Dialler,
    /// The server.
    pub(super) listener: &'a Listener,
    /// Seconds since 1970.
    pub(super) now: i64,
}

impl Pair<'_> {
    fn judge(&self, doubts: &mut Vec<&'static str>) -> State {
        if self.dialler.protocol == Protocol::Other {
            return State::NotChecked(unchecked::OTHER_PROTOCOL);
        }
        let fault = environment::of_dialler(self.topology, self.dialler)
            .then_some(Fault::Environment)
            .or_else(|| self.before_the_handshake())
            .or_else(|| self.of_the_handshake(doubts));
        fault.map_or(State::Holds, State::Broken)
    }

    fn before_the_handshake(&self) -> Option<Fault> {
        if half_tls::of_dialler(self.topology, self.dialler).is_some() {
            return Some(Fault::HalfTls);
        }
        if self.listener.protocol != self.dialler.protocol {
            return Some(Fault::Protocol);
        }
        if let Some(sent) = &self.dialler.wrong_path {
            return Some(Fault::Path(sent.clone()));
        }
        let half = half_tls::of_listener(self.topology, self.listener).is_some();
        let mode = self.listener.tls.mode;
        // Only a half that is served as plaintext still lets plaintext clients in.
        if half && (mode != ServerTlsMode::Plaintext || self.dialler.tls.enabled) {
            return Some(Fault::HalfTls);
        }
        let served = mode == ServerTlsMode::Tls;
        if served == self.dialler.tls.enabled {
            return None;
        }
        if served && !self.dialler.tls.ignored.is_empty() {
            return Some(Fault::NotEnabled);
        }
        Some(if self.dialler.protocol == Protocol::TempoInternal { Fault::Internal } else { Fault::Mode })
    }

    fn of_the_handshake(&self, doubts: &mut Vec<&'static str>) -> Option<Fault> {
        if !self.dialler.tls.enabled {
            return None;
        }
        let client_unknown = self.dialler.tls.trust == Trust::Unknown;
        if self.listener.tls.demands_client_certificate
            && self.dialler.tls.certificate.is_none()
            && !client_unknown
        {
            return Some(Fault::NoClientCertificate);
        }
        let server = verify::server(self);
        doubts.extend(server.doubts);
        let client = verify::client(self);
        doubts.extend(client.doubts);
        server.fault.or(client.fault).map(Fault::Certificate)
    }
}
