//! Steps in terms of a disk: which operations, in which order, and what is made durable when.

use super::disk::{Disk, DiskRights, Naming};
use super::run::{CommandLine, Ran, run_here};
use super::{Host, HostError};
use crate::model::desired::Digest;
use crate::model::names::{Mode, TargetPath};
use crate::model::observed::{Identity, Ids, Inventory, Look, Observed, PathState};
use crate::model::step::Step;
use std::collections::BTreeSet;
use std::time::Duration;

/// The mode of files of the state.
const STATE_FILE: Mode = Mode(0o600);
/// The mode of directories of the state.
const STATE_DIRECTORY: Mode = Mode(0o700);
/// The directory in which the states of all stacks stand.
const STATES: &str = "tracewright";

/// A root on a disk: the target of `--root`. Owners are not set, services are not known.
#[derive(Debug)]
pub struct Root<D> {
    /// The disk.
    pub disk: D,
}

impl<D: Disk> Root<D> {
    /// A target on a disk.
    pub fn on(disk: D) -> Self {
        Self { disk }
    }

    fn identity(&self, path: &TargetPath) -> Result<Identity, HostError> {
        let inventory = Inventory::of([path.clone()]);
        Ok(self.disk.look(&inventory)?.standing(path).identity())
    }

    fn name(&mut self, staged: &TargetPath, path: &TargetPath, after: &Identity) -> Result<(), HostError> {
        if self.identity(staged)? != *after {
            return Err(HostError::Changed { path: staged.clone() });
        }
        self.disk.rename(staged, path, Naming::New)?;
        self.sync_both(staged, path)
    }

    /// Whether what was taken from its place is what the plan saw; of a directory, that it is still empty.
    fn is_as_seen(&self, path: &TargetPath, before: &Identity) -> Result<bool, HostError> {
        let mut inventory = Inventory::default();
        inventory.add(path.clone(), Look::Names);
        let observed = self.disk.look(&inventory)?;
        Ok(match observed.standing(path) {
            PathState::Directory(directory) => {
                *before == Identity::Directory && directory.entries.as_ref().is_none_or(BTreeSet::is_empty)
            }
            standing => standing.identity() == *before,
        })
    }

    /// Exchanges two names. What came out must be what the plan saw; else it is put back.
    fn exchange(
        &mut self,
        staged: &TargetPath,
        path: &TargetPath,
        before: &Identity,
    ) -> Result<(), HostError> {
        self.exchange_names(staged, path)?;
        if !self.is_as_seen(staged, before)? {
            self.exchange_names(staged, path)?;
            self.sync_both(staged, path)?;
            return Err(HostError::Changed { path: path.clone() });
        }
        self.sync_both(staged, path)
    }

    /// At once where the file system can; else by a third name, with a moment in which nothing has the
    /// destination's. [`Step::Settle`] mends what is cut off in that moment.
    fn exchange_names(&mut self, staged: &TargetPath, path: &TargetPath) -> Result<(), HostError> {
        match self.disk.rename(staged, path, Naming::Exchange) {
            Err(fault) if fault.is_unsupported() => {
                let old = third_name(staged);
                self.disk.rename(path, &old, Naming::New)?;
                self.sync_both(path, &old)?;
                self.disk.rename(staged, path, Naming::New)?;
                self.sync_both(staged, path)?;
                self.disk.rename(&old, staged, Naming::New)
            }
            done => done,
        }
    }

    fn set_owner(
        &mut self,
        path: &TargetPath,
        (digest, before): (Digest, Ids),
        after: Ids,
    ) -> Result<(), HostError> {
        let seen = self.disk.look(&Inventory::of([path.clone()]))?;
        match seen.standing(path) {
            PathState::File(file) if Digest::of(&file.bytes) == digest && file.ids == before => {
                self.disk.set_owner(path, after)
            }
            _ => Err(HostError::Changed { path: path.clone() }),
        }
    }

    fn settle(&mut self, staged: &TargetPath, path: &TargetPath) -> Result<(), HostError> {
        let old = third_name(staged);
        let observed = self.disk.look(&Inventory::of([old.clone(), path.clone(), staged.clone()]))?;
        let stands = |path| !matches!(observed.standing(path), PathState::Absent);
        match (stands(&old), stands(path), stands(staged)) {
            (true, false, _) => self.disk.rename(&old, path, Naming::New)?,
            (true, true, false) => self.disk.rename(&old, staged, Naming::New)?,
            _ => return Ok(()),
        }
        self.sync_both(path, staged)
    }

    fn take_away(
        &mut self,
        path: &TargetPath,
        aside: &TargetPath,
        before: &Identity,
    ) -> Result<(), HostError> {
        self.disk.rename(path, aside, Naming::New)?;
        if !self.is_as_seen(aside, before)? {
            self.disk.rename(aside, path, Naming::New)?;
            self.sync_both(aside, path)?;
            return Err(HostError::Changed { path: path.clone() });
        }
        self.sync_both(path, aside)
    }

    fn discard(&mut self, path: &TargetPath) -> Result<(), HostError> {
        let observed = self.disk.look(&Inventory::of([path.clone()]))?;
        match observed.standing(path) {
            PathState::Absent => return Ok(()),
            PathState::Directory(_) => self.disk.remove_directory(path)?,
            _ => self.disk.remove_file(path)?,
        }
        self.disk.sync(&path.parent())
    }

    /// Makes the root and the directories of the state that are missing. Those above `tracewright` are ordinary
    /// directories; which of them are ours is kept in the state's own `made`, so that they can go with it.
    pub fn state_directories(&mut self, directory: &TargetPath) -> Result<(), HostError> {
        let made = self.make_directories(directory)?;
        self.note_made(directory, &made)
    }

    pub(super) fn note_made(&mut self, state: &TargetPath, made: &[TargetPath]) -> Result<(), HostError> {
        let above = made.iter().filter(|path| !is_private(path) || path.file_name() == STATES);
        let text: String = above.map(|path| format!("{path}\n")).collect();
        if text.is_empty() { Ok(()) } else { self.append(&state.join("made"), text.as_bytes()) }
    }

    /// Makes the root and the directories down to this one that are missing, from the top; which ones. Others may
    /// make the same ones at the same time.
    pub(super) fn make_directories(&mut self, directory: &TargetPath) -> Result<Vec<TargetPath>, HostError> {
        self.disk.make_root()?;
        let there = self.disk.look(&Inventory::of([directory.clone()]))?;
        if !matches!(there.standing(directory), PathState::Absent) {
            return Ok(Vec::new());
        }
        let mut missing = vec![directory.clone()];
        while let Some(next) = missing.last().map(TargetPath::parent).filter(|next| next.as_str() != "/") {
            missing.push(next);
        }
        let observed = self.disk.look(&Inventory::of(missing.iter().cloned()))?;
        missing.retain(|path| matches!(observed.standing(path), PathState::Absent));
        missing.reverse();
        let mut made = Vec::new();
        for path in missing {
            let mode = if is_private(&path) { STATE_DIRECTORY } else { Mode(0o755) };
            match self.disk.make_directory(&path, mode.into()) {
                Err(fault) if fault.is_taken() => continue,
                done => done?,
            }
            self.disk.sync(&path.parent())?;
            made.push(path);
        }
        Ok(made)
    }

    fn keep(&mut self, path: &TargetPath, bytes: &[u8]) -> Result<(), HostError> {
        self.state_directories(&path.parent())?;
        let staged = path.parent().join(&format!(".{}.new", path.file_name()));
        self.discard(&staged)?;
        self.disk.create(&staged, bytes, STATE_FILE.into(), None)?;
        self.disk.rename(&staged, path, Naming::Over)?;
        self.disk.sync(&path.parent())
    }

    fn append(&mut self, path: &TargetPath, bytes: &[u8]) -> Result<(), HostError> {
        self.state_directories(&path.parent())?;
        if self.disk.append(path, bytes)? { self.disk.sync(&path.parent()) } else { Ok(()) }
    }

    fn sync_both(&mut self, a: &TargetPath, b: &TargetPath) -> Result<(), HostError> {
        self.disk.sync(&a.parent())?;
        if a.parent() == b.parent() { Ok(()) } else { self.disk.sync(&b.parent()) }
    }

    fn carry_out(&mut self, step: &Step) -> Result<(), HostError> {
        self.disk.make_root()?;
        match step {
            Step::MakeDirectory { path, mode, ids } => {
                self.disk.make_directory(path, DiskRights { mode: *mode, ids: *ids })?;
                self.disk.sync(&path.parent())
            }
            // The name need not be durable before the step that makes it visible.
            Step::Stage { staged, bytes, mode, ids, like } => {
                self.disk.create(staged, bytes, DiskRights { mode: *mode, ids: *ids }, like.as_ref())
            }
            Step::Create { staged, path, after } => self.name(staged, path, after),
            Step::Exchange { staged, path, before, .. } => self.exchange(staged, path, before),
            Step::Remove { path, aside, before } => self.take_away(path, aside, before),
            Step::SetMode { path, digest, before, after } => {
                if self.identity(path)? != (Identity::File { digest: *digest, mode: *before }) {
                    return Err(HostError::Changed { path: path.clone() });
                }
                self.disk.set_mode(path, *after)
            }
            Step::SetOwner { path, digest, before, after } => {
                self.set_owner(path, (*digest, *before), *after)
            }
            Step::Link { path, to } => {
                self.disk.link(path, to)?;
                self.disk.sync(&path.parent())
            }
            Step::Unlink { path, to } => {
                if self.identity(path)? != (Identity::Link { to: to.clone() }) {
                    return Err(HostError::Changed { path: path.clone() });
                }
                self.disk.remove_file(path)?;
                self.disk.sync(&path.parent())
            }
            Step::ReloadManager { .. } | Step::Linger { .. } | Step::Start { .. } | Step::Stop { .. } => {
                Err(HostError::NoServices)
            }
            Step::RemoveDirectory { path, .. } => {
                self.disk.remove_directory(path)?;
                self.disk.sync(&path.parent())
            }
            Step::Settle { staged, path } => self.settle(staged, path),
            Step::Discard { path } => self.discard(path),
            Step::Keep { path, bytes } => self.keep(path, bytes),
            Step::Append { path, bytes } => self.append(path, bytes),
        }
    }
}

/// Whether a directory is that of the states, or below it.
fn is_private(directory: &TargetPath) -> bool {
    directory.as_str().split('/').any(|part| part == STATES)
}

/// Where an old file waits while two names are exchanged one after the other.
fn third_name(staged: &TargetPath) -> TargetPath {
    staged.parent().join(&format!("{}-old", staged.file_name()))
}

impl<D: Disk> Host for Root<D> {
    fn observe(&self, inventory: &Inventory) -> Result<Observed, HostError> {
        let seen = self.disk.look(inventory);
        self.disk.let_go();
        seen
    }

    fn perform(&mut self, step: &Step) -> Result<(), HostError> {
        let done = self.carry_out(step);
        self.disk.let_go();
        done
    }

    fn run(&mut self, command: &CommandLine, deadline: Duration) -> Result<Ran, HostError> {
        run_here(command, deadline)
    }

    fn free_space(&self) -> Result<u64, HostError> {
        self.disk.free_space()
    }
}
