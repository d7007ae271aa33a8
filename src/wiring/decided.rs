//! The wiring as a value.

use super::ids::ComponentId;
use super::{ClientId, ClientPlace, EnginePlace, ListenerKind, WiredEdge, WiredListener};
use crate::diagnostic::KeyPath;
use crate::model::certificate::CertificateSpec;
use crate::model::names::CertificateName;
use crate::stack::Stack;
use std::collections::BTreeMap;

/// Every decision for one stack.
#[derive(Debug)]
pub struct Wiring<'a> {
    /// What was wanted.
    pub stack: &'a Stack,
    /// Sockets served, in order of component and listener.
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

impl Wiring<'_> {
    /// The release of each engine that the stack names, by its name in the stack: `collector.main`.
    pub fn releases(&self) -> BTreeMap<String, String> {
        self.engines.iter().map(|(id, place)| (id.to_string(), place.version.clone())).collect()
    }

    /// The listener of a listener, if it is open.
    pub fn listener(&self, component: &ComponentId, kind: ListenerKind) -> Option<&WiredListener> {
        self.listeners.iter().find(|listener| listener.id.component == *component && listener.id.kind == kind)
    }

    /// The edge a client of this component takes; each has one; internal clients share one.
    pub fn edge_from(&self, client: &ClientId) -> Option<&WiredEdge> {
        self.edges.iter().find(|edge| edge.from == *client)
    }

    /// The listener an edge leads to.
    pub fn target(&self, edge: &WiredEdge) -> &WiredListener {
        &self.listeners[edge.to]
    }

    /// Whether the component serves TLS on any listener, and so has a leaf.
    pub fn serves_tls(&self, component: &ComponentId) -> bool {
        self.listeners.iter().any(|listener| listener.id.component == *component && listener.tls)
    }

    /// Whether the component dials TLS that is ours, and so needs the CA.
    pub fn dials_tls(&self, component: &ComponentId) -> bool {
        self.edges
            .iter()
            .any(|edge| edge.from.component() == Some(component) && self.target(edge).has_our_ca())
    }

    /// The key of `stack.toml` behind an edge that the analyser names by file and setting.
    pub fn key_of(&self, edge: &str) -> Option<KeyPath> {
        let (file, _) = edge.split_once('#')?;
        let engine = self.engines.iter().find(|(_, place)| place.config.as_str() == file).map(|(id, _)| id);
        let client = || {
            let found = self
                .clients
                .iter()
                .find(|(_, place)| place.file.as_ref().is_some_and(|p| p.as_str() == file));
            found.map(|(id, _)| id)
        };
        engine.or_else(client).map(ComponentId::key)
    }
}
