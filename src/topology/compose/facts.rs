//! What a project itself says that cannot work: found from its files alone, without any engine's.

use super::program::{Container, Runs};
use crate::diagnostic::Mark;
use crate::format::compose::{ImageProgram, Mount, NetworkMode, Source, SourcePath};
use crate::model::dataflow::{
    ComposeFact, ComposeFactKind, NotRead, ProgramKind, ReadVersion, Topology, UnsetEffect,
};
use crate::model::names::TargetPath;
use crate::topology::{Examined, FileSet};
use std::collections::BTreeSet;

/// Where Tempo's images hold a directory that their user may write to.
const TEMPO_DATA: &str = "/var/tempo";

/// Adds what projects and their services say.
pub(in crate::topology) fn facts(files: &FileSet<'_>, containers: &[Container<'_>], topology: &mut Topology) {
    for project in files.projects {
        let refused = project.faults.iter().map(|fault| ComposeFact {
            kind: ComposeFactKind::Refused(fault.text.clone()),
            service: String::new(),
            at: fault.at.clone(),
        });
        topology.compose.extend(refused);
        topology.not_read.extend(project.not_read.iter().map(|(path, reason)| NotRead {
            place: files.shown_as.get(path).map_or_else(|| path.to_string(), |shown| shown.0.clone()),
            reason: reason.clone(),
        }));
    }
    for container in containers {
        let mut add = |kind, at: &Mark| {
            let service = container.service.name.clone();
            topology.compose.push(ComposeFact { kind, service, at: at.clone() });
        };
        unset(container, &mut add);
        not_published(container, &mut add);
        sources(container, files, &mut add);
        healthcheck(container, &mut add);
    }
}

type Add<'f> = dyn FnMut(ComposeFactKind, &Mark) + 'f;

/// Variables that nothing sets, where an empty one does harm for certain.
fn unset(container: &Container<'_>, add: &mut Add<'_>) {
    let service = container.service;
    if let Some(image) = &service.image
        && let Some(name) = &image.text.unset
        && (image.text.text.ends_with(':') || image.text.text.is_empty())
    {
        add(ComposeFactKind::Unset(name.clone(), UnsetEffect::Image), &image.at);
    }
    for port in &service.ports {
        if let (Some(name), None) = (&port.unset, &port.host) {
            add(ComposeFactKind::Unset(name.clone(), UnsetEffect::Port), &port.at);
        }
    }
    let read: BTreeSet<&str> = match container.runs() {
        Runs::Engine(ProgramKind::Collector | ProgramKind::Tempo) => {
            service.variables().map(|(key, _)| key).collect()
        }
        _ => BTreeSet::new(),
    };
    for (key, value) in service.variables() {
        let Some(text) = value.value.as_ref().filter(|text| text.text.is_empty()) else { continue };
        let matters = read.contains(key) || key.starts_with("OTEL_EXPORTER_OTLP");
        if let Some(name) = text.unset.as_ref().filter(|_| matters) {
            add(ComposeFactKind::Unset(name.clone(), UnsetEffect::Value), &value.at);
        }
    }
    for mount in &service.mounts {
        if let (Some(name), Source::Bind(SourcePath::Outside(path))) = (&mount.unset, &mount.source)
            && path.is_empty()
        {
            add(ComposeFactKind::Unset(name.clone(), UnsetEffect::Source), &mount.at);
        }
    }
}

fn not_published(container: &Container<'_>, add: &mut Add<'_>) {
    let mode = match &container.service.mode {
        Some(NetworkMode::Host) => "host",
        Some(NetworkMode::None) => "none",
        _ => return,
    };
    if let Some(port) = container.service.ports.first() {
        add(ComposeFactKind::NotPublished(mode.to_owned()), &port.at);
    }
}

/// Mounts whose source is not there, and data that its owner cannot write to.
fn sources(container: &Container<'_>, files: &FileSet<'_>, add: &mut Add<'_>) {
    let tempo = container.runs() == Runs::Engine(ProgramKind::Tempo) && container.service.user.is_none();
    for mount in &container.service.mounts {
        if let Source::Bind(SourcePath::Here(source)) = &mount.source
            && files.unreadable.contains(source)
            && container.runs_as_engine_user()
        {
            let target = mount.target.clone();
            let source = shown(files, source);
            add(ComposeFactKind::NotReadable { source, target }, &mount.at);
        }
        if let Source::Bind(SourcePath::Here(source)) = &mount.source
            && files.absent.contains(source)
            && !container.configs().iter().any(|config| config.as_str() == mount.target)
        {
            let shown = shown(files, source);
            let is_data = tempo && TargetPath::new(&mount.target).is_within(&TargetPath::new(TEMPO_DATA));
            if is_data && runs_without_root(container) {
                // Docker Desktop lets everybody write to what it makes there.
                if container.prepared.contains(&mount.source) || is_of_windows(files, &mount.at) {
                    continue;
                }
                add(ComposeFactKind::NotWritable(mount.target.clone()), &mount.at);
            } else if looks_like_file(&mount.target) {
                let target = mount.target.clone();
                add(ComposeFactKind::SourceMissing { source: shown, target }, &mount.at);
            }
        }
    }
}

/// Whether a mount is written as Windows has paths.
fn is_of_windows(files: &FileSet<'_>, at: &Mark) -> bool {
    let path = files.shown_as.iter().find(|(_, shown)| **shown == at.source).map(|(path, _)| path);
    let Some(Examined::Bytes(bytes)) = path.and_then(|path| files.files.get(path)) else { return false };
    bytes.get(at.span.clone()).is_some_and(|written| written.contains(&b'\\'))
}

/// Whether a path names a file and no directory: only there an empty directory does harm.
fn looks_like_file(target: &str) -> bool {
    let name = target.rsplit('/').next().unwrap_or_default();
    name.trim_start_matches('.').contains('.') && !name.ends_with(".d")
}

/// Tempo's images have a user of their own since 2.5; what the tag does not tell is of today.
fn runs_without_root(container: &Container<'_>) -> bool {
    let parts = container.release().map(|release| {
        let mut parts = release.split('.').filter_map(|part| part.parse::<u32>().ok());
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    });
    container.is_official() && parts.is_none_or(|line| line >= (2, 5))
}

/// Health checks that call what the official images of collector and Tempo do not have.
fn healthcheck(container: &Container<'_>, add: &mut Add<'_>) {
    let Some(test) = container.service.healthcheck.as_ref().filter(|_| container.is_official()) else {
        return;
    };
    let Some(kind) = test.first() else { return };
    let program = match kind.text.text.as_str() {
        "CMD" => test.get(1),
        "CMD-SHELL" => test.first(),
        _ => None,
    };
    let Some(program) = program else { return };
    let word = if kind.text.text == "CMD" { program.text.text.as_str() } else { "/bin/sh" };
    let has_nothing = match container.image.as_ref().and_then(|image| image.program) {
        Some(ImageProgram::Collector(_)) => true,
        // Since 2.9.3 the image holds the program alone; a tag that is not known is left alone.
        Some(ImageProgram::Tempo) => container.release().is_some_and(|release| {
            let mut parts = release.split('.').filter_map(|part| part.parse::<u32>().ok());
            let mut next = || parts.next().unwrap_or_default();
            (next(), next(), next()) >= (2, 9, 3)
        }),
        _ => false,
    };
    let tools = ["wget", "curl", "sh", "/bin/sh", "nc", "grpc_health_probe", "bash"];
    if has_nothing && tools.contains(&word) {
        add(ComposeFactKind::HealthcheckCannotRun(word.to_owned()), &program.at);
    }
}

pub(super) fn shown(files: &FileSet<'_>, path: &TargetPath) -> String {
    files.shown_as.get(path).map_or_else(
        || if files.repository { path.as_str().trim_start_matches('/').to_owned() } else { path.to_string() },
        |shown| shown.0.clone(),
    )
}

/// A tag that moves, under a file of an older line.
pub(in crate::topology) fn moving_tag(
    topology: &mut Topology,
    container: &Container<'_>,
    version: &ReadVersion,
) {
    if !container.is_official() {
        return;
    }
    let (Some(image), ReadVersion::Inferred(line)) = (&container.service.image, version) else { return };
    let latest = container.image.as_ref().is_some_and(|image| image.tag.as_deref() == Some("latest"));
    if latest && line.starts_with("2.") {
        topology.compose.push(ComposeFact {
            kind: ComposeFactKind::MovingTag(line.clone()),
            service: container.service.name.clone(),
            at: image.at.clone(),
        });
    }
}

/// Data directories of Tempo that are in a volume somewhere else than the image has one for.
pub(in crate::topology) fn data(topology: &mut Topology, container: &Container<'_>, paths: &[TargetPath]) {
    if !runs_without_root(container) || container.service.user.is_some() {
        return;
    }
    let holds = |mount: &&Mount| {
        let target = mount.target.trim_end_matches('/');
        let volume = matches!(mount.source, Source::Volume(_)) && target.starts_with('/');
        let left = volume && target != TEMPO_DATA && !container.prepared.contains(&mount.source);
        left && paths.iter().any(|path| path.is_within(&TargetPath::new(target)))
    };
    for mount in container.inside.mounts().iter().filter(holds) {
        topology.compose.push(ComposeFact {
            kind: ComposeFactKind::NotWritable(mount.target.clone()),
            service: container.service.name.clone(),
            at: mount.at.clone(),
        });
    }
}

/// Queues of collectors: in the official image no directory is there, and a volume of a name that the image
/// does not have belongs to root.
pub(in crate::topology) fn queue(topology: &mut Topology, container: &Container<'_>, program: usize) {
    let runs = container.runs() == Runs::Engine(ProgramKind::Collector);
    if !runs || !container.is_official() || container.service.user.is_some() {
        return;
    }
    let needs: Vec<_> = topology.directories.iter().filter(|need| need.program == program).cloned().collect();
    for need in needs {
        let above = |mount: &&Mount| {
            let target = mount.target.trim_end_matches('/');
            target.starts_with('/') && need.path.is_within(&TargetPath::new(target))
        };
        let is_there = match container.inside.mounts().iter().find(above).map(|mount| &mount.source) {
            None => false,
            Some(source @ Source::Volume(_)) if !container.prepared.contains(source) => true,
            Some(_) => continue,
        };
        topology.compose.push(ComposeFact {
            kind: ComposeFactKind::QueueDirectory(need.path.to_string(), is_there),
            service: container.service.name.clone(),
            at: need.at,
        });
    }
}
