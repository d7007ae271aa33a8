//! One change of a machine as a value: it can be written down before it is done, undone, and found
//! again on a host that lost power in the middle.

use super::block::Markers;
use super::standing::{Identity, Inventory, Look, Observed, Standing};
use crate::desired::Digest;
use crate::stack::{Mode, TargetPath};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A change of one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Makes a folder that is not there.
    MakeFolder {
        /// The folder.
        path: TargetPath,
        /// Its permission bits.
        mode: Mode,
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
    /// Takes a file or an empty folder away under a name of ours: bringing it back needs no room.
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
    /// Removes an empty folder that an earlier step made.
    RemoveFolder {
        /// The folder.
        path: TargetPath,
        /// Its permission bits.
        mode: Mode,
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
    /// Writes a whole file of the state (0600, folders 0700), atomically and durably.
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
pub enum Found {
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
            Self::MakeFolder { path, mode } => Self::RemoveFolder { path: path.clone(), mode: *mode },
            Self::RemoveFolder { path, mode } => Self::MakeFolder { path: path.clone(), mode: *mode },
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
            Self::Settle { .. } | Self::Discard { .. } | Self::Keep { .. } | Self::Append { .. } => {
                return None;
            }
        })
    }

    /// The path a person would name when asked what this step changes.
    pub fn path(&self) -> &TargetPath {
        match self {
            Self::MakeFolder { path, .. }
            | Self::Create { path, .. }
            | Self::Exchange { path, .. }
            | Self::Remove { path, .. }
            | Self::SetMode { path, .. }
            | Self::RemoveFolder { path, .. }
            | Self::Settle { path, .. }
            | Self::Discard { path }
            | Self::Keep { path, .. }
            | Self::Append { path, .. }
            | Self::Stage { staged: path, .. } => path,
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
        inventory.add(self.path().clone(), Look::Names);
        if let Some(leftover) = self.leftover() {
            inventory.add(leftover.clone(), Look::Names);
        }
        inventory
    }

    /// On which side of the step a host is.
    pub fn found(&self, observed: &Observed) -> Found {
        let at = |path: &TargetPath| observed.standing(path).identity();
        match self {
            Self::MakeFolder { path, .. } => by_folder(observed.standing(path), Found::Before),
            Self::RemoveFolder { path, .. } => by_folder(observed.standing(path), Found::After),
            Self::Stage { staged, .. } => match observed.standing(staged) {
                Standing::Absent => Found::Before,
                _ => Found::After,
            },
            Self::Create { path, after, .. } => either(&at(path), &Identity::Absent, after),
            Self::Remove { path, before, aside } => match either(&at(path), before, &Identity::Absent) {
                Found::After if at(aside) != *before => Found::Foreign,
                found => found,
            },
            Self::Exchange { path, before, after, staged, .. } => match either(&at(path), before, after) {
                Found::After if at(staged) != *before => Found::Foreign,
                found => found,
            },
            Self::SetMode { path, digest, before, after } => {
                let file = |mode| Identity::File { digest: *digest, mode };
                either(&at(path), &file(*before), &file(*after))
            }
            Self::Settle { .. } => Found::After,
            Self::Discard { path } => match observed.standing(path) {
                Standing::Absent => Found::After,
                _ => Found::Before,
            },
            Self::Keep { path, bytes } => match observed.standing(path) {
                Standing::File(file) if file.bytes == *bytes => Found::After,
                _ => Found::Before,
            },
            Self::Append { path, bytes } => match observed.standing(path) {
                Standing::File(file) if file.bytes.ends_with(bytes) => Found::After,
                _ => Found::Before,
            },
        }
    }
}

fn either(at: &Identity, before: &Identity, after: &Identity) -> Found {
    match at {
        _ if at == before => Found::Before,
        _ if at == after => Found::After,
        _ => Found::Foreign,
    }
}

fn by_folder(standing: &Standing, absent: Found) -> Found {
    match (standing, absent) {
        (Standing::Absent, found) => found,
        (Standing::Folder(_), Found::Before) => Found::After,
        (Standing::Folder(_), _) => Found::Before,
        _ => Found::Foreign,
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self {
            Self::MakeFolder { .. } => "make folder",
            Self::Stage { .. } => "stage",
            Self::Create { .. } => "create",
            Self::Exchange { .. } => "replace",
            Self::Remove { .. } => "remove",
            Self::SetMode { .. } => "set the mode of",
            Self::RemoveFolder { .. } => "remove folder",
            Self::Settle { .. } => "settle",
            Self::Discard { .. } => "discard",
            Self::Keep { .. } => "write",
            Self::Append { .. } => "append to",
        };
        write!(f, "{verb} {}", self.path())
    }
}
