//! Names of components, listeners and clients within a wiring, and sockets as text.

use crate::diagnostic::KeyPath;
use crate::model::dataflow::ProgramKind;
use crate::model::names::{ComponentName, Port};
use std::cmp::Ordering;
use std::fmt;
use std::net::IpAddr;

/// A component of the stack: a program, and the name of its table where there may be several.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ComponentId {
    kind: ProgramKind,
    name: Option<ComponentName>,
}

impl ComponentId {
    /// The only one of its kind: `[tempo]`.
    pub const fn sole(kind: ProgramKind) -> Self {
        Self { kind, name: None }
    }

    /// One of several: `[collector.NAME]`.
    pub fn named(kind: ProgramKind, name: &ComponentName) -> Self {
        Self { kind, name: Some(name.clone()) }
    }

    /// Which program it is.
    pub fn kind(&self) -> ProgramKind {
        self.kind
    }

    /// The name of its table, where that has one and the program is this one.
    pub fn name_as(&self, kind: ProgramKind) -> Option<&ComponentName> {
        self.name.as_ref().filter(|_| self.kind == kind)
    }

    /// The component's own name: what its certificate files are called.
    pub fn short(&self) -> &str {
        self.name.as_ref().map_or(self.kind.table(), ComponentName::as_str)
    }

    /// Its table in the stack.
    pub fn key(&self) -> KeyPath {
        let table = KeyPath::of([self.kind.table()]);
        self.name.iter().fold(table, |table, name| table.join(name.as_str()))
    }
}

/// In the order of starting.
impl Ord for ComponentId {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = |id: &Self| id.kind.start_order();
        order(self).cmp(&order(other)).then_with(|| self.name.cmp(&other.name))
    }
}

impl PartialOrd for ComponentId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.table())?;
        self.name.as_ref().map_or(Ok(()), |name| write!(f, ".{name}"))
    }
}

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
    pub(super) fn can_serve_tls(self) -> bool {
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

/// A client of the stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClientId {
    /// What a component reads from: its datasource.
    Of(ComponentId),
    /// The clients that a component has for itself, all of them: one decision.
    Internal(ComponentId),
    /// The client of a component that has one for each of several listeners: those that it sends to, those that it
    /// scrapes.
    Each(ComponentId, ListenerId),
    /// This tool: readiness and proof. Counts for certificate names, not for binds.
    Tool(ComponentId, ListenerKind),
}

impl ClientId {
    /// Whose configuration holds the client; the tool has none.
    pub fn component(&self) -> Option<&ComponentId> {
        match self {
            Self::Of(id) | Self::Internal(id) | Self::Each(id, _) => Some(id),
            Self::Tool(..) => None,
        }
    }
}

/// `127.0.0.1:4317`, `[::1]:4317`.
pub fn socket_text(host: &str, port: Port) -> String {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => format!("[{address}]:{port}"),
        _ => format!("{host}:{port}"),
    }
}
