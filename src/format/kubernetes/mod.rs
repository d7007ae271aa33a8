//! Kubernetes manifests as far as they name images, commands, environments, ports and configuration: each
//! workload is read as a service of one project, whose names are those of the Services that select it.
//!
//! Nothing is rendered: a text with a template's braces is listed and not guessed. Called by discovery.

mod documents;
mod workload;

use crate::diagnostic::SourceName;
use crate::format::compose::{Network, Project};
use crate::model::names::TargetPath;
use documents::{ClusterObject, manifests};
use std::collections::BTreeMap;
use workload::{Cluster, NETWORK};

/// Whether a text has the form of manifests.
pub fn is_manifest(text: &str) -> bool {
    let begins = |word: &str| text.lines().any(|line| line.starts_with(word));
    begins("kind:") && begins("apiVersion:")
}

/// Whether a text is a template that something renders before anybody reads it.
pub fn is_template(text: &str) -> bool {
    text.contains("{{")
}

/// Reads the manifests of one directory as one project. Files that are templates are the caller's to list.
pub fn load(directory: &TargetPath, files: &[(TargetPath, SourceName, &str)]) -> Project {
    let mut all: Vec<ClusterObject> = Vec::new();
    let mut project = Project {
        name: directory.file_name().to_owned(),
        directory: Some(directory.clone()),
        cluster: true,
        ..Project::default()
    };
    for (path, source, text) in files {
        match manifests(source, text) {
            Ok(found) => {
                if !found.is_empty() {
                    project.files.insert(path.clone());
                }
                all.extend(found);
            }
            Err(reason) => project.not_read.push((path.clone(), reason)),
        }
    }
    let cluster = Cluster { manifests: &all };
    project.services = cluster.services();
    project.services.sort_by(|a, b| a.name.cmp(&b.name));
    project.networks = BTreeMap::from([(
        NETWORK.to_owned(),
        // Others run in a cluster beside what stands here.
        Network { name: NETWORK.to_owned(), external: true },
    )]);
    project
}
