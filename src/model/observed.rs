//! What stands at the paths of a host, as one observation saw it.

use super::units::{Machine, UnitId};
use crate::model::desired::Digest;
use crate::model::forms::misleads;
use crate::model::names::{HostName, Mode, Owner, TargetPath};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Numeric owner of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}

impl fmt::Display for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.uid, self.gid)
    }
}

/// A regular file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedFile {
    /// All of its bytes.
    pub bytes: Vec<u8>,
    /// Permission bits.
    pub mode: Mode,
    /// Its owner.
    pub ids: Ids,
    /// Number of hard links.
    pub links: u64,
}

/// A directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedDirectory {
    /// Permission bits.
    pub mode: Mode,
    /// Its owner.
    pub ids: Ids,
    /// The names in it, where the inventory asked for them.
    pub entries: Option<BTreeSet<String>>,
}

/// What stands at a path; a link is never followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathState {
    /// Nothing, or a parent is no directory.
    Absent,
    /// A regular file.
    File(ObservedFile),
    /// A directory.
    Directory(ObservedDirectory),
    /// A symbolic link and its target.
    Link {
        /// Where it points, as it is written.
        to: String,
    },
    /// Something the tool never touches, by name: a socket, a device, a file above the size limit.
    Other(&'static str),
}

/// What is said of what stands where whoever looks may not look.
pub const OUT_OF_SIGHT: &str = "something that this user may not read";

impl PathState {
    /// Whether no more is known of it than that it cannot be looked at.
    pub fn is_out_of_sight(&self) -> bool {
        matches!(self, Self::Other(OUT_OF_SIGHT))
    }

    /// What is needed to know it again.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Absent => Identity::Absent,
            Self::File(file) => Identity::File { digest: Digest::of(&file.bytes), mode: file.mode },
            Self::Directory(_) => Identity::Directory,
            Self::Link { to } => Identity::Link { to: to.clone() },
            Self::Other(what) => Identity::Other { what: (*what).to_owned() },
        }
    }
}

impl fmt::Display for PathState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("nothing"),
            Self::File(_) => f.write_str("a file"),
            Self::Directory(_) => f.write_str("a directory"),
            Self::Link { to } => write!(f, "a symbolic link to {}", shown_target(to)),
            Self::Other(what) => f.write_str(what),
        }
    }
}

/// Where a link points, which somebody else may have written.
pub fn shown_target(to: &str) -> String {
    to.chars().map(|letter| if misleads(letter) { '?' } else { letter }).collect()
}

/// What is needed to know again what stood at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Identity {
    /// Nothing.
    Absent,
    /// A file of these bytes and this mode.
    File {
        /// Of its bytes.
        digest: Digest,
        /// Its permission bits.
        mode: Mode,
    },
    /// A directory, whatever is in it.
    Directory,
    /// A symbolic link.
    Link {
        /// Where it points.
        to: String,
    },
    /// Something else.
    Other {
        /// What it is called.
        what: String,
    },
}

/// How closely to look at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// Files with their bytes, directories without their names.
    Plain,
    /// Directories with the names in them as well.
    Names,
}

/// What one observation looks at. A target without services has nothing to say of units and owners.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Paths.
    pub paths: BTreeMap<TargetPath, Look>,
    /// Units, and with them their managers and users.
    pub units: BTreeSet<UnitId>,
    /// Owners whose numbers are wanted.
    pub owners: BTreeSet<Owner>,
    /// Whether the sockets that listen are wanted.
    pub sockets: bool,
}

impl Inventory {
    /// Adds a path; the closer look wins.
    pub fn add(&mut self, path: TargetPath, look: Look) {
        let entry = self.paths.entry(path).or_insert(look);
        *entry = look.max(*entry);
    }

    /// An inventory of files.
    pub fn of(paths: impl IntoIterator<Item = TargetPath>) -> Self {
        let paths = paths.into_iter().map(|path| (path, Look::Plain)).collect();
        Self { paths, ..Self::default() }
    }
}

/// What was seen on one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The host.
    pub host: HostName,
    /// What stands at each path of the inventory.
    pub at: BTreeMap<TargetPath, PathState>,
    /// What else was seen; `None` of a root directory, where nothing runs and nobody owns anything.
    pub machine: Option<Machine>,
}

impl Observed {
    /// What stands at a path; a path nobody looked at is absent.
    pub fn standing(&self, path: &TargetPath) -> &PathState {
        self.at.get(path).unwrap_or(&PathState::Absent)
    }
}
