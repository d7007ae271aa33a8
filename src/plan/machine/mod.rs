//! What a machine shows against a stack before anything is changed: accounts, managers, units, ports.
//!
//! Pure. A finding here refuses an apply and never changes a byte of what is wanted. What was not asked
//! for, or could not be asked, is no finding, and neither is what belongs to a part of the stack that is
//! not at hand. Called by `command/`, which places the findings in `stack.toml`.

mod accounts;
mod ports;
mod units;

use crate::diagnostic::{Findings, KeyPart, KeyPath, Place};
use crate::model::ground::Ground;
use crate::model::names::{GroupName, HostName, Scope, TargetPath, UnitName, UserName};
use crate::model::units::{Account, Machine, UnitId};
use crate::wiring::{ClientPlace, ComponentId, EnginePlace, UnitShape, WiredListener, Wiring};

/// What stands in the way of a stack on one of its machines; stack keys are not located yet.
pub fn confirm(wiring: &Wiring<'_>, host: &HostName, machine: &Machine, ground: &Ground) -> Findings {
    let (ours, others): (Vec<_>, Vec<_>) =
        runners(wiring, host).into_iter().partition(|runner| ground.covers(runner.scope));
    let mut findings = Findings::new();
    accounts::find(&ours, machine, ground, &mut findings);
    units::find(&ours, machine, &mut findings);
    ports::find(wiring, (&ours, &others), machine, &mut findings);
    findings
}

/// Who has the address of a listener, in words, where it is not the listener's own component.
pub fn holders<'w>(
    wiring: &'w Wiring<'_>,
    host: &HostName,
    machine: &Machine,
) -> Vec<(&'w WiredListener, String)> {
    ports::holders(wiring, &runners(wiring, host), machine)
}

/// A component as its host has to know it.
struct Runner<'a> {
    id: &'a ComponentId,
    scope: &'a Scope,
    /// Who runs it; `None` where nobody is named for a neighbour.
    user: Option<&'a UserName>,
    group: Option<&'a GroupName>,
    home: &'a TargetPath,
    unit: Option<&'a UnitName>,
    /// What we write of its unit; `None` for a neighbour.
    shape: Option<UnitShape>,
    /// Its `service` in the stack.
    key: &'a KeyPath,
}

impl<'a> Runner<'a> {
    fn engine(id: &'a ComponentId, place: &'a EnginePlace, key: &'a KeyPath) -> Self {
        Self {
            id,
            scope: &place.scope,
            user: Some(&place.user),
            group: Some(&place.group),
            home: &place.home,
            unit: Some(&place.unit.name),
            shape: Some(place.unit.shape),
            key,
        }
    }

    fn neighbour(
        id: &'a ComponentId,
        place: &'a ClientPlace,
        (unit, key): (Option<&'a UnitName>, &'a KeyPath),
    ) -> Self {
        let (user, group) = place.reader.as_ref().map(|owner| (&owner.user, &owner.group)).unzip();
        Self { id, scope: &place.scope, user, group, home: &place.home, unit, shape: None, key }
    }

    /// Where a key of its `service` is written, or would be.
    fn at(&self, key: &str) -> Place {
        (self.key.join(key), KeyPart::Value).into()
    }

    fn unit_id(&self) -> Option<UnitId> {
        Some(UnitId { scope: self.scope.clone(), name: self.unit?.clone() })
    }

    /// The user of its user scope, and what the machine knows of that user.
    fn scope_account<'m>(&self, machine: &'m Machine) -> Option<(&'a UserName, &'m Account)> {
        match self.scope {
            Scope::System => None,
            Scope::User(user) => Some((user, machine.users.get(user)?)),
        }
    }

    /// `systemctl`, as it is typed for its manager.
    fn systemctl(&self) -> &'static str {
        if *self.scope == Scope::System { "systemctl" } else { "systemctl --user" }
    }
}

/// Everything of a host that a program runs as, engines first.
fn runners<'a>(wiring: &'a Wiring<'_>, host: &HostName) -> Vec<Runner<'a>> {
    let engines = wiring.engines.iter().filter(|(_, place)| place.host == *host);
    let engines = engines.map(|(id, place)| Runner::engine(id, place, &place.service.key));
    let neighbours = wiring.clients.iter().filter(|(_, place)| place.host == *host);
    let neighbours =
        neighbours.map(|(id, place)| Runner::neighbour(id, place, (place.unit.as_ref(), &place.service)));
    engines.chain(neighbours).collect()
}
