//! Which listeners are open, where they bind, and whether they serve TLS.

use super::ComponentId;
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath};
use crate::model::names::{HostName, Port};
use crate::stack::{ListenerSettings, OtlpListeners, Size, Stack, TlsPreset};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// A listener of a component.
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

/// A listener by its owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerId {
    /// Whose listener.
    pub component: ComponentId,
    /// Which listener.
    pub kind: ListenerKind,
}

impl fmt::Display for ListenerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.component, self.kind)
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
    /// Whose listener it is.
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
    /// Largest message, OTLP listeners only.
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

/// All open listeners of the stack.
pub(super) fn decide(stack: &Stack, findings: &mut Findings) -> Vec<WiredListener> {
    let mut listeners = Vec::new();
    for (id, host, kind, settings) in settings(stack) {
        // Nothing of a one-host stack dials from elsewhere, so what is not written stays on loopback.
        let bind = settings.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let (tls, decided_by) = tls(stack.tls, kind, settings, bind);
        let listener = WiredListener {
            id: ListenerId { component: id, kind },
            host: host.clone(),
            bind,
            port: settings.port,
            tls,
            decided_by,
            dial: settings.dial.clone(),
            max_message: settings.max_message,
            key: settings.key.clone(),
        };
        judge(stack.tls, &listener, settings, findings);
        listeners.push(listener);
    }
    listeners
}

/// Every open listener as written, in order of component and listener.
fn settings(stack: &Stack) -> Vec<(ComponentId, &HostName, ListenerKind, &ListenerSettings)> {
    let mut all = Vec::new();
    if let Some(tempo) = &stack.tempo {
        let id = || ComponentId::Tempo;
        all.extend(otlp(&tempo.receive).map(|(kind, settings)| (id(), &tempo.host, kind, settings)));
        all.push((id(), &tempo.host, ListenerKind::Api, &tempo.http));
        all.push((id(), &tempo.host, ListenerKind::Internal, &tempo.internal));
    }
    for collector in stack.collectors.values() {
        let id = || ComponentId::Collector(collector.name.clone());
        all.extend(otlp(&collector.receive).map(|(kind, settings)| (id(), &collector.host, kind, settings)));
        all.extend(
            collector.metrics.iter().map(|settings| (id(), &collector.host, ListenerKind::Metrics, settings)),
        );
        all.extend(
            collector.health.iter().map(|settings| (id(), &collector.host, ListenerKind::Health, settings)),
        );
    }
    all
}

fn otlp(kinds: &OtlpListeners) -> impl Iterator<Item = (ListenerKind, &ListenerSettings)> {
    let grpc = kinds.grpc.iter().map(|settings| (ListenerKind::OtlpGrpc, settings));
    grpc.chain(kinds.http.iter().map(|settings| (ListenerKind::OtlpHttp, settings)))
}

fn tls(
    preset: TlsPreset,
    kind: ListenerKind,
    settings: &ListenerSettings,
    bind: IpAddr,
) -> (bool, DecidedBy) {
    match (settings.tls, preset) {
        (Some(tls), _) => (tls, DecidedBy::Written),
        (None, _) if !kind.can_serve_tls() => (false, DecidedBy::CannotServeTls),
        (None, _) if bind.is_loopback() => (false, DecidedBy::PresetLoopback),
        (None, TlsPreset::Edge) => (true, DecidedBy::PresetReachable),
        (None, TlsPreset::Off) => (false, DecidedBy::PresetReachable),
    }
}

/// Plaintext that leaves the host must be written by hand; a listener that cannot serve TLS must not be
/// asked to.
fn judge(preset: TlsPreset, listener: &WiredListener, settings: &ListenerSettings, findings: &mut Findings) {
    let key = || (listener.key.clone(), KeyPart::Key);
    if listener.tls && !listener.id.kind.can_serve_tls() {
        let finding = Finding::error(
            Code("tls-unsupported"),
            format!("the collector's {} listener cannot serve TLS", listener.id.kind),
        );
        findings
            .push(finding.at(key(), "").help("bind it to loopback, or `tls = false` to accept plaintext"));
        return;
    }
    if listener.tls || !listener.is_reachable() {
        return;
    }
    let title = format!("plaintext would leave host `{}`", listener.host);
    if settings.tls == Some(false) {
        let finding = Finding::warning(
            Code("plaintext-reachable"),
            format!("`{}` is reachable and plaintext, as written", listener.id),
        );
        findings.push(finding.at(key(), format!("binds {}", listener.bind)));
        return;
    }
    let finding =
        Finding::error(Code("plaintext-reachable"), title).at(key(), format!("binds {}", listener.bind));
    findings.push(match (listener.id.kind.can_serve_tls(), preset) {
        (true, TlsPreset::Off) => finding
            .also((KeyPath::of(["tls"]), KeyPart::Value), "no TLS unless a listener says so")
            .help("`tls = \"edge\"` on top, or `tls = false` on this listener to accept it"),
        _ => finding.help("bind it to loopback, or `tls = false` on this listener to accept it"),
    });
}
