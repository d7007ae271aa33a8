//! The engines of a trial: all of the stack's own must be there; of a Prometheus and a Loki of somebody else's those
//! that are found.

use crate::cli::{EnginesArgument, StoresArgument};
use crate::component::{loki, prometheus};
use crate::exit::Exit;
use crate::model::dataflow::ProgramKind;
use crate::prove::Store;
use crate::trial::{managed, stores};
use crate::validate::{
    EngineRelease, FoundEngine, Missing, ReleaseFit, Surroundings, WantedEngine, find, wanted,
};
use crate::wiring::{ComponentId, Wiring};
use crate::workflow::engines;
use crate::workflow::session::Stop;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The engine of each component that runs.
pub(crate) type Binaries = BTreeMap<ComponentId, FoundEngine>;

/// Finds all of them.
///
/// # Errors
/// Those that are missing, or whose configuration is written differently, by name.
pub(crate) fn find_all(
    wiring: &Wiring<'_>,
    arguments: &EnginesArgument,
    stores: &StoresArgument,
) -> Result<Binaries, Stop> {
    let around = engines::surroundings(arguments.engines_of_stack);
    let mut found = Binaries::new();
    let mut faults = Vec::new();
    let mut named = engines::named(arguments);
    let flags = [(ProgramKind::Prometheus, &stores.prometheus), (ProgramKind::Loki, &stores.loki)];
    named.extend(flags.into_iter().filter_map(|(kind, path)| Some((kind, path.clone()?))));
    for (id, wanted) in wanted(wiring, &named) {
        let engine = match find(&wanted, &around) {
            Ok(engine) => engine,
            Err(missing) => {
                faults.push(format!("{missing} for `{id}`, which is {}", wanted.version));
                continue;
            }
        };
        let release = EngineRelease::parse(&wanted.version);
        match release.map(|release| release.fit(wanted.binary, &engine.release)) {
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
    let flags = match managed(wiring).is_empty() {
        true => "`--collector PATH` or `--tempo PATH`",
        false => "`--collector PATH`, `--tempo PATH`, `--prometheus PATH` or `--loki PATH`",
    };
    let help = format!("name a binary with {flags}, or a directory of them in `$TRACEWRIGHT_ENGINES`");
    Err(Stop::Because(Exit::Refused, format!("{}\n  help: {help}", faults.join("\nerror: "))))
}

/// The engine of each store of somebody else's that the trial has of its own; or why it has none.
pub(crate) type StoreBinaries = BTreeMap<Store, Result<FoundEngine, String>>;

/// Looks for those to which the stack sends anything.
///
/// # Errors
/// One that the user names cannot be used.
pub(crate) fn find_stores(
    wiring: &Wiring<'_>,
    arguments: &EnginesArgument,
    named: &StoresArgument,
) -> Result<StoreBinaries, Stop> {
    let around = engines::surroundings(arguments.engines_of_stack);
    let look = |store| {
        let (binary, explicit, version) = match store {
            Store::Loki => (&loki::BINARY, &named.loki, loki::version(wiring.stack)),
            Store::Prometheus | Store::Tempo => {
                (&prometheus::BINARY, &named.prometheus, prometheus::version(wiring.stack))
            }
        };
        let wanted = WantedEngine {
            binary,
            version: version.unwrap_or_default(),
            explicit: explicit.clone(),
            installed: PathBuf::new(),
        };
        found(&wanted, &around).map(|found| (store, found))
    };
    let own = managed(wiring);
    stores(wiring.stack).into_iter().filter(|store| !own.contains(store)).map(look).collect()
}

fn found(wanted: &WantedEngine, around: &Surroundings) -> Result<Result<FoundEngine, String>, Stop> {
    let engine = match find(wanted, around) {
        Ok(engine) => engine,
        Err(missing @ Missing::Unusable { .. }) if wanted.explicit.is_some() => {
            return Err(Stop::Because(Exit::Refused, missing.to_string()));
        }
        Err(missing) => return Ok(Err(missing.to_string())),
    };
    let release = EngineRelease::parse(&wanted.version);
    let fit = release.map_or(ReleaseFit::Same, |release| release.fit(wanted.binary, &engine.release));
    Ok(match fit {
        ReleaseFit::Same | ReleaseFit::Covered => Ok(engine),
        ReleaseFit::Other => {
            Err(format!("`{}` is {engine}, and the stack names {}", engine.path.display(), wanted.version))
        }
    })
}
