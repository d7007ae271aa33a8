//! An engine that was looked for.

use super::EngineRelease;
use crate::component::EngineBinary;
use std::fmt;
use std::path::PathBuf;

/// A binary that was found and said what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEngine {
    /// Which program was wanted.
    pub binary: &'static EngineBinary,
    /// Its path, as it was found: relative to the working directory where the user wrote it so.
    pub path: PathBuf,
    /// What it calls itself: `otelcol-contrib`, or the name of a build of somebody's own.
    pub name: String,
    /// What it said of its release.
    pub release: EngineRelease,
}

impl fmt::Display for FoundEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.release)
    }
}

/// Why there is no engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// None of the places has one.
    #[error("no {} binary", .0.name)]
    Nowhere(&'static EngineBinary),
    /// None of them has one, and what the stack names is not started unasked.
    #[error("no {} binary but `{}`, which the stack names: `--engines-of-stack` starts it", binary.name, path.display())]
    OfStack {
        /// Which program was wanted.
        binary: &'static EngineBinary,
        /// Where the stack's units start it.
        path: PathBuf,
    },
    /// The first one found does not answer as it should.
    #[error("`{}` {what}", path.display())]
    Unusable {
        /// The binary.
        path: PathBuf,
        /// What it did, or failed to do.
        what: String,
    },
}
