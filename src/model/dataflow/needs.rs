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
    /// What is wrong.
    pub kind: UnitFaultKind,
    /// Where it is written.
    pub at: Mark,
}

/// Why a unit does not start its program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitFaultKind {
    /// The configuration that it names is not there.
    NoConfiguration(TargetPath),
    /// The environment file that it names, without a `-`, is not there.
    NoEnvironment(TargetPath),
    /// It lists several commands, and is none of the kind that may.
    SeveralCommands,
}
