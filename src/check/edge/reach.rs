//! Which listener a client arrives at: where its name leads, by port and address there.
//!
//! Go's wildcard listeners (`0.0.0.0`, `::`, no address) accept both address families, seen on Tempo
//! and the collector as `*:PORT`.

use super::super::unchecked;
use super::protocol::understands;
use super::sites::{Lead, Lost, lead};
use crate::model::dataflow::{Bind, Client, ClientHost, Listener, Protocol, Publication, Topology};
use crate::model::names::Port;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where a client arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Reach {
    /// At this listener.
    Arrives(usize),
    /// At nothing, though this listener has the port on another address.
    Misses(usize),
    /// At nothing: no listener has the port.
    Nothing,
    /// At nothing: the name leads nowhere.
    Lost(Lost),
    /// That cannot be told, for this reason.
    Unsure(&'static str),
}

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// Whether two listeners on one port cannot both start.
pub(in super::super) fn overlap(one: &Bind, other: &Bind) -> bool {
    one.is_wildcard() || other.is_wildcard() || literal(one) == literal(other)
}

/// Where the client arrives.
pub(super) fn reach(topology: &Topology, client: &Client) -> Reach {
    match lead(topology, client) {
        // By its own name a container is met on its address, not on loopback.
        Lead::Own(site) if !client.host.is_this_host() => over(topology, client, site, client.port),
        Lead::Own(site) => match at_home(topology, client, site) {
            Reach::Nothing => {
                let published = published(topology, client, site, &|_| true);
                published.unwrap_or_else(|| match meant_elsewhere(topology, client, site) {
                    true => Reach::Nothing,
                    false => nothing(topology, site),
                })
            }
            reach => reach,
        },
        Lead::Over(site) => match forwarded(topology, site, client.port) {
            Some(port) => over(topology, client, site, port),
            None => nothing(topology, site),
        },
        Lead::Gateway(host) => {
            let outside =
                |publication: &Publication| publication.address.is_none_or(|address| !address.is_loopback());
            match over(topology, client, host, client.port) {
                Reach::Arrives(listener) => Reach::Arrives(listener),
                _ => published(topology, client, host, &outside)
                    .unwrap_or(Reach::Unsure(unchecked::OTHER_HOST)),
            }
        }
        Lead::Lost(lost) => Reach::Lost(lost),
        Lead::Elsewhere => by_address(topology, client, unchecked::OTHER_HOST),
        Lead::Unknown(reason) => by_address(topology, client, reason),
    }
}

/// The port that one of a site's names leads to; `None` where they forward others only.
fn forwarded(topology: &Topology, site: usize, port: Port) -> Option<Port> {
    let forwards = &topology.site(site).forwards;
    if forwards.is_empty() {
        return Some(port);
    }
    let to = forwards.iter().find(|(from, _)| *from == port.number())?.1;
    Port::new(i64::from(to))
}

/// A host has addresses that its files name as well.
fn by_address(topology: &Topology, client: &Client, otherwise: &'static str) -> Reach {
    match at_home(topology, client, topology.programs[client.program].site) {
        Reach::Arrives(listener) => Reach::Arrives(listener),
        _ => Reach::Unsure(otherwise),
    }
}

fn on_site(topology: &Topology, site: usize, port: Port) -> impl Iterator<Item = (usize, &Listener)> {
    let on_site = move |l: &Listener| topology.programs[l.program].site == site && l.port == port;
    topology.listeners.iter().enumerate().filter(move |(_, l)| on_site(l))
}

/// The listener that is meant, of several that a client may arrive at.
fn best(topology: &Topology, client: &Client, found: Vec<(usize, &Listener)>) -> Option<usize> {
    let meant = |l: &Listener| client.means.contains(&topology.programs[l.program].kind);
    // Of two that fight for one port, a client means another program's, and Tempo's own clients theirs.
    let own = |l: &Listener| l.program == client.program;
    let internal = client.protocol == Protocol::TempoInternal;
    let rank = |i: usize, l: &Listener| (!understands(l, client), !meant(l), own(l) != internal, i);
    found.into_iter().min_by_key(|(i, l)| rank(*i, l)).map(|(i, _)| i)
}

/// Whether a client dials its own container for what another container of the project serves: an
/// application's image holds no collector.
fn meant_elsewhere(topology: &Topology, client: &Client, site: usize) -> bool {
    let serves = |l: &Listener| {
        let there = topology.programs[l.program].site;
        there != site
            && topology.site(there).host == topology.site(site).host
            && l.port == client.port
            && understands(l, client)
    };
    topology.site(site).is_container() && topology.listeners.iter().any(serves)
}

/// At nothing, where everything that listens there is known.
fn nothing(topology: &Topology, site: usize) -> Reach {
    match topology.site(site).open {
        Some(_) => Reach::Unsure(unchecked::OPEN_SITE),
        None => Reach::Nothing,
    }
}

/// Where a client arrives at another site, over a network: loopback is nobody else's.
fn over(topology: &Topology, client: &Client, site: usize, port: Port) -> Reach {
    let reachable = on_site(topology, site, port).filter(|(_, l)| l.bind.is_reachable()).collect();
    if let Some(listener) = best(topology, client, reachable) {
        return Reach::Arrives(listener);
    }
    match best(topology, client, on_site(topology, site, port).collect()) {
        Some(listener) => Reach::Misses(listener),
        None => nothing(topology, site),
    }
}

/// Where a port that containers publish on a host leads.
fn published(
    topology: &Topology,
    client: &Client,
    host: usize,
    lets_in: &dyn Fn(&Publication) -> bool,
) -> Option<Reach> {
    topology.sites.iter().enumerate().filter(|(_, site)| site.host == Some(host)).find_map(|(index, site)| {
        let publication = site.published.iter().find(|one| one.has(client.port) && lets_in(one))?;
        Some(over(topology, client, index, publication.target))
    })
}

/// Where a client arrives on its own site.
fn at_home(topology: &Topology, client: &Client, site: usize) -> Reach {
    let dialled = addresses(&client.host);
    let here = client.host.is_this_host();
    let covered = |l: &Listener| {
        literal(&l.bind).is_some_and(|bound| dialled.contains(&bound)) || here && l.bind.is_wildcard()
    };
    let found = on_site(topology, site, client.port).filter(|(_, l)| covered(l)).collect();
    if let Some(listener) = best(topology, client, found) {
        return Reach::Arrives(listener);
    }
    if !here {
        return Reach::Unsure(unchecked::OTHER_HOST);
    }
    let meant = |l: &Listener| {
        (client.means.is_empty() || client.means.contains(&topology.programs[l.program].kind))
            && (l.program != client.program || client.protocol == Protocol::TempoInternal)
    };
    let found = on_site(topology, site, client.port).filter(|(_, l)| meant(l)).collect();
    match best(topology, client, found) {
        None => Reach::Nothing,
        Some(listener)
            if is_localhost(&client.host) && literal(&topology.listeners[listener].bind) == Some(V6) =>
        {
            Reach::Unsure(unchecked::LOCALHOST)
        }
        Some(listener) => Reach::Misses(listener),
    }
}

/// The addresses a client tries. For no host at all and for the unspecified addresses Go dials the
/// loopback of both families; `localhost` is 127.0.0.1 everywhere and `::1` only by the hosts file.
fn addresses(host: &ClientHost) -> Vec<IpAddr> {
    match host {
        ClientHost::Address(address) if address.is_unspecified() => vec![V4, V6],
        ClientHost::Address(address) => vec![address.to_canonical()],
        ClientHost::Name(name) if name.is_empty() => vec![V4, V6],
        ClientHost::Name(_) if is_localhost(host) => vec![V4],
        ClientHost::Name(_) => Vec::new(),
    }
}

fn is_localhost(host: &ClientHost) -> bool {
    matches!(host, ClientHost::Name(name) if name == "localhost")
}

fn literal(bind: &Bind) -> Option<IpAddr> {
    match bind {
        Bind::Address(address) => Some(address.to_canonical()),
        Bind::UnsetVariable(_) | Bind::OwnName(_) => None,
    }
}
