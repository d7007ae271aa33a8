//! What the sandbox of a unit keeps its own program from: facts, which one rule puts into words.

use crate::diagnostic::Mark;
use crate::model::names::TargetPath;

/// One directive of a unit that stands between a program and its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxFault {
    /// Index into [`super::Topology::programs`].
    pub program: usize,
    /// The unit.
    pub unit: String,
    /// The directive, `PrivateTmp=yes`, as it is written.
    pub directive: String,
    /// Where.
    pub at: Mark,
    /// Whether the program sees these, and only cannot write to them.
    pub read_only: bool,
    /// What it stands before, in their order.
    pub paths: Vec<SandboxedPath>,
}

/// A path that a program uses and that its sandbox keeps from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxedPath {
    /// The path.
    pub path: TargetPath,
    /// What it is to the program.
    pub usage: PathUsage,
    /// Where a file of the program names it; `None` where the unit itself does.
    pub at: Option<Mark>,
}

/// What a path is to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathUsage {
    /// The program itself.
    Binary,
    /// Its configuration.
    Configuration,
    /// A certificate or key.
    Certificate,
    /// What it writes.
    Data,
    /// The unit's own list of what may be written.
    Listed,
}
