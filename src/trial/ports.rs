//! Free ports on loopback.

use super::{Ports, TrialError};
use crate::model::names::Port;
use crate::wiring::{ListenerId, WiredListener};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};

/// A free port for each listener, and for each of these that no stack speaks of, all different. Between this call and the engine's own bind
/// another process can take one; the caller then chooses again.
///
/// # Errors
/// The system has none.
pub fn free_ports(listeners: &[WiredListener], more: &[ListenerId]) -> Result<Ports, TrialError> {
    let mut held = Vec::new();
    let mut ports = Ports::new();
    let loopback = |listener: &WiredListener| -> IpAddr {
        match listener.bind {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        }
    };
    let wired = listeners.iter().map(|listener| (&listener.id, loopback(listener)));
    for (id, address) in wired.chain(more.iter().map(|id| (id, Ipv4Addr::LOCALHOST.into()))) {
        let socket = TcpListener::bind((address, 0)).map_err(TrialError::Ports)?;
        let number = socket.local_addr().map_err(TrialError::Ports)?.port();
        ports.insert(id.clone(), Port::known(number));
        // All are held until all are chosen: two listeners never get the same one.
        held.push(socket);
    }
    Ok(ports)
}
