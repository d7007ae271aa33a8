//! Our reading of Compose files against what the real Compose makes of them.
//!
//! `tests/compose/reading/CASE` is a project; `config.json` beside it was written by
//! `tests/compose/record` with a real Compose. A new case needs a directory and that script, no Rust.

use crate::support::repository;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use tracewright::diagnostic::SourceName;
use tracewright::format::compose::{
    self, ComposeService, NetworkMode, Project, ProjectDirectory, ProjectFile, Source, SourcePath,
};
use tracewright::model::names::TargetPath;

/// The texts of a directory, by the path they have in it.
fn texts(directory: &Path) -> BTreeMap<TargetPath, String> {
    walkdir::WalkDir::new(directory)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file() && entry.file_name() != "config.json")
        .map(|entry| {
            let below = entry.path().strip_prefix(directory.parent().unwrap()).unwrap();
            (TargetPath::new(format!("/{}", below.display())), std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

fn project(name: &str, texts: &BTreeMap<TargetPath, String>) -> Project {
    let base = TargetPath::new(format!("/{name}"));
    let names = texts.keys().filter(|path| path.parent() == base).map(|path| path.file_name().to_owned());
    let files: Vec<TargetPath> =
        compose::main_files(&names.collect()).iter().map(|name| base.join(name)).collect();
    let text =
        |path: &TargetPath| texts.get(path).map_or(ProjectFile::Absent, |text| ProjectFile::Text(text));
    let directory =
        ProjectDirectory { text: &text, shown_as: &|path| SourceName(path.to_string()), rooted: false };
    compose::load(&files, &directory)
}

/// What of a project a topology is made of.
fn ours(project: &Project, name: &str) -> Value {
    let active = |service: &&ComposeService| {
        service.profiles.is_empty() || service.profiles.iter().any(|name| project.profiles.contains(name))
    };
    let services = project.services.iter().filter(active);
    let services: Map<String, Value> =
        services.map(|service| (service.name.clone(), our_service(service, project, name))).collect();
    json!({ "name": project.name, "services": services })
}

fn our_service(service: &ComposeService, project: &Project, name: &str) -> Value {
    let path = |path: &SourcePath| match path {
        SourcePath::Here(path) => path.as_str().replacen(&format!("/{name}"), "@", 1),
        SourcePath::Outside(path) => path.clone(),
    };
    // What leaves the case's own directory stands beside it.
    let path = |source: &SourcePath| {
        let shown = path(source);
        match source {
            SourcePath::Here(_) if !shown.starts_with('@') => format!("@/..{shown}"),
            _ => shown,
        }
    };
    let mounts = service.mounts.iter().filter(|mount| !is_shared(mount)).map(|mount| {
        let (kind, source) = match &mount.source {
            Source::Bind(source) => ("bind", path(source)),
            Source::Volume(source) => ("volume", source.clone().unwrap_or_default()),
            _ => ("tmpfs", String::new()),
        };
        format!("{kind} {source} {} {}", mount.target, mount.read_only)
    });
    let words = |words: &Option<Vec<compose::WrittenText>>| {
        words.as_ref().map(|words| words.iter().map(|word| word.text.text.clone()).collect::<Vec<_>>())
    };
    let mode = service.mode.as_ref().map(|mode| match mode {
        NetworkMode::Host => "host".to_owned(),
        NetworkMode::None => "none".to_owned(),
        NetworkMode::Service(name) => format!("service:{name}"),
        NetworkMode::Other(other) => other.clone(),
    });
    let networks: BTreeMap<_, _> = service
        .networks
        .iter()
        .map(|attachment| {
            (project.networks[&attachment.network].name.clone(), sorted(attachment.aliases.clone()))
        })
        .collect();
    json!({
        "image": service.image.as_ref().map(|image| image.text.text.clone()),
        "container_name": service.container_name,
        "hostname": service.hostname,
        "user": service.user.as_ref().map(|user| user.text.text.clone()),
        "networks": networks,
        "network_mode": mode,
        "ports": sorted(service.ports.iter().map(our_port).collect()),
        "expose": sorted(service.expose.clone()),
        "extra_hosts": sorted(service.extra_hosts.iter().map(|(name, to)| format!("{name}={to}")).collect()),
        "environment": service.variables().map(|(key, value)| {
            (key.to_owned(), value.value.as_ref().map(|text| text.text.clone()))
        }).collect::<BTreeMap<_, _>>(),
        "command": words(&service.command),
        "entrypoint": words(&service.entrypoint),
        "mounts": sorted(mounts.collect()),
        "healthcheck": words(&service.healthcheck),
    })
}

/// Whether a mount holds no file of the directory, which the recording shows elsewhere.
fn is_shared(mount: &compose::Mount) -> bool {
    matches!(mount.source, Source::Inline(_) | Source::Elsewhere)
}

fn our_port(port: &compose::Published) -> String {
    let host = port.host.as_ref().map(|range| {
        if range.start() == range.end() {
            range.start().to_string()
        } else {
            format!("{}-{}", range.start(), range.end())
        }
    });
    port_text(port.host_ip.as_deref(), host.as_deref(), u64::from(port.target), &port.protocol)
}

fn port_text(ip: Option<&str>, host: Option<&str>, target: u64, protocol: &str) -> String {
    format!("{} {} {target} {protocol}", ip.unwrap_or("-"), host.unwrap_or("-"))
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

/// The same parts of what the real one says, whose output doubles every dollar sign.
fn theirs(recorded: &Value) -> Value {
    let services: Map<String, Value> = recorded["services"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, service)| (name.clone(), their_service(service, recorded)))
        .collect();
    json!({ "name": recorded["name"], "services": services })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.replace("$$", "$")),
        other => Some(other.to_string()),
    }
}

fn texts_of(value: &Value) -> Option<Vec<String>> {
    Some(value.as_array()?.iter().filter_map(text).collect())
}

fn their_service(service: &Value, recorded: &Value) -> Value {
    let networks: BTreeMap<String, Vec<String>> = service["networks"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| {
            let name = text(&recorded["networks"][key]["name"]).unwrap();
            (name, sorted(texts_of(&value["aliases"]).unwrap_or_default()))
        })
        .collect();
    let mount = |mount: &Value| {
        let part = |key: &str| text(&mount[key]).unwrap_or_default();
        format!("{} {} {} {}", part("type"), part("source"), part("target"), mount["read_only"] == true)
    };
    let shared = |kind: &str| service[kind].as_array().cloned().unwrap_or_default();
    let from_shared = shared("configs")
        .into_iter()
        .map(|item| ("configs", "/", item))
        .chain(shared("secrets").into_iter().map(|item| ("secrets", "/run/secrets/", item)));
    let from_shared = from_shared.filter_map(|(kind, directory, item)| {
        let name = text(&item["source"]).unwrap();
        let target = text(&item["target"]).unwrap_or_else(|| format!("{directory}{name}"));
        let file = text(&recorded[kind][&name]["file"])?;
        Some(format!("bind {file} {target} true"))
    });
    let mounts = service["volumes"].as_array().into_iter().flatten().map(mount).chain(from_shared);
    let port = |port: &Value| {
        let (ip, host) = (text(&port["host_ip"]), text(&port["published"]));
        let protocol = text(&port["protocol"]).unwrap();
        port_text(ip.as_deref(), host.as_deref(), port["target"].as_u64().unwrap(), &protocol)
    };
    json!({
        "image": text(&service["image"]),
        "container_name": text(&service["container_name"]),
        "hostname": text(&service["hostname"]),
        "user": text(&service["user"]),
        "networks": networks,
        "network_mode": text(&service["network_mode"]),
        "ports": sorted(service["ports"].as_array().into_iter().flatten().map(port).collect()),
        "expose": sorted(texts_of(&service["expose"]).unwrap_or_default()),
        "extra_hosts": sorted(texts_of(&service["extra_hosts"]).unwrap_or_default()),
        "environment": service["environment"].as_object().into_iter().flatten()
            .map(|(key, value)| (key.clone(), text(value))).collect::<BTreeMap<_, _>>(),
        "command": texts_of(&service["command"]),
        "entrypoint": texts_of(&service["entrypoint"]),
        "mounts": sorted(mounts.collect()),
        "healthcheck": texts_of(&service["healthcheck"]["test"]),
    })
}

#[test]
fn compose_files_mean_to_us_what_they_mean_to_compose() {
    let home = repository().join("tests/compose/reading");
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut cases: Vec<_> = std::fs::read_dir(&home).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for directory in cases {
        count += 1;
        let name = directory.file_name().unwrap().to_str().unwrap().to_owned();
        let recorded: Value =
            serde_json::from_str(&std::fs::read_to_string(directory.join("config.json")).unwrap()).unwrap();
        let texts = texts(&directory);
        let project = project(&name, &texts);
        let refused = recorded.get("error").is_some();
        // What Compose cannot open at all is listed here, and judged as far as it goes.
        let unreadable = project.not_read.iter().any(|(_, reason)| reason.contains("not there"));
        // A variable that nothing sets is not known here, and empty there.
        let mut mounts = project.services.iter().flat_map(|service| &service.mounts);
        let unset = mounts.any(|mount| {
            mount.unset.is_some() && mount.source == Source::Bind(SourcePath::Outside(String::new()))
        });
        if refused != (!project.faults.is_empty() || unreadable || unset) {
            wrong.push(format!("{name}: {} but here {:?}", recorded["error"], project.faults));
        } else if !refused && ours(&project, &name) != theirs(&recorded) {
            let (ours, theirs) = (ours(&project, &name), theirs(&recorded));
            let (ours, theirs) = (format!("{ours:#}"), format!("{theirs:#}"));
            wrong.push(format!("{name}:\n{}", similar::TextDiff::from_lines(&theirs, &ours).unified_diff()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 60, "{count}");
    println!("promise: Compose files read as Compose reads them | {count} | recorded 2.40.3");
}
