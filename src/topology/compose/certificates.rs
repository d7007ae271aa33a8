//! Directories that are mounted and that are not here, with certificates and keys in them that a program of
//! the container names.

use super::facts::shown;
use super::program::Container;
use crate::format::compose::{Source, SourcePath};
use crate::model::dataflow::{ComposeFact, ComposeFactKind, Topology};
use crate::topology::{FileSet, named};

/// Adds a fact for every such directory. Docker makes an empty one there, so that its files are missing.
pub(in crate::topology) fn missing(
    files: &FileSet<'_>,
    containers: &[Container<'_>],
    topology: &mut Topology,
) {
    let mut facts = Vec::new();
    for container in containers {
        let named = named::of_site(topology, container.site);
        for mount in &container.service.mounts {
            let Source::Bind(SourcePath::Here(source)) = &mount.source else { continue };
            let within: Vec<String> = named
                .iter()
                .filter(|path| *path != source && path.is_within(source) && !files.files.contains_key(path))
                .map(|path| shown(files, path))
                .collect();
            if within.is_empty() || !files.absent.contains(source) {
                continue;
            }
            let kind = ComposeFactKind::DirectoryMissing { source: shown(files, source), files: within };
            let service = container.service.name.clone();
            facts.push(ComposeFact { kind, service, at: mount.at.clone() });
        }
    }
    topology.compose.extend(facts);
}
