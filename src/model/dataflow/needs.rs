//! What a program needs beside its files: directories that it writes to, and what its unit lets it see.

use crate::diagnostic::Mark;
use crate::model::names::TargetPath;

/// A directory that a program writes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededDirectory {
    /// Index into [`super::Topology::programs`].
    pub program: usize,
    /// The directory.
    pub path: TargetPath,
    /// The key that names it.
    pub setting: String,
    /// Whether the program makes it itself.
    pub is_made: bool,
    /// Where it is written.
    pub at: Mark,
}

/// What a unit lets its program see and write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confinement {
    /// Index into [`super::Topology::programs`].
    pub program: usize,
    /// The unit.
    pub unit: String,
    /// Where everything is made read-only, if it is.
    pub strict: Option<Mark>,
    /// What may be written all the same.
    pub writable: Vec<TargetPath>,
    /// Where `/tmp` and `/var/tmp` become the unit's own, if they do.
    pub private_tmp: Option<Mark>,
    /// A writable path below one of them, which is not there.
    pub hidden: Option<(TargetPath, Mark)>,
}

/// What a unit says that cannot be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFault {
    /// The unit.
    pub unit: String,
    /// The configuration that it names, and that is not there.
    pub missing: TargetPath,
    /// Where it is named.
    pub at: Mark,
}
