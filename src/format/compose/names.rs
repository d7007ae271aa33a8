//! Which files are a project, and names that must lead somewhere.

use super::interpolate::Variables;
use super::tree::Tree;
use super::{ComposeFault, NetworkMode, Project};
use crate::model::names::TargetPath;
use std::collections::BTreeSet;

/// Names that Compose looks for, the strongest first.
const MAIN: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// What is laid over the main file without being asked for, the strongest first.
const OVERRIDE: &[&str] = &[
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// Whether a file is one of Compose by its name: `compose.yaml`, `docker-compose.prod.yml`,
/// `tracing.compose.yaml`.
pub fn is_compose_file(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")) else { return false };
    stem.split(['.', '-', '_']).any(|part| part == "compose")
}

/// The files that Compose itself takes of a directory, given the names in it: the main file and its
/// override.
pub fn main_files(names: &BTreeSet<String>) -> Vec<String> {
    let first = |of: &[&str]| of.iter().find(|name| names.contains(**name)).map(|name| (*name).to_owned());
    let Some(main) = first(MAIN) else { return Vec::new() };
    std::iter::once(main).chain(first(OVERRIDE)).collect()
}

/// The project's name: of the shell or `.env`, written, or the directory's, each in the form that Compose
/// gives it.
pub(super) fn project(whole: Option<&Tree>, base: &TargetPath, variables: &Variables) -> String {
    let written = || Some(whole?.get("name")?.text()?.text.clone()).filter(|name| !name.is_empty());
    let named = variables.get("COMPOSE_PROJECT_NAME").cloned().or_else(written);
    let name = named.unwrap_or_else(|| base.file_name().to_owned());
    let kept = name.to_lowercase();
    let kept = kept.replace(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'), "");
    kept.trim_start_matches(['_', '-']).to_owned()
}

/// Names of networks, volumes and services that are defined nowhere: Compose refuses the project.
pub(super) fn undefined(project: &Project, whole: &Tree) -> Vec<ComposeFault> {
    let mut faults = Vec::new();
    let volumes: BTreeSet<&str> = whole
        .get("volumes")
        .map(Tree::fields)
        .unwrap_or_default()
        .iter()
        .map(|field| field.key.as_str())
        .collect();
    let known: BTreeSet<&str> = project.services.iter().map(|service| service.name.as_str()).collect();
    for service in &project.services {
        let name = &service.name;
        for attachment in &service.networks {
            if !project.networks.contains_key(&attachment.network)
                && let Some(at) = &attachment.at
            {
                let text = format!("service `{name}` refers to undefined network `{}`", attachment.network);
                faults.push(ComposeFault { at: at.clone(), text });
            }
        }
        for mount in &service.mounts {
            if let super::Source::Volume(Some(volume)) = &mount.source
                && !volumes.contains(volume.as_str())
            {
                let text = format!("service `{name}` refers to undefined volume `{volume}`");
                faults.push(ComposeFault { at: mount.at.clone(), text });
            }
        }
        if let Some(NetworkMode::Service(other)) = &service.mode
            && !known.contains(other.as_str())
        {
            let text = format!("service `{name}` shares the network of `{other}`, which is not defined");
            faults.push(ComposeFault { at: service.at.clone(), text });
        }
    }
    let services = whole.get("services").map(Tree::fields).unwrap_or_default();
    for field in services {
        for needed in field.value.get("depends_on").map(Tree::fields).unwrap_or_default() {
            let optional =
                needed.value.get("required").and_then(Tree::text).is_some_and(|text| text.text == "false");
            if !known.contains(needed.key.as_str()) && !optional {
                let text = format!("service `{}` depends on undefined service `{}`", field.key, needed.key);
                faults.push(ComposeFault { at: needed.key_at.clone(), text });
            }
        }
        if field.value.get("networks").is_some()
            && let Some(mode) = field.value.field("network_mode").filter(|field| !field.value.is_null())
        {
            let text = format!("service `{}` has both `network_mode` and `networks`", field.key);
            faults.push(ComposeFault { at: mode.key_at.clone(), text });
        }
    }
    if whole.get("services").is_none()
        && whole.get("include").is_none()
        && let Some(field) = whole.fields().first()
    {
        faults.push(ComposeFault { at: field.key_at.clone(), text: "no `services` in this file".to_owned() });
    }
    faults
}
