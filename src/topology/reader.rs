//! Files -> topology: which file is what, each read by its program's reader, and the certificates
//! they name.

use super::page::Page;
use super::values::{Environment, Expansion, Values};
use super::yaml::{self, Document, Fault, Node};
use super::{Examined, FileSet, certificates};
use crate::component::{collector, tempo};
use crate::dataflow::{
    CertificateFile, FileReference, NotRead, Program, ProgramKind, Topology, Trust, Version,
};
use crate::diagnostic::{Mark, SourceName};
use crate::stack::TargetPath;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Reads a set of files once. Total: what cannot be read is listed, never a panic.
pub fn read(files: &FileSet<'_>) -> Topology {
    Reader::default().read(files)
}

type ContentDigest = [u8; 32];

/// Reads sets of files; a YAML content that was parsed before in the same run is not parsed again.
#[derive(Debug, Default)]
pub struct Reader {
    parsed: BTreeMap<ContentDigest, Result<Document, Fault>>,
}

/// A file that belongs to a program.
struct Found<'a> {
    kind: ProgramKind,
    path: &'a TargetPath,
    digest: ContentDigest,
}

impl Reader {
    /// Reads a set of files.
    pub fn read(&mut self, files: &FileSet<'_>) -> Topology {
        let mut topology = Topology::default();
        let found = self.find(files, &mut topology);
        for file in &found {
            let source = files.shown_as.get(file.path).cloned();
            let source = source.unwrap_or_else(|| SourceName(file.path.to_string()));
            topology.sources.insert(file.path.clone(), source.clone());
            match &self.parsed[&file.digest] {
                Ok(document) => read_document(files, file, source, document, &mut topology),
                Err(fault) => {
                    let mark = Mark { source, span: fault.span.clone() };
                    topology.faults.push((mark, fault.text.clone()));
                }
            }
        }
        topology.certificates = certificates_of(files, &topology);
        topology
    }

    /// All files that a program reads, in order of kind and path, parsed.
    fn find<'a>(&mut self, files: &'a FileSet<'_>, topology: &mut Topology) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for (path, content) in &files.files {
            let Examined::Bytes(bytes) = content else { continue };
            if !is_yaml(path) {
                continue;
            }
            let Ok(text) = std::str::from_utf8(bytes) else {
                topology.not_read.push(NotRead { place: path.to_string(), reason: "not UTF-8".to_owned() });
                continue;
            };
            let digest: ContentDigest = Sha256::digest(bytes).into();
            let parsed = self.parsed.entry(digest).or_insert_with(|| yaml::parse(text));
            if let Some(kind) = kind_of(path, parsed.as_ref().ok().map(|document| &document.root)) {
                found.push(Found { kind, path, digest });
            }
        }
        found.sort_by(|a, b| (a.kind, a.path).cmp(&(b.kind, b.path)));
        found
    }
}

fn is_yaml(path: &TargetPath) -> bool {
    [".yaml", ".yml"].iter().any(|suffix| path.as_str().ends_with(suffix))
}

/// Whose configuration a YAML file is, by the blocks it has.
fn kind_of(_path: &TargetPath, root: Option<&Node>) -> Option<ProgramKind> {
    let root = root?;
    let has = |keys: &[&str]| keys.iter().any(|key| root.entry(key).is_some());
    if has(&["receivers", "exporters", "processors", "extensions"]) && has(&["service", "receivers", "exporters"]) {
        Some(ProgramKind::Collector)
    } else if has(&["distributor", "storage", "querier", "query_frontend", "ingester", "server"]) {
        Some(ProgramKind::Tempo)
    } else {
        None
    }
}

fn read_document(
    files: &FileSet<'_>,
    file: &Found<'_>,
    source: SourceName,
    document: &Document,
    topology: &mut Topology,
) {
    let root = &document.root;
    let environment = Environment::default();
    let program = topology.programs.len();
    topology.programs.push(Program { kind: file.kind, file: file.path.clone(), version: Version::None });
    let expansion = match file.kind {
        ProgramKind::Collector => Expansion::Collector,
        _ => Expansion::None,
    };
    let values = Values { expansion, environment: &environment };
    let mut page = Page { topology, program, path: file.path, source, values };
    for (span, key) in &document.duplicates {
        page.fault(span.clone(), format!("the key `{key}` stands twice in one block"));
    }
    if document.second.is_some() {
        page.not_read("", "a second YAML document in the file, which the program does not read either");
    }
    let version = match file.kind {
        ProgramKind::Collector => {
            let (release, version) = collector::read::Release::of(files.collector_version.as_deref(), root);
            collector::read::read(&mut page, root, release);
            version
        }
        ProgramKind::Tempo => {
            let (release, version) = tempo::read::Release::of(files.tempo_version.as_deref(), root);
            tempo::read::read(&mut page, root, release);
            version
        }
        ProgramKind::App | ProgramKind::Grafana => Version::None,
    };
    topology.programs[program].version = version;
}

/// What stands at every certificate or key path that a listener or dialler names.
fn certificates_of(files: &FileSet<'_>, topology: &Topology) -> BTreeMap<TargetPath, CertificateFile> {
    let mut paths: BTreeSet<&TargetPath> = BTreeSet::new();
    for listener in &topology.listeners {
        let tls = &listener.tls;
        paths.extend([&tls.certificate, &tls.key, &tls.client_authority].into_iter().flatten().map(path));
    }
    for dialler in &topology.diallers {
        let tls = &dialler.tls;
        paths.extend([&tls.certificate, &tls.key].into_iter().flatten().map(path));
        paths.extend(tls.ignored.iter().map(path));
        if let Trust::File(file) = &tls.trust {
            paths.insert(&file.path);
        }
    }
    let mut all = BTreeMap::new();
    for path in paths {
        let file = match files.files.get(path) {
            Some(Examined::Bytes(bytes)) => certificates::read_pem(bytes),
            Some(Examined::Wish(wish)) => CertificateFile::Wish((*wish).clone()),
            Some(Examined::WishedKey(name)) => CertificateFile::Key(Some((*name).clone())),
            None if files.complete => CertificateFile::Missing,
            None => continue,
        };
        all.insert(path.clone(), file);
    }
    all
}

fn path(reference: &FileReference) -> &TargetPath {
    &reference.path
}
