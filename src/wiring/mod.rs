//! Intent: every decision about addresses, TLS, names, paths and owners.
//!
//! The only place where such a thing is decided (stack-language rules of binds, TLS, dialled
//! addresses); templates print it and decide nothing. Pure: [`wire`] is a function of the stack.
//! What was decided is judged again, independently, by `topology` and `check` on the rendered files.

mod certificates;
mod conflicts;
mod edges;

mod expected;
mod listeners;
mod places;

pub use edges::{ClientId, WiredEdge};

pub use expected::expected;
pub use listeners::{DecidedBy, ListenerId, ListenerKind, WiredListener};
pub use places::{ClientPlace, EnginePlace, UnitPlace, UnitShape};

use crate::diagnostic::{Findings, KeyPath, Severity, SourceName};
use crate::model::certificate::CertificateSpec;
use crate::model::names::{CertificateName, ComponentName, Port};
use crate::stack::{self, Stack};
use crate::toml::TomlDocument;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

/// A component of the stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComponentId {
    /// `[tempo]`. First, because listeners start before clients.
    Tempo,
    /// `[collector.NAME]`.
    Collector(ComponentName),
    /// `[grafana]`.
    Grafana,
    /// `[app.NAME]`.
    App(ComponentName),
}

impl ComponentId {
    /// The component's own name: what its certificate files are called.
    pub fn short(&self) -> &str {
        match self {
            Self::Tempo => "tempo",
            Self::Grafana => "grafana",
            Self::Collector(name) | Self::App(name) => name.as_str(),
        }
    }
}

impl fmt::Display for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tempo => f.write_str("tempo"),
            Self::Grafana => f.write_str("grafana"),
            Self::Collector(name) => write!(f, "collector.{name}"),
            Self::App(name) => write!(f, "app.{name}"),
        }
    }
}

/// Every decision for one stack.
#[derive(Debug)]
pub struct Wiring<'a> {
    /// What was wanted.
    pub stack: &'a Stack,
    /// Sockets served, in order of component and door.
    pub listeners: Vec<WiredListener>,
    /// Who dials whom, at which address.
    pub edges: Vec<WiredEdge>,
    /// Paths, owner and unit of each engine.
    pub engines: BTreeMap<ComponentId, EnginePlace>,
    /// Paths and owner of each neighbour.
    pub clients: BTreeMap<ComponentId, ClientPlace>,
    /// What apply must issue; empty when nothing serves TLS. The CA is named `ca`.
    pub certificates: BTreeMap<CertificateName, CertificateSpec>,
}

/// Decides everything a stack leaves open.
///
/// # Errors
/// All faults of the step: ports opened twice, plaintext that would leave the host, a door that
/// cannot serve TLS, an SDK that cannot dial it, two owners of one file. Warnings travel with the
/// value.
pub fn wire(stack: &Stack) -> Result<(Wiring<'_>, Findings), Findings> {
    let mut findings = Findings::new();
    let listeners = listeners::decide(stack, &mut findings);
    let edges = edges::decide(stack, &listeners, &mut findings);
    let engines = places::engines(stack);
    let clients = places::clients(stack);
    let certificates = certificates::wishes(stack, &listeners, &edges);
    let wiring = Wiring { stack, listeners, edges, engines, clients, certificates };
    conflicts::find(&wiring, &mut findings);
    findings.or_else(wiring)
}

/// From the text to the stack, as [`crate::stack::load`]; where that is refused, ports and files that two
/// of its sound components claim are told as well.
pub fn load(source: SourceName, text: &str) -> (TomlDocument, Result<(Stack, Findings), Findings>) {
    let (document, stack, mut findings) = stack::load_sound(source, text);
    if findings.has_errors() {
        findings.extend(claimed_twice(&stack));
        document.locate(&mut findings);
        return (document, Err(findings));
    }
    document.locate(&mut findings);
    (document, Ok((stack, findings)))
}

/// The errors of two owners of one thing; who dials whom does not matter to them.
fn claimed_twice(stack: &Stack) -> Findings {
    let wiring = Wiring {
        stack,
        listeners: listeners::decide(stack, &mut Findings::new()),
        edges: Vec::new(),
        engines: places::engines(stack),
        clients: places::clients(stack),
        certificates: BTreeMap::new(),
    };
    let mut findings = Findings::new();
    conflicts::find(&wiring, &mut findings);
    findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect()
}

impl Wiring<'_> {
    /// The listener of a door, if it is open.
    pub fn listener(&self, component: &ComponentId, door: ListenerKind) -> Option<&WiredListener> {
        self.listeners.iter().find(|listener| listener.id.component == *component && listener.id.door == door)
    }

    /// The edge a client of this component takes; each has one, but Tempo, whose clients share one.
    pub fn edge_from(&self, client: &ClientId) -> Option<&WiredEdge> {
        self.edges.iter().find(|edge| edge.from == *client)
    }

    /// The listener an edge leads to.
    pub fn target(&self, edge: &WiredEdge) -> &WiredListener {
        &self.listeners[edge.to]
    }

    /// Whether the component serves TLS on any door, and so has a leaf.
    pub fn serves_tls(&self, component: &ComponentId) -> bool {
        self.listeners.iter().any(|listener| listener.id.component == *component && listener.tls)
    }

    /// Whether the component dials TLS, and so needs the CA.
    pub fn dials_tls(&self, component: &ComponentId) -> bool {
        self.edges.iter().any(|edge| edge.from.component() == Some(component) && self.target(edge).tls)
    }

    /// The key of `stack.toml` behind an edge that the analyser names by file and setting.
    pub fn key_of(&self, edge: &str) -> Option<KeyPath> {
        let (file, _) = edge.split_once('#')?;
        let owner = |component: &ComponentId| match component {
            ComponentId::Tempo => KeyPath::of(["tempo"]),
            ComponentId::Grafana => KeyPath::of(["grafana"]),
            ComponentId::Collector(name) => KeyPath::of(["collector", name.as_str()]),
            ComponentId::App(name) => KeyPath::of(["app", name.as_str()]),
        };
        let engine = self.engines.iter().find(|(_, place)| place.config.as_str() == file).map(|(id, _)| id);
        let client = || {
            let found = self
                .clients
                .iter()
                .find(|(_, place)| place.file.as_ref().is_some_and(|p| p.as_str() == file));
            found.map(|(id, _)| id)
        };
        engine.or_else(client).map(owner)
    }
}

/// `127.0.0.1:4317`, `[::1]:4317`.
pub fn socket_text(host: &str, port: Port) -> String {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => format!("[{address}]:{port}"),
        _ => format!("{host}:{port}"),
    }
}
