//! Names of components within a wiring, and sockets as text.

use crate::model::names::{ComponentName, Port};
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

/// `127.0.0.1:4317`, `[::1]:4317`.
pub fn socket_text(host: &str, port: Port) -> String {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => format!("[{address}]:{port}"),
        _ => format!("{host}:{port}"),
    }
}
