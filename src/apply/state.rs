//! The state of a stack on a host: where it is, and how its files are read.
//!
//! `generations/N.json` is the manifest of a generation, `objects/SHA256` holds bytes, always copied;
//! `journal` is there while a transaction runs, `lock` says who runs. Directories are 0700, files 0600.

use super::ApplyError;
use super::directory::{StateDirectory, names_in};
use super::word::{Believed, Doubt, UserWord};
use crate::host::{Host, HostError};
use crate::model::desired::Digest;
use crate::model::ground::Ground;
use crate::model::names::{Scope, StackName, TargetPath, UserName};
use crate::model::observed::{Inventory, Observed, PathState};
use crate::model::prior::{GenerationNumber, Manifest, Prior, PriorPath};
use crate::plan::Author;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many files are cleared away in a user's part at the end of a run; a run leaves about ten.
const SWEPT: usize = 100;
/// How many other stacks of one user are looked at.
const OTHER_STACKS: usize = 100;

/// Where the state of a stack is: one directory of whoever runs the tool, and as root one in the home of
/// each user who has a part of the stack. Which generations there are, and who made them, says the first of
/// these alone; beside its manifest of a number stands of each part the newest up to that number, and
/// beside its newest one the newest of all, since a user may have applied the part alone. Numbers of root
/// go on from root's own directory alone: where a user's own runs have counted further, they end where root's
/// next one is kept.
#[derive(Clone, Debug)]
pub(super) struct StackState {
    pub(super) ground: Ground,
}

impl StackState {
    pub(super) fn of(ground: &Ground) -> Self {
        Self { ground: ground.clone() }
    }

    /// All directories: that of whoever runs the tool first.
    pub(super) fn directories(&self) -> impl Iterator<Item = StateDirectory> {
        std::iter::once(self.ground.state().clone()).chain(self.ground.parts()).map(StateDirectory)
    }

    /// The directory of whoever runs the tool: its manifest's name is what keeps a generation.
    pub(super) fn own(&self) -> StateDirectory {
        StateDirectory(self.ground.state().clone())
    }

    pub(super) fn journal(&self) -> TargetPath {
        self.own().journal()
    }

    /// The numbers of all generations, ascending.
    pub(super) fn numbers(&self, target: &dyn Host) -> Result<Vec<GenerationNumber>, ApplyError> {
        self.own().numbers(target)
    }

    /// Whether no directory has a manifest, as far as the users are believed.
    pub(super) fn is_empty(&self, target: &dyn Host) -> Result<bool, ApplyError> {
        for word in UserWord::all(&self.ground) {
            let numbers = word.doubted(word.directory.numbers(target), &mut Vec::new())?;
            if !numbers.unwrap_or_default().is_empty() {
                return Ok(false);
            }
        }
        Ok(self.numbers(target)?.is_empty())
    }

    /// One generation; `None` where there is none of that number.
    pub(super) fn read(
        &self,
        target: &dyn Host,
        number: GenerationNumber,
    ) -> Result<Option<Manifest>, ApplyError> {
        let numbers = self.numbers(target)?;
        let Some(newest) = numbers.last().filter(|_| numbers.contains(&number)) else { return Ok(None) };
        let Some(manifest) = self.own().read(target, number)? else { return Ok(None) };
        let up_to = (number != *newest).then_some(number);
        // What is not believed was told of when the newest was looked at.
        let parts = self.parts(target, (*newest, up_to), &mut PartsRead::default())?;
        Ok(Some(together(manifest, parts)))
    }

    /// The newest generation. Where whoever runs the tool has applied nothing yet, it is what the users' parts
    /// have, as generation 0.
    fn newest(&self, target: &dyn Host, read: &mut PartsRead) -> Result<Option<Manifest>, ApplyError> {
        let own = self.own();
        let newest = self.numbers(target)?.pop();
        let manifest = newest.map_or(Ok(None), |number| own.read(target, number))?;
        let newest = newest.unwrap_or_default();
        let mut parts = self.parts(target, (newest, None), read)?;
        let manifest = manifest.or_else(|| {
            let first = parts.pop()?.into_manifest();
            Some(Manifest { generation: GenerationNumber(0), ..first })
        });
        Ok(manifest.map(|manifest| together(manifest, parts)))
    }

    /// Of each user's part the newest manifest up to a number, or without one the newest, as far as it is
    /// believed. `newest`: that of root's own directory.
    fn parts(
        &self,
        target: &dyn Host,
        (newest, up_to): (GenerationNumber, Option<GenerationNumber>),
        PartsRead { doubts, notes }: &mut PartsRead,
    ) -> Result<Vec<Believed>, ApplyError> {
        let mut parts = Vec::new();
        for word in UserWord::all(&self.ground) {
            let Some(numbers) = word.doubted(word.directory.numbers(target), doubts)? else { continue };
            let numbers = word.numbers(numbers, newest, doubts);
            notes.extend(numbers.last().and_then(|highest| word.counts_on(*highest, newest)));
            let number = numbers.into_iter().rfind(|one| up_to.is_none_or(|number| *one <= number));
            let part = number.map_or(Ok(None), |number| word.read(target, number, doubts));
            parts.extend(part?);
        }
        Ok(parts)
    }

    /// The manifests of a part whose numbers root's own run has come to: the user's own runs end there.
    pub(super) fn overtaken(
        &self,
        target: &dyn Host,
        directory: &StateDirectory,
        by: GenerationNumber,
    ) -> Result<Vec<TargetPath>, ApplyError> {
        let numbers = match directory.numbers(target) {
            // Where a user is in the way, the user's own part stays as it is.
            Err(ApplyError::State { .. } | ApplyError::Host(HostError::Scope { .. })) => Vec::new(),
            numbers => numbers?,
        };
        let overtaken = numbers.into_iter().rev().take_while(|number| *number >= by).take(SWEPT);
        Ok(overtaken.map(|number| directory.manifest(number)).collect())
    }

    /// The users whose parts the last apply of root took care of, by their homes.
    pub(super) fn users(&self, target: &dyn Host) -> Result<BTreeMap<TargetPath, UserName>, ApplyError> {
        let own = self.own();
        let newest = own.numbers(target)?.pop();
        let manifest = newest.map_or(Ok(None), |number| own.read(target, number))?;
        Ok(manifest.map(|manifest| manifest.users).unwrap_or_default())
    }

    /// A manifest taken apart: what each directory shall hold of it.
    pub(super) fn apart(&self, manifest: &Manifest) -> Vec<(StateDirectory, Manifest)> {
        let of = |directory: StateDirectory| {
            let own = directory == self.own();
            let here = |path: &TargetPath| self.ground.state_of(path) == directory.0;
            let in_scope = |scope: &Scope| self.ground.state_of_scope(scope) == directory.0;
            let mut part = manifest.clone();
            part.entries.retain(|path, _| here(path));
            part.before.retain(|path, _| here(path));
            part.units.retain(|unit| in_scope(&unit.scope));
            part.ran_before.retain(|unit| in_scope(&unit.scope));
            if !own {
                part.users.clear();
                part.text = None;
            }
            (directory, part)
        };
        self.directories().map(of).collect()
    }

    /// Objects without a manifest are what is left of a state that somebody damaged: what stood at our paths
    /// before us would count as nobody's, and be cleared away. Of a user's part that is a doubt.
    ///
    /// # Errors
    /// The directory of whoever runs the tool is such a state.
    pub(super) fn refuse_damage(&self, target: &dyn Host, doubts: &mut Vec<Doubt>) -> Result<(), ApplyError> {
        self.refuse_damage_of(target, &self.own())?;
        for word in UserWord::all(&self.ground) {
            word.doubted(self.refuse_damage_of(target, &word.directory), doubts)?;
        }
        Ok(())
    }

    fn refuse_damage_of(&self, target: &dyn Host, directory: &StateDirectory) -> Result<(), ApplyError> {
        // Another run may have been about to keep or to forget: then a second look shows it.
        if self.is_damaged(target, directory)? && self.is_damaged(target, directory)? {
            let what = "no manifest is left, but bytes of files that one knew of are".to_owned();
            return Err(ApplyError::State { path: directory.generations(), what });
        }
        Ok(())
    }

    fn is_damaged(&self, target: &dyn Host, directory: &StateDirectory) -> Result<bool, ApplyError> {
        if !directory.numbers(target)?.is_empty() || names_in(target, &directory.objects())?.is_empty() {
            return Ok(false);
        }
        let signs = [self.journal(), directory.journal(), directory.pending(), directory.forgotten()];
        let observed = target.observe(&Inventory::of(signs))?;
        Ok(observed.at.values().all(|standing| matches!(standing, PathState::Absent)))
    }

    /// What the newest generation remembers, without objects; and what of users' parts is not believed.
    pub(super) fn prior(&self, target: &dyn Host) -> Result<(Prior, Vec<Doubt>), ApplyError> {
        let mut read = PartsRead::default();
        self.refuse_damage(target, &mut read.doubts)?;
        let newest = self.newest(target, &mut read)?;
        let PartsRead { mut doubts, mut notes } = read;
        let (taken, unread) = self.taken(target, &mut doubts)?;
        notes.extend(unread);
        Ok((Prior { newest, objects: BTreeMap::new(), taken, notes }, doubts))
    }

    /// The files that other stacks of the host manage, and which of their states cannot be read: that is no
    /// reason to stop this one.
    fn taken(
        &self,
        target: &dyn Host,
        doubts: &mut Vec<Doubt>,
    ) -> Result<(BTreeMap<TargetPath, StackName>, Vec<String>), ApplyError> {
        let (mut taken, mut unread) = (BTreeMap::new(), Vec::new());
        let mut take = |manifest: Manifest| {
            let files = manifest.entries.into_iter().filter(|(_, entry)| file_of(entry).is_some());
            taken.extend(files.map(|(path, _)| (path, manifest.stack.clone())));
        };
        let own = self.own();
        for name in names_in(target, &own.0.parent())? {
            let other = StateDirectory(own.0.parent().join(&name));
            match if other == own { Ok(None) } else { other.newest(target) } {
                Ok(manifest) => drop(manifest.map(&mut take)),
                Err(ApplyError::Host(fault)) => return Err(fault.into()),
                Err(fault) => {
                    unread.push(format!("{fault}; which files that stack manages is not known"));
                }
            }
        }
        for word in UserWord::all(&self.ground) {
            let names =
                word.doubted(names_in(target, &word.directory.0.parent()), doubts)?.unwrap_or_default();
            for other in names.iter().filter_map(|name| word.of_other(name)).take(OTHER_STACKS) {
                let Some(numbers) = word.doubted(other.directory.numbers(target), doubts)? else { continue };
                let Some(number) = numbers.last() else { continue };
                let part = other.read(target, *number, doubts)?;
                part.map(Believed::into_manifest).map(&mut take);
            }
        }
        Ok((taken, unread))
    }

    /// Those of the objects that are there and are what their name says, each in the directory that it is of.
    pub(super) fn objects(
        &self,
        target: &dyn Host,
        wanted: &BTreeSet<(TargetPath, Digest)>,
    ) -> Result<BTreeMap<(TargetPath, Digest), Vec<u8>>, ApplyError> {
        let mut found = BTreeMap::new();
        for directory in self.directories() {
            let here = wanted.iter().filter(|(of, _)| *of == directory.0).map(|(_, digest)| *digest);
            let here: Vec<_> = here.collect();
            // In a user's part any of them may be as large as a file that is looked into may be.
            let at_once = if directory == self.own() { here.len().max(1) } else { 1 };
            for digests in here.chunks(at_once) {
                let paths = digests.iter().map(|digest| directory.object(*digest));
                let observed: Observed = target.observe(&Inventory::of(paths))?;
                let files = observed.at.into_values().filter_map(|standing| match standing {
                    PathState::File(file) => Some((Digest::of(&file.bytes), file.bytes)),
                    _ => None,
                });
                let files = files.filter(|(digest, _)| digests.contains(digest));
                found.extend(files.map(|(digest, bytes)| ((directory.0.clone(), digest), bytes)));
            }
        }
        Ok(found)
    }

    /// The names of files that no kept generation needs: too old manifests and their objects.
    pub(super) fn superfluous(&self, target: &dyn Host) -> Result<Vec<TargetPath>, ApplyError> {
        let mut superfluous = Vec::new();
        superfluous.extend(self.own().superfluous(target)?);
        for word in UserWord::all(&self.ground) {
            // Where a user is in the way, the user's own directory grows.
            match word.directory.superfluous(target) {
                Ok(paths) => superfluous.extend(paths.into_iter().take(SWEPT)),
                Err(ApplyError::State { .. } | ApplyError::Host(HostError::Scope { .. })) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(superfluous)
    }
}

/// What reading users' parts brought beside the parts.
#[derive(Default)]
struct PartsRead {
    /// What is not believed.
    doubts: Vec<Doubt>,
    /// What a person should know.
    notes: Vec<String>,
}

/// A run of root that was killed while it changed a user's part is finished by root alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pending {
    /// Who began it.
    pub(super) author: Author,
}

/// A manifest together with those of the users' parts.
fn together(mut whole: Manifest, parts: Vec<Believed>) -> Manifest {
    for part in parts.into_iter().map(Believed::into_manifest) {
        whole.entries.extend(part.entries);
        whole.before.extend(part.before);
        whole.units.extend(part.units);
        whole.ran_before.extend(part.ran_before);
    }
    whole.units.sort_by_key(|unit| unit.order);
    whole
}

/// The digest of a managed whole file.
pub(super) fn file_of(entry: &PriorPath) -> Option<Digest> {
    match entry {
        PriorPath::File { digest, .. } => Some(*digest),
        _ => None,
    }
}
