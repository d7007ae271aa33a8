//! An engine that was looked for.

use super::EngineRelease;
use crate::stack::Distribution;
use std::fmt;
use std::path::PathBuf;

/// Which program is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineKind {
    /// A collector, of this build.
    Collector(Distribution),
    /// Grafana Tempo.
    Tempo,
    /// Prometheus.
    Prometheus,
    /// Grafana Loki.
    Loki,
    /// The program beside Prometheus that judges its configuration.
    Promtool,
}

impl EngineKind {
    /// The name of its binary, which is also that of its package.
    pub fn binary(self) -> &'static str {
        match self {
            Self::Collector(Distribution::Core) => "otelcol",
            Self::Collector(Distribution::Contrib) => "otelcol-contrib",
            Self::Tempo => "tempo",
            Self::Prometheus => "prometheus",
            Self::Loki => "loki",
            Self::Promtool => "promtool",
        }
    }

    /// The program that judges its configuration.
    pub fn validator(self) -> Self {
        if self == Self::Prometheus { Self::Promtool } else { self }
    }

    /// The flag with which a user names it.
    pub fn flag(self) -> &'static str {
        match self {
            Self::Collector(_) => "--collector",
            Self::Tempo => "--tempo",
            Self::Prometheus | Self::Promtool => "--prometheus",
            Self::Loki => "--loki",
        }
    }
}

/// A binary that was found and said what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEngine {
    /// Which program was wanted.
    pub kind: EngineKind,
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
    #[error("no {} binary", .0.binary())]
    Nowhere(EngineKind),
    /// None of them has one, and what the stack names is not started unasked.
    #[error("no {} binary but `{}`, which the stack names: `--engines-of-stack` starts it", kind.binary(), path.display())]
    OfStack {
        /// Which program was wanted.
        kind: EngineKind,
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
