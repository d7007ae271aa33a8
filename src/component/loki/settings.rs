//! What `[loki]` means.

use crate::diagnostic::{Code, Finding, Findings};
use crate::stack::{ListenerSettings, ResolvedNeighbour, Route, RouteTarget, Stack};
use crate::toml::LokiTable;

/// `[loki]`, resolved.
pub(super) struct LokiSettings {
    /// Who runs it, and where.
    pub(super) neighbour: ResolvedNeighbour,
    /// `http`; `None` where it is switched off.
    pub(super) http: Option<ListenerSettings>,
}

impl LokiSettings {
    /// Resolves the table, telling all of its faults; `None` where it is not written or cannot be understood.
    pub(super) fn of(stack: &Stack, faults: &mut Findings) -> Option<Self> {
        let LokiTable { at, host, http, tenant, .. } = &stack.raw.as_ref()?.loki;
        let neighbour = ResolvedNeighbour::unwritten(stack, at, host, faults)?;
        if let Some(text) = tenant.text().filter(|text| !is_tenant(text)) {
            let near: String =
                text.chars().take(150).map(|letter| if is_letter(letter) { letter } else { '-' }).collect();
            let found = Finding::error(Code("name-shape"), "Loki takes no such name of a tenant");
            let found = found.at(tenant.value(), "letters, digits and `!-_.*'()`, at most 150");
            let near = if is_tenant(&near) { near } else { "shop".to_owned() };
            faults.push(found.help(format!("tenant = \"{near}\"")));
        }
        Some(Self { http: neighbour.listener(http, 3100), neighbour })
    }
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
