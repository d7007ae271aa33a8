//! A repository that somebody else wrote: configuration is found anywhere in it, by name and content.
//!
//! Bounded in depth, number and size; directories in which nothing was written by hand are passed over.

use super::compose;
use super::discover::Search;
use super::places;
use crate::diagnostic::SourceName;
use crate::format::compose::{
    self as format, ComposeService, Led, Project, ProjectDirectory, ProjectFile, Source, SourcePath,
};
use crate::model::names::TargetPath;
use crate::topology::tree::Looked;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// How deep configuration is looked for.
const DEPTH: usize = 12;
/// No more directories than this are listed.
const MOST_DIRECTORIES: usize = 20_000;
/// How often a project may name files that were not read before.
const ROUNDS: usize = 6;
/// Directories in which nothing was written by hand.
const FETCHED: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    ".terraform",
    ".venv",
    ".tox",
    ".cache",
    ".gradle",
    ".idea",
    ".next",
    "__pycache__",
    "dist",
    "vendored",
];
/// Words of which one stands in every file that is read.
const WORDS: &[&str] =
    &["receivers:", "exporters:", "receivers\":", "distributor", "storage:", "datasources:", "services:"];

impl Search<'_> {
    /// Whether the directory is laid out like a host.
    pub(super) fn is_host(&mut self) -> bool {
        let top = self.list(&TargetPath::new("/"));
        let hosts = ["etc", "home", "root", "usr", "opt", "srv", "var", "lib"];
        let directories = || top.iter().filter(|entry| entry.1);
        // One directory of such a name may stand in any repository; `etc` alone is an extracted one.
        directories().filter(|entry| hosts.contains(&entry.0.as_str())).count() >= 2
            || directories().any(|entry| matches!(entry.0.as_str(), "etc" | "home"))
                && !top.iter().any(|(name, is_directory)| {
                    !is_directory && (format::is_compose_file(name) || name == ".git")
                })
    }

    /// Reads every file of a repository that may be of a tracing stack.
    pub(super) fn repository(&mut self) {
        let mut directories = vec![(TargetPath::new("/"), 0)];
        let mut count = 0;
        while let Some((directory, depth)) = directories.pop() {
            count += 1;
            if count > MOST_DIRECTORIES {
                self.not_read(&directory, "too many directories: what lies further on was not looked for");
                return;
            }
            let links = self.linked(&directory);
            for (name, is_directory) in self.list(&directory) {
                // A link leads to what is found where it stands, or around in a circle.
                if is_directory && links.contains(&name) {
                    continue;
                }
                let path = directory.join(&name);
                let skipped = FETCHED.contains(&name.as_str()) || places::FETCHED.contains(&name.as_str());
                if is_directory && depth < DEPTH && !skipped {
                    directories.push((path, depth + 1));
                } else if !is_directory && (places::is_yaml(&path) || places::is_environment(&path)) {
                    self.look(&path);
                }
            }
        }
        let ours = |path: &TargetPath, bytes: &[u8]| {
            !places::is_yaml(path) || WORDS.iter().any(|word| contains(bytes, word.as_bytes()))
        };
        self.found.files.retain(|path, bytes| ours(path, bytes));
    }

    /// The names of links in a directory.
    fn linked(&self, directory: &TargetPath) -> BTreeSet<String> {
        let entries = self.tree.list(directory).entries.into_iter();
        entries.filter(|entry| entry.is_link).map(|entry| entry.name).collect()
    }

    /// Compose projects among the files, and what they name.
    pub(super) fn projects(&mut self) {
        let mut directories: BTreeMap<TargetPath, BTreeSet<String>> = BTreeMap::new();
        for path in self.found.files.keys().filter(|path| format::is_compose_file(path.file_name())) {
            directories.entry(path.parent()).or_default().insert(path.file_name().to_owned());
        }
        let mut projects = Vec::new();
        for (directory, names) in directories {
            self.look(&directory.join(".env"));
            let mut main = format::main_files(&names);
            if let Some(chosen) = self.chosen(&directory) {
                main = chosen;
            }
            let has_main = !main.is_empty();
            let others = names.into_iter().filter(|name| !main.contains(name)).map(|name| vec![name]);
            let sets: Vec<Vec<String>> =
                std::iter::once(main.clone()).filter(|main| !main.is_empty()).chain(others).collect();
            for (index, set) in sets.into_iter().enumerate() {
                let files: Vec<TargetPath> = set.iter().map(|name| directory.join(name)).collect();
                let project = self.load(&files);
                let is_main = has_main && index == 0;
                if is_main
                    || !project.services.iter().any(|service| service.image.is_none() && !service.builds)
                {
                    projects.push((project, is_main));
                } else {
                    let reason = "a Compose file that is laid over another one with `-f`: it was not judged";
                    self.not_read(&files[0], reason);
                }
            }
        }
        // What another project includes or extends is no project of its own.
        let mains: Vec<BTreeSet<TargetPath>> =
            projects.iter().map(|(project, _)| project.files.clone()).collect();
        let mut kept: Vec<Project> = Vec::new();
        for (index, (project, _)) in projects.into_iter().enumerate() {
            let part = mains.iter().enumerate().any(|(other, files)| {
                other != index && files.len() > mains[index].len() && mains[index].is_subset(files)
            });
            if !part && concerns(&project, self) {
                kept.push(project);
            }
        }
        self.found.projects = kept;
        self.named_by_projects();
    }

    /// `COMPOSE_FILE` of the `.env` in a directory.
    fn chosen(&self, directory: &TargetPath) -> Option<Vec<String>> {
        let text = std::str::from_utf8(self.found.files.get(&directory.join(".env"))?).ok()?;
        let value = text.lines().find_map(|line| line.trim().strip_prefix("COMPOSE_FILE="))?;
        let value = value.trim().trim_matches(['"', '\'']);
        let names: Vec<String> =
            value.split(':').map(|name| name.trim_start_matches("./").to_owned()).collect();
        names.iter().all(|name| self.found.files.contains_key(&directory.join(name))).then_some(names)
    }

    /// Loads a project, reading what it names until nothing new is named.
    fn load(&mut self, files: &[TargetPath]) -> Project {
        for round in 0..ROUNDS {
            let missed: RefCell<BTreeSet<TargetPath>> = RefCell::default();
            let found = &self.found;
            let text = |path: &TargetPath| match found.files.get(path).map(|bytes| std::str::from_utf8(bytes))
            {
                Some(Ok(text)) => ProjectFile::Text(text),
                Some(Err(_)) => ProjectFile::Unreadable,
                None if found.unread.contains(path) => ProjectFile::Unreadable,
                None => {
                    missed.borrow_mut().insert(path.clone());
                    ProjectFile::Absent
                }
            };
            let shown_as = |path: &TargetPath| -> SourceName { found.shown(path) };
            let directory = ProjectDirectory { text: &text, shown_as: &shown_as, rooted: !found.repository };
            let project = format::load(files, &directory);
            let before = self.found.files.len();
            missed.into_inner().iter().for_each(|path| self.look(path));
            if self.found.files.len() == before || round + 1 == ROUNDS {
                return project;
            }
        }
        Project::default()
    }

    /// Reads what the containers of projects are configured by, and notes what is not there.
    fn named_by_projects(&mut self) {
        let projects = self.found.projects.clone();
        let layout = compose::layout(&projects, !self.found.repository);
        for container in &layout.containers {
            for config in container.configs() {
                if let Led::Here(path, _) = container.inside.lead(config) {
                    self.look(&path);
                    self.note_absent(&path);
                }
            }
            for mount in &container.service.mounts {
                if let Source::Bind(SourcePath::Here(path)) = &mount.source {
                    self.note_absent(path);
                }
            }
        }
    }

    fn note_absent(&mut self, path: &TargetPath) {
        if self.found.files.contains_key(path) || self.found.unread.contains(path) {
            return;
        }
        if self.tree.read(path, 0) == Looked::Absent && self.tree.list(path).entries.is_empty() {
            self.found.absent.insert(path.clone());
        }
    }
}

/// Whether a project has to do with tracing: an engine in it, a client, or words of one in a file that
/// cannot be read.
fn concerns(project: &Project, search: &Search<'_>) -> bool {
    let of_tracing = |service: &ComposeService| {
        let image = service.image.as_ref().map(|image| format::Image::of(&image.text.text));
        image.is_some_and(|image| image.program.is_some())
            || service.variables().any(|(key, _)| key.starts_with("OTEL_EXPORTER_OTLP"))
            || service.command.iter().flatten().any(|word| word.text.text.contains("-config"))
    };
    let mentions = |path: &TargetPath| {
        search.found.files.get(path).is_some_and(|bytes| {
            ["opentelemetry-collector", "grafana/tempo"].iter().any(|word| contains(bytes, word.as_bytes()))
        })
    };
    project.services.iter().any(of_tracing)
        || !project.faults.is_empty() && project.files.iter().any(mentions)
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}
