//! Where a dialled name leads from the client's site: to the site itself, to another one over a
//! network, to the machine below it, or nowhere.
//!
//! Seen on Docker Engine 20.10: a service finds another by service name, container name, host name or
//! alias, on a network that both are on, and reaches its container ports whether or not they are
//! published; a name of another network does not resolve; `localhost` is the container itself.

use super::super::unchecked;
use crate::model::dataflow::{Client, ClientHost, HostEntry, Site, SiteKind, Topology};

/// Where a name leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Lead {
    /// To the client's own site.
    Own(usize),
    /// To another site, over a network.
    Over(usize),
    /// To the machine that the client's container runs on.
    Gateway(usize),
    /// Nowhere.
    Lost(Lost),
    /// That is not known, for this reason.
    Unknown(&'static str),
}

/// Why a name leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Lost {
    /// No service of the project has it.
    NoSuchName,
    /// The service of this site has it, on no network that the client is on.
    OtherNetwork(usize),
}

/// Where the name that a client dials leads.
pub(in super::super) fn lead(topology: &Topology, dialler: &Client) -> Lead {
    let own = topology.programs[dialler.program].site;
    if dialler.host.is_this_host() {
        return Lead::Own(own);
    }
    let site = topology.site(own);
    match (&site.kind, &dialler.host) {
        (SiteKind::Host, _) => Lead::Unknown(unchecked::OTHER_HOST),
        (SiteKind::Unknown, _) => Lead::Unknown(unchecked::NO_SITE),
        (SiteKind::Container(_), ClientHost::Address(_)) => Lead::Unknown(unchecked::OTHER_HOST),
        (SiteKind::Container(_), ClientHost::Name(name)) => {
            from_container(topology, own, site, &name.trim_end_matches('.').to_lowercase())
        }
    }
}

fn from_container(topology: &Topology, own: usize, site: &Site, name: &str) -> Lead {
    if let Some((_, entry)) = site.hosts.iter().find(|(host, _)| host == name) {
        return match (entry, site.host) {
            (HostEntry::Gateway, Some(host)) => Lead::Gateway(host),
            (HostEntry::Address(address), _) if address.is_loopback() => Lead::Own(own),
            _ => Lead::Unknown(unchecked::OTHER_HOST),
        };
    }
    if name == "host.docker.internal" {
        return Lead::Unknown(unchecked::DOCKER_HOST);
    }
    let shares = |other: &Site| {
        other.networks.iter().any(|there| {
            there.names.iter().any(|known| known == name)
                && site.networks.iter().any(|here| here.network == there.network)
        })
    };
    if let Some(found) = topology.sites.iter().position(shares) {
        return if found == own { Lead::Own(own) } else { Lead::Over(found) };
    }
    let named = |other: &Site| {
        other.service().is_some_and(|service| service.to_lowercase() == name)
            || other.networks.iter().any(|there| there.names.iter().any(|known| known == name))
    };
    let elsewhere = topology.sites.iter().position(|other| named(other) && other.host == site.host);
    if site.networks.iter().any(|network| network.external) {
        return Lead::Unknown(unchecked::SHARED_NETWORK);
    }
    match elsewhere {
        Some(other) => Lead::Lost(Lost::OtherNetwork(other)),
        None if name.contains('.') => Lead::Unknown(unchecked::OTHER_HOST),
        None if topology.sites.iter().any(named) => Lead::Unknown(unchecked::OTHER_PROJECT),
        None => Lead::Lost(Lost::NoSuchName),
    }
}
