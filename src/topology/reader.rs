//! Files -> topology: which file is what, each read by its program's reader, and the certificates
//! they name.

use super::{Examined, FileSet, named, places, unit_programs};
use crate::component::systemd::read::{Unit, is_unit, units};
use crate::component::{app, collector, grafana, tempo};
use crate::format::env_file::EnvFile;
use crate::format::page::{Page, Start};
use crate::format::values::{Environment, Expansion, Values};
use crate::format::yaml::{Dialect, Document, Fault, Node};
use crate::format::{env_file, yaml};
use crate::model::dataflow::{NotRead, Program, ProgramKind, Topology, Version};
use crate::model::env::EnvFormat;
use crate::model::names::TargetPath;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Reads a set of files once. Total: what cannot be read is listed, never a panic.
pub fn read(files: &FileSet<'_>) -> Topology {
    Reader::default().read(files)
}

type ContentDigest = [u8; 32];

/// Reads sets of files; a YAML content that was parsed before in the same run is not parsed again.
#[derive(Debug, Default)]
pub struct Reader {
    parsed: BTreeMap<(ContentDigest, Dialect), Result<Document, Fault>>,
}

/// A file that belongs to a program.
struct Found<'a> {
    kind: ProgramKind,
    path: &'a TargetPath,
    content: Content<'a>,
}

enum Content<'a> {
    /// The digest under which its tree is kept.
    Yaml(ContentDigest),
    Environment(EnvFile<'a>, EnvFormat),
}

impl Reader {
    /// Reads a set of files.
    pub fn read(&mut self, files: &FileSet<'_>) -> Topology {
        let mut topology = Topology::default();
        let texts = texts(files, &mut topology);
        let unit_files = texts.iter().filter(|(path, _)| is_unit(path)).map(|(path, text)| (*path, *text));
        let units = units(unit_files, &|path| texts.get(path).copied(), &|path| files.is_absent(path));
        let mut found = self.configurations(&texts, &units);
        found.extend(environments(files, &texts, &units, &found));
        found.sort_by(|a, b| (a.kind, a.path).cmp(&(b.kind, b.path)));
        for file in &found {
            self.read_file(files, file, &units, &mut topology);
        }
        unit_programs::read(files, &units, &texts, &mut topology);
        named::read_named(&mut topology, files);
        topology
    }

    /// The YAML files that a program reads: by place, by a unit's command line, by content.
    fn configurations<'a>(
        &mut self,
        texts: &BTreeMap<&'a TargetPath, &'a str>,
        units: &[Unit],
    ) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for (path, text) in texts {
            let named = units.iter().find(|unit| unit.configs.contains(path));
            if !places::is_yaml(path) && named.is_none() {
                continue;
            }
            let digest: ContentDigest = Sha256::digest(text.as_bytes()).into();
            let kind = places::kind_of(path).or_else(|| named.and_then(Unit::engine)).or_else(|| {
                let parsed = self.parsed(digest, Dialect::V3, text);
                parsed.as_ref().ok().and_then(|document| kind_by_content(&document.root))
            });
            if let Some(kind) = kind {
                self.parsed(digest, dialect(kind), text);
                found.push(Found { kind, path, content: Content::Yaml(digest) });
            }
        }
        found
    }

    /// A content by one library's rules.
    fn parsed(&mut self, digest: ContentDigest, dialect: Dialect, text: &str) -> &Result<Document, Fault> {
        self.parsed.entry((digest, dialect)).or_insert_with(|| yaml::parse(text, dialect))
    }

    fn read_file(&self, files: &FileSet<'_>, file: &Found<'_>, units: &[Unit], topology: &mut Topology) {
        let source = files.source_of(file.path);
        topology.sources.insert(file.path.clone(), source.clone());
        let unit = units.iter().find(|unit| unit.configs.contains(file.path));
        let environment = unit.map_or_else(|| without_unit(file.path), |unit| unit.environment.clone());
        let expansion = match file.kind {
            ProgramKind::Collector => Expansion::Collector,
            ProgramKind::Tempo if unit.is_some_and(|unit| unit.expands) => Expansion::Tempo,
            ProgramKind::Tempo if unit.is_none() && !files.complete => Expansion::TempoOrNone,
            _ => Expansion::None,
        };
        let program = topology.programs.len();
        let version = Version::None;
        let starts_here = unit.is_some() || files.complete;
        topology.programs.push(Program {
            kind: file.kind,
            file: file.path.clone(),
            version,
            excerpt: false,
            starts_here,
        });
        let values = Values { expansion, environment: &environment };
        let start = match unit.filter(|unit| unit.configs.len() == 1) {
            Some(unit) => Start::Alone(&unit.flags),
            None => Start::Unknown,
        };
        let mut page = Page { topology, program, path: file.path, source, values, start };
        let version = match &file.content {
            Content::Environment(lines, dialect) => {
                app::read::read(&mut page, lines, *dialect);
                Version::None
            }
            Content::Yaml(digest) => match &self.parsed[&(*digest, dialect(file.kind))] {
                Ok(document) if started_with_it_alone(&mut page, unit) => {
                    read_document(&mut page, files, file.kind, document)
                }
                Ok(_) => Version::None,
                Err(fault) => {
                    page.fault(fault.span.clone(), fault.text.clone());
                    Version::None
                }
            },
        };
        topology.programs[program].version = version;
    }
}

/// The library that the program reads its YAML with.
fn dialect(kind: ProgramKind) -> Dialect {
    match kind {
        ProgramKind::Tempo => Dialect::V2,
        ProgramKind::Collector | ProgramKind::Grafana | ProgramKind::App | ProgramKind::Prometheus => {
            Dialect::V3
        }
    }
}

/// Every file's text. Files that are no text are listed where a program would read them.
fn texts<'a>(files: &'a FileSet<'a>, topology: &mut Topology) -> BTreeMap<&'a TargetPath, &'a str> {
    let mut texts = BTreeMap::new();
    for (path, content) in &files.files {
        let Examined::Bytes(bytes) = content else { continue };
        if bytes.len() > yaml::MAX_BYTES {
            topology
                .not_read
                .push(NotRead { place: path.to_string(), reason: "larger than 8 MB".to_owned() });
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

/// Whose configuration a YAML file is, by blocks that no other program has.
fn kind_by_content(root: &Node) -> Option<ProgramKind> {
    let has = |way: &[&str]| root.at(way).is_some();
    if has(&["service", "pipelines"]) && (has(&["receivers"]) || has(&["exporters"])) {
        Some(ProgramKind::Collector)
    } else if has(&["storage", "trace"]) || has(&["distributor", "receivers"]) {
        Some(ProgramKind::Tempo)
    } else if root.entry("apiVersion").is_some() && grafana::read::is_datasources(root) {
        Some(ProgramKind::Grafana)
    } else {
        None
    }
}

/// The environment files of applications: named by a unit that starts no engine, or by their name.
fn environments<'a>(
    files: &FileSet<'_>,
    texts: &BTreeMap<&'a TargetPath, &'a str>,
    units: &[Unit],
    found: &[Found<'_>],
) -> Vec<Found<'a>> {
    let is_engine = |unit: &Unit| {
        unit.engine().is_some() || unit.configs.iter().any(|path| found.iter().any(|file| file.path == path))
    };
    let (engines, others): (Vec<&Unit>, Vec<&Unit>) = units.iter().partition(|unit| is_engine(unit));
    let names =
        |units: &[&Unit], path: &TargetPath| units.iter().any(|unit| unit.environment_files.contains(path));
    let mut all = Vec::new();
    for (path, text) in texts {
        let given = files.environment_dialects.get(*path).copied();
        let by_unit = names(&others, path);
        if given.is_none() && !by_unit && (!places::is_environment(path) || names(&engines, path)) {
            continue;
        }
        let dialect = given.unwrap_or(if by_unit { EnvFormat::Systemd } else { EnvFormat::Dotenv });
        let lines = env_file::parse(text, dialect);
        if app::read::is_app(&lines) {
            all.push(Found { kind: ProgramKind::App, path, content: Content::Environment(lines, dialect) });
        }
    }
    all
}

/// What is known of a process that no unit starts: nothing but its home, where the path tells it.
fn without_unit(path: &TargetPath) -> Environment {
    let mut environment = Environment { is_unknown: true, ..Environment::default() };
    if let Some((home, _)) = path.as_str().split_once("/.config/") {
        environment.values.insert("HOME".to_owned(), home.to_owned());
    }
    environment
}

/// Whether the file is all the configuration that its unit starts the program with. Merged files are
/// not read: each alone would be judged for what stands in another.
fn started_with_it_alone(page: &mut Page<'_>, unit: Option<&Unit>) -> bool {
    let Some(unit) = unit else { return true };
    if unit.configs.len() > 1 {
        page.not_read("", "its unit starts the program with several configuration files, which are merged");
        return false;
    }
    if unit.more {
        page.not_read("", "its unit's command line changes keys of the configuration");
    }
    true
}

fn read_document(
    page: &mut Page<'_>,
    files: &FileSet<'_>,
    kind: ProgramKind,
    document: &Document,
) -> Version {
    let root = &document.root;
    for (span, key) in &document.duplicates {
        page.fault(span.clone(), format!("the key `{key}` stands twice in one block"));
    }
    for (_, key) in &document.overlaps {
        page.not_read(key, "`<<` brings it too: where keys are free the program refuses the file");
    }
    if document.second.is_some() {
        page.not_read("", "a second YAML document in the file, which the program does not read either");
    }
    match kind {
        ProgramKind::Collector => {
            let (release, version) = collector::read::Release::of(files.collector_version.as_deref(), root);
            collector::read::read(page, root, release);
            version
        }
        ProgramKind::Tempo => {
            let (release, version) = tempo::read::Release::of(files.tempo_version.as_deref(), root);
            let edition = tempo::read::Edition::of(files.tempo_version.as_deref());
            tempo::read::read(page, root, release, edition);
            if let Version::Nearest { given, line } = &version {
                page.not_read(
                    "",
                    format!("judged by the keys of {line}: those of {given} are not known here"),
                );
            }
            version
        }
        ProgramKind::Grafana => {
            grafana::read::read(page, root);
            Version::None
        }
        ProgramKind::App | ProgramKind::Prometheus => Version::None,
    }
}
