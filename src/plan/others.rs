//! What of a stack others carry out: compared with what stands there as far as anybody may look, so that a
//! plan says nothing of what was not looked at.
//!
//! Whoever is not root plans a part of a stack. What belongs to the rest is in no change of that plan and
//! binds no digest; it is told, and counted apart.

use super::entry::Action;
use crate::model::block::{Markers, Split};
use crate::model::desired::{Content, Desired, DesiredFile, DesiredUnit};
use crate::model::ground::Ground;
use crate::model::names::{HostName, Mode, Scope, TargetPath};
use crate::model::observed::{Inventory, Look, Observed, ObservedFile, PathState};
use crate::model::prior::PathKind;
use crate::model::units::{Machine, Manager, UnitId, UnitRun};
use std::collections::BTreeMap;

/// What of a stack is not within reach of whoever plans it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OthersPart {
    /// Whether they are left out because root was told so.
    pub left_out: bool,
    /// Whether nothing of the stack is the planner's own.
    pub is_everything: bool,
    /// Each path and unit, paths first, by name.
    pub things: Vec<OthersThing>,
}

/// Why nothing is known of a part that is left out.
const LEFT_OUT: &str = "it is left out";

/// A path or a unit of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OthersThing {
    /// Its path, or what its unit is called.
    pub name: String,
    /// What it is.
    pub kind: OthersKind,
    /// What was seen of it.
    pub state: OthersState,
}

/// What kind of thing others have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OthersKind {
    /// A path.
    Path(PathKind),
    /// A unit.
    Unit,
    /// What the last apply left.
    State,
}

/// How something of others stands to what the stack wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OthersState {
    /// As the stack wants it.
    AsWanted,
    /// It is known to differ.
    Differs {
        /// What an apply of theirs would do.
        action: Action,
        /// How it differs.
        what: String,
    },
    /// It was not looked at, or no more than that it is there, and why.
    NotSeen(&'static str),
}

impl OthersPart {
    /// Those that are known to differ.
    pub fn pending(&self) -> impl Iterator<Item = &OthersThing> {
        self.things.iter().filter(|thing| matches!(thing.state, OthersState::Differs { .. }))
    }

    /// Those that were not looked at.
    pub fn not_seen(&self) -> impl Iterator<Item = &OthersThing> {
        self.things.iter().filter(|thing| matches!(thing.state, OthersState::NotSeen(_)))
    }

    /// Whether everything of others was looked at and is as the stack wants it; so it is where there is none.
    pub fn is_settled(&self) -> bool {
        self.things.iter().all(|thing| thing.state == OthersState::AsWanted)
    }
}

/// What of a stack on one host others carry out.
#[derive(Clone, Copy, Debug)]
pub struct OthersRequest<'a> {
    /// What the stack wants.
    pub desired: &'a Desired,
    /// The host.
    pub host: &'a HostName,
    /// Whose part is planned.
    pub ground: &'a Ground,
}

impl<'a> OthersRequest<'a> {
    fn is_theirs(&self, at: &HostName, scope: &Scope) -> bool {
        at == self.host && !self.ground.covers(scope)
    }

    fn files(&self) -> impl Iterator<Item = (&'a TargetPath, &'a DesiredFile)> {
        let files = self.desired.files.iter();
        files.filter(|((at, _), file)| self.is_theirs(at, &file.scope)).map(|((_, path), file)| (path, file))
    }

    /// Directories that are theirs to make.
    fn directories(&self) -> impl Iterator<Item = &'a TargetPath> {
        let all = self.desired.directories.iter().filter(|(_, one)| !one.only_below_root);
        all.filter(|((at, _), one)| self.is_theirs(at, &one.scope)).map(|((_, path), _)| path)
    }

    fn units(&self) -> impl Iterator<Item = &'a DesiredUnit> {
        self.desired.units.iter().filter(|unit| unit.managed && self.is_theirs(&unit.host, &unit.scope))
    }

    fn links(&self) -> impl Iterator<Item = &'a TargetPath> {
        self.units().filter_map(|unit| Some(&unit.enablement.as_ref()?.path))
    }

    /// Where root keeps what the last apply left.
    fn state(&self) -> TargetPath {
        Ground::machine(self.ground.stack(), BTreeMap::new()).state().clone()
    }

    /// Whether they are users whom root leaves out: then nothing of theirs is looked at.
    pub fn is_left_out(&self) -> bool {
        self.ground.left_out().next().is_some()
    }

    /// What must be looked at; `None` where nothing is others', or is to be left alone.
    pub fn inventory(&self) -> Option<Inventory> {
        if self.is_left_out() {
            return None;
        }
        let paths = self.files().map(|(path, _)| path).chain(self.directories()).chain(self.links());
        let mut inventory = Inventory::of(paths.cloned());
        inventory.units = self.units().filter_map(unit_id).collect();
        if inventory.paths.is_empty() && inventory.units.is_empty() {
            return None;
        }
        inventory.add(self.state(), Look::Plain);
        Some(inventory)
    }

    /// Compares; `observed` is what a look at [`Self::inventory`] gave, `None` where it could not be had.
    pub fn compare(&self, observed: Option<&Observed>) -> OthersPart {
        let no_look = if self.is_left_out() { LEFT_OUT } else { "it could not be looked at" };
        let at = |path: &TargetPath| observed.map(|observed| observed.standing(path));
        let path = |path: &TargetPath, kind, state: Option<OthersState>| OthersThing {
            name: path.to_string(),
            kind: OthersKind::Path(kind),
            state: state.unwrap_or(OthersState::NotSeen(no_look)),
        };
        let files = self.files().map(|(at_path, wanted)| {
            path(at_path, kind(&wanted.content), at(at_path).map(|seen| file(wanted, seen)))
        });
        let directories =
            self.directories().map(|at_path| path(at_path, PathKind::Directory, at(at_path).map(directory)));
        let links = self.links().map(|at_path| path(at_path, PathKind::Link, at(at_path).map(link)));
        let mut things: Vec<_> = files.chain(directories).chain(links).collect();
        things.sort_by(|a, b| a.name.cmp(&b.name));
        let machine = observed.and_then(|observed| observed.machine.as_ref());
        let units = self.units().filter_map(unit_id);
        things.extend(units.map(|id| unit(&id, machine, self.is_left_out().then_some(LEFT_OUT))));
        if !self.is_left_out() && at(&self.state()).is_none_or(|seen| *seen != PathState::Absent) {
            let state = OthersState::NotSeen("what the last apply left, which only root may read");
            things.push(OthersThing { name: self.state().to_string(), kind: OthersKind::State, state });
        }
        let files = self.desired.files.values().map(|file| &file.scope);
        let own = files.chain(self.desired.units.iter().map(|unit| &unit.scope));
        let left_out = self.is_left_out();
        OthersPart {
            left_out,
            is_everything: !own.into_iter().any(|scope| self.ground.covers(scope)),
            things,
        }
    }
}

fn unit_id(unit: &DesiredUnit) -> Option<UnitId> {
    Some(UnitId { scope: unit.scope.clone(), name: unit.unit.clone()? })
}

fn kind(content: &Content) -> PathKind {
    match content {
        Content::Whole(_) => PathKind::File,
        Content::Block { .. } => PathKind::Block,
        Content::Certificate(_) => PathKind::Certificate,
        Content::PrivateKey(_) => PathKind::PrivateKey,
    }
}

fn differs(action: Action, what: impl Into<String>) -> OthersState {
    OthersState::Differs { action, what: what.into() }
}

fn missing() -> OthersState {
    differs(Action::Create, "it is not there")
}

fn file(wanted: &DesiredFile, seen: &PathState) -> OthersState {
    match seen {
        PathState::Absent => missing(),
        PathState::File(file) => content(wanted, file),
        other if other.is_out_of_sight() => OthersState::NotSeen("you may not read it"),
        other => differs(Action::Update, format!("{other} stands there")),
    }
}

/// Owners are not compared: their numbers are looked up for those who may set them.
fn content(wanted: &DesiredFile, file: &ObservedFile) -> OthersState {
    let what = match &wanted.content {
        Content::Whole(text) if text.as_bytes() != file.bytes => "its content differs",
        Content::Whole(_) if wanted.mode != file.mode => return mode(file.mode, wanted.mode),
        Content::Whole(_) => return OthersState::AsWanted,
        Content::Block { lines, begin, end, .. } => {
            let markers = Markers { begin: begin.clone(), end: end.clone() };
            match Split::of(&file.bytes, &markers).as_ref().map(Split::lines) {
                Ok(Some(is)) if is == lines.as_slice() => return OthersState::AsWanted,
                Ok(Some(_)) => "its block differs",
                Ok(None) => "it has no block of the stack",
                Err(_) => "it cannot take a block",
            }
        }
        Content::Certificate(_) | Content::PrivateKey(_) => {
            return OthersState::NotSeen("whether it is fit is judged by those who may issue another");
        }
    };
    differs(Action::Update, what)
}

fn mode(is: Mode, wanted: Mode) -> OthersState {
    differs(Action::Update, format!("mode {is}, the stack wants {wanted}"))
}

fn directory(seen: &PathState) -> OthersState {
    match seen {
        PathState::Absent => missing(),
        PathState::Directory(_) => OthersState::AsWanted,
        other if other.is_out_of_sight() => OthersState::NotSeen("you may not look at it"),
        other => differs(Action::Update, format!("{other} stands there")),
    }
}

fn link(seen: &PathState) -> OthersState {
    match seen {
        PathState::Absent => missing(),
        PathState::Link { .. } => OthersState::AsWanted,
        other if other.is_out_of_sight() => OthersState::NotSeen("you may not look at it"),
        other => differs(Action::Update, format!("{other} stands there")),
    }
}

fn unit(id: &UnitId, machine: Option<&Machine>, why: Option<&'static str>) -> OthersThing {
    let state = match machine.and_then(|machine| machine.units.get(id)).map(|unit| &unit.run) {
        None => OthersState::NotSeen(why.unwrap_or_else(|| manager(id, machine))),
        Some(UnitRun::Running(_)) => OthersState::NotSeen("it runs; with which files is not known"),
        Some(UnitRun::Stopped) => differs(Action::Create, "it does not run"),
        Some(UnitRun::Failed(how)) => differs(Action::Create, format!("it does not run: {how}")),
    };
    OthersThing { name: id.to_string(), kind: OthersKind::Unit, state }
}

/// Why a unit was not seen.
fn manager(id: &UnitId, machine: Option<&Machine>) -> &'static str {
    match machine.and_then(|machine| machine.managers.get(&id.scope)) {
        Some(Manager::Absent) => "no manager runs that could be asked",
        _ => "you may not ask its manager",
    }
}
