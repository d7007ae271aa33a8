//! `published-loopback`: a port that is published and whose listener accepts inside of the container
//! only; and `port-taken` where two services publish one port of their host.
//!
//! Seen on Docker Engine 20.10: a connection to the published port succeeds (the engine's own proxy
//! accepts it) and is reset; nothing is logged on either side.

use super::advice;
use super::facts::{Facts, shown_listener};
use super::ports;
use crate::diagnostic::{Code, Finding, Findings, Mark, Severity};
use crate::model::dataflow::{Bind, Listener, Protocol, Publication, Topology};

/// The code of this rule.
pub(super) const LOOPBACK: Code = Code("published-loopback");

/// Speaks of every published port that leads to a listener on loopback.
pub(super) fn loopback(facts: &Facts<'_>, findings: &mut Findings) {
    let topology = facts.topology;
    for (index, site) in topology.sites.iter().enumerate() {
        let service = site.service().unwrap_or_default();
        for publication in &site.published {
            let on_port: Vec<&Listener> = topology
                .listeners
                .iter()
                .filter(|l| topology.programs[l.program].site == index && l.port == publication.target)
                .collect();
            let Some(listener) = on_port.first() else { continue };
            if on_port.iter().any(|l| l.bind.is_reachable()) {
                continue;
            }
            let server = shown_listener(facts.server(listener), listener);
            let title = format!(
                "port {} is published, and {server} accepts on {} in its container only",
                publication.target, listener.bind
            );
            let otlp = matches!(listener.protocol, Protocol::OtlpGrpc | Protocol::OtlpHttp);
            let finding = match otlp {
                true => Finding::error(LOOPBACK, title),
                false => Finding::warning(LOOPBACK, title),
            };
            findings.push(
                finding
                    .at(listener.at.clone(), "loopback of the container, which is nobody else's")
                    .also(
                        publication.at.clone(),
                        format!("`{service}` publishes it: clients connect and are reset"),
                    )
                    .help(advice::everywhere(facts, listener)),
            );
        }
    }
}

/// A port of a host, and who opens it.
struct Opened<'a> {
    host: usize,
    publication: &'a Publication,
    service: &'a str,
    optional: bool,
}

/// Speaks of host ports that two services publish, or that a program of the host has already.
pub(super) fn twice(facts: &Facts<'_>, findings: &mut Findings) {
    let topology = facts.topology;
    let all: Vec<Opened<'_>> = topology
        .sites
        .iter()
        .flat_map(|site| {
            site.published.iter().filter_map(|publication| {
                let service = site.service()?;
                Some(Opened { host: site.host?, publication, service, optional: site.optional })
            })
        })
        .collect();
    for (second, later) in all.iter().enumerate() {
        let fights = |earlier: &&Opened<'_>| {
            earlier.host == later.host
                && !(earlier.optional || later.optional)
                && certain(earlier.publication) == certain(later.publication)
                && overlaps(earlier.publication, later.publication)
        };
        let Some(port) = certain(later.publication) else { continue };
        if let Some(earlier) = all[..second].iter().find(fights) {
            let first = (earlier.publication.at.clone(), format!("published by `{}`", earlier.service));
            findings.push(taken(port, later, first));
        } else if let Some(listener) = on_host(topology, later, port) {
            let owner = shown_listener(facts.server(listener), listener);
            findings.push(taken(port, later, (listener.at.clone(), format!("{owner} on {}", listener.bind))));
        }
    }
}

fn taken(port: u16, later: &Opened<'_>, (at, label): (Mark, String)) -> Finding {
    Finding {
        severity: Severity::Error,
        ..Finding::error(ports::TAKEN, format!("port {port} of the host is opened twice"))
    }
    .at(later.publication.at.clone(), format!("published by `{}`", later.service))
    .also(at, label)
    .help(format!("publish one of them elsewhere: `\"{}:{}\"`", later_port(port), later.publication.target))
    .help("services reach each other without `ports:`; leave it out where nobody else needs it")
}

fn later_port(port: u16) -> u16 {
    port.checked_add(10_000).unwrap_or_else(|| port - 10_000)
}

/// The host port, where it is one for certain.
fn certain(publication: &Publication) -> Option<u16> {
    publication.ports.as_ref().filter(|ports| ports.start() == ports.end()).map(|ports| *ports.start())
}

fn overlaps(one: &Publication, other: &Publication) -> bool {
    match (one.address, other.address) {
        (Some(one), Some(other)) => one == other || one.is_unspecified() || other.is_unspecified(),
        _ => true,
    }
}

/// A listener of the host itself on this port.
fn on_host<'a>(topology: &'a Topology, opened: &Opened<'_>, port: u16) -> Option<&'a Listener> {
    topology.listeners.iter().find(|listener| {
        topology.programs[listener.program].site == opened.host
            && listener.port.number() == port
            && match (&listener.bind, opened.publication.address) {
                (Bind::Address(bound), Some(address)) => {
                    bound.is_unspecified() || address.is_unspecified() || *bound == address
                }
                _ => true,
            }
    })
}
