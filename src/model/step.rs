//! One change of a machine as a value: it can be written down before it is done, undone, and found
//! again on a host that lost power in the middle.

use super::block::Markers;
use super::observed::{Identity, Ids, Inventory, Look, Observed, PathState};
use super::units::{UnitId, UnitRun};
use crate::model::desired::Digest;
use crate::model::names::{Mode, Scope, TargetPath, UserName};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A change of one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Makes a directory that is not there.
    MakeDirectory {
        /// The directory.
        path: TargetPath,
        /// Its permission bits.
        mode: Mode,
        /// Its owner; `None`: whoever makes it.
        ids: Option<Ids>,
    },
    /// Writes a file under a name of ours beside its destination.
    Stage {
        /// Our name.
        staged: TargetPath,
        /// Its bytes; never written to the journal.
        #[serde(skip)]
        bytes: Vec<u8>,
        /// Its permission bits.
        mode: Mode,
        /// Its owner; `None`: whoever writes it.
        ids: Option<Ids>,
        /// The file whose owner and extended attributes it takes over.
        like: Option<Like>,
    },
    /// Gives a staged file its name; nothing may stand there.
    Create {
        /// Our name.
        staged: TargetPath,
        /// The destination.
        path: TargetPath,
        /// What is there afterwards.
        after: Identity,
    },
    /// Exchanges what stands at a path with a staged file, atomically.
    Exchange {
        /// Our name; it holds the old file afterwards.
        staged: TargetPath,
        /// The destination.
        path: TargetPath,
        /// What is there before.
        before: Identity,
        /// What is there afterwards.
        after: Identity,
        /// The block's markers, where only a block of the file is ours.
        block: Option<Markers>,
    },
    /// Takes a file or an empty directory away under a name of ours: bringing it back needs no room.
    Remove {
        /// What is taken away.
        path: TargetPath,
        /// Our name; it holds it until the transaction is over.
        aside: TargetPath,
        /// What is there before.
        before: Identity,
    },
    /// Changes permission bits alone.
    SetMode {
        /// The file.
        path: TargetPath,
        /// Of its bytes.
        digest: Digest,
        /// Bits before.
        before: Mode,
        /// Bits afterwards.
        after: Mode,
    },
    /// Changes the owner alone.
    SetOwner {
        /// The file.
        path: TargetPath,
        /// Of its bytes.
        digest: Digest,
        /// Owner before.
        before: Ids,
        /// Owner afterwards.
        after: Ids,
    },
    /// Makes a symbolic link where nothing stands.
    Link {
        /// The link.
        path: TargetPath,
        /// Where it points.
        to: String,
    },
    /// Removes a symbolic link.
    Unlink {
        /// The link.
        path: TargetPath,
        /// Where it points.
        to: String,
    },
    /// Has a manager read unit files again.
    ReloadManager {
        /// Whose manager.
        scope: Scope,
    },
    /// Lets the services of a user run without a login. Never taken back: that would stop all of them.
    Linger {
        /// The user.
        user: UserName,
    },
    /// Starts a unit that does not run, or gives one that runs a new run.
    Start {
        /// The unit.
        unit: UnitId,
        /// Whether it ran before.
        before: UnitRun,
    },
    /// Stops a unit.
    Stop {
        /// The unit.
        unit: UnitId,
        /// Whether it ran before.
        before: UnitRun,
    },
    /// Removes an empty directory that an earlier step made.
    RemoveDirectory {
        /// The directory.
        path: TargetPath,
        /// Its permission bits.
        mode: Mode,
        /// Its owner, where it was given one.
        ids: Option<Ids>,
    },
    /// Ends or takes back an exchange that was cut off where the file system cannot exchange names at
    /// once; nothing elsewhere.
    Settle {
        /// Our name.
        staged: TargetPath,
        /// The destination.
        path: TargetPath,
    },
    /// Removes a leftover under a name of ours; that it is not there is fine.
    Discard {
        /// Our name.
        path: TargetPath,
    },
    /// Writes a whole file of the state (0600, directories 0700), atomically and durably.
    Keep {
        /// The file.
        path: TargetPath,
        /// Its bytes.
        #[serde(skip)]
        bytes: Vec<u8>,
    },
    /// Adds to a file of the state, durably.
    Append {
        /// The file.
        path: TargetPath,
        /// What is added.
        #[serde(skip)]
        bytes: Vec<u8>,
    },
}

/// Which attributes a staged file takes over from the one it replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Like {
    /// The file.
    pub path: TargetPath,
    /// Whether the owner is taken over too, as for a file that is not ours.
    pub owner: bool,
}

/// On which side of a step the world is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepStatus {
    /// It was not done.
    Before,
    /// It was done.
    After,
    /// Somebody else changed the place since.
    Foreign,
}

impl Step {
    /// The step that takes this one back; `None` where there is nothing to take back.
    pub fn reverse(&self) -> Option<Step> {
        Some(match self {
            Self::MakeDirectory { path, mode, ids } => {
                Self::RemoveDirectory { path: path.clone(), mode: *mode, ids: *ids }
            }
            Self::RemoveDirectory { path, mode, ids } => {
                Self::MakeDirectory { path: path.clone(), mode: *mode, ids: *ids }
            }
            Self::Stage { staged, .. } => Self::Discard { path: staged.clone() },
            Self::Create { staged, path, after } => {
                Self::Remove { path: path.clone(), aside: staged.clone(), before: after.clone() }
            }
            Self::Exchange { staged, path, before, after, block } => Self::Exchange {
                staged: staged.clone(),
                path: path.clone(),
                before: after.clone(),
                after: before.clone(),
                block: block.clone(),
            },
            Self::Remove { path, aside, before } => {
                Self::Create { staged: aside.clone(), path: path.clone(), after: before.clone() }
            }
            Self::SetMode { path, digest, before, after } => {
                Self::SetMode { path: path.clone(), digest: *digest, before: *after, after: *before }
            }
            Self::SetOwner { path, digest, before, after } => {
                Self::SetOwner { path: path.clone(), digest: *digest, before: *after, after: *before }
            }
            Self::Link { path, to } => Self::Unlink { path: path.clone(), to: to.clone() },
            Self::Unlink { path, to } => Self::Link { path: path.clone(), to: to.clone() },
            Self::ReloadManager { scope } => Self::ReloadManager { scope: scope.clone() },
            // Which run comes back is not the run that was, so what stands before is what is found then.
            Self::Start { unit, before: UnitRun::Running(_) }
            | Self::Stop { unit, before: UnitRun::Running(_) } => {
                Self::Start { unit: unit.clone(), before: UnitRun::Stopped }
            }
            Self::Start { unit, .. } => Self::Stop { unit: unit.clone(), before: UnitRun::Stopped },
            Self::Stop { .. }
            | Self::Linger { .. }
            | Self::Settle { .. }
            | Self::Discard { .. }
            | Self::Keep { .. }
            | Self::Append { .. } => return None,
        })
    }

    /// The path a person would name when asked what this step changes; `None` for a service.
    pub fn path(&self) -> Option<&TargetPath> {
        match self {
            Self::MakeDirectory { path, .. }
            | Self::Create { path, .. }
            | Self::Exchange { path, .. }
            | Self::Remove { path, .. }
            | Self::SetMode { path, .. }
            | Self::SetOwner { path, .. }
            | Self::Link { path, .. }
            | Self::Unlink { path, .. }
            | Self::RemoveDirectory { path, .. }
            | Self::Settle { path, .. }
            | Self::Discard { path }
            | Self::Keep { path, .. }
            | Self::Append { path, .. }
            | Self::Stage { staged: path, .. } => Some(path),
            Self::ReloadManager { .. } | Self::Linger { .. } | Self::Start { .. } | Self::Stop { .. } => None,
        }
    }

    /// Every path that it touches or takes something from.
    pub fn paths(&self) -> impl Iterator<Item = &TargetPath> {
        let beside = match self {
            Self::Stage { like, .. } => like.as_ref().map(|like| &like.path),
            Self::Settle { staged, .. } => Some(staged),
            _ => None,
        };
        self.path().into_iter().chain(self.leftover()).chain(beside)
    }

    /// Whose service it is about; `None` for a path.
    pub fn scope(&self) -> Option<&Scope> {
        match self {
            Self::ReloadManager { scope } => Some(scope),
            Self::Start { unit, .. } | Self::Stop { unit, .. } => Some(&unit.scope),
            _ => None,
        }
    }

    /// Its unit, where it is about one.
    pub fn unit(&self) -> Option<&UnitId> {
        match self {
            Self::Start { unit, .. } | Self::Stop { unit, .. } => Some(unit),
            _ => None,
        }
    }

    /// The name of ours that it leaves behind until the transaction is over.
    pub fn leftover(&self) -> Option<&TargetPath> {
        match self {
            Self::Stage { staged, .. } | Self::Exchange { staged, .. } | Self::Create { staged, .. } => {
                Some(staged)
            }
            Self::Remove { aside, .. } => Some(aside),
            _ => None,
        }
    }

    /// What must be looked at to find the step again.
    pub fn inventory(&self) -> Inventory {
        let mut inventory = Inventory::default();
        for path in self.path().into_iter().chain(self.leftover()) {
            inventory.add(path.clone(), Look::Names);
        }
        inventory.units.extend(self.unit().cloned());
        inventory
    }

    /// On which side of the step a host is.
    pub fn found(&self, observed: &Observed) -> StepStatus {
        let at = |path: &TargetPath| observed.standing(path).identity();
        match self {
            Self::MakeDirectory { path, .. } => by_directory(observed.standing(path), StepStatus::Before),
            Self::RemoveDirectory { path, .. } => by_directory(observed.standing(path), StepStatus::After),
            Self::Stage { staged, .. } => match observed.standing(staged) {
                PathState::Absent => StepStatus::Before,
                _ => StepStatus::After,
            },
            Self::Create { path, after, .. } => either(&at(path), &Identity::Absent, after),
            Self::Remove { path, before, aside } => match either(&at(path), before, &Identity::Absent) {
                StepStatus::After if at(aside) != *before => StepStatus::Foreign,
                found => found,
            },
            Self::Exchange { path, before, after, staged, .. } => match either(&at(path), before, after) {
                StepStatus::After if at(staged) != *before => StepStatus::Foreign,
                found => found,
            },
            Self::SetMode { path, digest, before, after } => {
                let file = |mode| Identity::File { digest: *digest, mode };
                either(&at(path), &file(*before), &file(*after))
            }
            Self::SetOwner { path, digest, before, after } => match observed.standing(path) {
                PathState::File(file) if Digest::of(&file.bytes) == *digest && file.ids == *before => {
                    StepStatus::Before
                }
                PathState::File(file) if Digest::of(&file.bytes) == *digest && file.ids == *after => {
                    StepStatus::After
                }
                _ => StepStatus::Foreign,
            },
            Self::Link { path, to } => {
                either(&at(path), &Identity::Absent, &Identity::Link { to: to.clone() })
            }
            Self::Unlink { path, to } => {
                either(&at(path), &Identity::Link { to: to.clone() }, &Identity::Absent)
            }
            Self::Start { unit, before } | Self::Stop { unit, before } => by_run(observed, unit, before),
            // Neither can be seen, and both may be done again.
            Self::ReloadManager { .. } | Self::Linger { .. } | Self::Settle { .. } => StepStatus::After,
            Self::Discard { path } => match observed.standing(path) {
                PathState::Absent => StepStatus::After,
                _ => StepStatus::Before,
            },
            Self::Keep { path, bytes } => match observed.standing(path) {
                PathState::File(file) if file.bytes == *bytes => StepStatus::After,
                _ => StepStatus::Before,
            },
            Self::Append { path, bytes } => match observed.standing(path) {
                PathState::File(file) if file.bytes.ends_with(bytes) => StepStatus::After,
                _ => StepStatus::Before,
            },
        }
    }
}

fn either(at: &Identity, before: &Identity, after: &Identity) -> StepStatus {
    match at {
        _ if at == before => StepStatus::Before,
        _ if at == after => StepStatus::After,
        _ => StepStatus::Foreign,
    }
}

/// A unit that still has the run it had, or still has none, was not touched. Whatever else it does is
/// not what it did before.
fn by_run(observed: &Observed, unit: &UnitId, before: &UnitRun) -> StepStatus {
    let now = observed.machine.as_ref().and_then(|machine| machine.units.get(unit)).map(|unit| &unit.run);
    let same = match (now, before) {
        (Some(UnitRun::Running(now)), UnitRun::Running(before)) => now == before,
        (None, UnitRun::Stopped | UnitRun::Failed(_))
        | (Some(UnitRun::Stopped), UnitRun::Stopped)
        | (Some(UnitRun::Failed(_)), UnitRun::Failed(_)) => true,
        _ => false,
    };
    if same { StepStatus::Before } else { StepStatus::After }
}

fn by_directory(standing: &PathState, absent: StepStatus) -> StepStatus {
    match (standing, absent) {
        (PathState::Absent, found) => found,
        (PathState::Directory(_), StepStatus::Before) => StepStatus::After,
        (PathState::Directory(_), _) => StepStatus::Before,
        _ => StepStatus::Foreign,
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self {
            Self::MakeDirectory { .. } => "make directory",
            Self::Stage { .. } => "stage",
            Self::Create { .. } => "create",
            Self::Exchange { .. } => "replace",
            Self::Remove { .. } => "remove",
            Self::SetMode { .. } => "set the mode of",
            Self::SetOwner { .. } => "set the owner of",
            Self::Link { .. } => "link",
            Self::Unlink { .. } => "unlink",
            Self::ReloadManager { scope: Scope::System } => return f.write_str("reload the system manager"),
            Self::ReloadManager { scope: Scope::User(user) } => {
                return write!(f, "reload the manager of {user}");
            }
            Self::Linger { user } => return write!(f, "let the services of {user} run without a login"),
            Self::Start { unit, before: UnitRun::Running(_) } => return write!(f, "restart {unit}"),
            Self::Start { unit, .. } => return write!(f, "start {unit}"),
            Self::Stop { unit, .. } => return write!(f, "stop {unit}"),
            Self::RemoveDirectory { .. } => "remove directory",
            Self::Settle { .. } => "settle",
            Self::Discard { .. } => "discard",
            Self::Keep { .. } => "write",
            Self::Append { .. } => "append to",
        };
        self.path().map_or(Ok(()), |path| write!(f, "{verb} {path}"))
    }
}
