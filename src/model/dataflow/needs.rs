//! What a program needs beside its files: directories that it writes to, and configuration that its unit names.

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
    /// Where it is written.
    pub at: Mark,
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
