//! Which files of a directory belong to a tracing stack: by place, by what units name, and by what those
//! files name in turn, until nothing new is named.
//!
//! Bounded in number, depth and size; whatever a bound cuts off is listed. Called by
//! `check --files` and by whoever looks at a host.

use super::tree::{FileTree, Looked};
use super::whose::most_bytes;
use super::{Examined, FileReader, FileSet, places};
use crate::component::proxy::read::PROXIES;
use crate::component::readers;
use crate::component::systemd::read::{Unit, UnitLinks};
use crate::diagnostic::SourceName;
use crate::format::compose::{Project, is_compose_file};
use crate::format::yaml;
use crate::model::dataflow::{CertificateFile, NotRead};
use crate::model::names::TargetPath;
use std::collections::{BTreeMap, BTreeSet};

/// No more files than this are looked into.
const MOST_FILES: usize = 5_000;
/// No more directories than this are listed while homes are searched for environment files.
const MOST_DIRECTORIES: usize = 5_000;
/// How deep below a home environment files are looked for.
const DEPTH: usize = 4;
/// Larger files of a repository are not read (bytes): nobody writes a configuration of that size.
const MOST_BYTES: usize = 1024 * 1024;
/// How often named files may name further ones.
const ROUNDS: usize = 8;

/// The files of a stack, found in a directory.
#[derive(Clone, Debug, Default)]
pub struct Discovered {
    /// Every file that was read, by the path it has on the host.
    pub files: BTreeMap<TargetPath, Vec<u8>>,
    /// Files that are there and could not be read.
    pub unread: BTreeSet<TargetPath>,
    /// What could not be read or was cut off by a bound, and why.
    pub not_read: Vec<NotRead>,
    /// How many programs the files belong to; 0 means that there is nothing to judge.
    pub programs: usize,
    /// Whether something of tracing is there that is listed and not judged: values of a chart, a template.
    pub lists: bool,
    /// Compose projects that have to do with tracing.
    pub projects: Vec<Project>,
    /// Paths that projects name and where nothing is.
    pub absent: BTreeSet<TargetPath>,
    /// Files that engines in containers find mounted, and that their user may not read.
    pub unreadable: BTreeSet<TargetPath>,
    /// Whether it is a repository, and not laid out like a host.
    pub repository: bool,
    /// Whether something that is not read may listen on the host.
    pub neighbours: bool,
    /// What starts the units of the host.
    pub unit_links: UnitLinks,
}

impl Discovered {
    /// The files for a reader; versions are the caller's to add, and that they are all there is: a
    /// directory holds a part of a host, and never its keys, unless it is the host's own root.
    pub fn file_set(&self) -> FileSet<'_> {
        FileSet {
            files: self.files.iter().map(|(path, bytes)| (path.clone(), Examined::Bytes(bytes))).collect(),
            unread: self.unread.clone(),
            complete: false,
            shown_as: self.files.keys().map(|path| (path.clone(), self.shown(path))).collect(),
            projects: &self.projects,
            absent: self.absent.clone(),
            unreadable: self.unreadable.clone(),
            repository: self.repository,
            neighbours: self.neighbours,
            unit_links: self.unit_links.clone(),
            ..FileSet::default()
        }
    }
}

impl Discovered {
    /// The name under which a file is shown: relative in a repository.
    pub fn shown(&self, path: &TargetPath) -> SourceName {
        let text = path.as_str();
        SourceName(if self.repository { text.trim_start_matches('/') } else { text }.to_owned())
    }
}

/// Finds the files of a stack in a tree.
pub fn discover(tree: &dyn FileTree) -> Discovered {
    let mut search = Search { tree, found: Discovered::default(), looked: BTreeSet::new(), directories: 0 };
    search.found.repository = !search.is_host();
    if search.found.repository {
        search.repository();
    } else {
        search.places();
    }
    search.projects();
    let mut reader = FileReader::default();
    for _ in 0..ROUNDS {
        let named = search.named(&mut reader);
        let before = search.looked.len();
        for path in &named {
            search.look(path);
        }
        if search.looked.len() == before {
            break;
        }
    }
    search.absent_configurations();
    if search.found.programs == 0 && search.found.repository {
        search.config_maps(&TargetPath::new("/"), DEPTH + 2);
    }
    search.found
}

pub(super) struct Search<'t> {
    pub(super) tree: &'t dyn FileTree,
    pub(super) found: Discovered,
    pub(super) looked: BTreeSet<TargetPath>,
    directories: usize,
}

impl Search<'_> {
    /// Programs whose configuration is here and is not read, and that may listen on any port.
    fn neighbours(&mut self) {
        for name in places::NEIGHBOURS {
            let directory = TargetPath::new(format!("/etc/{name}"));
            if self.is_started_here(name) || self.is_read_proxy(name) {
                continue;
            }
            if !self.list(&directory).is_empty() {
                self.not_read(&directory, "its files are not read: the program may listen on any port");
                self.found.neighbours = true;
            }
        }
    }

    /// Looks at the files of a proxy on the host. Returns whether all of them are at places that are known.
    fn is_read_proxy(&mut self, directory: &str) -> bool {
        let Some((_, _, places)) = PROXIES.iter().find(|row| row.0.0.to_lowercase() == directory) else {
            return false;
        };
        let before = self.found.files.len();
        places.iter().for_each(|place| self.proxy_files(&TargetPath::new(*place)));
        let known = |path: &str| {
            places.iter().any(|place| path.starts_with(place))
                || ["modules-enabled", "mime.types", "params", "options-ssl"]
                    .iter()
                    .any(|part| path.contains(part))
        };
        let includes = |text: &str| {
            let lines = text.lines().filter_map(|line| line.trim().strip_prefix("include "));
            lines.into_iter().all(|path| known(path.trim()) || !path.contains('/'))
        };
        let own = self
            .found
            .files
            .iter()
            .filter(|(path, _)| places.iter().any(|place| path.as_str().starts_with(place)));
        let all_known = own.into_iter().all(|(_, bytes)| includes(&String::from_utf8_lossy(bytes)));
        self.found.files.len() > before && all_known
    }

    /// Everything that is found by its place alone.
    fn places(&mut self) {
        for path in readers().flat_map(|reader| reader.places) {
            self.look(&TargetPath::new(*path));
        }
        for directory in readers().flat_map(|reader| reader.directories) {
            self.yaml_files(&TargetPath::new(*directory));
        }
        let homes = self.homes();
        for home in &homes {
            for directory in readers().filter_map(|reader| reader.in_home) {
                self.yaml_files(&home.join(directory));
            }
            self.environments(home, DEPTH);
        }
        for directory in places::APPLICATIONS {
            self.environments(&TargetPath::new(*directory), DEPTH);
        }
        self.environments(&TargetPath::new("/etc"), 1);
        self.find_units(&homes);
        self.neighbours();
    }

    /// Whether a unit starts the program of this name, and says with which file.
    fn is_started_here(&self, name: &str) -> bool {
        let starts = |unit: &Unit| {
            let is_it = unit.engine().is_some_and(|kind| kind.table() == name);
            is_it && unit.idle.is_none() && !unit.configs.is_empty() && !unit.more
        };
        self.units().iter().any(starts)
    }

    /// Names in a directory, and whether each is a directory.
    pub(super) fn list(&mut self, directory: &TargetPath) -> Vec<(String, bool)> {
        let listed = self.tree.list(directory);
        for reason in &listed.unread {
            self.not_read(directory, reason);
        }
        listed.entries.into_iter().map(|entry| (entry.name, entry.is_directory)).collect()
    }

    fn yaml_files(&mut self, directory: &TargetPath) {
        for (name, is_directory) in self.list(directory) {
            let path = directory.join(&name);
            if !is_directory && places::is_yaml(&path) {
                self.look(&path);
            }
        }
    }

    /// `.env` files of a home and of the directories below it, hidden and fetched ones left out.
    fn environments(&mut self, directory: &TargetPath, depth: usize) {
        self.directories += 1;
        if self.directories > MOST_DIRECTORIES {
            if self.directories == MOST_DIRECTORIES + 1 {
                self.not_read(
                    directory,
                    "too many directories: environment files further on were not looked for",
                );
            }
            return;
        }
        for (name, is_directory) in self.list(directory) {
            let path = directory.join(&name);
            if !is_directory && (places::is_environment(&path) || is_compose_file(&name)) {
                self.look(&path);
            } else if is_directory
                && depth > 0
                && !name.starts_with('.')
                && !places::FETCHED.contains(&name.as_str())
            {
                self.environments(&path, depth - 1);
            }
        }
    }

    /// Lists configurations that stand inside of other files, in a directory that holds none by itself.
    fn config_maps(&mut self, directory: &TargetPath, depth: usize) {
        self.directories += 1;
        if self.directories > MOST_DIRECTORIES {
            return;
        }
        for (name, is_directory) in self.list(directory) {
            let path = directory.join(&name);
            if is_directory
                && depth > 0
                && !name.starts_with('.')
                && !places::FETCHED.contains(&name.as_str())
            {
                self.config_maps(&path, depth - 1);
            } else if !is_directory
                && places::is_yaml(&path)
                && let Looked::Bytes(bytes) = self.tree.read(&path, yaml::MAX_BYTES)
            {
                let text = String::from_utf8_lossy(&bytes);
                let holds =
                    ["receivers:", "distributor:", "pipelines:"].iter().any(|word| text.contains(word));
                if text.contains("kind: ConfigMap") && holds {
                    self.not_read(&path, "a ConfigMap that holds a configuration, which is not read");
                }
            }
        }
    }

    /// Paths that the files found so far name, and that a judgement needs.
    fn named(&mut self, reader: &mut FileReader) -> Vec<TargetPath> {
        let set = self.found.file_set();
        let topology = reader.read(&set);
        self.found.programs = topology.programs.len();
        self.found.lists = !topology.not_read.is_empty();
        let units = self.units();
        let named = topology
            .certificates
            .iter()
            .filter(|(_, file)| matches!(file, CertificateFile::Missing | CertificateFile::NotHere));
        let mut named: Vec<TargetPath> = named.map(|(path, _)| path.clone()).collect();
        for unit in units {
            let may_be_ours = unit.engine().is_some() || unit.configs.iter().all(places::is_yaml);
            named.extend(unit.configs.into_iter().filter(|_| may_be_ours));
            named.extend(unit.environment_files);
            let settings =
                unit.assigned.into_iter().filter(|one| one.key == "OTEL_JAVAAGENT_CONFIGURATION_FILE");
            named.extend(settings.filter_map(|one| crate::format::address::path(&one.value)));
        }
        named
    }

    /// Configuration that units name and that is not there, where the rest of its directory is here.
    fn absent_configurations(&mut self) {
        let units = self.units().into_iter().filter(|unit| unit.engine().is_some() && unit.idle.is_none());
        let named = units.flat_map(|unit| {
            unit.configs.into_iter().chain(unit.needed_files.into_iter().map(|needed| needed.path))
        });
        let named: Vec<TargetPath> = named
            .filter(|path| !self.found.files.contains_key(path) && !self.found.unread.contains(path))
            .collect();
        for path in named {
            if self.tree.read(&path, 0) == Looked::Absent
                && !self.tree.list(&path.parent()).entries.is_empty()
            {
                self.found.absent.insert(path);
            }
        }
    }

    /// Reads a file into the set, once.
    pub(super) fn look(&mut self, path: &TargetPath) {
        if let Some(bytes) = self.fetch(path) {
            self.found.files.insert(path.clone(), bytes);
        }
    }

    pub(super) fn fetch(&mut self, path: &TargetPath) -> Option<Vec<u8>> {
        if !self.looked.insert(path.clone()) || self.looked.len() > MOST_FILES {
            if self.looked.len() == MOST_FILES + 1 {
                self.not_read(path, "too many files: this one and later ones were not looked into");
            }
            return None;
        }
        let most = if self.found.repository { MOST_BYTES } else { most_bytes(path) };
        match self.tree.read(path, most) {
            Looked::Absent => None,
            Looked::Bytes(bytes) => Some(bytes),
            Looked::Unreadable(reason) => {
                self.not_read(path, &reason);
                self.found.unread.insert(path.clone());
                None
            }
        }
    }

    pub(super) fn not_read(&mut self, path: &TargetPath, reason: &str) {
        self.found.not_read.push(NotRead { place: self.found.shown(path).0, reason: reason.to_owned() });
    }
}
