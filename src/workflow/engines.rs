//! Which engines a verb uses: what the user names, and what the environment says of this machine.

#![expect(clippy::disallowed_methods, reason = "the environment enters here")]

use crate::cli::EnginesArgument;
use crate::model::dataflow::ProgramKind;
use crate::validate::{EngineRelease, Named, ReleaseFit, Surroundings, WantedEngine, find, wanted};
use crate::wiring::{ComponentId, Wiring};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Ten times what an engine takes on a busy machine with one core.
const PATIENCE: Duration = Duration::from_secs(20);

/// The engines that the user names.
pub fn named(arguments: &EnginesArgument) -> Named {
    let flags = [(ProgramKind::Collector, &arguments.collector), (ProgramKind::Tempo, &arguments.tempo)];
    flags.into_iter().filter_map(|(kind, path)| Some((kind, path.clone()?))).collect()
}

/// The engines of a stack.
pub fn wanted_here(wiring: &Wiring<'_>) -> BTreeMap<ComponentId, WantedEngine> {
    wanted(wiring, &Named::default())
}

/// What the program that a unit of an applied stack starts says of itself, and what is wrong with it. No
/// other one is asked.
pub fn asked(wanted: &WantedEngine) -> (Option<String>, Option<String>) {
    let only_this =
        Surroundings { engines_directory: None, path: None, of_stack: true, ..surroundings(false) };
    let engine = match find(wanted, &only_this) {
        Ok(engine) => engine,
        Err(missing) => return (None, Some(missing.to_string())),
    };
    (Some(engine.to_string()), other(wanted, &engine.release))
}

/// The same of an engine that named its release on its page of metrics.
pub fn said(wanted: &WantedEngine, release: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(release) = release.and_then(EngineRelease::parse) else { return (None, None) };
    (Some(format!("{} {release}, by its own metrics", wanted.binary.name)), other(wanted, &release))
}

/// What is wrong with a release that the stack did not name.
fn other(wanted: &WantedEngine, found: &EngineRelease) -> Option<String> {
    let fit = EngineRelease::parse(&wanted.version).map(|release| release.fit(wanted.binary, found));
    matches!(fit, None | Some(ReleaseFit::Other)).then(|| format!("the stack names {}", wanted.version))
}

/// The places of this machine where engines may be; `of_stack`: also where the stack says.
pub fn surroundings(of_stack: bool) -> Surroundings {
    Surroundings {
        engines_directory: std::env::var_os("TRACEWRIGHT_ENGINES").map(PathBuf::from),
        path: std::env::var_os("PATH"),
        of_stack,
        temporary: std::env::temp_dir(),
        as_root: rustix::process::geteuid().is_root(),
        patience: PATIENCE,
        launcher: Some("/proc/self/exe".into()),
    }
}
