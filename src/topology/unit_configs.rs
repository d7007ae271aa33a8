//! What keeps a unit from starting its engine: files that it names and that are not there, and commands that
//! systemd refuses.

use super::FileSet;
use crate::component::systemd::read::Unit;
use crate::diagnostic::Mark;
use crate::model::dataflow::{Topology, UnitFault, UnitFaultKind};
use crate::model::names::TargetPath;
use std::collections::BTreeMap;

type Texts<'t> = BTreeMap<&'t TargetPath, &'t str>;

/// Adds what is wrong with the units of engines.
pub(super) fn read(files: &FileSet<'_>, units: &[Unit], texts: &Texts<'_>, topology: &mut Topology) {
    for unit in units.iter().filter(|unit| unit.engine().is_some() && unit.idle.is_none()) {
        let Some(own) = &unit.path else { continue };
        let mut add = |kind, at| topology.unit_faults.push(UnitFault { unit: unit.name.clone(), kind, at });
        for config in unit.configs.iter().filter(|config| files.absent.contains(*config)) {
            let named =
                |path: &&TargetPath| texts.get(*path).is_some_and(|text| text.contains(config.as_str()));
            let place = unit.environment_files.iter().find(named).unwrap_or(own);
            let at = mark_of(files, texts, place, config.as_str());
            add(UnitFaultKind::NoConfiguration(config.clone()), at);
        }
        for needed in unit.needed_files.iter().filter(|needed| files.absent.contains(&needed.path)) {
            let at = mark_of(files, texts, &needed.named_in, needed.path.as_str());
            add(UnitFaultKind::NoEnvironment(needed.path.clone()), at);
        }
        if let Some(path) = &unit.refused_at {
            add(UnitFaultKind::SeveralCommands, mark_of(files, texts, path, "ExecStart="));
        }
    }
}

/// Where a text stands last in a file; its beginning where it is put together otherwise.
fn mark_of(files: &FileSet<'_>, texts: &Texts<'_>, path: &TargetPath, text: &str) -> Mark {
    let whole = texts.get(path).copied().unwrap_or_default();
    let span = whole.rfind(text).map_or(0..0, |start| start..start + text.len());
    Mark { source: files.source_of(path), span }
}
