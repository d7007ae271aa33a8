//! Files -> topology: which file is what, each read by its program's reader, and the certificates
//! they name.

use super::compose::{self, Configured, Container, Environment, Layout, Runs};
use super::whose::{self, is_chart_values, kind_by_content, texts};
use super::{FileSet, Guest, named, neighbours, places, proxies, sandboxes, unit_configs, unit_programs};
use crate::component::collector::read::outside_core;
use crate::component::systemd::read::{Idle, Unit, UnitFiles, is_unit, units};
use crate::component::{ConfigReader, ProgramStart, app, readers};
use crate::diagnostic::{MOST, SourceName};
use crate::format::env_file::EnvFile;
use crate::format::page::{FileReading, Start};
use crate::format::values::{Expansion, Values};
use crate::format::yaml::{Node, YamlDocument, YamlFault, YamlLibrary};
use crate::format::{env_file, yaml};
use crate::model::dataflow::{
    HostEntry, NotRead, Program, ProgramKind, ReadVersion, Site, SiteKind, Topology,
};
use crate::model::env::EnvFormat;
use crate::model::names::TargetPath;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Reads a set of files once. Total: what cannot be read is listed, never a panic.
pub fn read(files: &FileSet<'_>) -> Topology {
    FileReader::default().read(files)
}

type ContentDigest = [u8; 32];

/// Reads sets of files; a YAML content that was parsed before in the same run is not parsed again.
#[derive(Debug, Default)]
pub struct FileReader {
    parsed: BTreeMap<(ContentDigest, YamlLibrary), Result<YamlDocument, YamlFault>>,
}

/// A file that belongs to a program.
struct Found<'a> {
    kind: ProgramKind,
    path: TargetPath,
    /// The name under which its text is shown.
    source: SourceName,
    /// Further files that are laid over it: how many bytes stand before each, and its name.
    parts: Vec<(usize, SourceName)>,
    content: Content<'a>,
    /// How its program is started, where that is known.
    process: Option<&'a Unit>,
    place: Place<'a>,
}

/// Where a program runs.
#[derive(Clone, Copy, Default)]
struct Place<'a> {
    /// Index into the sites.
    site: usize,
    /// Its container, if it runs in one.
    container: Option<&'a Container<'a>>,
}

enum Content<'a> {
    /// The digest under which its tree is kept.
    Yaml(ContentDigest),
    Environment(EnvFile<'a>, EnvFormat),
}

/// What a file is found by.
struct Known<'a> {
    files: &'a FileSet<'a>,
    texts: BTreeMap<&'a TargetPath, &'a str>,
    units: &'a [Unit],
}

impl FileReader {
    /// Reads a set of files.
    pub fn read(&mut self, files: &FileSet<'_>) -> Topology {
        let mut topology = Topology::default();
        let texts = texts(files, &mut topology);
        let unit_files = texts.iter().filter(|(path, _)| is_unit(path)).map(|(path, text)| (*path, *text));
        let known = UnitFiles {
            text: &|path| texts.get(path).copied(),
            is_absent: &|path| files.is_absent(path),
            links: &files.unit_links,
        };
        let units = units(unit_files, &known);
        for unit in units.iter().filter(|unit| unit.too_long) {
            let reason = "its command line, variables put in, is longer than 2 MB".to_owned();
            topology.not_read.push(NotRead { place: unit.name.clone(), reason });
        }
        let known = Known { files, texts, units: &units };
        let Layout { sites, containers } = compose::layout(files.projects, !files.repository);
        topology.sites = sites;
        if files.neighbours {
            open_host(&mut topology, "a program that is not read may listen".to_owned());
        }
        for unit in units.iter().filter(|unit| unit.idle != Some(Idle::Masked)) {
            if let Some(reason) = whose::may_listen(unit, &units) {
                topology.not_read.push(NotRead { place: unit.name.clone(), reason: reason.to_owned() });
                open_host(&mut topology, format!("`{}`: {reason}", unit.name));
            }
        }
        compose::facts(files, &containers, &mut topology);
        for path in files.projects.iter().flat_map(|project| &project.files) {
            topology.sources.insert(path.clone(), files.source_of(path));
        }
        let mut found = Vec::new();
        for container in &containers {
            self.in_container(container, &known, &mut topology, &mut found);
        }
        let alone = self.configurations(&known, &found, &mut topology);
        found.extend(alone);
        found.extend(environments(&known, &found, &mut topology));
        found.sort_by(|a, b| (a.kind, &a.path, a.place.site).cmp(&(b.kind, &b.path, b.place.site)));
        for file in &found {
            let program = topology.programs.len();
            self.read_file(files, file, &mut topology);
            if let Some(unit) = file.process.filter(|_| file.place.container.is_none()) {
                sandboxes::read(files, (unit, program), &known.texts, &mut topology);
            }
        }
        unit_configs::read(files, &units, &known.texts, &mut topology);
        neighbours::read(files, &containers, &mut topology);
        unit_programs::read(files, &units, &known.texts, &mut topology);
        proxies::read(files, &containers, &mut topology);
        named::read_named(&mut topology, files);
        compose::missing(files, &containers, &mut topology);
        topology.readers.clone_from(&files.readers);
        topology
    }

    /// The YAML files that a program on a host reads: by place, by a unit's command line, by content.
    fn configurations<'a>(
        &mut self,
        known: &Known<'a>,
        found: &[Found<'_>],
        topology: &mut Topology,
    ) -> Vec<Found<'a>> {
        let mut alone = Vec::new();
        for (path, text) in &known.texts {
            let named = known.units.iter().find(|unit| unit.idle.is_none() && unit.configs.contains(path));
            let source = known.files.source_of(path);
            let in_container = found
                .iter()
                .any(|file| file.path == **path || file.parts.iter().any(|(_, part)| *part == source));
            if in_container && named.is_none() || !places::is_yaml(path) && named.is_none() {
                continue;
            }
            if known.files.projects.iter().any(|project| project.files.contains(*path)) {
                continue;
            }
            if let Some(reason) = whose::out_of_use(path, known.units).filter(|_| named.is_none()) {
                topology.not_read.push(NotRead { place: known.files.source_of(path).0, reason });
                continue;
            }
            let kind = places::kind_of(path)
                .or_else(|| named.and_then(Unit::engine))
                .or_else(|| self.parse(text, None).1.and_then(kind_by_content));
            let Some(kind) = kind else { continue };
            if known.files.repository && !reader_of(kind).is_some_and(|reader| reader.in_repository) {
                continue;
            }
            let (digest, root) = self.parse(text, Some(kind));
            if known.files.repository && named.is_none() && root.is_some_and(is_chart_values) {
                let reason = "values of a Helm chart: what it makes of them is not judged".to_owned();
                topology.not_read.push(NotRead { place: known.files.source_of(path).0, reason });
                continue;
            }
            let placed = named.is_some() || places::kind_of(path).is_some();
            let site = if known.files.repository && !placed { nowhere(topology) } else { 0 };
            let laid = named.filter(|unit| unit.configs.len() > 1).and_then(|unit| {
                let text = |path: &TargetPath| Some((known.files.source_of(path), *known.texts.get(path)?));
                unit.configs.iter().map(text).collect::<Option<Vec<_>>>()
            });
            let laid = laid.and_then(|files| self.merged(kind, &files));
            // The first of them stands for all.
            if laid.is_some() && named.is_some_and(|unit| unit.configs.first() != Some(*path)) {
                continue;
            }
            let (digest, parts) = laid.unwrap_or((digest, Vec::new()));
            alone.push(Found {
                kind,
                path: (*path).clone(),
                source: known.files.source_of(path),
                parts,
                content: Content::Yaml(digest),
                process: named,
                place: Place { site, container: None },
            });
        }
        alone
    }

    /// What of a container is read: its engine's configuration, its datasources, its environment.
    fn in_container<'a>(
        &mut self,
        container: &'a Container<'a>,
        known: &Known<'a>,
        topology: &mut Topology,
        found: &mut Vec<Found<'a>>,
    ) {
        let place = Place { site: container.site, container: Some(container) };
        if container.runs() == Runs::Engine(ProgramKind::Grafana) {
            for path in compose::datasources(container, known.texts.keys().copied()) {
                let (digest, root) = self.parse(known.texts[path], Some(ProgramKind::Grafana));
                if root.is_some_and(|root| kind_by_content(root) == Some(ProgramKind::Grafana)) {
                    found.push(Found {
                        kind: ProgramKind::Grafana,
                        path: path.clone(),
                        source: known.files.source_of(path),
                        parts: Vec::new(),
                        content: Content::Yaml(digest),
                        process: None,
                        place,
                    });
                }
            }
        } else if let Some(configured) = compose::configured(container, known.files, topology) {
            let Configured { path, source, text } = configured;
            let text = match text {
                Some(masked) => Some(masked),
                None => known.texts.get(&path).map(|text| (*text).to_owned()),
            };
            let Some(text) = text else { return };
            let kind = match container.runs() {
                Runs::Engine(kind) => Some(kind),
                Runs::Other => self.parse(&text, None).1.and_then(kind_by_content),
            };
            if let Some(kind) = kind {
                let (mut digest, _) = self.parse(&text, Some(kind));
                if container.runs() == Runs::Other {
                    topology.sites[container.site].open = None;
                }
                let mut parts = Vec::new();
                let all = compose::all_configured(container, known.files);
                if let Some((merged, names)) = all.and_then(|all| self.merged(kind, &all)) {
                    (digest, parts) = (merged, names);
                }
                let content = Content::Yaml(digest);
                let process = Some(&container.process);
                found.push(Found { kind, path, source, parts, content, process, place });
            }
        }
        found.extend(environment_of(container, place));
    }

    /// Several files of a collector as one; `None` where one does not parse, or where only one is.
    fn merged(
        &mut self,
        kind: ProgramKind,
        files: &[(SourceName, &str)],
    ) -> Option<(ContentDigest, Vec<(usize, SourceName)>)> {
        if files.len() < 2 || kind != ProgramKind::Collector {
            return None;
        }
        let (mut documents, mut parts, mut offset) = (Vec::new(), Vec::new(), 0);
        for (source, text) in files {
            documents.push((offset, yaml::parse(text, dialect(kind)).ok()?));
            parts.push((offset, source.clone()));
            // A line end between them, so that no place belongs to two.
            offset += text.len() + 1;
        }
        let texts: Vec<&str> = files.iter().map(|(_, text)| *text).collect();
        let digest: ContentDigest = Sha256::digest(texts.join("\n").as_bytes()).into();
        let document = yaml::merged(documents)?;
        self.parsed.insert((digest, dialect(kind)), Ok(document));
        Some((digest, parts))
    }

    /// Parses a text for a program, once in a run; while it is not known whose it is, as most of them do.
    fn parse(&mut self, text: &str, kind: Option<ProgramKind>) -> (ContentDigest, Option<&Node>) {
        let digest: ContentDigest = Sha256::digest(text.as_bytes()).into();
        let dialect = kind.map_or(YamlLibrary::V3, dialect);
        let parsed = self.parsed.entry((digest, dialect)).or_insert_with(|| yaml::parse(text, dialect));
        (digest, parsed.as_ref().ok().map(|document| &document.root))
    }

    fn read_file(&self, files: &FileSet<'_>, file: &Found<'_>, topology: &mut Topology) {
        let source = file.source.clone();
        topology.sources.insert(file.path.clone(), source.clone());
        let unit = file.process;
        let environment =
            unit.map_or_else(|| unit_programs::without_unit(&file.path), |unit| unit.environment.clone());
        let started = ProgramStart { unit, complete: files.complete };
        let expansion = reader_of(file.kind).map_or(Expansion::None, |reader| (reader.expansion)(&started));
        let program = topology.programs.len();
        let container = file.place.container;
        topology.programs.push(Program {
            kind: file.kind,
            file: file.path.clone(),
            version: ReadVersion::None,
            excerpt: false,
            starts_here: (unit.is_some() || files.complete) && container.is_none(),
            site: file.place.site,
        });
        let values = Values { expansion, environment: &environment };
        let start = match unit.filter(|unit| unit.configs.len() == 1 || !file.parts.is_empty()) {
            Some(unit) => Start::Alone(&unit.flags),
            None => Start::Unknown,
        };
        let guest = files.guests.get(&file.path).map(|guest| &guest.inside);
        let inside = container.map(|container| &container.inside).or(guest);
        let mut page = FileReading {
            topology,
            program,
            path: &file.path,
            source,
            parts: &file.parts,
            values,
            start,
            inside,
        };
        let version = match &file.content {
            Content::Environment(lines, dialect) => {
                app::read::read(&mut page, lines, *dialect);
                ReadVersion::None
            }
            Content::Yaml(digest) => match &self.parsed[&(*digest, dialect(file.kind))] {
                Ok(document) if started_with_it_alone(&mut page, unit) => {
                    read_document(&mut page, files, file, document)
                }
                Ok(_) => ReadVersion::None,
                Err(fault) => {
                    page.fault(fault.span.clone(), fault.text.clone());
                    ReadVersion::None
                }
            },
        };
        topology.programs[program].version = version;
    }
}

/// The environment of a service, where it is an application's that exports.
fn environment_of<'a>(container: &'a Container<'a>, place: Place<'a>) -> Option<Found<'a>> {
    let Environment { lines, source } = compose::environment(container.service)?;
    let path = format!("/{}#{}", source.0.trim_start_matches('/'), container.service.name);
    app::read::is_app(&lines).then(|| Found {
        kind: ProgramKind::App,
        path: TargetPath::new(path),
        source,
        parts: Vec::new(),
        content: Content::Environment(lines, EnvFormat::Docker),
        process: None,
        place,
    })
}

/// The host has programs that may listen on any port.
fn open_host(topology: &mut Topology, reason: String) {
    if topology.sites.is_empty() {
        topology.sites.push(Site::HOST);
    }
    topology.sites[0].open.get_or_insert(reason);
}

/// A site of its own for a file of which nobody says where its program runs.
fn nowhere(topology: &mut Topology) -> usize {
    if topology.sites.is_empty() {
        topology.sites.push(Site::HOST);
    }
    let open = Some("nothing here says where it runs".to_owned());
    topology.sites.push(Site { kind: SiteKind::Unknown, open, ..Site::HOST });
    topology.sites.len() - 1
}

/// The library that the program reads its YAML with.
fn dialect(kind: ProgramKind) -> YamlLibrary {
    reader_of(kind).map_or(YamlLibrary::V3, |reader| reader.library)
}

fn reader_of(kind: ProgramKind) -> Option<&'static ConfigReader> {
    readers().find(|reader| reader.kind == kind)
}

/// The environment files of applications: named by a unit that starts no engine, or by their name.
fn environments<'a>(known: &Known<'a>, found: &[Found<'_>], topology: &mut Topology) -> Vec<Found<'a>> {
    let Known { files, texts, units } = known;
    let is_engine = |unit: &Unit| {
        unit.engine().is_some() || unit.configs.iter().any(|path| found.iter().any(|file| file.path == *path))
    };
    let running = units.iter().filter(|unit| unit.idle.is_none());
    let (engines, others): (Vec<&Unit>, Vec<&Unit>) = running.partition(|unit| is_engine(unit));
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
        if !app::read::is_app(&lines) {
            continue;
        }
        let source = files.source_of(path);
        let in_etc = path.is_within(&TargetPath::new("/etc"));
        if !files.repository && in_etc && !by_unit && given.is_none() {
            let reason = "an environment file that no unit here reads".to_owned();
            topology.not_read.push(NotRead { place: source.0, reason });
            continue;
        }
        if files.repository && !by_unit {
            let in_project = files.projects.iter().any(|project| project.files.contains(*path));
            if !in_project {
                let reason = "an environment file, and nothing here says whose".to_owned();
                topology.not_read.push(NotRead { place: source.0, reason });
            }
            continue;
        }
        all.push(Found {
            kind: ProgramKind::App,
            path: (*path).clone(),
            source,
            parts: Vec::new(),
            content: Content::Environment(lines, dialect),
            process: None,
            place: files.guests.get(*path).map(|guest| around(guest, topology)).unwrap_or_default(),
        });
    }
    all
}

/// The site of a program in a container, on the only host.
fn around<'a>(guest: &Guest, topology: &mut Topology) -> Place<'a> {
    if topology.sites.is_empty() {
        topology.sites.push(Site::HOST);
    }
    let site = topology.sites.len();
    topology.sites.push(Site {
        kind: SiteKind::Container(guest.name.clone()),
        hosts: vec![(guest.host_address.clone(), HostEntry::Gateway)],
        host: Some(0),
        open: Some(format!("what `{}` listens on is not read", guest.name)),
        ..Site::HOST
    });
    Place { site, container: None }
}

/// Whether the file is all the configuration that its unit starts the program with. Merged files are
/// not read: each alone would be judged for what stands in another.
fn started_with_it_alone(page: &mut FileReading<'_>, unit: Option<&Unit>) -> bool {
    let Some(unit) = unit else { return true };
    if unit.configs.len() > 1 && page.parts.is_empty() {
        let starts = if page.inside.is_some() { "its service" } else { "its unit" };
        page.not_read(
            "",
            format!("{starts} starts the program with several configuration files, which are merged"),
        );
        return false;
    }
    if unit.more {
        let starts = if page.inside.is_some() { "its service" } else { "its unit" };
        page.not_read("", format!("{starts}'s command line changes keys of the configuration"));
    }
    true
}

fn read_document(
    page: &mut FileReading<'_>,
    files: &FileSet<'_>,
    file: &Found<'_>,
    document: &YamlDocument,
) -> ReadVersion {
    let kind = file.kind;
    let tagged = file.place.container.and_then(Container::release);
    let root = &document.root;
    let more = document.duplicates.len().saturating_sub(MOST);
    for (index, (span, key)) in document.duplicates.iter().take(MOST).enumerate() {
        let rest =
            if index + 1 == MOST && more > 0 { format!(", and {more} more keys do") } else { String::new() };
        page.fault(span.clone(), format!("the key `{key}` stands twice in one block{rest}"));
    }
    for (_, key) in &document.overlaps {
        page.not_read(key, "`<<` brings it too: where keys are free the program refuses the file");
    }
    if document.second.is_some() {
        page.not_read("", "a second YAML document in the file, which the program does not read either");
    }
    let Some(reader) = reader_of(kind) else { return ReadVersion::None };
    let read = (reader.read)(page, root, tagged.or(files.version_of(kind)));
    let version = whose::by_tag(read.version, tagged);
    if let Some(container) = file.place.container {
        if kind == ProgramKind::Collector && container.is_core_collector() {
            outside_core(page, root, tagged);
        }
        let program = page.program;
        compose::queue(page.topology, container, program);
        compose::moving_tag(page.topology, container, &version);
        compose::data(page.topology, container, &read.data);
    }
    version
}
