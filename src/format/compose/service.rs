//! A service of the merged tree, in its parts.

use super::interpolate::Variables;
use super::paths::SourcePath;
use super::tree::{Field, InterpolatedText, ScalarKind, Shape, Tree};
use super::{
    Attachment, ComposeFault, ComposeService, EnvValue, NetworkMode, ProjectDirectory, ProjectFile, Shared,
    WrittenText, dotenv, mounts, ports,
};
use crate::diagnostic::Mark;
use crate::model::names::TargetPath;
use std::collections::{BTreeMap, BTreeSet};

/// What a service is read with.
pub(super) struct Around<'a, 't> {
    pub(super) directory: &'a ProjectDirectory<'t>,
    pub(super) variables: &'a Variables,
    pub(super) configs: &'a BTreeMap<String, Shared>,
    pub(super) secrets: &'a BTreeMap<String, Shared>,
    pub(super) faults: &'a mut Vec<ComposeFault>,
    pub(super) not_read: &'a mut Vec<(TargetPath, String)>,
    /// Files that were read.
    pub(super) files: &'a mut BTreeSet<TargetPath>,
}

pub(super) fn written(tree: &Tree) -> Option<WrittenText> {
    Some(WrittenText { text: tree.text()?.clone(), at: tree.at.clone() })
}

/// Reads a service.
pub(super) fn read(field: &Field, around: &mut Around<'_, '_>) -> ComposeService {
    let tree = &field.value;
    let text = |key: &str| tree.get(key).and_then(written);
    let plain = |key: &str| text(key).map(|value| value.text.text).filter(|text| !text.is_empty());
    let list = |key: &str| -> Option<Vec<WrittenText>> {
        let field = tree.field(key)?;
        match &field.value.shape {
            Shape::List(items) => Some(items.iter().filter_map(written).collect()),
            _ => None,
        }
    };
    let texts = |key: &str| {
        list(key).unwrap_or_default().into_iter().map(|value| value.text.text).collect::<Vec<_>>()
    };
    let environment = environment(tree, around);
    let mode = network_mode(tree);
    ComposeService {
        name: field.key.clone(),
        at: field.key_at.clone(),
        image: text("image"),
        builds: tree.get("build").is_some(),
        container_name: plain("container_name"),
        hostname: plain("hostname"),
        networks: networks(tree, mode.is_some()),
        mode,
        ports: published(tree, around),
        expose: texts("expose"),
        extra_hosts: extra_hosts(&texts("extra_hosts")),
        links: texts("links"),
        environment,
        entrypoint: list("entrypoint"),
        command: list("command"),
        mounts: all_mounts(tree, around),
        profiles: texts("profiles"),
        user: text("user"),
        healthcheck: tree.get("healthcheck").and_then(|check| check.get("test")).and_then(healthcheck),
        forwards: Vec::new(),
    }
}

fn network_mode(tree: &Tree) -> Option<NetworkMode> {
    let value = tree.get("network_mode")?;
    let text = value.text()?.text.as_str();
    Some(match text.split_once(':') {
        Some(("service", name)) => NetworkMode::Service(name.to_owned()),
        _ => match text {
            "host" => NetworkMode::Host,
            "none" => NetworkMode::None,
            other => NetworkMode::Other(other.to_owned()),
        },
    })
}

/// The networks a service is on: `default` where it names none.
fn networks(tree: &Tree, has_mode: bool) -> Vec<Attachment> {
    let Some(networks) = tree.get("networks").filter(|tree| !tree.fields().is_empty()) else {
        let default = Attachment { network: "default".to_owned(), aliases: Vec::new(), at: None };
        return if has_mode { Vec::new() } else { vec![default] };
    };
    let of = |field: &Field| Attachment {
        network: field.key.clone(),
        aliases: field
            .value
            .get("aliases")
            .map(Tree::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|item| Some(item.text()?.text.clone()))
            .collect(),
        at: Some(field.key_at.clone()),
    };
    networks.fields().iter().map(of).collect()
}

fn published(tree: &Tree, around: &mut Around<'_, '_>) -> Vec<ports::Published> {
    let mut all: Vec<ports::Published> = Vec::new();
    for item in tree.get("ports").map(Tree::items).unwrap_or_default() {
        match ports::parse(item) {
            Ok(entries) => {
                for entry in entries {
                    let same = |other: &ports::Published| {
                        (&other.host_ip, &other.host, other.target, &other.protocol)
                            == (&entry.host_ip, &entry.host, entry.target, &entry.protocol)
                    };
                    if !all.iter().any(same) {
                        all.push(entry);
                    }
                }
            }
            Err(fault) => around.faults.push(fault),
        }
    }
    all
}

fn extra_hosts(texts: &[String]) -> Vec<(String, String)> {
    let pair = |text: &String| {
        let (name, address) = text.split_once('=')?;
        Some((name.to_owned(), address.trim_matches(['[', ']']).to_owned()))
    };
    texts.iter().filter_map(pair).collect()
}

/// Volumes, configs and secrets, one for each path of the container: the last counts.
fn all_mounts(tree: &Tree, around: &mut Around<'_, '_>) -> Vec<mounts::Mount> {
    let mut all: Vec<mounts::Mount> = Vec::new();
    let mut add = |mount: mounts::Mount| match all.iter_mut().find(|other| other.target == mount.target) {
        Some(other) => *other = mount,
        None => all.push(mount),
    };
    for item in tree.get("volumes").map(Tree::items).unwrap_or_default() {
        match mounts::volume(item) {
            Ok(mount) => add(mount),
            Err(fault) => around.faults.push(fault),
        }
    }
    for (kind, defined) in [("configs", around.configs), ("secrets", around.secrets)] {
        match mounts::shared(tree, kind, defined) {
            Ok(mounts) => mounts.into_iter().for_each(&mut add),
            Err(fault) => around.faults.push(fault),
        }
    }
    all
}

/// The words of a health check, and where it is written.
fn healthcheck(test: &Tree) -> Option<Vec<WrittenText>> {
    match &test.shape {
        Shape::List(items) => Some(items.iter().filter_map(written).collect()),
        Shape::Scalar(_) => {
            let shell = WrittenText {
                text: InterpolatedText { text: "CMD-SHELL".to_owned(), ..InterpolatedText::default() },
                at: test.at.clone(),
            };
            Some(vec![shell, written(test)?])
        }
        Shape::Map(_) => None,
    }
}

/// `environment` over the files of `env_file`, the later ones first.
fn environment(tree: &Tree, around: &mut Around<'_, '_>) -> BTreeMap<String, EnvValue> {
    let mut all = BTreeMap::new();
    for item in tree.get("env_file").map(Tree::items).unwrap_or_default() {
        from_file(item, around, &mut all);
    }
    for field in tree.get("environment").map(Tree::fields).unwrap_or_default() {
        let Some(text) = field.value.text() else { continue };
        let at = if field.value.at.span.is_empty() { field.key_at.clone() } else { field.value.at.clone() };
        let value = match text.kind {
            ScalarKind::Null => from_shell(&field.key, around.variables),
            ScalarKind::Date => {
                let text = format!("`{}` is a date to YAML: put it in quotes", text.text);
                around.faults.push(ComposeFault { at: at.clone(), text });
                continue;
            }
            _ => Some(text.clone()),
        };
        all.insert(field.key.clone(), EnvValue { value, at, key_at: field.key_at.clone() });
    }
    all
}

/// A key without a value takes the shell's, or that of `.env`.
fn from_shell(key: &str, variables: &Variables) -> Option<InterpolatedText> {
    variables.get(key).map(|value| InterpolatedText { text: value.clone(), ..InterpolatedText::default() })
}

fn from_file(item: &Tree, around: &mut Around<'_, '_>, all: &mut BTreeMap<String, EnvValue>) {
    let of = |key: &str| item.get(key).and_then(Tree::text);
    let Some(path) = item.text().or_else(|| of("path")) else { return };
    let required = of("required").is_none_or(|text| text.text != "false");
    let raw = of("format").is_some_and(|text| text.text == "raw");
    let path = match SourcePath::of(&path.text) {
        SourcePath::Here(path) => path,
        SourcePath::Outside(path) => {
            let place = TargetPath::new(format!("/{}", item.at.source.0.trim_start_matches('/')));
            around.not_read.push((place, format!("an environment file outside of this directory: `{path}`")));
            all.insert(UNREAD.to_owned(), unread(&item.at));
            return;
        }
    };
    let text = match (around.directory.text)(&path) {
        ProjectFile::Text(text) if !raw => text,
        ProjectFile::Absent if !required => return,
        ProjectFile::Absent => {
            around.not_read.push((path, "an environment file that is not there".to_owned()));
            all.insert(UNREAD.to_owned(), unread(&item.at));
            return;
        }
        _ => {
            around.not_read.push((path, "an environment file that could not be read".to_owned()));
            all.insert(UNREAD.to_owned(), unread(&item.at));
            return;
        }
    };
    let source = around.directory.shown(&path);
    around.files.insert(path);
    // What earlier files set is known in later ones; what the project's `.env` sets is stronger.
    let mut known: Variables = all
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), value.value.as_ref()?.text.clone())))
        .collect();
    known.extend(around.variables.clone());
    match dotenv::parse(text, &known) {
        Ok(assignments) => {
            for assignment in assignments {
                let at = Mark { source: source.clone(), span: assignment.span };
                let value = assignment.value.or_else(|| from_shell(&assignment.key, around.variables));
                all.insert(assignment.key, EnvValue { value, at: at.clone(), key_at: at });
            }
        }
        Err((span, text)) => around.faults.push(ComposeFault { at: Mark { source, span }, text }),
    }
}

/// The key under which it is noted that a file of the environment was not read: no variable can have it.
pub(super) const UNREAD: &str = "";

fn unread(at: &Mark) -> EnvValue {
    EnvValue { value: None, at: at.clone(), key_at: at.clone() }
}
