//! What a plan means for the programs that run on its files, and the steps about them.

use super::Plan;
use super::entry::{Action, Change};
use super::goal::DesiredHost;
use crate::model::desired::{DesiredUnit, OnChange, UnitInput};
use crate::model::names::{ComponentName, Scope, TargetPath, UnitName, UserName};
use crate::model::observed::Observed;
use crate::model::prior::{PathKind, Prior};
use crate::model::step::Step;
use crate::model::units::{Load, Machine, SocketHolder, UnitId, UnitRun};
use std::collections::BTreeSet;

/// A unit and what the plan asks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedService {
    /// Its manager.
    pub scope: Scope,
    /// Its name; `None`: a neighbour whose unit the stack does not name.
    pub unit: Option<UnitName>,
    /// Whose unit.
    pub component: ComponentName,
    /// Whether it is ours to start; of a neighbour only what runs is restarted.
    pub managed: bool,
    /// What happens to it.
    pub change: ServiceChange,
    /// The changed files that it runs on, and what each asks for.
    pub because: Vec<(TargetPath, String)>,
    /// Whether it runs now; `None` below a root directory, where nothing does.
    pub run: Option<UnitRun>,
    /// Whether it must stop before any other unit starts: it holds a socket that one of them will have, or
    /// may have.
    pub first: bool,
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
    /// It is started.
    Start,
    /// It is stopped: it leaves the stack.
    Stop,
}

impl PlannedService {
    /// Whether a step is about it: below a root directory there is none.
    pub fn is_acted_on(&self) -> bool {
        self.id().is_some() && self.run.is_some() && self.change != ServiceChange::Untouched
    }

    /// The unit and its manager; `None` of a neighbour whose unit the stack does not name.
    pub fn id(&self) -> Option<UnitId> {
        Some(UnitId { scope: self.scope.clone(), name: self.unit.clone()? })
    }
}

fn id_of(unit: &DesiredUnit) -> Option<UnitId> {
    Some(UnitId { scope: unit.scope.clone(), name: unit.unit.clone()? })
}

/// Every unit of the goal in start order (listeners before clients), then those that leave.
pub(super) fn services(
    goal: &DesiredHost<'_>,
    entries: &[Change],
    (observed, prior): (&Observed, &Prior),
) -> Vec<PlannedService> {
    let newest = prior.newest.as_ref();
    let before: &[DesiredUnit] = newest.map_or(&[], |newest| &newest.units);
    // A unit is the same under whatever name the stack speaks of it; without one the component tells.
    let same = |a: &DesiredUnit, b: &DesiredUnit| {
        let named = a.unit.is_some() || a.component == b.component;
        named && (&a.scope, &a.unit) == (&b.scope, &b.unit)
    };
    let machine = observed.machine.as_ref();
    let mut services: Vec<PlannedService> = Vec::new();
    for unit in goal.units.iter() {
        let known = before.iter().any(|other| same(other, unit));
        let mut service = service(unit, entries, machine);
        service.change = staying(unit, service.change, (known, service.run.as_ref()));
        services.push(service);
    }
    let leaving = before.iter().filter(|unit| goal.ground.covers(&unit.scope));
    for unit in leaving.filter(|unit| !goal.units.iter().any(|other| same(other, unit))) {
        let mut service = service(unit, entries, machine);
        let ran = newest.zip(id_of(unit)).is_some_and(|(newest, id)| newest.ran_before.contains(&id));
        service.change = leaves(unit, service.change, (ran, service.run.as_ref()));
        service.first = unit.managed && goes_back(&service);
        services.push(service);
    }
    if let Some(machine) = machine {
        make_way(&mut services, goal, machine);
    }
    services
}

/// Where a unit listened before it was ours nobody remembers; so that none finds its port taken, all that
/// go back stop before the first of them starts.
fn goes_back(service: &PlannedService) -> bool {
    service.change == ServiceChange::ReloadAndRestart && service.run.as_ref().is_some_and(UnitRun::is_running)
}

/// What a unit of the goal needs. One that is ours shall run.
fn staying(
    unit: &DesiredUnit,
    asked: ServiceChange,
    (known, run): (bool, Option<&UnitRun>),
) -> ServiceChange {
    match (unit.managed, run) {
        (true, None) if !known && asked != ServiceChange::Untouched => ServiceChange::Start,
        (true, Some(UnitRun::Stopped | UnitRun::Failed(_))) => ServiceChange::Start,
        (false, Some(UnitRun::Stopped | UnitRun::Failed(_))) => ServiceChange::Untouched,
        _ => asked,
    }
}

/// What a unit that leaves needs: what ran before us runs again as it did, all else stops.
fn leaves(unit: &DesiredUnit, asked: ServiceChange, (ran, run): (bool, Option<&UnitRun>)) -> ServiceChange {
    match (unit.managed, run) {
        (false, Some(UnitRun::Stopped | UnitRun::Failed(_))) => ServiceChange::Untouched,
        (false, _) => asked,
        (true, Some(UnitRun::Stopped | UnitRun::Failed(_))) if !ran => ServiceChange::Untouched,
        (true, _) if ran => ServiceChange::ReloadAndRestart,
        (true, _) => ServiceChange::Stop,
    }
}

fn service(unit: &DesiredUnit, entries: &[Change], machine: Option<&Machine>) -> PlannedService {
    let mut change = ServiceChange::Untouched;
    let mut because = Vec::new();
    for input in &unit.inputs {
        let Ok(index) = entries.binary_search_by(|entry| entry.path.cmp(&input.path)) else { continue };
        let (asks, why) = asked(input, &entries[index]);
        change = change.max(asks);
        because.push((input.path.clone(), why));
    }
    let seen = machine.zip(id_of(unit)).map(|(machine, id)| machine.units.get(&id));
    PlannedService {
        scope: unit.scope.clone(),
        unit: unit.unit.clone(),
        component: unit.component.clone(),
        managed: unit.managed,
        change,
        because,
        run: seen.map(|seen| seen.map_or(UnitRun::Stopped, |unit| unit.run.clone())),
        first: false,
    }
}

fn asked(input: &UnitInput, entry: &Change) -> (ServiceChange, String) {
    let what = match (entry.action, entry.subject) {
        (Action::Create, _) => "is new",
        (Action::Delete, _) => "leaves",
        (Action::Replace, PathKind::Certificate | PathKind::PrivateKey) => "is issued anew",
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

/// A unit that holds a socket which an earlier one in the order will have stops before that one starts.
fn make_way(services: &mut [PlannedService], goal: &DesiredHost<'_>, machine: &Machine) {
    let holds = |id: &UnitId, port: u16| {
        machine.sockets.iter().filter(|socket| socket.address.port() == port).any(|socket| {
            let SocketHolder::Unit { uid, name, .. } = &socket.holder else { return false };
            let owner = match &id.scope {
                Scope::System => None,
                Scope::User(user) => machine.users.get(user).map(|account| account.uid),
            };
            *name == id.name && *uid == owner
        })
    };
    for at in 0..services.len() {
        let Some(id) = services[at].id().filter(|_| services[at].is_acted_on()) else { continue };
        let before = &services[..at];
        let starts = |unit: &&DesiredUnit| {
            before.iter().any(|one| one.is_acted_on() && one.id() == id_of(unit) && one.id().is_some())
        };
        let mut desired = goal.units.iter().filter(starts).flat_map(|unit| &unit.listens);
        services[at].first |= desired.any(|address| holds(&id, address.port()));
    }
}

/// Users of ours whose services would not run without a login.
pub(super) fn to_linger(goal: &DesiredHost<'_>, observed: &Observed) -> Vec<UserName> {
    let Some(machine) = observed.machine.as_ref().filter(|_| goal.ground.is_machine()) else {
        return Vec::new();
    };
    let users: BTreeSet<_> = goal
        .units
        .iter()
        .filter(|unit| unit.managed)
        .filter_map(|unit| match &unit.scope {
            Scope::User(user) => Some(user),
            Scope::System => None,
        })
        .collect();
    let lingers = |user: &&&UserName| machine.users.get(**user).is_some_and(|account| !account.lingers);
    users.iter().filter(lingers).map(|user| (*user).clone()).collect()
}

/// The units that ran before we took them over: those remembered, and new ones that run now.
pub(super) fn ran_before(goal: &DesiredHost<'_>, observed: &Observed, prior: &Prior) -> BTreeSet<UnitId> {
    let newest = prior.newest.as_ref();
    let known: BTreeSet<_> = newest.iter().flat_map(|newest| &newest.units).filter_map(id_of).collect();
    let runs = |id: &UnitId| {
        let machine = observed.machine.as_ref();
        machine
            .and_then(|machine| machine.units.get(id))
            .is_some_and(|unit| unit.run.is_running() && unit.load == Load::Loaded)
    };
    let fresh = goal.units.iter().filter_map(id_of).filter(|id| !known.contains(id) && runs(id));
    newest.iter().flat_map(|newest| newest.ran_before.iter().cloned()).chain(fresh).collect()
}

/// What happens before any file changes: units that leave stop while their unit file is still there,
/// clients first, and so do those that make way.
pub(super) fn before(plan: &Plan) -> Vec<Step> {
    let linger = plan.to_linger.iter().map(|user| Step::Linger { user: user.clone() });
    let stops = |service: &&PlannedService| {
        (service.change == ServiceChange::Stop || service.first)
            && service.run.as_ref().is_some_and(UnitRun::is_running)
    };
    let stop =
        |service: &PlannedService| Some(Step::Stop { unit: service.id()?, before: service.run.clone()? });
    let acted = plan.services.iter().filter(|service| service.is_acted_on());
    linger.chain(acted.rev().filter(stops).filter_map(stop)).collect()
}

/// What happens when every file is in place: managers read unit files again, then units start, each
/// ready before the next.
pub(super) fn after(plan: &Plan) -> Vec<Step> {
    let scopes: BTreeSet<_> = plan.reloads().collect();
    let reloads = scopes.into_iter().map(|scope| Step::ReloadManager { scope: scope.clone() });
    let starts = |service: &PlannedService| {
        let run = if service.first { UnitRun::Stopped } else { service.run.clone()? };
        Some(Step::Start { unit: service.id()?, before: run })
    };
    let acted = plan.services.iter().filter(|service| service.is_acted_on());
    reloads.chain(acted.filter(|service| service.change != ServiceChange::Stop).filter_map(starts)).collect()
}

impl Plan {
    /// The managers of units whose files change, in meaning or not.
    fn reloads(&self) -> impl Iterator<Item = &Scope> {
        let changes = |path: &TargetPath| self.entries.binary_search_by(|entry| entry.path.cmp(path)).is_ok();
        let live = self.ground.runs_services();
        self.unit_files.iter().filter(move |(path, _)| live && changes(path)).map(|(_, scope)| scope)
    }
}

/// The files of all units, those that leave included, and whose manager reads each.
pub(super) fn unit_files(goal: &DesiredHost<'_>, prior: &Prior) -> Vec<(TargetPath, Scope)> {
    let before = prior.newest.iter().flat_map(|newest| &newest.units);
    let units = goal.units.iter().chain(before);
    let files = units.flat_map(|unit| {
        let own = unit.inputs.iter().filter(|input| input.on_change == OnChange::ReloadManagerAndRestart);
        let link = unit.enablement.iter().map(|link| &link.path);
        own.map(|input| &input.path).chain(link).map(|path| (path.clone(), unit.scope.clone()))
    });
    files.collect::<BTreeSet<_>>().into_iter().collect()
}
