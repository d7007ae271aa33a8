//! `no-listener`: a client that dials where nothing listens.
//!
//! A port that no file here opens proves nothing: the directory may hold only a part of the host. It is
//! a mistake only where the program that the client means *is* here, was read completely, and no
//! other setting of the same client already meets one: a collector that feeds the Tempo of this
//! directory may well have a second backend in a container nobody wrote a file for.

use super::advice;
use super::edge::{Fault, Found, Lead, Reach, lead, understands};
use super::facts::{Facts, shown_listener};
use super::unchecked;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::dataflow::{Client, Program, ProgramKind, Protocol, Topology};

/// The code of this rule.
pub(super) const CODE: Code = Code("no-listener");

/// The reachability of a client to this host that arrives nowhere.
pub(super) fn without_listener(topology: &Topology, reached: &[Reach], index: usize, fault: Fault) -> Found {
    let client = &topology.clients[index];
    match client.protocol {
        Protocol::Other => return Found::NotKnown(unchecked::OTHER_PROTOCOL),
        // Tempo's own clients dial Tempo's own port, and both are in one file.
        Protocol::TempoInternal => return Found::Broken(fault),
        _ => {}
    }
    // Who has the port is known, whatever else of the program is not.
    if fault == Fault::Misses {
        return Found::Broken(fault);
    }
    if let Lead::Own(site) | Lead::Over(site) = lead(topology, client)
        && topology.site(site).is_container()
    {
        let engine = |program: &&Program| {
            program.site == site && matches!(program.kind, ProgramKind::Collector | ProgramKind::Tempo)
        };
        let mut there = topology.programs.iter().filter(engine);
        return match there.any(|program| is_partly_read(topology, program)) {
            true => Found::NotKnown(unchecked::PEER_NOT_READ),
            false => Found::Broken(fault),
        };
    }
    let mut meant = candidates(topology, client).peekable();
    if meant.peek().is_none() {
        return Found::NotKnown(unchecked::NOT_IN_DIRECTORY);
    }
    if meant.any(|(index, program)| is_partly_read(topology, program) || is_unstarted(topology, index)) {
        return Found::NotKnown(unchecked::PEER_NOT_READ);
    }
    if meets_elsewhere(topology, reached, client) {
        return Found::NotKnown(unchecked::NOT_IN_DIRECTORY);
    }
    Found::Broken(fault)
}

fn candidates<'a>(topology: &'a Topology, client: &'a Client) -> impl Iterator<Item = (usize, &'a Program)> {
    let programs = topology.programs.iter().enumerate();
    programs.filter(|(index, program)| *index != client.program && client.means.contains(&program.kind))
}

/// Whether it is a Prometheus of whose start nothing is known: its files never say where it listens.
fn is_unstarted(topology: &Topology, program: usize) -> bool {
    topology.programs[program].kind == ProgramKind::Prometheus
        && topology.listeners.iter().all(|listener| listener.program != program)
}

/// Whether a listener of the program may be among what was not read.
fn is_partly_read(topology: &Topology, program: &Program) -> bool {
    const LISTENER_SETTINGS: [&str; 6] =
        ["receivers", "distributor", "server", "service", "extensions", "target"];
    let file = program.file.as_str();
    let shown = topology.sources.get(&program.file).map_or(file, |source| source.0.as_str());
    let hides_listeners = |place: &str| match place.strip_prefix(shown) {
        Some("") => true,
        Some(rest) => LISTENER_SETTINGS.iter().any(|setting| rest.trim_start().starts_with(setting)),
        None => false,
    };
    topology.not_read.iter().any(|not_read| hides_listeners(&not_read.place))
        || topology.faults.iter().any(|(mark, _)| mark.source.0 == shown)
}

fn meets_elsewhere(topology: &Topology, reached: &[Reach], client: &Client) -> bool {
    topology.clients.iter().zip(reached).any(|(other, reach)| match reach {
        Reach::Arrives(listener) => {
            let met = topology.listeners[*listener].program;
            other.program == client.program
                && met != client.program
                && client.means.contains(&topology.programs[met].kind)
        }
        _ => false,
    })
}

/// Speaks of every client whose port nobody opens.
pub(super) fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    for judged in
        facts.judged.iter().filter(|judged| judged.faults().any(|fault| *fault == Fault::NoListener))
    {
        let topology = facts.topology;
        let client = &topology.clients[judged.client];
        let mut finding = Finding::error(CODE, format!("nothing listens on {}", client.peer()))
            .at(client.at.clone(), format!("dialled by `{}`", client.setting))
            .edge(client.edge(topology));
        let over = match lead(topology, client) {
            Lead::Over(site) => Some(site),
            _ => None,
        };
        let listeners = topology.listeners.iter().filter(|listener| {
            over.is_none_or(|site| topology.programs[listener.program].site == site)
                && understands(listener, client)
                && client.means.contains(&topology.programs[listener.program].kind)
                && (listener.program != client.program || client.protocol == Protocol::TempoInternal)
        });
        let mut served = false;
        for listener in listeners {
            served = true;
            let server = shown_listener(facts.server(listener), listener);
            finding = finding
                .also(
                    listener.at.clone(),
                    format!("{server} serves {} on port {}", listener.protocol, listener.port),
                )
                .help(advice::dial(facts, client, listener));
        }
        if !served {
            finding = finding.help(advice::open(facts, client));
        }
        findings.push(of_containers(topology, client, finding));
    }
}

/// What containers add to it: a port of the host is none of the container's, `localhost` is the
/// container itself.
fn of_containers(topology: &Topology, client: &Client, finding: Finding) -> Finding {
    match lead(topology, client) {
        Lead::Over(site) => {
            let site = topology.site(site);
            match site.published.iter().find(|one| one.has(client.port) && one.target != client.port) {
                Some(one) => finding.also(
                    one.at.clone(),
                    format!("{} is its port on the host; services reach it on {}", client.port, one.target),
                ),
                None => finding,
            }
        }
        Lead::Own(site) => match topology.site(site).service() {
            Some(service) => {
                let text = format!("in the container of `{service}`, localhost is that container itself");
                match topology.site(site).at.clone() {
                    Some(at) => finding.also(at, text),
                    None => finding,
                }
            }
            None => finding,
        },
        _ => finding,
    }
}
