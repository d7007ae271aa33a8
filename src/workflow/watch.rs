//! A stack on this machine, as `status` shows it: what is on disk, what runs, and what `stack.toml`
//! what the stack wants, which should be the same three times.
//!
//! What was applied counts, not what `stack.toml` says by now: faults in it, and changes that wait,
//! are told and stop nothing. Writes nothing and takes no lock.

use super::consent;
use super::host::{HostChoice, environment, rfc3339, stopped};
use super::judge::{CheckedStack, judge, judge_stack};
use super::load::{Loaded, load};
use super::proving::kept_stack;
use super::readers::HostFiles;
use super::running::ca_file;
use super::session::{Session, Stop};
use super::status::{component, edges};
use super::survey::{host_of, look, told};
use super::{engines, journals};
use crate::apply::{self, DesiredState, Generation, Survey, SurveyRequest, survey};
use crate::cli::{LeaveOutArgument, RootArgument};
use crate::component::wire;
use crate::host::{Holder, started};
use crate::model::desired::OnChange;
use crate::model::ground::Ground;
use crate::model::names::{HostName, Owner, Scope, StackName, TargetPath};
use crate::model::observed::Inventory;
use crate::model::units::{Load, Machine, Manager, ObservedUnit, UnitId, UnitRun};
use crate::plan;
use crate::plan::{Action, Change, Needs};
use crate::prove::{Tls, TrustedCa};
use crate::report::status::{
    ComponentStatus, DesiredStatus, HostStatus, Picture, PlaceStatus, RunStatus, UnitStatus,
};
use crate::text::Sources;
use crate::wiring::{ComponentId, EnginePlace, UnitShape, Wiring};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

/// What is seen of a stack here.
///
/// # Errors
/// The machine cannot be looked at; or nothing was applied, and the stack has faults.
pub(crate) fn picture(session: &mut Session, name: &StackName, argument: &Path) -> Result<Picture, Stop> {
    let loaded = load(argument);
    let desired = loaded.as_ref().ok();
    let at = desired.map_or_else(HostName::this, |loaded| host_of(&loaded.stack).clone());
    let place = HostChoice::of(&RootArgument::default(), &at)?;
    let wired = desired.and_then(|loaded| wire(&loaded.stack).ok());
    let ground =
        place.ground(name, wired.as_ref().map(|(wiring, _)| wiring), &LeaveOutArgument::default())?;
    let doubts = apply::doubts(place.target(), &ground).map_err(|error| stopped(&error))?;
    consent::say_doubts(session, &doubts);
    let newest = apply::history(place.target(), &ground).map_err(|error| stopped(&error))?.pop();
    let looker = Looker { session, name, at: &at, place: &place, ground: &ground };
    let kept = newest.as_ref().map(|newest| looker.kept(newest)).transpose()?;
    let desired =
        desired.map_or(Ok(DesiredStatus::Faulty), |loaded| looker.desired(loaded, kept.as_ref()))?;
    let text = kept.as_ref().map(|kept| kept.text_before(place.target(), &ground)).transpose();
    let applied = kept_stack(text.map_err(|error| stopped(&error))?.flatten().as_deref());
    let stack = match (applied, loaded) {
        (Some(stack), _) => stack,
        (None, loaded) => loaded?.stack,
    };
    let judged = judge_stack(session.now, &stack, &HostFiles::default());
    let judged = judged.map_err(|findings| Stop::Findings(findings, Sources::default()))?;
    let drift = kept.iter().flat_map(|kept| &kept.plan.entries).filter(|entry| !entry.on_the_way);
    let host = HostStatus {
        run: looker.run()?,
        drift: drift.map(|entry| (entry.path.clone(), differs(entry))).collect(),
        desired,
        part: judged.desired.units.iter().any(|unit| unit.managed && !ground.covers(&unit.scope)),
        generation: newest.as_ref().map(|Generation { number, author, .. }| {
            (*number, format!("{} by {}, {}", author.verb, author.user, author.time))
        }),
    };
    let components = looker.components(&judged, newest.as_ref())?;
    let edges = edges(&judged.wiring, &components);
    Ok(Picture { stack: name.to_string(), place: PlaceStatus::Host(host), edges, components })
}

/// How a path is not as the newest generation left it.
fn differs(entry: &Change) -> String {
    match (&entry.needs, entry.action) {
        (Needs::AcceptDrift { what }, _) => what.clone(),
        (Needs::Nothing, Action::Create) => "it is gone".to_owned(),
        _ => entry.reason.clone(),
    }
}

/// Who looks, at what, and where.
struct Looker<'a> {
    session: &'a Session,
    name: &'a StackName,
    at: &'a HostName,
    place: &'a HostChoice,
    ground: &'a Ground,
}

impl Looker<'_> {
    /// What the newest generation left, compared with what is there.
    fn kept(&self, newest: &Generation) -> Result<Survey, Stop> {
        let request = SurveyRequest {
            stack: self.name,
            host: self.at,
            ground: self.ground,
            desired: DesiredState::Generation(Some(newest.number)),
            text: None,
            cas: None,
            now: self.session.now,
        };
        survey(self.place.target(), &request).map_err(|error| stopped(&error))
    }

    /// What `stack.toml` asks for that is neither there nor merely changed by somebody else.
    fn desired(&self, loaded: &Loaded, kept: Option<&Survey>) -> Result<DesiredStatus, Stop> {
        let there = environment(self.place.target(), &loaded.stack, &LeaveOutArgument::default())?;
        let Ok(judged) = judge(self.session, loaded, &there) else { return Ok(DesiredStatus::Faulty) };
        if judged.verdict.findings.has_errors() {
            return Ok(DesiredStatus::Faulty);
        }
        let desired = look(self.session, (self.place, self.ground), (loaded, &judged))?;
        let drifted = |entry: &Change| {
            let mut drift = kept.iter().flat_map(|kept| &kept.plan.entries);
            drift.any(|one| {
                (&one.path, &one.content, one.mode_after) == (&entry.path, &entry.content, entry.mode_after)
            })
        };
        Ok(DesiredStatus::Changes(desired.plan.entries.iter().filter(|entry| !drifted(entry)).count()))
    }

    /// A run that is under way, or was killed.
    fn run(&self) -> Result<Option<(RunStatus, String)>, Stop> {
        let stop = |error| stopped(&error);
        if let Some(Holder { verb, user, pid, time }) =
            apply::at_work(self.place.target(), self.ground).map_err(stop)?
        {
            return Ok(Some((RunStatus::AtWork, format!("{verb} by {user} since {time}, pid {pid}"))));
        }
        let (killed, _) = apply::pending(self.place.target(), self.ground).map_err(stop)?;
        Ok(killed.map(|killed| (RunStatus::Killed, told(&killed))))
    }

    fn components(
        &self,
        judged: &CheckedStack<'_>,
        newest: Option<&Generation>,
    ) -> Result<Vec<ComponentStatus>, Stop> {
        let wiring = &judged.wiring;
        let tls = Tls { ca: TrustedCa::File(ca_file(wiring)), ..Tls::default() };
        let machine = self.machine(wiring)?;
        let open = machine.sockets.iter().map(|socket| socket.address).collect();
        let held = plan::holders(wiring, self.at, &machine);
        let binaries = engines::wanted_here(wiring);
        let kept_at = newest.and_then(|newest| self.kept_at(newest));
        let component = |(id, place): (&ComponentId, &EnginePlace)| {
            let mut seen = component(wiring, id, (&tls, &open));
            for (listener, holder) in held.iter().filter(|(listener, _)| listener.id.component == *id) {
                let kind = listener.id.kind.to_string();
                seen.listeners
                    .iter_mut()
                    .filter(|one| one.name == kind)
                    .for_each(|one| one.holder = Some(holder.clone()));
                seen.not_ready = Some(format!("{} is held by {holder}", listener.port));
            }
            let unit = journals::unit(place);
            let (status, fault) = self.unit(&unit, (&machine, place), (judged, kept_at));
            seen.not_ready = fault.or(seen.not_ready);
            seen.pid = machine.units.get(&unit).and_then(|unit| unit.pid);
            // What a stack that was never applied names is not started for a look.
            let asked = newest.map(|_| engines::asked(&binaries[id]));
            (seen.release, seen.release_fault) = match asked {
                Some((Some(release), fault)) => (Some(release), fault),
                // What runs may tell it itself, also where its binary is nobody's to start.
                other => {
                    let (release, fault) = engines::said(&binaries[id], seen.release.as_deref());
                    (release, other.and_then(|(_, fault)| fault).or(fault))
                }
            };
            ComponentStatus { unit: Some(status), ..seen }
        };
        Ok(wiring.engines.iter().map(component).collect())
    }

    /// Units, also those of others as far as they may be asked, and who listens.
    fn machine(&self, wiring: &Wiring<'_>) -> Result<Machine, Stop> {
        let places = || wiring.engines.values();
        let inventory = Inventory {
            units: places().map(journals::unit).collect(),
            owners: places()
                .map(|place| Owner { user: place.user.clone(), group: place.group.clone() })
                .collect(),
            sockets: true,
            ..Inventory::default()
        };
        let observed = self.place.target().observe(&inventory).map_err(|error| Stop::machine(&error))?;
        Ok(observed.machine.unwrap_or_default())
    }

    /// When the newest generation got its name.
    fn kept_at(&self, newest: &Generation) -> Option<SystemTime> {
        self.changed(&Scope::System, [&newest.manifest]).remove(&newest.manifest)
    }

    /// What was changed when; nothing where that may not be known.
    fn changed<'p>(
        &self,
        scope: &Scope,
        paths: impl IntoIterator<Item = &'p TargetPath>,
    ) -> BTreeMap<TargetPath, SystemTime> {
        let told = self.place.machine().map(|host| host.changed(scope, paths));
        told.and_then(Result::ok).unwrap_or_default()
    }

    /// A unit, and what is wrong with it, if anything is.
    fn unit(
        &self,
        id: &UnitId,
        (machine, place): (&Machine, &EnginePlace),
        (judged, kept_at): (&CheckedStack<'_>, Option<SystemTime>),
    ) -> (UnitStatus, Option<String>) {
        let seen = machine.units.get(id);
        let (state, well) = state(seen, machine.managers.get(&id.scope));
        let since = seen.and_then(|unit| started(unit.pid?));
        let units = judged
            .desired
            .units
            .iter()
            .filter(|unit| unit.scope == id.scope && unit.unit.as_ref() == Some(&id.name));
        let inputs =
            units.flat_map(|unit| &unit.inputs).filter(|input| input.on_change != OnChange::ReadsByItself);
        let paths = inputs.map(|input| &input.path).chain([&place.binary]);
        let changed = since.map(|since| (since, self.changed(&id.scope, paths)));
        let outdated = changed.into_iter().flat_map(|(since, changed)| {
            changed.into_iter().filter(move |(_, at)| *at > since).map(|(path, _)| path)
        });
        let status = UnitStatus {
            name: id.to_string(),
            since: since.map(rfc3339),
            run: seen.and_then(|unit| match &unit.run {
                UnitRun::Running(run) if !run.is_empty() => Some(run.clone()),
                _ => None,
            }),
            restarts: seen.map_or(0, |unit| unit.restarts),
            started_since: since.zip(kept_at).is_some_and(|(since, kept)| since > kept),
            outdated: outdated.collect(),
            others: seen.map(|unit| others(unit, place)).unwrap_or_default(),
            state: state.clone(),
        };
        let fault = (!well).then(|| format!("{id}: {state}"));
        (status, fault)
    }
}

/// What a unit does, in a word, and whether that is well.
fn state(unit: Option<&ObservedUnit>, manager: Option<&Manager>) -> (String, bool) {
    let bad = |word: &str| (word.to_owned(), false);
    let Some(unit) = unit else {
        return match manager {
            Some(Manager::Silent(why)) => (format!("its manager cannot be asked: {why}"), false),
            _ => bad("no service manager runs"),
        };
    };
    match (&unit.load, &unit.run) {
        (Load::Masked, _) => bad("masked"),
        (_, UnitRun::Running(_)) if unit.busy => bad("on its way"),
        (_, UnitRun::Running(_)) if unit.pid.is_none() => bad("waits for its automatic restart"),
        (_, UnitRun::Running(_)) => ("running".to_owned(), true),
        (_, UnitRun::Failed(how)) => (format!("failed ({how})"), false),
        (Load::NotFound, _) => bad("there is no such unit"),
        (Load::Faulty(word), _) => (format!("its file cannot be understood ({word})"), false),
        (Load::Loaded, UnitRun::Stopped) => bad("stopped"),
    }
}

/// The files that define a unit beside ours, or instead of it.
fn others(unit: &ObservedUnit, place: &EnginePlace) -> Vec<TargetPath> {
    let own = |path: &&TargetPath| **path == place.unit.path;
    let fragment = unit.fragment.iter().filter(|_| place.unit.shape == UnitShape::Whole);
    fragment.chain(&unit.drop_ins).filter(|path| !own(path)).cloned().collect()
}
