//! Rules about the address a listener accepts on: `bind-unreachable`, `plaintext-reachable`,
//! `listener-from-unset-variable`.

use super::advice;
use super::edge::Fault;
use super::facts::{Facts, shown_listener};
use super::half_tls;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::dataflow::{
    Bind, Client, ClientHost, Listener, ProgramKind, Protocol, ServerTlsMode, SiteKind,
};

/// The code of a listener on another address than the dialled one.
pub(super) const UNREACHABLE: Code = Code("bind-unreachable");
/// The code of plaintext that can leave the host.
pub(super) const PLAINTEXT: Code = Code("plaintext-reachable");
/// The code of a listener whose address is an unset variable.
pub(super) const FROM_VARIABLE: Code = Code("listener-from-unset-variable");

/// Speaks of listeners whose port is dialled on another address.
pub(super) fn unreachable(facts: &Facts<'_>, findings: &mut Findings) {
    for broken in facts.broken().filter(|broken| *broken.fault == Fault::Misses) {
        let (client, listener) = (broken.client, broken.listener);
        let server = shown_listener(facts.server(listener), listener);
        let mut finding = Finding::error(UNREACHABLE, format!("{server} accepts on {} only", listener.bind))
            .at(listener.at.clone(), format!("port {} is served on this address", listener.port))
            .also(client.at.clone(), format!("`{}` dials {}", client.setting, client.peer()))
            .edge(broken.edge)
            .help(if crosses(facts, client, listener) {
                advice::everywhere(facts, listener)
            } else {
                advice::bind(facts, listener, client)
            });
        if !crosses(facts, client, listener) && client.protocol != Protocol::TempoInternal {
            finding = finding.help(advice::dial(facts, client, listener));
        }
        findings.push(finding);
    }
}

/// Speaks of scrapes of another address whose port is served on loopback here: nothing else is meant where
/// that address is this host's own.
pub(super) fn scraped(facts: &Facts<'_>, findings: &mut Findings) {
    let topology = facts.topology;
    for judged in facts.judged.iter().filter(|judged| !judged.is_matched()) {
        let client = &topology.clients[judged.client];
        let ClientHost::Address(address) = &client.host else { continue };
        if client.protocol != Protocol::Scrape || address.is_loopback() || address.is_unspecified() {
            continue;
        }
        let site = topology.programs[client.program].site;
        let here = |listener: &&Listener| {
            topology.programs[listener.program].site == site
                && listener.port == client.port
                && !listener.bind.is_reachable()
        };
        let Some(listener) = topology.listeners.iter().find(here) else { continue };
        let server = shown_listener(facts.server(listener), listener);
        let finding = Finding::warning(UNREACHABLE, format!("{server} accepts on {} only", listener.bind))
            .at(listener.at.clone(), format!("port {} is served on this address", listener.port))
            .also(
                client.at.clone(),
                format!("scraped at {}: where that is this host, nothing answers", client.peer()),
            )
            .edge(client.edge(topology))
            .help(advice::bind(facts, listener, client))
            .help(advice::dial(facts, client, listener));
        findings.push(finding);
    }
}

/// Whether the client comes from outside of the listener's container.
fn crosses(facts: &Facts<'_>, client: &Client, listener: &Listener) -> bool {
    let site = |program: usize| facts.topology.programs[program].site;
    site(client.program) != site(listener.program)
}

/// Speaks of listeners that others can reach and that serve plaintext. Half-written TLS and unset
/// variables have rules of their own.
pub(super) fn plaintext(facts: &Facts<'_>, findings: &mut Findings) {
    // Who may reach a neighbour is no business of a tracing stack.
    let ours = |listener: &&Listener| {
        matches!(facts.server(listener).kind, ProgramKind::Collector | ProgramKind::Tempo)
    };
    for listener in facts.topology.listeners.iter().filter(ours) {
        let Bind::Address(address) = listener.bind else { continue };
        // In a container only what is published leaves it, and where it goes is the host's business.
        if facts.topology.site_of(listener.program).kind != SiteKind::Host {
            continue;
        }
        let half = half_tls::of_listener(facts.topology, listener).is_some();
        if half || !listener.bind.is_reachable() || listener.tls.mode != ServerTlsMode::Plaintext {
            continue;
        }
        let server = shown_listener(facts.server(listener), listener);
        let where_to =
            if address.is_unspecified() { "all interfaces".to_owned() } else { address.to_string() };
        let finding = Finding::warning(PLAINTEXT, format!("{server} serves plaintext beyond this host"))
            .at(listener.at.clone(), format!("port {} on {where_to}", listener.port));
        findings.push(advice::keep_close(facts, listener).into_iter().fold(finding, Finding::help));
    }
}

/// Speaks of listeners whose address nothing sets.
pub(super) fn from_variable(facts: &Facts<'_>, findings: &mut Findings) {
    for listener in &facts.topology.listeners {
        let Bind::UnsetVariable(name) = &listener.bind else { continue };
        findings.push(
            Finding::warning(
                FROM_VARIABLE,
                format!("nothing sets `{name}`, so this listener binds all interfaces"),
            )
            .at(listener.at.clone(), format!("`{}` on port {}", listener.setting, listener.port))
            .help(advice::loopback(facts, listener)),
        );
    }
}
