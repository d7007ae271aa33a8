//! Who dials whom, at which address and by which server name.

use super::ids::{ClientId, ListenerKind, socket_text};
use super::listeners::WiredListener;
use super::spec::{ClientSpec, ClientTarget, ComponentSpec};
use crate::diagnostic::KeyPath;
use crate::model::names::Port;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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

/// All edges of the stack: those of the components in their order, then this tool's.
pub(super) fn decide(specs: &[ComponentSpec<'_>], listeners: &[WiredListener]) -> Vec<WiredEdge> {
    let mut edges = Vec::new();
    for (spec, client) in specs.iter().flat_map(|spec| spec.clients.iter().map(move |client| (spec, client)))
    {
        for to in reached(client, specs, listeners) {
            let (host, port) = address(client, &listeners[to]);
            let from = match client.to {
                ClientTarget::One(_) => client.from.clone(),
                ClientTarget::Counters => ClientId::Each(spec.id.clone(), listeners[to].id.clone()),
            };
            edges.push(WiredEdge { from, to, host, port, key: client.key.clone() });
        }
    }
    let tool = listeners
        .iter()
        .enumerate()
        .filter(|(_, listener)| listener.id.kind != ListenerKind::Internal && !listener.theirs);
    let tool = tool.map(|(to, listener)| WiredEdge {
        from: ClientId::Tool(listener.id.component.clone(), listener.id.kind),
        to,
        host: loopback_or_bound(listener),
        port: listener.port,
        key: listener.key.clone(),
    });
    edges.extend(tool);
    edges
}

/// The listeners that a client means and that are open.
fn reached(client: &ClientSpec, specs: &[ComponentSpec<'_>], listeners: &[WiredListener]) -> Vec<usize> {
    let has_counters = |listener: &WiredListener| {
        let own = specs.iter().find(|spec| spec.id == listener.id.component);
        own.is_some_and(|spec| spec.counters == Some(listener.id.kind))
    };
    let means = |listener: &WiredListener| match &client.to {
        ClientTarget::One(id) => listener.id == *id,
        ClientTarget::Counters => has_counters(listener),
    };
    listeners.iter().enumerate().filter(|(_, listener)| means(listener)).map(|(at, _)| at).collect()
}

/// `dial` where it is written, else the host as a container reaches it, else loopback or the bound literal. Not for the tool, which wants the instance
/// itself.
fn address(client: &ClientSpec, listener: &WiredListener) -> (String, Port) {
    if client.loopback {
        return (Ipv4Addr::LOCALHOST.to_string(), listener.port);
    }
    match (&listener.dial, &client.from_outside) {
        (Some((host, port)), _) => (host.clone(), port.unwrap_or(listener.port)),
        (None, Some(host)) => (host.clone(), listener.port),
        (None, None) => (loopback_or_bound(listener), listener.port),
    }
}

fn loopback_or_bound(listener: &WiredListener) -> String {
    let host = match listener.bind {
        bind if bind == IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        bind if bind.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        bind => bind,
    };
    host.to_string()
}
