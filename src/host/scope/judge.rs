//! Whether an answer answers what was asked. The child is the user's: it may say anything of the user's
//! own files and units, and nothing of anything else, and no word of it may lead elsewhere later.

use super::messages::SeenPath;
use crate::model::forms::{LONGEST_NAME, LONGEST_PATH};
use crate::model::names::{HostName, Mode, Scope, TargetPath};
use crate::model::observed::{Inventory, Look, Observed, ObservedDirectory, ObservedFile, PathState};
use crate::model::units::{Load, Machine, Manager, ObservedUnit, UnitRun};
use crate::text::foreign;
use std::collections::BTreeMap;

/// The most characters that are shown of what a child says.
const LONGEST_WORDS: usize = 10_000;

/// What a child was asked, and whose it is.
pub(super) struct ScopeRequest<'a> {
    pub inventory: &'a Inventory,
    pub scope: &'a Scope,
    pub host: &'a HostName,
}

impl ScopeRequest<'_> {
    /// What the answer comes to. `Err` says what is wrong with it.
    pub(super) fn observed(
        &self,
        at: Vec<(TargetPath, SeenPath)>,
        machine: Option<Machine>,
        mut contents: &[u8],
    ) -> Result<Observed, &'static str> {
        let mut standings = BTreeMap::new();
        for (path, seen) in at {
            let look = self.inventory.paths.get(&path).ok_or("tells of a path that was not asked for")?;
            let standing = standing(seen, *look, &mut contents)?;
            if standings.insert(path, standing).is_some() {
                return Err("tells of a path twice");
            }
        }
        if standings.len() != self.inventory.paths.len() {
            return Err("leaves out a path");
        }
        if !contents.is_empty() {
            return Err("has bytes of no file");
        }
        let machine = self.machine(machine.unwrap_or_default())?;
        Ok(Observed { host: self.host.clone(), at: standings, machine: Some(machine) })
    }

    fn machine(&self, mut machine: Machine) -> Result<Machine, &'static str> {
        if !(machine.users.is_empty() && machine.groups.is_empty() && machine.sockets.is_empty()) {
            return Err("tells of users, groups or sockets");
        }
        if machine.managers.keys().any(|scope| scope != self.scope) {
            return Err("tells of another manager");
        }
        if machine.units.keys().any(|unit| unit.scope != *self.scope || !self.inventory.units.contains(unit))
        {
            return Err("tells of a unit that was not asked for");
        }
        for manager in machine.managers.values_mut() {
            if let Manager::Silent(why) = manager {
                *why = shown(why);
            }
        }
        machine.units.values_mut().try_for_each(unit)?;
        Ok(machine)
    }
}

/// Of a unit, words are made fit to be shown; what is worked with must be what it says it is.
fn unit(unit: &mut ObservedUnit) -> Result<(), &'static str> {
    if let Load::Faulty(what) = &mut unit.load {
        *what = shown(what);
    }
    match &mut unit.run {
        UnitRun::Stopped => {}
        UnitRun::Failed(what) => *what = shown(what),
        UnitRun::Running(id) => {
            let is_id = id.len() == 32 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
            // On its way to its first run it has none.
            if !is_id && !id.is_empty() {
                return Err("has a run that is none");
            }
        }
    }
    let mut files = unit.fragment.iter().chain(&unit.drop_ins);
    if files.all(TargetPath::is_plain) { Ok(()) } else { Err("has a unit file that is none") }
}

fn standing(seen: SeenPath, look: Look, contents: &mut &[u8]) -> Result<PathState, &'static str> {
    Ok(match seen {
        SeenPath::Absent => PathState::Absent,
        SeenPath::File { length, mode, ids, links } => {
            let (bytes, rest) = contents.split_at_checked(length).ok_or("has too few bytes of a file")?;
            *contents = rest;
            PathState::File(ObservedFile { bytes: bytes.to_vec(), mode: bits(mode)?, ids, links })
        }
        SeenPath::Directory { mode, ids, entries } => {
            if look == Look::Plain && entries.is_some() {
                return Err("tells of names that were not asked for");
            }
            if !entries.iter().flatten().all(|name| is_name(name)) {
                return Err("has a name that is none");
            }
            PathState::Directory(ObservedDirectory { mode: bits(mode)?, ids, entries })
        }
        SeenPath::Link { to } if to.is_empty() || to.len() >= LONGEST_PATH || to.contains('\0') => {
            return Err("has a link that is none");
        }
        SeenPath::Link { to } => PathState::Link { to },
        SeenPath::Other { what } => PathState::Other(known(&what)),
    })
}

fn bits(mode: Mode) -> Result<Mode, &'static str> {
    if mode.0 & !0o7777 == 0 { Ok(mode) } else { Err("has a mode that is none") }
}

/// A name of something in a directory: it leads neither up nor down.
fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && name.len() <= LONGEST_NAME && !name.contains(['/', '\0'])
}

/// Words of a child, made fit to be shown.
pub(super) fn shown(text: &str) -> String {
    let start: String = text.chars().take(LONGEST_WORDS).collect();
    foreign(&start).into_owned()
}

/// Our own word for something that is never touched.
fn known(what: &str) -> &'static str {
    let words = super::super::look::OTHERS;
    words.into_iter().find(|word| *word == what).unwrap_or("something unknown")
}

#[cfg(test)]
mod tests;
