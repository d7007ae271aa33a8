//! Loki's configuration on a host, as far as it listens and writes. Called by [`crate::topology`].

use crate::component::neighbour::read::server;
use crate::component::{ConfigReader, FileRead};
use crate::format::address;
use crate::format::page::{FileReading, Start};
use crate::format::values::Expansion;
use crate::format::yaml::{Node, YamlLibrary};
use crate::model::dataflow::{NeededDirectory, NeighbourName, ProgramKind, Signal};
use crate::model::names::TargetPath;
use std::collections::{BTreeMap, BTreeSet};

/// How it is read where a unit starts Loki with it. It has no places of its own: a file that no unit names may be that
/// of a container.
pub static READER: ConfigReader = ConfigReader {
    kind: ProgramKind::Loki,
    places: &[],
    directories: &[],
    in_home: None,
    in_path: None,
    words: &["schema_config"],
    library: YamlLibrary::V2,
    is_own: |_| false,
    in_repository: false,
    expansion: |started| match started.unit {
        Some(unit) if unit.expands => Expansion::Tempo,
        _ => Expansion::None,
    },
    read: |page, root, _| {
        read(page, root);
        FileRead { data: data(root).map(|(_, path)| path).collect(), ..FileRead::PLAIN }
    },
};

/// Directories that it writes to.
const DATA: &[&[&str]] = &[
    &["common", "path_prefix"],
    &["common", "storage", "filesystem", "chunks_directory"],
    &["common", "storage", "filesystem", "rules_directory"],
    &["compactor", "working_directory"],
];

fn read(page: &mut FileReading<'_>, root: &Node) {
    let none = BTreeMap::new();
    let flags = match page.start {
        Start::Alone(flags) => flags,
        Start::Unknown => &none,
    };
    let before = page.topology.listeners.len();
    server(page, root, NeighbourName("Loki"), flags);
    for listener in page.topology.listeners[before..].iter_mut().filter(|one| one.takes.otlp_below.is_some())
    {
        listener.takes.signals = Some(BTreeSet::from([Signal::Logs]));
    }
    for (way, path) in data(root) {
        let Some(entry) = root.at(way) else { continue };
        let at = page.mark(entry.place());
        let (program, setting) = (page.program, way.join("."));
        page.topology.directories.push(NeededDirectory { program, path, setting, at });
    }
}

fn data(root: &Node) -> impl Iterator<Item = (&'static [&'static str], TargetPath)> {
    DATA.iter().filter_map(|way| Some((*way, address::path(&root.at(way)?.value.scalar()?.text)?)))
}
