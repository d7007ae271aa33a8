//! Which engines a verb uses: what the user names, and what the environment says of this machine.

#![expect(clippy::disallowed_methods, reason = "the environment enters here")]

use crate::cli::EnginesArgument;
use crate::engine::{Named, Surroundings};
use std::path::PathBuf;
use std::time::Duration;

/// Ten times what an engine takes on a busy machine with one core.
const PATIENCE: Duration = Duration::from_secs(20);

/// The engines that the user names.
pub fn named(arguments: &EnginesArgument) -> Named {
    Named { collector: arguments.collector.clone(), tempo: arguments.tempo.clone() }
}

/// The places of this machine where engines may be.
pub fn surroundings() -> Surroundings {
    Surroundings {
        engines_folder: std::env::var_os("TRACEWRIGHT_ENGINES").map(PathBuf::from),
        path: std::env::var_os("PATH"),
        temporary: std::env::temp_dir(),
        patience: PATIENCE,
        launcher: Some("/proc/self/exe".into()),
    }
}
