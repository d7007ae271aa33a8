//! Compose projects as sites: what each service is, what it is called where, what it publishes, and
//! the program that runs in it. Called by [`super::FileReader`].

mod certificates;
mod configured;
mod facts;
mod program;

pub(super) use certificates::missing;
pub(super) use configured::{Configured, Environment, all_configured, configured, datasources, environment};
pub(super) use facts::{data, facts, moving_tag, queue};
pub(super) use program::{Container, ENGINE_USER, Runs};

use crate::format::compose::{ComposeService, NetworkMode, Project, Source};
use crate::model::dataflow::{HostEntry, Membership, Publication, Site, SiteKind};
use crate::model::names::Port;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Sites of all projects, and what runs in their containers.
#[derive(Default)]
pub(super) struct Layout<'p> {
    /// The first is the host of everything that no project starts.
    pub(super) sites: Vec<Site>,
    /// One for each service.
    pub(super) containers: Vec<Container<'p>>,
}

/// Lays out projects. On a machine's own root all of them share its host; in a repository each has
/// one of its own, because nobody says that two of them run at once.
pub(super) fn layout(projects: &[Project], rooted: bool) -> Layout<'_> {
    let mut all = Layout::default();
    if projects.is_empty() {
        return all;
    }
    all.sites.push(Site::HOST);
    for project in projects {
        let host = if rooted {
            0
        } else {
            all.sites.push(Site::HOST);
            all.sites.len() - 1
        };
        let own = sites(project, host, &mut all.sites);
        let prepared: Vec<Source> = project.services.iter().flat_map(program::prepares).cloned().collect();
        for service in &project.services {
            let site = own.get(service.name.as_str()).copied().unwrap_or(host);
            all.containers.push(Container::of(service, site, prepared.clone()));
        }
    }
    for container in &all.containers {
        all.sites[container.site].public_trust = container.trusts_public_alone();
        if let Some(reason) = container.open() {
            all.sites[container.site].open.get_or_insert(reason);
        }
    }
    all
}

/// Adds a site for every service with a network of its own. Returns the site of each service.
fn sites<'p>(project: &'p Project, host: usize, all: &mut Vec<Site>) -> BTreeMap<&'p str, usize> {
    let mut own = BTreeMap::new();
    for service in &project.services {
        match &service.mode {
            Some(NetworkMode::Host) => {
                own.insert(service.name.as_str(), host);
            }
            Some(NetworkMode::Service(_)) => {}
            _ => {
                own.insert(service.name.as_str(), all.len());
                all.push(site(project, service, host));
            }
        }
    }
    // Whoever shares the network of another stands on its site, also by way of a third.
    for _ in 0..project.services.len() {
        for service in &project.services {
            if let Some(NetworkMode::Service(other)) = &service.mode
                && let Some(site) = own.get(other.as_str()).copied()
            {
                own.insert(service.name.as_str(), site);
            }
        }
    }
    own
}

fn site(project: &Project, service: &ComposeService, host: usize) -> Site {
    let networks = service.networks.iter().map(|attachment| {
        let network = project.networks.get(&attachment.network);
        Membership {
            network: network.map_or_else(|| attachment.network.clone(), |network| network.name.clone()),
            external: network.is_none_or(|network| network.external),
            names: names(project, service, &attachment.aliases),
        }
    });
    let mut networks: Vec<Membership> = networks.collect();
    for membership in &mut networks {
        let whole: Vec<String> =
            membership.names.iter().map(|name| format!("{name}.{}", membership.network)).collect();
        membership.names.extend(whole);
    }
    Site {
        kind: SiteKind::Container(service.name.clone()),
        networks,
        hosts: service.extra_hosts.iter().map(|(name, to)| (name.to_lowercase(), entry(to))).collect(),
        published: published(service),
        forwards: service.forwards.clone(),
        public_trust: false,
        host: Some(host),
        open: None,
        optional: !service.profiles.is_empty()
            && !service.profiles.iter().any(|profile| project.profiles.contains(profile)),
        at: Some(service.at.clone()),
    }
}

/// The names of a service on one of its networks, the one to dial first.
fn names(project: &Project, service: &ComposeService, aliases: &[String]) -> Vec<String> {
    let container =
        service.container_name.clone().unwrap_or_else(|| format!("{}-{}-1", project.name, service.name));
    let all = [service.name.clone(), container];
    let all = all.into_iter().chain(service.hostname.clone()).chain(aliases.iter().cloned());
    let mut seen = BTreeSet::new();
    all.map(|name| name.to_lowercase()).filter(|name| seen.insert(name.clone())).collect()
}

fn entry(to: &str) -> HostEntry {
    match to.parse::<IpAddr>() {
        Ok(address) => HostEntry::Address(address),
        Err(_) if to == "host-gateway" => HostEntry::Gateway,
        Err(_) => HostEntry::Other,
    }
}

fn published(service: &ComposeService) -> Vec<Publication> {
    if matches!(service.mode, Some(NetworkMode::Host | NetworkMode::None)) {
        return Vec::new();
    }
    let tcp = service.ports.iter().filter(|port| port.protocol == "tcp");
    tcp.filter_map(|port| {
        Some(Publication {
            address: port.host_ip.as_ref().and_then(|ip| ip.parse().ok()),
            ports: port.host.clone(),
            target: Port::new(i64::from(port.target))?,
            unset: port.unset.clone(),
            at: port.at.clone(),
        })
    })
    .collect()
}
