//! Whose a file is, by its place and its content, and whether anybody runs with it.

use super::{Examined, FileSet, places};
use crate::component::readers;
use crate::component::systemd::read::{Idle, Unit, is_unit, template_of};
use crate::format::yaml::{self, Node};
use crate::model::dataflow::{NotRead, ProgramKind, ReadVersion, Topology};
use crate::model::names::TargetPath;
use std::collections::BTreeMap;

/// Whose configuration a YAML file is, by blocks that no other program has.
pub(super) fn kind_by_content(root: &Node) -> Option<ProgramKind> {
    readers().find(|reader| (reader.is_own)(root)).map(|reader| reader.kind)
}

/// Why nobody runs with a file, where that is known: the only units that name it are not started, or it stands at
/// an engine's usual place and units start that engine, each with files that are known, and none with this one.
pub(super) fn out_of_use(path: &TargetPath, units: &[Unit]) -> Option<String> {
    let naming = units.iter().filter(|unit| unit.configs.contains(path));
    if let Some((unit, idle)) = naming.into_iter().find_map(|unit| Some((unit, unit.idle?))) {
        let why = match idle {
            Idle::Masked => "masked",
            Idle::Template => "a template of which no instance is enabled",
            Idle::NotEnabled => "not enabled",
        };
        return Some(format!("`{}`, which names it, is {why}: not in use", unit.name));
    }
    let reader = readers().find(|reader| reader.places.contains(&path.as_str()))?;
    let mut starting = units.iter().filter(|unit| unit.engine() == Some(reader.kind)).peekable();
    starting.peek()?;
    starting
        .all(|unit| unit.idle.is_some() || !unit.configs.is_empty() && !unit.more)
        .then(|| "no unit here starts a program with it: not in use".to_owned())
}

/// Why a unit may start something that listens, without anything here that tells where.
pub(super) fn may_listen(unit: &Unit, units: &[Unit]) -> Option<&'static str> {
    const ENGINES: [&str; 2] = ["docker", "podman"];
    match unit.idle {
        Some(Idle::NotEnabled) if unit.engine().is_some() => {
            Some("not enabled: nothing starts it, unless somebody does by hand")
        }
        Some(Idle::Template) if unit.engine().is_some() => {
            let instance_of = |other: &Unit| template_of(&other.name).as_deref() == Some(unit.name.as_str());
            let has_instance = units.iter().any(instance_of);
            (!has_instance).then_some("a template, and nothing here says which instances of it run")
        }
        None if ENGINES.contains(&unit.binary.as_str())
            && unit.positional.first().is_some_and(|verb| verb == "run") =>
        {
            Some("starts a container, which is not read: it may listen on any port")
        }
        _ => None,
    }
}

/// Whether a file holds values of a Helm chart: keys that charts have and no program of ours knows.
pub(super) fn is_chart_values(root: &Node) -> bool {
    const KEYS: &[&str] = &[
        "global",
        "minio",
        "gateway",
        "traces",
        "enterprise",
        "replicaCount",
        "replicas",
        "image",
        "serviceAccount",
        "serviceMonitor",
        "persistence",
        "tempoQuery",
        "podAnnotations",
        "fullnameOverride",
        "nameOverride",
        "metaMonitoring",
        "multitenancyEnabled",
        "ingress",
        "tolerations",
        "nodeSelector",
    ];
    root.entries().iter().any(|entry| KEYS.contains(&entry.key.as_str()))
}

/// How large a file is read. systemd reads no line of more than 1 MB, and nobody's variables are more.
pub(super) fn most_bytes(path: &TargetPath) -> usize {
    if is_unit(path) || places::is_environment(path) { 1024 * 1024 } else { yaml::MAX_BYTES }
}

/// Every file's text. Files that are no text are listed where a program would read them.
pub(super) fn texts<'a>(
    files: &'a FileSet<'a>,
    topology: &mut Topology,
) -> BTreeMap<&'a TargetPath, &'a str> {
    let mut texts = BTreeMap::new();
    for (path, content) in &files.files {
        let Examined::Bytes(bytes) = content else { continue };
        let most = most_bytes(path);
        if bytes.len() > most {
            let reason = format!("larger than {most} bytes");
            topology.not_read.push(NotRead { place: path.to_string(), reason });
            continue;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                texts.insert(path, text);
            }
            Err(_) if places::is_yaml(path) || places::is_environment(path) => {
                topology.not_read.push(NotRead { place: path.to_string(), reason: "not UTF-8".to_owned() });
            }
            Err(_) => {}
        }
    }
    texts
}

/// A version that was given by the tag of an image.
pub(super) fn by_tag(version: ReadVersion, tagged: Option<&str>) -> ReadVersion {
    match version {
        ReadVersion::Given(line) if tagged.is_some() => ReadVersion::Image(line),
        other => other,
    }
}
