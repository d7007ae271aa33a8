//! Where a dialled name leads from the client's site: to the site itself, to another one over a
//! network, to the machine below it, or nowhere.
//!
//! Seen on Docker Engine 20.10: a service finds another by service name, container name, host name or
//! alias, on a network that both are on, and reaches its container ports whether or not they are
//! published; a name of another network does not resolve; `localhost` is the container itself.

use crate::model::dataflow::{Client, ClientHost, HostEntry, Site, SiteKind, Topology};

/// Nobody says where its program runs.
const NO_SITE: &str = "nothing here says where its program runs, so neither where the name leads";
/// A name that Docker Desktop alone has.
const DOCKER_HOST: &str = "Docker Desktop alone has this name; elsewhere it needs `extra_hosts`";
/// A network that was made by somebody else.
const SHARED_NETWORK: &str = "the name may be of something on the same network that is not among these files";
/// A name of another project of the directory.
const OTHER_PROJECT: &str = "the name is of a service of another project here";

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
    /// To another host, whose files are not here.
    Elsewhere,
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
pub(in super::super) fn lead(topology: &Topology, client: &Client) -> Lead {
    let own = topology.programs[client.program].site;
    if client.host.is_this_host() {
        return Lead::Own(own);
    }
    let site = topology.site(own);
    match (&site.kind, &client.host) {
        (SiteKind::Host, _) => Lead::Elsewhere,
        (SiteKind::Unknown, _) => Lead::Unknown(NO_SITE),
        (SiteKind::Container(_), ClientHost::Address(_)) => Lead::Elsewhere,
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
            _ => Lead::Elsewhere,
        };
    }
    if name == "host.docker.internal" {
        return Lead::Unknown(DOCKER_HOST);
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
    let external = |site: &Site| site.networks.iter().any(|network| network.external);
    if external(site) || elsewhere.is_some_and(|other| external(topology.site(other))) {
        return Lead::Unknown(SHARED_NETWORK);
    }
    match elsewhere {
        Some(other) => Lead::Lost(Lost::OtherNetwork(other)),
        None if name.contains('.') => Lead::Elsewhere,
        None if topology.sites.iter().any(named) => Lead::Unknown(OTHER_PROJECT),
        None => Lead::Lost(Lost::NoSuchName),
    }
}
