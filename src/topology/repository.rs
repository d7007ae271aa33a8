//! A repository that somebody else wrote: configuration is found anywhere in it, by name and content.
//!
//! Bounded in depth, number and size; directories in which nothing was written by hand are passed over.

use super::compose;
use super::discover::Search;
use super::neighbours;
use super::places;
use super::proxies;
use crate::component::readers;
use crate::diagnostic::SourceName;
use crate::format::compose::{
    self as format, ComposeService, Led, Project, ProjectDirectory, ProjectFile, Source, SourcePath,
};
use crate::model::names::TargetPath;
use crate::topology::tree::Looked;
use std::cell::RefCell;
use std::collections::BTreeSet;

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
/// Directories of data that tests read and nobody runs.
const OF_TESTS: &[&str] = &["testdata", "test-data", "test_data", "fixtures", "__fixtures__"];
/// What stands in Compose files and in manifests of Kubernetes.
const WORDS: [&str; 2] = ["services:", "apiVersion:"];

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
                let of_tests = OF_TESTS.contains(&name.as_str());
                let skipped =
                    of_tests || FETCHED.contains(&name.as_str()) || places::FETCHED.contains(&name.as_str());
                if is_directory && of_tests {
                    self.not_read(&path, "data of tests, which nobody runs: not judged");
                }
                if is_directory && depth < DEPTH && !skipped {
                    directories.push((path, depth + 1));
                } else if !is_directory && (places::is_yaml(&path) || places::is_environment(&path)) {
                    self.look(&path);
                }
            }
        }
        let words = || readers().flat_map(|reader| reader.words).chain(&WORDS);
        let ours = |path: &TargetPath, bytes: &[u8]| {
            !places::is_yaml(path)
                || format::is_compose_file(path.file_name())
                || words().any(|word| contains(bytes, word.as_bytes()))
        };
        // What a program is started with is looked at again, whatever stands in it.
        let looked = &mut self.looked;
        self.found.files.retain(|path, bytes| {
            let kept = ours(path, bytes);
            if !kept {
                looked.remove(path);
            }
            kept
        });
    }

    /// The names of links in a directory.
    fn linked(&self, directory: &TargetPath) -> BTreeSet<String> {
        let entries = self.tree.list(directory).entries.into_iter();
        entries.filter(|entry| entry.is_link).map(|entry| entry.name).collect()
    }

    /// Loads a project, reading what it names until nothing new is named.
    pub(super) fn load(&mut self, files: &[TargetPath]) -> Project {
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
    pub(super) fn named_by_projects(&mut self) {
        let projects = self.found.projects.clone();
        let layout = compose::layout(&projects, !self.found.repository);
        for container in &layout.containers {
            let beside = neighbours::configuration_path(container);
            for config in container.configs().iter().chain(beside.iter()) {
                if let Led::Here(path, _) = container.inside.lead(config) {
                    self.look(&path);
                    self.note_absent(&path);
                }
            }
            let conf: Vec<TargetPath> = proxies::mounted(container).cloned().collect();
            conf.iter().for_each(|path| self.proxy_files(path));
            for mount in &container.service.mounts {
                if let Source::Bind(SourcePath::Here(path)) = &mount.source {
                    self.note_absent(path);
                    let user = (compose::ENGINE_USER, compose::ENGINE_USER);
                    if container.runs_as_engine_user() && self.tree.is_readable_by(path, user) == Some(false)
                    {
                        self.found.unreadable.insert(path.clone());
                    }
                }
            }
        }
    }

    /// Looks at a file of a proxy, or at those of a directory.
    pub(super) fn proxy_files(&mut self, path: &TargetPath) {
        let entries = self.list(path);
        if entries.is_empty() {
            self.look(path);
        }
        for (name, is_directory) in entries {
            let below = path.join(&name);
            match is_directory {
                true if matches!(name.as_str(), "conf.d" | "sites-enabled" | "streams-enabled") => {
                    for (name, is_directory) in self.list(&below) {
                        if !is_directory {
                            self.look(&below.join(&name));
                        }
                    }
                }
                true => {}
                false => self.look(&below),
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
pub(super) fn concerns(project: &Project, search: &Search<'_>) -> bool {
    let of_tracing = |service: &ComposeService| {
        let image = service.image.as_ref().map(|image| format::Image::of(&image.text.text));
        image.is_some_and(|image| image.is_of_telemetry())
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
