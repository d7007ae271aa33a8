//! The files that findings point into, each with the format by which its secrets are known: they are
//! other people's. Used by whoever renders the findings of [`super::check`].

use crate::component::proxy::read::PROXIES;
use crate::model::dataflow::{ProgramKind, Topology};
use crate::model::names::TargetPath;
use crate::text::{RedactSource, Sources, TextFormat};
use crate::topology::{Discovered, places};

/// Every file that a finding may show.
pub fn shown_texts(found: &Discovered, topology: &Topology) -> Sources {
    let shown = found.files.iter().map(|(path, bytes)| {
        let text = String::from_utf8_lossy(bytes);
        (found.shown(path), RedactSource::new(format(topology, path), text))
    });
    shown.collect()
}

/// What a file is, by the program that reads it, else by its name.
fn format(topology: &Topology, path: &TargetPath) -> TextFormat {
    let program = topology.programs.iter().find(|program| program.file == *path);
    match program.map(|program| program.kind) {
        Some(ProgramKind::App | ProgramKind::Prometheus)
            if TextFormat::of_path(path.as_str()) == TextFormat::Unit =>
        {
            TextFormat::Unit
        }
        Some(ProgramKind::Prometheus) if places::is_yaml(path) => TextFormat::Yaml,
        Some(ProgramKind::App | ProgramKind::Prometheus) => TextFormat::ForeignEnvironment,
        Some(ProgramKind::Collector | ProgramKind::Tempo | ProgramKind::Grafana) => TextFormat::Yaml,
        Some(ProgramKind::Neighbour(name)) if PROXIES.iter().any(|row| row.0 == name) => TextFormat::Proxy,
        Some(ProgramKind::Alloy | ProgramKind::Loki | ProgramKind::Neighbour(_))
            if !places::is_yaml(path) =>
        {
            match TextFormat::of_path(path.as_str()) {
                TextFormat::Alloy => TextFormat::Alloy,
                _ => TextFormat::ForeignEnvironment,
            }
        }
        Some(ProgramKind::Alloy | ProgramKind::Loki | ProgramKind::Neighbour(_)) => TextFormat::Yaml,
        None if places::is_yaml(path) => TextFormat::Yaml,
        None => match TextFormat::of_path(path.as_str()) {
            TextFormat::Unit => TextFormat::Unit,
            _ => TextFormat::ForeignEnvironment,
        },
    }
}
