//! What a plan means for the programs that run on its files.

use super::entry::{Action, Entry};
use super::remembered::{Remembered, Subject};
use crate::desired::{DesiredUnit, OnChange, UnitInput};
use crate::stack::{ComponentName, Scope, TargetPath, UnitName};

/// A unit and what the plan asks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its manager.
    pub scope: Scope,
    /// Its name; `None`: a neighbour whose unit the stack does not name.
    pub unit: Option<UnitName>,
    /// Whose unit.
    pub component: ComponentName,
    /// Whether it is ours to restart.
    pub managed: bool,
    /// What happens to it.
    pub change: ServiceChange,
    /// The changed files that it runs on, and what each asks for.
    pub because: Vec<(TargetPath, String)>,
}

/// What happens to a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceChange {
    /// Nothing: no file it runs on changes in meaning.
    Untouched,
    /// It is restarted.
    Restart,
    /// The manager reads unit files again, then it is restarted.
    ReloadAndRestart,
    /// It is started: nothing of it stood there before.
    Start,
    /// It is stopped: it leaves the stack.
    Stop,
}

/// Every unit of the goal in start order (listeners before diallers), then those that leave.
pub(super) fn services(units: &[DesiredUnit], entries: &[Entry], remembered: &Remembered) -> Vec<Service> {
    let before: &[DesiredUnit] = remembered.newest.as_ref().map_or(&[], |newest| &newest.units);
    let same = |a: &DesiredUnit, b: &DesiredUnit| {
        (&a.scope, &a.unit, &a.component) == (&b.scope, &b.unit, &b.component)
    };
    let mut services: Vec<Service> = units
        .iter()
        .map(|unit| service(unit, entries, before.iter().any(|other| same(other, unit))))
        .collect();
    for unit in before.iter().filter(|unit| !units.iter().any(|other| same(other, unit))) {
        let mut left = service(unit, entries, true);
        left.change = if unit.managed { ServiceChange::Stop } else { left.change };
        services.push(left);
    }
    services
}

fn service(unit: &DesiredUnit, entries: &[Entry], ran_before: bool) -> Service {
    let mut change = ServiceChange::Untouched;
    let mut because = Vec::new();
    for input in &unit.inputs {
        let Ok(index) = entries.binary_search_by(|entry| entry.path.cmp(&input.path)) else { continue };
        let (asks, why) = asked(input, &entries[index]);
        change = change.max(asks);
        because.push((input.path.clone(), why));
    }
    if unit.managed && !ran_before && change != ServiceChange::Untouched {
        change = ServiceChange::Start;
    }
    Service {
        scope: unit.scope.clone(),
        unit: unit.unit.clone(),
        component: unit.component.clone(),
        managed: unit.managed,
        change,
        because,
    }
}

fn asked(input: &UnitInput, entry: &Entry) -> (ServiceChange, String) {
    let what = match (entry.action, entry.subject) {
        (Action::Create, _) => "is new",
        (Action::Delete, _) => "leaves",
        (Action::Replace, Subject::Certificate | Subject::PrivateKey) => "is issued anew",
        _ => "changes",
    };
    if entry.same_meaning {
        return (ServiceChange::Untouched, "only comments, order, quoting or permissions change".to_owned());
    }
    match input.on_change {
        OnChange::Restart => (ServiceChange::Restart, what.to_owned()),
        OnChange::ReloadManagerAndRestart => (ServiceChange::ReloadAndRestart, what.to_owned()),
        OnChange::ReadsByItself => {
            (ServiceChange::Untouched, format!("{what}; the program reads it by itself"))
        }
    }
}
