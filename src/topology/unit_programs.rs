//! Programs that units alone tell of: applications whose settings stand in `Environment=`, and Prometheus,
//! whose flags say where it listens.

use super::FileSet;
use crate::component::systemd::read::{Assigned, Unit};
use crate::component::{app, prometheus};
use crate::format::address;
use crate::format::env_file::{EnvEntry, EnvFile};
use crate::format::page::{FileReading, Start};
use crate::format::values::{Expansion, ProcessEnvironment, Values};
use crate::model::dataflow::{NotRead, Program, ProgramKind, ReadVersion, Topology};
use crate::model::env::EnvFormat;
use crate::model::names::TargetPath;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Variables that name a file of settings for an SDK.
const SETTINGS: &[&str] =
    &["OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE", "OTEL_JAVAAGENT_CONFIGURATION_FILE"];

/// Adds the programs of all units.
pub(super) fn read(
    files: &FileSet<'_>,
    units: &[Unit],
    texts: &BTreeMap<&TargetPath, &str>,
    topology: &mut Topology,
) {
    for unit in units.iter().filter(|unit| unit.engine().is_none() && unit.idle.is_none()) {
        if unit.is_prometheus() {
            read_prometheus(files, unit, texts, topology);
        } else {
            read_application(files, unit, texts, topology);
        }
    }
}

fn read_prometheus(
    files: &FileSet<'_>,
    unit: &Unit,
    texts: &BTreeMap<&TargetPath, &str>,
    topology: &mut Topology,
) {
    let Some(path) = &unit.path else { return };
    let text = texts.get(path).copied().unwrap_or_default();
    let command = line_of(text, "ExecStart=");
    with_page(files, (ProgramKind::Prometheus, path), topology, |page| {
        let other = |path: &TargetPath| Some((files.source_of(path), *texts.get(path)?));
        prometheus::read::read(page, unit, command, &other);
    });
}

fn read_application(
    files: &FileSet<'_>,
    unit: &Unit,
    texts: &BTreeMap<&TargetPath, &str>,
    topology: &mut Topology,
) {
    for assigned in unit.assigned.iter().filter(|assigned| SETTINGS.contains(&assigned.key.as_str())) {
        let path = address::path(&assigned.value).filter(|path| path.file_name().ends_with(".properties"));
        if let Some((path, text)) = path.as_ref().and_then(|path| Some((path, *texts.get(path)?))) {
            read_properties(files, unit, (path, text), topology);
            return;
        }
        let place = format!("{} {}", assigned.path, assigned.key);
        let reason =
            "the settings of its SDK stand in the file that this names, which is not read".to_owned();
        topology.not_read.push(NotRead { place, reason });
        if assigned.key != "OTEL_JAVAAGENT_CONFIGURATION_FILE" {
            return;
        }
    }
    let is_endpoint = |assigned: &&Assigned| {
        assigned.key.starts_with("OTEL_EXPORTER_OTLP") && assigned.key.ends_with("ENDPOINT")
    };
    let Some(endpoint) = unit.assigned.iter().rev().find(is_endpoint) else { return };
    let text = texts.get(&endpoint.path).copied().unwrap_or_default();
    let mut file = EnvFile::default();
    for assigned in &unit.assigned {
        let span = place_of(text, assigned);
        let value_span = span.start + (assigned.key.len() + 1).min(span.len())..span.end;
        let value = Cow::Borrowed(assigned.value.as_str());
        file.entries.push(EnvEntry { key: &assigned.key, value, span, value_span, inside: false });
    }
    with_page(files, (ProgramKind::App, &endpoint.path), topology, |page| {
        app::read::read(page, &file, EnvFormat::Systemd);
    });
}

/// The properties of the Java agent: `otel.exporter.otlp.endpoint` is what `OTEL_EXPORTER_OTLP_ENDPOINT` is, and
/// a variable beats them.
fn read_properties(
    files: &FileSet<'_>,
    unit: &Unit,
    (path, text): (&TargetPath, &str),
    topology: &mut Topology,
) {
    let mut lines: Vec<(String, &str, Range<usize>)> = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset + line.len() - line.trim_start().len();
        let written = line.trim();
        offset += line.len();
        if written.starts_with(['#', '!']) {
            continue;
        }
        let Some((key, value)) = written.split_once(['=', ':']) else { continue };
        let key = key.trim().to_uppercase().replace(['.', '-'], "_");
        if !unit.environment.values.contains_key(&key) {
            lines.push((key, value.trim(), start..start + written.len()));
        }
    }
    let mut file = EnvFile::default();
    for (key, value, span) in &lines {
        let value_span = span.end - value.len()..span.end;
        let value = Cow::Borrowed(*value);
        file.entries.push(EnvEntry { key, value, span: span.clone(), value_span, inside: false });
    }
    for assigned in &unit.assigned {
        let value = Cow::Borrowed(assigned.value.as_str());
        let entry = EnvEntry { key: &assigned.key, value, span: 0..0, value_span: 0..0, inside: false };
        file.entries.push(entry);
    }
    with_page(files, (ProgramKind::App, path), topology, |page| {
        app::read::read(page, &file, EnvFormat::Systemd);
    });
}

fn with_page(
    files: &FileSet<'_>,
    (kind, path): (ProgramKind, &TargetPath),
    topology: &mut Topology,
    read: impl FnOnce(&mut FileReading<'_>),
) {
    let source = files.source_of(path);
    topology.sources.insert(path.clone(), source.clone());
    let program = topology.programs.len();
    topology.programs.push(Program {
        kind,
        file: path.clone(),
        version: ReadVersion::None,
        excerpt: false,
        starts_here: true,
        site: 0,
    });
    let environment = ProcessEnvironment::default();
    let values = Values { expansion: Expansion::None, environment: &environment };
    read(&mut FileReading {
        topology,
        program,
        path,
        source,
        parts: &[],
        values,
        start: Start::Unknown,
        inside: None,
    });
}

/// Where an assignment stands in the text of its unit; the beginning where it stands in another file.
fn place_of(text: &str, assigned: &Assigned) -> Range<usize> {
    let whole = format!("{}={}", assigned.key, assigned.value);
    text.rfind(&whole).map_or(0..0, |start| start..start + whole.len())
}

fn line_of(text: &str, key: &str) -> Range<usize> {
    text.rfind(key)
        .map_or(0..0, |start| start..text[start..].find('\n').map_or(text.len(), |length| start + length))
}

/// What is known of a process that no unit starts: nothing but its home, where the path tells it.
pub(super) fn without_unit(path: &TargetPath) -> ProcessEnvironment {
    let mut environment = ProcessEnvironment { is_unknown: true, ..ProcessEnvironment::default() };
    if let Some((home, _)) = path.as_str().split_once("/.config/") {
        environment.values.insert("HOME".to_owned(), home.to_owned());
    }
    environment
}
