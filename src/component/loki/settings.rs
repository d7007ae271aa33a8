//! What `[loki]` means.

use crate::diagnostic::{Code, Finding, Findings, KeyPath};
use crate::model::release::loki as release;
use crate::stack::{
    ListenerSettings, ManagedProgram, ManagedService, ResolvedNeighbour, Route, RouteTarget, Stack,
};
use crate::toml::{KeyField, ListenerTable, LokiTable};
use std::time::Duration;

/// Below this Loki's compactor refuses to delete.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Two weeks, as traces.
const RETENTION: Duration = Duration::from_secs(336 * 3600);

const PROGRAM: ManagedProgram =
    ManagedProgram { name: "Loki", knows: release::is_known, known: release::KNOWN, newest: release::NEWEST };

/// `[loki]`, resolved.
pub(super) struct LokiSettings {
    /// Who runs it, and where.
    pub(super) neighbour: ResolvedNeighbour,
    /// `http`; `None` where it is switched off.
    pub(super) http: Option<ListenerSettings>,
    /// What is read of one that the stack runs.
    pub(super) own: Option<OwnLoki>,
}

/// A Loki of the stack's own.
pub(super) struct OwnLoki {
    /// How it is run.
    pub(super) run: ManagedService,
    /// `internal`.
    pub(super) internal: ListenerSettings,
    /// `retention`.
    pub(super) retention: Duration,
}

impl LokiSettings {
    /// Resolves the table, telling all of its faults; `None` where it is not written or cannot be understood.
    pub(super) fn of(stack: &Stack, faults: &mut Findings) -> Option<Self> {
        let table = &stack.raw.as_ref()?.loki;
        let LokiTable { at, host, http, tenant, service, .. } = table;
        if let Some(text) = tenant.text().filter(|text| at.is_sound() && !is_tenant(text)) {
            let near: String =
                text.chars().take(150).map(|letter| if is_letter(letter) { letter } else { '-' }).collect();
            let found = Finding::error(Code("name-shape"), "Loki takes no such name of a tenant");
            let found = found.at(tenant.value(), "letters, digits and `!-_.*'()`, at most 150");
            let near = if is_tenant(&near) { near } else { "shop".to_owned() };
            faults.push(found.help(format!("tenant = \"{near}\"")));
        }
        if !table.managed.or(false) {
            let neighbour = ResolvedNeighbour::unwritten(stack, at, host, faults)?;
            neighbour.only_managed(&managed_keys(table), faults);
            return Some(Self { http: neighbour.listener(http, 3100), neighbour, own: None });
        }
        let neighbour = ResolvedNeighbour::of(stack, at, host, service, faults)?;
        needed(http, faults);
        pinned(&table.internal, faults);
        kept(&table.retention, faults);
        let run = neighbour.managed(PROGRAM, &table.version, (service, &table.paths), faults)?;
        let internal = neighbour.listener(&table.internal, 9096)?;
        let own = OwnLoki { run, internal, retention: table.retention.or(RETENTION) };
        Some(Self { http: neighbour.listener(http, 3100), neighbour, own: Some(own) })
    }
}

/// What is written and read only where the stack runs it.
fn managed_keys(table: &LokiTable) -> Vec<KeyPath> {
    let tables = [&table.service.at, &table.paths.at, &table.internal.at];
    let tables = tables.into_iter().filter(|at| at.is_written()).map(|at| at.path().clone());
    tables.chain(table.retention.is_written().then(|| table.retention.path())).collect()
}

/// Loki has no configuration without its API.
fn needed(listener: &ListenerTable, faults: &mut Findings) {
    if !listener.enabled.or(true) {
        let title = format!("Loki cannot run without its `{}` listener", listener.at.name());
        let found = Finding::error(Code("listener-needed"), title).at(listener.enabled.key(), "");
        faults.push(found.help("leave `enabled` out"));
    }
}

/// Its parts dial 127.0.0.1 in plaintext: `grpc_tls_config` alone answers `/ready` and takes nothing (measured on
/// 3.7.8).
fn pinned(internal: &ListenerTable, faults: &mut Findings) {
    needed(internal, faults);
    let fits = |address: &std::net::IpAddr| matches!(address.to_string().as_str(), "127.0.0.1" | "0.0.0.0");
    if !internal.bind.get().is_none_or(fits) {
        let title = "Loki dials its own `internal` listener at 127.0.0.1";
        let found = Finding::error(Code("internal-bind"), title).at(internal.bind.value(), "");
        faults.push(found.help("bind = \"loopback\"").help("bind = \"any\""));
    }
    if internal.tls.get() == Some(&true) {
        let title = "Loki dials its own `internal` listener in plaintext";
        let found = Finding::error(Code("tls-unsupported"), title).at(internal.tls.value(), "");
        faults.push(found.help("leave `tls` out: it is on loopback"));
    }
    if internal.dial.is_written() {
        let title = "`dial` is not read here: Loki dials its own `internal` listener at 127.0.0.1";
        let found = Finding::error(Code("key-unused"), title).at(internal.dial.key(), "");
        faults.push(found.help("leave `dial` out"));
    }
}

fn kept(retention: &KeyField<Duration>, faults: &mut Findings) {
    if retention.get().is_some_and(|kept| *kept < DAY) {
        let title = "Loki keeps logs for a day or longer";
        let found = Finding::error(Code("retention-short"), title).at(retention.value(), "");
        faults.push(found.help("retention = \"24h\"").help("left out it is 14 days"));
    }
}

/// The release that is installed, where one is written.
pub fn version(stack: &Stack) -> Option<String> {
    stack.raw.as_ref()?.loki.version.text().map(ToOwned::to_owned)
}

/// The tenant that logs are for, where one is written.
pub fn tenant(stack: &Stack) -> Option<&str> {
    stack.raw.as_ref()?.loki.tenant.text()
}

/// The header of every request to a Loki with tenants, name and value; `None` on every other way, and where no tenant
/// is written.
pub fn tenant_header(stack: &Stack, route: &Route) -> Option<(String, String)> {
    let tenant = tenant(stack).filter(|_| route.to == RouteTarget::Loki)?;
    Some(("x-scope-orgid".to_owned(), tenant.to_owned()))
}

/// What Loki takes in `X-Scope-OrgID`. Source: its documentation of multi-tenancy.
fn is_tenant(text: &str) -> bool {
    text.len() <= 150 && text.chars().all(is_letter) && text != "." && text != ".."
}

fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "!-_.*'()".contains(letter)
}
