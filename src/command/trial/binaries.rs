//! The engines of a trial, by their binaries.

use super::super::{Exit, Stop};
use crate::cli::Try;
use crate::stack::Distribution;
use crate::wiring::{ComponentId, Wiring};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The binary of each component that runs.
pub(super) type Binaries = BTreeMap<ComponentId, PathBuf>;

/// Finds all of them.
///
/// # Errors
/// Those that are missing, by name.
pub(super) fn find(wiring: &Wiring<'_>, arguments: &Try) -> Result<Binaries, Stop> {
    let folder = std::env::var_os("TRACEWRIGHT_ENGINES").map(PathBuf::from);
    let mut found = Binaries::new();
    let mut missing = Vec::new();
    for id in wiring.engines.keys() {
        let (name, given) = match id {
            ComponentId::Collector(name) => {
                let collector = &wiring.stack.collectors[name];
                let build = match collector.distribution {
                    Distribution::Core => "otelcol",
                    Distribution::Contrib => "otelcol-contrib",
                };
                (format!("{build}-{}.0", collector.version), &arguments.collector)
            }
            _ => ("tempo-2.10.8".to_owned(), &arguments.tempo),
        };
        let path = given.clone().or_else(|| folder.as_ref().map(|folder| folder.join(&name)));
        match path.filter(|path| path.is_file()) {
            Some(path) => drop(found.insert(id.clone(), path)),
            None => missing.push(format!("no {name} binary for `{id}`")),
        }
    }
    if missing.is_empty() { Ok(found) } else { Err(Stop::Because(Exit::Refused, missing.join("\nerror: "))) }
}
