//! What the state remembers: generations, and what stood at our paths before we took them.

use super::block::{BlockPlace, Markers};
use super::ground::Ground;
use super::observed::Ids;
use super::units::UnitId;
use crate::model::desired::{DesiredUnit, Digest};
use crate::model::names::{ComponentName, HostName, Mode, Owner, StackName, TargetPath, UserName};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The number of a generation; 0 is what stood at our paths before the first apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GenerationNumber(pub u64);

impl fmt::Display for GenerationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What kind of thing stands at a managed path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathKind {
    /// A file of ours.
    File,
    /// A PEM certificate issued by the stack.
    Certificate,
    /// Its private key.
    PrivateKey,
    /// Our block in somebody else's file.
    Block,
    /// A directory.
    Directory,
    /// A symbolic link: what starts a unit at boot.
    Link,
}

/// A managed path of one generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PriorPath {
    /// A whole file.
    File {
        /// File, certificate or key.
        subject: PathKind,
        /// Of its bytes; also the name of the object that holds them.
        digest: Digest,
        /// Permission bits.
        mode: Mode,
        /// The owner it has.
        ids: Ids,
        /// The owner the stack names.
        owner: Owner,
        /// Whose file it is.
        component: ComponentName,
    },
    /// A block in somebody else's file.
    Block {
        /// The lines around it.
        markers: Markers,
        /// Its lines.
        lines: Vec<String>,
        /// Whether the newline before it is ours.
        newline: bool,
        /// Permission bits the file gets when we make it.
        mode: Mode,
        /// The owner the stack names.
        owner: Owner,
        /// Whose file it is.
        component: ComponentName,
    },
    /// A symbolic link that we made.
    Link {
        /// Where it points.
        to: String,
    },
    /// A directory that we made.
    Directory {
        /// Permission bits.
        mode: Mode,
        /// The owner the stack names; `None` for a directory made on the way to another path.
        owner: Option<Owner>,
    },
}

/// What stood at a path before we took it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Baseline {
    /// Nothing.
    Absent,
    /// A file; its bytes are an object.
    File {
        /// Of its bytes.
        digest: Digest,
        /// Permission bits.
        mode: Mode,
        /// Its owner.
        ids: Ids,
    },
    /// A file of somebody else without our block.
    Unmarked {
        /// Whether the file itself was not there.
        absent: bool,
        /// Where our block stood when it was last taken out.
        place: Option<BlockPlace>,
        /// The file's mode at that time, where it left together with the block.
        mode: Option<Mode>,
    },
}

/// The managed state after one apply, as it was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Its number.
    pub generation: GenerationNumber,
    /// The stack.
    pub stack: StackName,
    /// The host.
    pub host: HostName,
    /// When it was kept: RFC 3339, UTC.
    pub time: String,
    /// Who ran the tool.
    pub user: String,
    /// The verb, `apply`, or `rollback to 3`.
    pub verb: String,
    /// What it was made from: the digest of the desired state.
    pub digest: String,
    /// Every managed path.
    pub entries: BTreeMap<TargetPath, PriorPath>,
    /// The units that run on them.
    pub units: Vec<DesiredUnit>,
    /// Those of them that ran before we took them over.
    pub ran_before: BTreeSet<UnitId>,
    /// The users in whose homes a part of the state is, by their homes.
    pub users: BTreeMap<TargetPath, UserName>,
    /// The object that holds the text of the `stack.toml` it was made from.
    pub text: Option<Digest>,
    /// Generation 0: what stood at each path that is managed now, or was once, before us. Carried on
    /// from manifest to manifest.
    pub before: BTreeMap<TargetPath, Baseline>,
}

/// What is remembered of one host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prior {
    /// The newest generation; `None` before the first apply.
    pub newest: Option<Manifest>,
    /// Bytes of objects that a plan may need: what stood before us, certificates and keys that were
    /// changed or removed by others. Each is of one directory of the state, and for the paths of that alone.
    pub objects: BTreeMap<(TargetPath, Digest), Vec<u8>>,
    /// Files that another stack manages on the same host. Two blocks in one file get on.
    pub taken: BTreeMap<TargetPath, StackName>,
    /// What a person should know: which states of other stacks cannot be read, whose own runs a number is of.
    pub notes: Vec<String>,
}

impl Prior {
    /// What the newest generation says of a path.
    pub fn entry(&self, path: &TargetPath) -> Option<&PriorPath> {
        self.newest.as_ref()?.entries.get(path)
    }

    /// What stood at a path before us.
    pub fn baseline(&self, path: &TargetPath) -> Option<&Baseline> {
        self.newest.as_ref()?.before.get(path)
    }

    /// The bytes of an object that a path may be given.
    pub fn object(&self, ground: &Ground, path: &TargetPath, digest: Digest) -> Option<&[u8]> {
        self.objects.get(&(ground.state_of(path), digest)).map(Vec::as_slice)
    }

    /// Its number; 0 before the first apply.
    pub fn generation(&self) -> GenerationNumber {
        self.newest.as_ref().map_or(GenerationNumber(0), |manifest| manifest.generation)
    }
}
