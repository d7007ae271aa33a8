//! Programs beside the stack in containers: Prometheus, Loki, Alloy, Jaeger and the like. What their images,
//! flags and files say about where they listen and whom they dial closes their site: nothing else listens
//! there.

use super::compose::Container;
use super::{Examined, FileSet};
use crate::component::neighbour::read::{self as neighbour, has_defaults};
use crate::component::{alloy, prometheus};
use crate::diagnostic::SourceName;
use crate::format::compose::{ImageProgram, Led};
use crate::format::page::{FileReading, Start};
use crate::format::values::{Expansion, Values};
use crate::format::yaml::{self, YamlLibrary};
use crate::format::{address, alloy as language};
use crate::model::dataflow::{NeighbourName, Program, ProgramKind, ReadVersion, Topology};
use crate::model::names::TargetPath;
use std::collections::BTreeSet;

/// Where images keep the configuration that their command names.
const USUAL: &[(&str, &str)] = &[
    ("Prometheus", "/etc/prometheus/prometheus.yml"),
    ("Loki", "/etc/loki/local-config.yaml"),
    ("Alloy", "/etc/alloy/config.alloy"),
];

/// Adds the neighbours of all containers, and closes the sites that are known whole.
pub(super) fn read(files: &FileSet<'_>, containers: &[Container<'_>], topology: &mut Topology) {
    let mut known: BTreeSet<usize> = BTreeSet::new();
    let mut open: BTreeSet<usize> = BTreeSet::new();
    for (index, container) in containers.iter().enumerate() {
        let name = match container.image.as_ref().and_then(|image| image.program) {
            Some(ImageProgram::Known(name)) => name,
            Some(ImageProgram::Grafana) => "Grafana",
            Some(ImageProgram::Collector(_) | ImageProgram::Tempo) => continue,
            None => {
                open.insert(container.site);
                continue;
            }
        };
        let is_read = !container.service.builds && read_one(files, (container, index), name, topology);
        if is_read {
            known.insert(container.site)
        } else {
            open.insert(container.site)
        };
    }
    for site in known.difference(&open) {
        if topology.sites[*site].is_container() {
            topology.sites[*site].open = None;
        }
    }
}

/// The path in a container at which a neighbour finds its configuration.
pub(super) fn configuration_path(container: &Container<'_>) -> Option<TargetPath> {
    let Some(ImageProgram::Known(name)) = container.image.as_ref()?.program else { return None };
    let named = container.configs().first().cloned();
    let positional = || {
        let words = container.process.positional.iter().rev();
        words.filter(|_| name == "Alloy").find_map(|word| address::path(word))
    };
    let usual = || USUAL.iter().find(|row| row.0 == name).map(|row| TargetPath::new(row.1));
    named.or_else(positional).or_else(usual)
}

/// What of a neighbour's configuration is here.
enum Configuration<'f> {
    /// What its image brings, which listens where it always does.
    OfImage,
    /// This file.
    File(TargetPath, &'f str),
    /// Something that is not here.
    Elsewhere,
}

fn configuration<'f>(files: &FileSet<'f>, container: &Container<'_>) -> Configuration<'f> {
    let Some(path) = configuration_path(container) else { return Configuration::OfImage };
    match container.inside.lead(&path) {
        Led::Here(path, _) => match files.files.get(&path) {
            Some(Examined::Bytes(bytes)) => match std::str::from_utf8(bytes) {
                Ok(text) => Configuration::File(path, text),
                Err(_) => Configuration::Elsewhere,
            },
            _ => Configuration::Elsewhere,
        },
        Led::Image => Configuration::OfImage,
        Led::Inline(_) | Led::Embedded(_) | Led::Unknown(_) => Configuration::Elsewhere,
    }
}

fn read_one(
    files: &FileSet<'_>,
    (container, index): (&Container<'_>, usize),
    name: &'static str,
    topology: &mut Topology,
) -> bool {
    let configuration = configuration(files, container);
    if matches!(configuration, Configuration::Elsewhere) {
        return false;
    }
    // Jaeger 2 is a collector of its own; a file of it may say anything.
    if name == "Jaeger" && !container.configs().is_empty() {
        return false;
    }
    let kind = match name {
        "Prometheus" => ProgramKind::Prometheus,
        "Alloy" => ProgramKind::Alloy,
        "Loki" => ProgramKind::Loki,
        name => ProgramKind::Neighbour(NeighbourName(name)),
    };
    if matches!(kind, ProgramKind::Neighbour(name) if !has_defaults(name)) {
        return false;
    }
    let service = &container.service;
    let (path, source, text) = match &configuration {
        Configuration::File(path, text) => (path.clone(), files.source_of(path), *text),
        Configuration::OfImage | Configuration::Elsewhere => {
            let path = TargetPath::new(format!("/{}#{}.{index}", service.at.source.0, service.name));
            (path, SourceName(service.at.source.0.clone()), "")
        }
    };
    topology.sources.insert(path.clone(), source.clone());
    let program = topology.programs.len();
    topology.programs.push(Program {
        kind,
        file: path.clone(),
        version: ReadVersion::None,
        excerpt: false,
        starts_here: false,
        site: container.site,
    });
    // Loki and Mimir have Tempo's flag for it.
    let expansion = if container.process.expands { Expansion::Tempo } else { Expansion::None };
    let values = Values { expansion, environment: &container.process.environment };
    let start = Start::Alone(&container.process.flags);
    let inside = Some(&container.inside);
    let mut page = FileReading { topology, program, path: &path, source, parts: &[], values, start, inside };
    let spans = Place { command: service.at.span.clone(), service: service.at.source.clone() };
    content(&mut page, container, (kind, text), &spans)
}

/// Where a service is written.
struct Place {
    command: std::ops::Range<usize>,
    service: SourceName,
}

/// What its file and its flags say.
fn content(
    page: &mut FileReading<'_>,
    container: &Container<'_>,
    (kind, text): (ProgramKind, &str),
    place: &Place,
) -> bool {
    let flags = &container.process.flags;
    let parsed = |page: &mut FileReading<'_>| match yaml::parse(text, YamlLibrary::V3) {
        Ok(document) => Some(document),
        Err(_) if text.is_empty() => None,
        Err(fault) => {
            page.not_read("", format!("it does not parse: {}", fault.text));
            None
        }
    };
    match kind {
        ProgramKind::Prometheus => {
            if let Some(document) = parsed(page)
                && let Some(jobs) = document.root.get("scrape_configs")
            {
                prometheus::scrape::jobs(page, jobs, "scrape_configs");
            }
            page.source = place.service.clone();
            prometheus::read::read(page, &container.process, place.command.clone(), &|_| None);
            true
        }
        ProgramKind::Alloy => match language::parse(text) {
            Ok(blocks) => {
                alloy::read::read(page, &blocks, flags);
                true
            }
            Err(_) => {
                page.not_read("", "it does not parse");
                false
            }
        },
        ProgramKind::Loki | ProgramKind::Neighbour(_) => {
            let name = match kind {
                ProgramKind::Neighbour(name) => name,
                _ => NeighbourName("Loki"),
            };
            let tree = parsed(page);
            match (name.0, tree) {
                ("Loki" | "Mimir", Some(document)) if document.root.is_mapping() => {
                    neighbour::server(page, &document.root, name, flags)
                }
                (_, None) if !text.is_empty() => false,
                _ => {
                    page.source = place.service.clone();
                    neighbour::by_default(page, name, flags, place.command.clone());
                    without(page, container, name);
                    true
                }
            }
        }
        _ => false,
    }
}

/// Jaeger takes OTLP from 1.35 on, before that only when it is told to.
fn without(page: &mut FileReading<'_>, container: &Container<'_>, name: NeighbourName) {
    let told = container.process.environment.values.get("COLLECTOR_OTLP_ENABLED").map(String::as_str);
    let old = container.release().is_some_and(|release| {
        let mut parts = release.split('.').filter_map(|part| part.parse::<u32>().ok());
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) < (1, 35)
    });
    let takes = match told {
        Some(text) => text == "true",
        None => !old,
    };
    if name == NeighbourName("Jaeger") && !takes {
        let program = page.program;
        page.topology
            .listeners
            .retain(|listener| listener.program != program || !listener.setting.starts_with("otlp."));
    }
}
