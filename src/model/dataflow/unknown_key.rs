//! A key that nobody reads, and what was meant by it.

use crate::diagnostic::Mark;

/// A key that the program's version does not know, at a place where it refuses or ignores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    /// Index into [`super::Topology::programs`].
    pub program: usize,
    /// The whole key path.
    pub path: String,
    /// What was meant, if that can be told.
    pub suggestion: Option<Suggestion>,
    /// The key.
    pub at: Mark,
}

/// What an unknown key was meant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suggestion {
    /// This known key is near.
    Near(String),
    /// It is a key of this other release line.
    OtherLine(String),
    /// A switch that left with this release, where what it switched is always on.
    AlwaysOn(String),
}
