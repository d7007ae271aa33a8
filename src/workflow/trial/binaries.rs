//! The engines of a trial: all of them must be there.

use crate::cli::EnginesArgument;
use crate::exit::Exit;
use crate::validate::{EngineRelease, FoundEngine, ReleaseFit, find, wanted};
use crate::wiring::{ComponentId, Wiring};
use crate::workflow::engines;
use crate::workflow::session::Stop;
use std::collections::BTreeMap;

/// The engine of each component that runs.
pub(crate) type Binaries = BTreeMap<ComponentId, FoundEngine>;

/// Finds all of them.
///
/// # Errors
/// Those that are missing, or whose configuration is written differently, by name.
pub(crate) fn find_all(wiring: &Wiring<'_>, arguments: &EnginesArgument) -> Result<Binaries, Stop> {
    let around = engines::surroundings(arguments.engines_of_stack);
    let mut found = Binaries::new();
    let mut faults = Vec::new();
    for (id, wanted) in wanted(wiring, &engines::named(arguments)) {
        let engine = match find(&wanted, &around) {
            Ok(engine) => engine,
            Err(missing) => {
                faults.push(format!("{missing} for `{id}`, which is {}", wanted.version));
                continue;
            }
        };
        let release = EngineRelease::parse(&wanted.version);
        match release.map(|release| release.fit(wanted.kind, &engine.release)) {
            Some(ReleaseFit::Other) | None => faults.push(format!(
                "`{}` is {engine}, and `{id}` is {}: its configuration is written differently",
                engine.path.display(),
                wanted.version
            )),
            Some(ReleaseFit::Same | ReleaseFit::Covered) => drop(found.insert(id, engine)),
        }
    }
    if faults.is_empty() {
        return Ok(found);
    }
    let help = "name a binary with `--collector PATH` or `--tempo PATH`, or a directory of them in `$TRACEWRIGHT_ENGINES`";
    Err(Stop::Because(Exit::Refused, format!("{}\n  help: {help}", faults.join("\nerror: "))))
}
