//! What the unit templates print. Directives and their reasons were tried on systemd 252 with real
//! engines (offline score 1.1 for system services, 2.0 for user services).

use crate::component::{Engine, Template};
use crate::format::unit::quoting;
use crate::model::names::{Scope, TargetPath};
use crate::stack::{Hardening, Size};
use crate::wiring::{ComponentId, Wiring};
use serde::Serialize;
use std::time::Duration;

/// The templates of units, and what they share.
pub const TEMPLATES: &[Template] = &[
    ("systemd/_sandbox-system.j2", include_str!("../../../templates/systemd/_sandbox-system.j2")),
    ("systemd/_sandbox-user.j2", include_str!("../../../templates/systemd/_sandbox-user.j2")),
    ("systemd/_service.j2", include_str!("../../../templates/systemd/_service.j2")),
    ("systemd/app.conf.j2", include_str!("../../../templates/systemd/app.conf.j2")),
    ("systemd/collector.conf.j2", include_str!("../../../templates/systemd/collector.conf.j2")),
    ("systemd/collector.service.j2", include_str!("../../../templates/systemd/collector.service.j2")),
    ("systemd/store.conf.j2", include_str!("../../../templates/systemd/store.conf.j2")),
    ("systemd/store.service.j2", include_str!("../../../templates/systemd/store.service.j2")),
    ("systemd/tempo.conf.j2", include_str!("../../../templates/systemd/tempo.conf.j2")),
];

/// The context of every unit template.
#[derive(Debug, Serialize)]
pub struct UnitContext<'a> {
    stack: &'a str,
    program: String,
    system: bool,
    /// Whether user or group differ from the package's.
    identity: bool,
    user: &'a str,
    group: &'a str,
    packaged_command: bool,
    command: Command,
    /// Whether it reads a changed configuration at SIGHUP.
    reloads: bool,
    stop_timeout: String,
    environment_files: Vec<String>,
    credentials: Vec<String>,
    memory: Option<Memory>,
    state_directories: String,
    read_write: Vec<String>,
    /// What of the homes is brought into the sandbox, to write to.
    bound: Vec<String>,
    /// The same, to read or start.
    bound_read_only: Vec<String>,
    sandbox: &'static str,
    executable_memory: bool,
    loopback_only: bool,
}

#[derive(Debug, Serialize)]
struct Command {
    start: String,
    validate: String,
}

#[derive(Debug, Serialize)]
struct Memory {
    go_limit: u64,
    maximum: String,
}

/// The template of the drop-in of an application's unit.
pub const APP_TEMPLATE: &str = "systemd/app.conf.j2";

/// What the drop-in of an application's unit prints.
#[derive(Debug, Serialize)]
pub struct AppContext<'a> {
    stack: &'a str,
    environment_file: String,
}

/// Everything that template prints.
pub fn app_context<'a>(wiring: &'a Wiring<'_>, file: &TargetPath) -> AppContext<'a> {
    AppContext { stack: wiring.stack.name.as_str(), environment_file: quoting::pattern(file.as_str()) }
}

/// Everything a unit template prints.
pub fn context<'a>(wiring: &'a Wiring<'_>, component: &ComponentId, engine: &Engine) -> UnitContext<'a> {
    let place = &wiring.engines[component];
    let service = &place.service;
    let system = place.scope == Scope::System;
    let (state, outside): (Vec<_>, Vec<_>) =
        place.data.iter().partition(|path| state_directory(system, path).is_some());
    let (bound, seen): (Vec<&TargetPath>, Vec<&TargetPath>) =
        outside.into_iter().partition(|path| place.is_bound(path));
    let program = std::iter::once(&place.binary).filter(|path| place.is_bound(path));
    UnitContext {
        stack: wiring.stack.name.as_str(),
        program: component.kind().to_string(),
        system,
        identity: service.user.is_some() || service.group.is_some(),
        user: place.user.as_str(),
        group: place.group.as_str(),
        packaged_command: place.packaged_command,
        command: command(wiring, component, engine),
        reloads: engine.reloads,
        stop_timeout: seconds(service.stop_timeout),
        environment_files: service
            .environment_files
            .iter()
            .map(|path| quoting::pattern(path.as_str()))
            .collect(),
        credentials: service
            .credentials
            .iter()
            .map(|(name, path)| format!("{name}:{}", quoting::rest_of_line(path.as_str())))
            .collect(),
        memory: service.memory_limit.map(memory),
        state_directories: state
            .iter()
            .filter_map(|path| state_directory(system, path))
            .collect::<Vec<_>>()
            .join(" "),
        read_write: seen.into_iter().map(|path| quoting::word(path.as_str())).collect(),
        bound: bound.into_iter().filter_map(|path| quoting::bound(path.as_str())).collect(),
        bound_read_only: program.filter_map(|path| quoting::bound(path.as_str())).collect(),
        sandbox: match (service.hardening, system) {
            (Hardening::Off, _) => "none",
            (Hardening::Strict, true) => "system",
            (Hardening::Strict, false) => "user",
        },
        executable_memory: (engine.executable_memory)(wiring.stack),
        loopback_only: stays_on_loopback(wiring, component),
    }
}

/// `StateDirectory=` makes a directory below `/var/lib` with owner and mode; it does not do so for user
/// services (252 makes `~/.config/NAME` of it).
pub fn state_directory(system: bool, path: &TargetPath) -> Option<String> {
    quoting::state_directory(path.as_str()).filter(|_| system)
}

fn command(wiring: &Wiring<'_>, component: &ComponentId, engine: &Engine) -> Command {
    let place = &wiring.engines[component];
    let path = quoting::word(place.binary.as_str());
    let config = quoting::argument(&(engine.config)(&place.config));
    let binary = (engine.binary)(wiring.stack, component);
    let validate = binary.validator.as_ref().map(|validator| validator.command_line(&path, &config));
    let flags = (engine.flags)(wiring, component);
    let words = [path, config].into_iter();
    let words: Vec<String> = words.chain(flags.iter().map(|flag| quoting::argument(flag))).collect();
    Command { start: words.join(" "), validate: validate.unwrap_or_default() }
}

/// Whether no socket of the component, on either end, has to do with another host.
fn stays_on_loopback(wiring: &Wiring<'_>, component: &ComponentId) -> bool {
    let listens = wiring.listeners.iter().filter(|listener| listener.id.component == *component);
    let dials = wiring.edges.iter().filter(|edge| edge.from.component() == Some(component));
    listens.into_iter().all(|listener| !listener.is_reachable())
        && dials
            .into_iter()
            .all(|edge| edge.host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback()))
}

/// `MemoryMax=` and Go's own limit at 80 % of it.
fn memory(limit: Size) -> Memory {
    let Size(bytes) = limit;
    let maximum = limit.exact_mib().map_or_else(|| bytes.to_string(), |mib| format!("{mib}M"));
    Memory { go_limit: bytes / 10 * 8 + bytes % 10 * 8 / 10, maximum }
}

fn seconds(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    if milliseconds.is_multiple_of(1000) {
        (milliseconds / 1000).to_string()
    } else {
        format!("{milliseconds}ms")
    }
}
