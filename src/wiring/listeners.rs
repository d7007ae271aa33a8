//! Which doors are open, where they bind, and whether they serve TLS.

use super::ComponentId;
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath};
use crate::model::names::{HostName, Port};
use crate::stack::{ListenerSettings, OtlpListeners, Size, Stack, TlsPreset};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// A door of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListenerKind {
    /// OTLP over gRPC.
    OtlpGrpc,
    /// OTLP over HTTP.
    OtlpHttp,
    /// Tempo's HTTP API, `/ready` and `/metrics`.
    Api,
    /// Tempo's own gRPC.
    Internal,
    /// The collector's own metrics.
    Metrics,
    /// The collector's `health_check`.
    Health,
}

impl ListenerKind {
    /// Whether the engine can serve TLS there at all: the collector's metrics reader cannot.
    fn can_serve_tls(self) -> bool {
        self != Self::Metrics
    }
}

impl fmt::Display for ListenerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtlpGrpc => "receive.grpc",
            Self::OtlpHttp => "receive.http",
            Self::Api => "http",
            Self::Internal => "internal",
            Self::Metrics => "metrics",
            Self::Health => "health",
        })
    }
}

/// A door by its owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerId {
    /// Whose door.
    pub component: ComponentId,
    /// Which door.
    pub door: ListenerKind,
}

impl fmt::Display for ListenerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.component, self.door)
    }
}

/// Which rule decided whether a listener serves TLS; `explain` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedBy {
    /// `tls` written on the listener.
    Written,
    /// The preset, for a listener on loopback.
    PresetLoopback,
    /// The preset, for a reachable listener.
    PresetReachable,
    /// The engine cannot serve TLS there.
    CannotServeTls,
}

impl fmt::Display for DecidedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Written => "written on the listener",
            Self::PresetLoopback => "preset: loopback",
            Self::PresetReachable => "preset: reachable",
            Self::CannotServeTls => "the engine cannot serve TLS here",
        })
    }
}

/// A socket the stack serves, decided.
#[derive(Clone, Debug, PartialEq)]
pub struct WiredListener {
    /// Whose door it is.
    pub id: ListenerId,
    /// Where it runs.
    pub host: HostName,
    /// The address it binds.
    pub bind: IpAddr,
    /// Its port.
    pub port: Port,
    /// Whether it serves TLS.
    pub tls: bool,
    /// What decided `tls`.
    pub decided_by: DecidedBy,
    /// What others dial instead of it.
    pub dial: Option<(String, Option<Port>)>,
    /// Largest message, OTLP doors only.
    pub max_message: Size,
    /// Where it is written, or would be.
    pub key: KeyPath,
}

impl WiredListener {
    /// Whether anything but its host can reach it.
    pub fn is_reachable(&self) -> bool {
        !self.bind.is_loopback()
    }

    /// `127.0.0.1:4317`.
    pub fn endpoint(&self) -> String {
        super::socket_text(&self.bind.to_string(), self.port)
    }
}

/// All open doors of the stack.
pub(super) fn decide(stack: &Stack, findings: &mut Findings) -> Vec<WiredListener> {
    let mut listeners = Vec::new();
    for (id, host, door, wish) in wishes(stack) {
        // Nothing of a one-host stack dials from elsewhere, so what is not written stays on loopback.
        let bind = wish.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let (tls, decided_by) = tls(stack.tls, door, wish, bind);
        let listener = WiredListener {
            id: ListenerId { component: id, door },
            host: host.clone(),
            bind,
            port: wish.port,
            tls,
            decided_by,
            dial: wish.dial.clone(),
            max_message: wish.max_message,
            key: wish.key.clone(),
        };
        judge(stack.tls, &listener, wish, findings);
        listeners.push(listener);
    }
    listeners
}

/// Every open door as written, in order of component and door.
fn wishes(stack: &Stack) -> Vec<(ComponentId, &HostName, ListenerKind, &ListenerSettings)> {
    let mut all = Vec::new();
    if let Some(tempo) = &stack.tempo {
        let id = || ComponentId::Tempo;
        all.extend(otlp(&tempo.receive).map(|(door, wish)| (id(), &tempo.host, door, wish)));
        all.push((id(), &tempo.host, ListenerKind::Api, &tempo.http));
        all.push((id(), &tempo.host, ListenerKind::Internal, &tempo.internal));
    }
    for collector in stack.collectors.values() {
        let id = || ComponentId::Collector(collector.name.clone());
        all.extend(otlp(&collector.receive).map(|(door, wish)| (id(), &collector.host, door, wish)));
        all.extend(collector.metrics.iter().map(|wish| (id(), &collector.host, ListenerKind::Metrics, wish)));
        all.extend(collector.health.iter().map(|wish| (id(), &collector.host, ListenerKind::Health, wish)));
    }
    all
}

fn otlp(doors: &OtlpListeners) -> impl Iterator<Item = (ListenerKind, &ListenerSettings)> {
    let grpc = doors.grpc.iter().map(|wish| (ListenerKind::OtlpGrpc, wish));
    grpc.chain(doors.http.iter().map(|wish| (ListenerKind::OtlpHttp, wish)))
}

fn tls(preset: TlsPreset, door: ListenerKind, wish: &ListenerSettings, bind: IpAddr) -> (bool, DecidedBy) {
    match (wish.tls, preset) {
        (Some(tls), _) => (tls, DecidedBy::Written),
        (None, _) if !door.can_serve_tls() => (false, DecidedBy::CannotServeTls),
        (None, _) if bind.is_loopback() => (false, DecidedBy::PresetLoopback),
        (None, TlsPreset::Edge) => (true, DecidedBy::PresetReachable),
        (None, TlsPreset::Off) => (false, DecidedBy::PresetReachable),
    }
}

/// Plaintext that leaves the host must be written by hand; a door that cannot serve TLS must not be
/// asked to.
fn judge(preset: TlsPreset, listener: &WiredListener, wish: &ListenerSettings, findings: &mut Findings) {
    let key = || (listener.key.clone(), KeyPart::Key);
    if listener.tls && !listener.id.door.can_serve_tls() {
        let finding = Finding::error(
            Code("tls-unsupported"),
            format!("the collector's {} door cannot serve TLS", listener.id.door),
        );
        findings
            .push(finding.at(key(), "").help("bind it to loopback, or `tls = false` to accept plaintext"));
        return;
    }
    if listener.tls || !listener.is_reachable() {
        return;
    }
    let title = format!("plaintext would leave host `{}`", listener.host);
    if wish.tls == Some(false) {
        let finding = Finding::warning(
            Code("plaintext-reachable"),
            format!("`{}` is reachable and plaintext, as written", listener.id),
        );
        findings.push(finding.at(key(), format!("binds {}", listener.bind)));
        return;
    }
    let finding =
        Finding::error(Code("plaintext-reachable"), title).at(key(), format!("binds {}", listener.bind));
    findings.push(match (listener.id.door.can_serve_tls(), preset) {
        (true, TlsPreset::Off) => finding
            .also((KeyPath::of(["tls"]), KeyPart::Value), "no TLS unless a listener says so")
            .help("`tls = \"edge\"` on top, or `tls = false` on this listener to accept it"),
        _ => finding.help("bind it to loopback, or `tls = false` on this listener to accept it"),
    });
}
