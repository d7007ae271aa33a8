//! Two owners of one thing: a port, a file, a unit. And ports that mislead.

use super::ids::ListenerKind;
use super::listeners::{DecidedBy, WiredListener};
use super::{ComponentId, Wiring};
use crate::diagnostic::{Code, Finding, Findings, KeyPart};
use crate::model::dataflow::ProgramKind;
use crate::model::names::TargetPath;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Where the states of stacks stand: the system's, and below the home of a user who has a part.
const STATES: &str = "/var/lib/tracewright";
const HOME_STATES: &str = ".local/state/tracewright";

pub(super) fn find(wiring: &Wiring<'_>, findings: &mut Findings) {
    ports_taken(wiring, findings);
    port_conventions(wiring, findings);
    same_files(wiring, findings);
    in_state(wiring, findings);
}

/// On one host two listeners conflict when ports are equal and the addresses are equal or one is any.
fn overlap(a: &WiredListener, b: &WiredListener) -> bool {
    let any = |address: IpAddr| address.is_unspecified();
    a.host == b.host && a.port == b.port && (a.bind == b.bind || any(a.bind) || any(b.bind))
}

fn ports_taken(wiring: &Wiring<'_>, findings: &mut Findings) {
    for (index, later) in wiring.listeners.iter().enumerate() {
        for earlier in wiring.listeners[..index].iter().filter(|earlier| overlap(earlier, later)) {
            let title = format!("port {} is opened twice on host `{}`", later.port, later.host);
            // What was written can be written otherwise; a default is written nowhere.
            let (shown, other) = match earlier.port_is_written && !later.port_is_written {
                true => (earlier, later),
                false => (later, earlier),
            };
            let finding = Finding::error(Code("port-taken"), title)
                .at((shown.key.clone(), KeyPart::Value), format!("`{}`{}", shown.id, by_default(shown)))
                .also(
                    (other.key.clone(), KeyPart::Value),
                    format!("`{}` has it{}", other.id, by_default(other)),
                );
            findings.push(finding.help(free_port_help(wiring, (later, earlier), shown)));
        }
    }
}

fn by_default(listener: &WiredListener) -> &'static str {
    if listener.port_is_written { "" } else { " by default" }
}

/// The way out keeps the listeners that others dial where they are, and moves what yields.
fn free_port_help(
    wiring: &Wiring<'_>,
    (later, earlier): (&WiredListener, &WiredListener),
    shown: &WiredListener,
) -> String {
    let own = later.id.component == earlier.id.component;
    let yielding = if own || later.yields.is_some() { later } else { earlier };
    // What somebody else runs stays where it is.
    if later.theirs && earlier.yields.is_none() {
        return format!("another port for `{}`", earlier.id);
    }
    let Some(spare) = yielding.yields else {
        let moves = if shown.theirs { [later, earlier].into_iter().find(|one| !one.theirs) } else { None };
        return format!("another port for `{}`", moves.unwrap_or(shown).id);
    };
    // Never the port that is taken.
    let port = if later.port.number() == spare.port { spare.port + 10_000 } else { spare.port };
    // What stands beside it stays, and so does what is written of it besides its port.
    let own = wiring.listeners.iter().filter(|one| one.id.component == yielding.id.component);
    let written: Vec<_> = own.filter(|one| one.yields.is_some() && one.port_is_written).collect();
    if written
        .iter()
        .any(|one| one.dial.is_some() || one.is_reachable() || one.decided_by == DecidedBy::Written)
    {
        return format!("another port for `{}`, {port} for example", yielding.id);
    }
    let beside = written.into_iter().filter(|one| one.id != yielding.id);
    let mut ports: BTreeMap<&str, u16> =
        beside.filter_map(|one| Some((one.yields?.key, one.port.number()))).collect();
    ports.insert(spare.key, port);
    let ports = ports.iter().map(|(key, port)| format!("{key} = {port}")).collect::<Vec<_>>().join(", ");
    format!("in `[{}]`: receive = {{ {ports} }}", yielding.id.component)
}

/// Tools and people expect gRPC on 4317 and HTTP on 4318.
fn port_conventions(wiring: &Wiring<'_>, findings: &mut Findings) {
    for listener in &wiring.listeners {
        let (what, expected) = match (listener.id.kind, listener.port.number()) {
            (ListenerKind::OtlpGrpc, 4318) => ("gRPC on 4318", "HTTP"),
            (ListenerKind::OtlpHttp, 4317) => ("HTTP on 4317", "gRPC"),
            _ => continue,
        };
        let finding =
            Finding::warning(Code("port-convention"), format!("{what}, where tools expect {expected}"));
        let finding = finding.at((listener.key.clone(), KeyPart::Value), "");
        findings.push(finding.help("receive = { grpc = 4317, http = 4318 }; Tempo then 14317"));
    }
}

fn same_files(wiring: &Wiring<'_>, findings: &mut Findings) {
    let mut owners: BTreeMap<TargetPath, Vec<&ComponentId>> = BTreeMap::new();
    for (id, place) in &wiring.engines {
        owners.entry(place.config.clone()).or_default().push(id);
        owners.entry(place.unit.path.clone()).or_default().push(id);
        if wiring.serves_tls(id) || wiring.dials_tls(id) {
            owners.entry(place.certificates.clone()).or_default().push(id);
        }
        for directory in &place.data {
            owners.entry(directory.clone()).or_default().push(id);
        }
    }
    for (id, place) in &wiring.clients {
        if let Some(drop_in) = &place.drop_in {
            owners.entry(drop_in.path.clone()).or_default().push(id);
        }
        owners
            .entry(place.file.clone().unwrap_or_else(|| TargetPath::new(format!("/{id}"))))
            .or_default()
            .push(id);
    }
    for (path, ids) in owners.into_iter().filter(|(_, ids)| ids.len() > 1) {
        let (first, second) = (ids[0], ids[1]);
        let title = format!("`{first}` and `{second}` both own `{path}`");
        let finding = Finding::error(Code("same-file"), title)
            .at((second.key(), KeyPart::Header), "")
            .also((first.key(), KeyPart::Header), "the first");
        findings.push(finding.help(match second.kind() {
            ProgramKind::App => "`env_file` of its own for one of them",
            _ => "`paths = { config = ..., data = ..., certificates = ... }`, `service.unit` and other ports for one of them",
        }));
    }
}

/// What the tool keeps for itself is nobody's file: it would be removed with the state, or taken for it.
fn in_state(wiring: &Wiring<'_>, findings: &mut Findings) {
    let engines = wiring.engines.iter().flat_map(|(id, place)| {
        let paths = [&place.config, &place.certificates].into_iter().chain(&place.data);
        paths.map(move |path| (id, path, &place.home))
    });
    let clients =
        wiring.clients.iter().filter_map(|(id, place)| Some((id, place.file.as_ref()?, &place.home)));
    for (id, path, home) in engines.chain(clients) {
        let mut states = [TargetPath::new(STATES), home.join(HOME_STATES)].into_iter();
        if let Some(state) = states.find(|state| path.is_within(state)) {
            let title = format!("`{path}` of `{id}` lies where the tool keeps its own state, `{state}`");
            let found = Finding::error(Code("same-file"), title).at((id.key(), KeyPart::Header), "");
            findings.push(found.help("a path outside of it"));
        }
    }
}
