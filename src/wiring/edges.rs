//! Who dials whom, at which address and by which server name.

use super::listeners::{ListenerKind, WiredListener};
use super::{ComponentId, socket_text};
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath};
use crate::model::dataflow::OtlpProtocol;
use crate::model::names::Port;
use crate::model::release::sdk::Support;
use crate::stack::{App, Route, RouteTarget, Stack, TlsSettings};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A client of the stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClientId {
    /// An application's exporter.
    App(ComponentId),
    /// A collector's exporter.
    Exporter(ComponentId),
    /// Tempo's own gRPC clients, all of them: one decision.
    TempoInternal,
    /// Grafana's datasource.
    Datasource,
    /// This tool: readiness and proof. Counts for certificate names, not for binds.
    Tool(ComponentId, ListenerKind),
}

impl ClientId {
    /// Whose configuration holds the client; the tool has none.
    pub fn component(&self) -> Option<&ComponentId> {
        match self {
            Self::App(id) | Self::Exporter(id) => Some(id),
            Self::TempoInternal => Some(&ComponentId::Tempo),
            Self::Datasource => Some(&ComponentId::Grafana),
            Self::Tool(..) => None,
        }
    }
}

/// A client and the listener it must reach.
#[derive(Clone, Debug, PartialEq)]
pub struct WiredEdge {
    /// The client.
    pub from: ClientId,
    /// Index into `Wiring::listeners`.
    pub to: usize,
    /// Host part dialled; also the server name that is checked.
    pub host: String,
    /// Port dialled.
    pub port: Port,
    /// Where it is written, or the component's table.
    pub key: KeyPath,
}

impl WiredEdge {
    /// `127.0.0.1:4317`.
    pub fn socket(&self) -> String {
        socket_text(&self.host, self.port)
    }

    /// `http://127.0.0.1:4318`, without a path.
    pub fn url(&self, tls: bool) -> String {
        format!("{}://{}", if tls { "https" } else { "http" }, self.socket())
    }
}

/// All edges of the stack, in order of client.
pub(super) fn decide(stack: &Stack, listeners: &[WiredListener], findings: &mut Findings) -> Vec<WiredEdge> {
    let mut edges = Vec::new();
    let mut add = |from: ClientId, component: &ComponentId, kind: ListenerKind, key: &KeyPath| {
        let found = listeners.iter().position(|l| l.id.component == *component && l.id.kind == kind);
        edges.extend(found.map(|to| {
            let (host, port) = address(&from, &listeners[to]);
            WiredEdge { from, to, host, port, key: key.clone() }
        }));
    };
    for app in stack.apps.values() {
        let (target, kind) = target(&app.route);
        add(ClientId::App(ComponentId::App(app.name.clone())), &target, kind, &app.route.key);
    }
    for collector in stack.collectors.values() {
        let (target, kind) = target(&collector.route);
        add(
            ClientId::Exporter(ComponentId::Collector(collector.name.clone())),
            &target,
            kind,
            &collector.route.key,
        );
    }
    if let Some(tempo) = &stack.tempo {
        add(ClientId::TempoInternal, &ComponentId::Tempo, ListenerKind::Internal, &tempo.internal.key);
    }
    if let Some(grafana) = &stack.grafana {
        add(ClientId::Datasource, &ComponentId::Tempo, ListenerKind::Api, &grafana.key);
    }
    for listener in listeners {
        let id = &listener.id;
        if !matches!(id.kind, ListenerKind::Internal) {
            add(ClientId::Tool(id.component.clone(), id.kind), &id.component, id.kind, &listener.key);
        }
    }
    judge_sdks(stack, listeners, &edges, findings);
    edges
}

fn target(route: &Route) -> (ComponentId, ListenerKind) {
    let component = match &route.to {
        RouteTarget::Tempo => ComponentId::Tempo,
        RouteTarget::Collector(name) => ComponentId::Collector(name.clone()),
    };
    let kind = match route.protocol {
        OtlpProtocol::Grpc => ListenerKind::OtlpGrpc,
        OtlpProtocol::HttpProtobuf => ListenerKind::OtlpHttp,
    };
    (component, kind)
}

/// Tempo itself dials 127.0.0.1 (fixed by the engine); `dial` where written, but not for the tool,
/// which wants the instance itself; else loopback, or the bound literal.
fn address(from: &ClientId, listener: &WiredListener) -> (String, Port) {
    if matches!(from, ClientId::TempoInternal) {
        return (Ipv4Addr::LOCALHOST.to_string(), listener.port);
    }
    if let (Some((host, port)), false) = (&listener.dial, matches!(from, ClientId::Tool(..))) {
        return (host.clone(), port.unwrap_or(listener.port));
    }
    let host = match listener.bind {
        bind if bind == IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        bind if bind.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        bind => bind,
    };
    (host.to_string(), listener.port)
}

/// An SDK that reads no certificate variable cannot dial a TLS listener with a private CA, unless the
/// program or the host's trust store sees to it.
fn judge_sdks(stack: &Stack, listeners: &[WiredListener], edges: &[WiredEdge], findings: &mut Findings) {
    for app in stack.apps.values() {
        let id = ClientId::App(ComponentId::App(app.name.clone()));
        let Some(edge) = edges.iter().find(|edge| edge.from == id) else { continue };
        let listener = &listeners[edge.to];
        let Some(blind) = reads_no_ca(app).filter(|_| listener.tls) else { continue };
        let finding = Finding::error(Code("sdk-without-tls"), blind)
            .at((app.key.join("sdk"), KeyPart::Key), format!("`{}` dials {}", app.name, edge.url(true)))
            .also((listener.key.clone(), KeyPart::Key), "serves TLS");
        findings.push(finding.help(
            "`sdk.tls_settings = \"code\"` if the program loads it, or `tls = false` on the loopback listener",
        ));
    }
}

/// Why a program learns of no CA through its environment; `None` where it does, or is told in another way.
fn reads_no_ca(app: &App) -> Option<String> {
    if matches!(app.sdk.tls_settings, Some(TlsSettings::Code | TlsSettings::System)) {
        return None;
    }
    let (name, support) = (app.sdk.language.name(), app.sdk.language.ca(app.route.protocol));
    match (support.of(app.sdk.version), support) {
        (Some(true), _) => None,
        (None, Support::Since((major, minor))) => Some(format!(
            "{name} reads no CA from the environment over HTTP before {major}.{minor}: say which release it is"
        )),
        (Some(false), Support::Since((major, minor))) => {
            Some(format!("{name} reads no CA from the environment over HTTP before {major}.{minor}"))
        }
        _ => Some(format!("{name} reads no CA from the environment")),
    }
}
