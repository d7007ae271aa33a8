//! Which listener a dialler arrives at, by port and address, on this host.
//!
//! Go's wildcard listeners (`0.0.0.0`, `::`, no address) accept both address families, seen on Tempo
//! and the collector as `*:PORT`.

use super::super::unchecked;
use super::protocol::understands;
use crate::model::dataflow::{Bind, DialledHost, Dialler, Listener, Protocol, Topology};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where a dialler arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Reach {
    /// At this listener.
    Arrives(usize),
    /// At nothing, though this listener has the port on another address.
    Misses(usize),
    /// At nothing: no listener has the port.
    Nothing,
    /// That cannot be told, for this reason.
    Unsure(&'static str),
}

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// Whether two listeners on one port cannot both start.
pub(in super::super) fn overlap(one: &Bind, other: &Bind) -> bool {
    one.is_wildcard() || other.is_wildcard() || literal(one) == literal(other)
}

/// Where the dialler arrives.
pub(super) fn reach(topology: &Topology, dialler: &Dialler) -> Reach {
    let on_port = || topology.listeners.iter().enumerate().filter(|(_, l)| l.port == dialler.port);
    let best = |found: Vec<(usize, &Listener)>| {
        let meant = |l: &Listener| dialler.means.contains(&topology.programs[l.program].kind);
        // Of two that fight for one port, a client means another program's, and Tempo's own clients theirs.
        let own = |l: &Listener| l.program == dialler.program;
        let internal = dialler.protocol == Protocol::TempoInternal;
        let rank =
            |i: usize, l: &Listener| (!understands(l, dialler.protocol), !meant(l), own(l) != internal, i);
        found.into_iter().min_by_key(|(i, l)| rank(*i, l)).map(|(i, _)| i)
    };
    let dialled = addresses(&dialler.host);
    let here = dialler.host.is_this_host();
    let covered = |l: &Listener| {
        literal(&l.bind).is_some_and(|bound| dialled.contains(&bound)) || here && l.bind.is_wildcard()
    };
    if let Some(listener) = best(on_port().filter(|(_, l)| covered(l)).collect()) {
        return Reach::Arrives(listener);
    }
    if !here {
        return Reach::Unsure(unchecked::OTHER_HOST);
    }
    let meant = |l: &Listener| {
        dialler.means.contains(&topology.programs[l.program].kind)
            && (l.program != dialler.program || dialler.protocol == Protocol::TempoInternal)
    };
    match best(on_port().filter(|(_, l)| meant(l)).collect()) {
        None => Reach::Nothing,
        Some(listener)
            if is_localhost(&dialler.host) && literal(&topology.listeners[listener].bind) == Some(V6) =>
        {
            Reach::Unsure(unchecked::LOCALHOST)
        }
        Some(listener) => Reach::Misses(listener),
    }
}

/// The addresses a client tries. For no host at all and for the unspecified addresses Go dials the
/// loopback of both families; `localhost` is 127.0.0.1 everywhere and `::1` only by the hosts file.
fn addresses(host: &DialledHost) -> Vec<IpAddr> {
    match host {
        DialledHost::Address(address) if address.is_unspecified() => vec![V4, V6],
        DialledHost::Address(address) => vec![address.to_canonical()],
        DialledHost::Name(name) if name.is_empty() => vec![V4, V6],
        DialledHost::Name(_) if is_localhost(host) => vec![V4],
        DialledHost::Name(_) => Vec::new(),
    }
}

fn is_localhost(host: &DialledHost) -> bool {
    matches!(host, DialledHost::Name(name) if name == "localhost")
}

fn literal(bind: &Bind) -> Option<IpAddr> {
    match bind {
        Bind::Address(address) => Some(address.to_canonical()),
        Bind::UnsetVariable(_) => None,
    }
}
