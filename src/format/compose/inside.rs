//! A container seen from inside: its own names, and which file of the directory stands at a path.

use super::{ComposeService, Mount, Source, SourcePath, WrittenText};
use crate::diagnostic::Mark;
use crate::model::names::TargetPath;
use std::collections::BTreeSet;

/// What a program in a container finds around it.
#[derive(Clone, Debug, Default)]
pub struct Inside {
    /// Its own names, in lower case: to bind one is to bind the container's address.
    pub names: BTreeSet<String>,
    mounts: Vec<Mount>,
}

/// What stands at a path of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Led {
    /// This path of the directory.
    Here(TargetPath, Mount),
    /// A text in a Compose file.
    Inline(WrittenText),
    /// A text in another file, taken as it is.
    Embedded(WrittenText),
    /// What the image brings, if anything.
    Image,
    /// Something that is not known, and what.
    Unknown(&'static str),
}

impl Inside {
    /// The inside of a service's container.
    pub fn of(service: &ComposeService, names: BTreeSet<String>) -> Self {
        Self { names, mounts: service.mounts.clone() }
    }

    /// Of a container that no file here describes: a directory of its host is mounted in it.
    pub fn mounted(directory: &TargetPath, source: &TargetPath, at: Mark) -> Self {
        let source = Source::Bind(SourcePath::Here(source.clone()));
        let mount = Mount { target: directory.to_string(), source, read_only: true, at, unset: None };
        Self { names: BTreeSet::new(), mounts: vec![mount] }
    }

    /// The mounts.
    pub fn mounts(&self) -> &[Mount] {
        &self.mounts
    }

    /// What stands at an absolute path of the container: the mount nearest above it.
    pub fn lead(&self, path: &TargetPath) -> Led {
        let above = |mount: &&Mount| target(mount).is_some_and(|target| path.is_within(&target));
        let nearest =
            self.mounts.iter().filter(above).max_by_key(|mount| mount.target.trim_end_matches('/').len());
        let Some(mount) = nearest else { return Led::Image };
        match &mount.source {
            Source::Bind(SourcePath::Here(source)) => {
                let target = mount.target.trim_end_matches('/');
                let below = path.as_str().get(target.len()..).unwrap_or_default().trim_start_matches('/');
                let path = if below.is_empty() { source.clone() } else { source.join(below) };
                Led::Here(path, mount.clone())
            }
            Source::Bind(SourcePath::Outside(_)) => Led::Unknown("a file outside of this directory"),
            Source::Volume(_) => Led::Unknown("a file in a volume"),
            Source::Tmpfs => Led::Unknown("a file in memory"),
            Source::Inline(text) => Led::Inline(text.clone()),
            Source::Embedded(text) => Led::Embedded(text.clone()),
            Source::Elsewhere => Led::Unknown("a text that stands outside of these files"),
        }
    }

    /// The paths of the container at which a file of the directory stands.
    pub fn seen_as(&self, file: &TargetPath) -> Vec<TargetPath> {
        let as_seen = |mount: &Mount| {
            let Source::Bind(SourcePath::Here(source)) = &mount.source else { return None };
            let target = target(mount)?;
            if !file.is_within(source) {
                return None;
            }
            let below =
                file.as_str().get(source.as_str().trim_end_matches('/').len()..)?.trim_start_matches('/');
            Some(if below.is_empty() { target } else { target.join(below) })
        };
        self.mounts.iter().filter_map(as_seen).collect()
    }
}

fn target(mount: &Mount) -> Option<TargetPath> {
    let text = mount.target.trim_end_matches('/');
    match text {
        "" => Some(TargetPath::new("/")),
        text => text.starts_with('/').then(|| TargetPath::new(text)),
    }
}
