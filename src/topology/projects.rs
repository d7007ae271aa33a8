//! Which files of a directory are Compose projects: the main file with its override, lists of `-f` that
//! scripts name, and what stands alone; and Kubernetes manifests, those of a directory together.

use super::discover::Search;
use super::repository::concerns;
use crate::format::compose::{self as format, Project};
use crate::format::kubernetes;
use crate::model::names::TargetPath;
use crate::topology::tree::Looked;
use std::collections::{BTreeMap, BTreeSet};

/// Larger scripts are not looked into (bytes), nor more of them than this in one directory.
const MOST_BYTES: usize = 256 * 1024;
const MOST_SCRIPTS: usize = 30;
/// How deep variables of a script name each other, and how long a line becomes by that (bytes).
const MOST_VARIABLES: usize = 4;
const MOST_LINE: usize = 16 * 1024;

/// A set of files that Compose is started with.
struct FileSet {
    files: Vec<TargetPath>,
    /// Whether something says that it is started so.
    is_certain: bool,
}

impl Search<'_> {
    /// Compose projects among the files, and what they name.
    pub(super) fn projects(&mut self) {
        let mut directories: BTreeMap<TargetPath, BTreeSet<String>> = BTreeMap::new();
        for path in self.found.files.keys().filter(|path| format::is_compose_file(path.file_name())) {
            directories.entry(path.parent()).or_default().insert(path.file_name().to_owned());
        }
        let mut projects: Vec<(Vec<TargetPath>, Project)> = Vec::new();
        for (directory, names) in directories {
            self.look(&directory.join(".env"));
            for set in self.sets(&directory, &names) {
                let project = self.load(&set.files);
                if set.is_certain || !is_incomplete(&project) {
                    projects.push((set.files, project));
                } else {
                    let reason = "a Compose file that is laid over another one with `-f`: it was not judged";
                    if let Some(last) = set.files.last() {
                        self.not_read(last, reason);
                    }
                }
            }
        }
        let mut kept = self.whole(projects);
        if self.found.repository {
            kept.extend(self.manifests());
        }
        self.found.projects = kept;
        self.named_by_projects();
    }

    /// What another project includes, extends or is laid over is no project of its own.
    fn whole(&self, projects: Vec<(Vec<TargetPath>, Project)>) -> Vec<Project> {
        let read: Vec<BTreeSet<TargetPath>> =
            projects.iter().map(|(_, project)| project.files.clone()).collect();
        let mut kept: Vec<Project> = Vec::new();
        for (index, (_, project)) in projects.into_iter().enumerate() {
            let part = read.iter().enumerate().any(|(other, files)| {
                other != index && files.len() > read[index].len() && read[index].is_subset(files)
            });
            if !part && concerns(&project, self) {
                kept.push(project);
            }
        }
        kept
    }

    /// The sets of files of a directory that are projects.
    fn sets(&mut self, directory: &TargetPath, names: &BTreeSet<String>) -> Vec<FileSet> {
        let join =
            |names: &[String]| -> Vec<TargetPath> { names.iter().map(|name| directory.join(name)).collect() };
        let main = self.chosen(directory).unwrap_or_else(|| format::main_files(names));
        let lists = if names.len() > 1 { self.lists(directory, names) } else { Vec::new() };
        let mut sets = Vec::new();
        if !main.is_empty() {
            sets.push(FileSet { files: join(&main), is_certain: true });
        }
        sets.extend(lists.iter().map(|list| FileSet { files: join(list), is_certain: true }));
        let listed = |name: &String| main.contains(name) || lists.iter().any(|list| list.contains(name));
        let others: Vec<String> = names.iter().filter(|name| !listed(name)).cloned().collect();
        let alone: Vec<(String, bool)> = others
            .iter()
            .map(|name| (name.clone(), is_incomplete(&self.load(&[directory.join(name)]))))
            .collect();
        let together: Vec<String> = match main.is_empty() {
            true => others.clone(),
            false => Vec::new(),
        };
        for (name, incomplete) in &alone {
            let with_main: Vec<String> = main.iter().chain([name]).cloned().collect();
            let files = if *incomplete && !main.is_empty() {
                join(&with_main)
            } else {
                join(std::slice::from_ref(name))
            };
            let completed = main.is_empty() && *incomplete && together.len() > 1;
            if !completed {
                sets.push(FileSet { files, is_certain: false });
            }
        }
        if together.len() > 1 && alone.iter().any(|(_, incomplete)| *incomplete) {
            sets.push(FileSet { files: join(&together), is_certain: false });
        }
        sets
    }

    /// Lists of `-f` that the scripts of a directory, or those above it, start Compose with.
    fn lists(&self, directory: &TargetPath, names: &BTreeSet<String>) -> Vec<Vec<String>> {
        let mut all: Vec<Vec<String>> = Vec::new();
        let below = [directory.clone(), directory.join("scripts"), directory.join("bin"), directory.parent()];
        for place in below {
            let entries = self.tree.list(&place).entries;
            let scripts = entries.into_iter().filter(|entry| !entry.is_directory && is_script(&entry.name));
            for script in scripts.take(MOST_SCRIPTS) {
                let Looked::Bytes(bytes) = self.tree.read(&place.join(&script.name), MOST_BYTES) else {
                    continue;
                };
                for list in started(&String::from_utf8_lossy(&bytes), (directory, &place), names) {
                    if !all.contains(&list) {
                        all.push(list);
                    }
                }
            }
        }
        all
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

    /// Manifests, those of one directory together. A template is listed where it speaks of tracing.
    fn manifests(&mut self) -> Vec<Project> {
        let mut directories: BTreeMap<TargetPath, Vec<TargetPath>> = BTreeMap::new();
        let mut templates = Vec::new();
        for (path, bytes) in &self.found.files {
            let Ok(text) = std::str::from_utf8(bytes) else { continue };
            if !kubernetes::is_manifest(text) {
                continue;
            }
            if kubernetes::is_template(text) && !text.contains("kind: ConfigMap") {
                let speaks = ["opentelemetry-collector", "grafana/tempo", "receivers:"];
                if speaks.iter().any(|word| text.contains(word)) {
                    templates.push(path.clone());
                }
                continue;
            }
            directories.entry(path.parent()).or_default().push(path.clone());
        }
        for path in templates {
            self.not_read(&path, "a template, which something renders before anybody reads it");
        }
        let mut all = Vec::new();
        for (directory, paths) in directories {
            let texts: Vec<_> = paths
                .iter()
                .filter_map(|path| {
                    let text = std::str::from_utf8(self.found.files.get(path)?).ok()?;
                    Some((path.clone(), self.found.shown(path), text))
                })
                .collect();
            let project = kubernetes::load(&directory, &texts);
            if concerns(&project, self) {
                all.push(project);
            }
        }
        all
    }
}

/// Whether it lacks what another file would bring.
fn is_incomplete(project: &Project) -> bool {
    project.services.iter().any(|service| service.image.is_none() && !service.builds)
        || project
            .faults
            .iter()
            .any(|fault| fault.text.contains("undefined") || fault.text.contains("not defined"))
}

fn is_script(name: &str) -> bool {
    let lower = name.to_lowercase();
    let known =
        ["makefile", "gnumakefile", "justfile", "taskfile.yml", "taskfile.yaml", "package.json", "readme.md"];
    known.contains(&lower.as_str()) || [".sh", ".bash", ".mk", ".ps1"].iter().any(|end| lower.ends_with(end))
}

/// The lists of files behind `-f` in the commands of a script, as names of the directory. `place` is where
/// the script stands.
fn started(
    text: &str,
    (directory, place): (&TargetPath, &TargetPath),
    names: &BTreeSet<String>,
) -> Vec<Vec<String>> {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let variables = assigned(&joined);
    let mut all = Vec::new();
    for line in joined
        .lines()
        .map(|line| put_in(line, &variables))
        .filter(|line| line.to_lowercase().contains("compose"))
    {
        let mut list: Vec<String> = Vec::new();
        let mut words = line
            .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ','))
            .filter(|word| !word.is_empty());
        while let Some(word) = words.next() {
            let file = match word.strip_prefix("--file=") {
                Some(file) => Some(file),
                None if matches!(word, "-f" | "--file") => words.next(),
                None => None,
            };
            let Some(file) = file else { continue };
            let name = file.rsplit('/').next().unwrap_or_default().to_owned();
            if names.contains(&name) && is_in(file, directory, place) {
                list.push(name);
            }
        }
        if list.len() > 1 && !all.contains(&list) {
            all.push(list);
        }
    }
    all
}

/// Variables of a script, or of a makefile, that hold lists of files.
fn assigned(text: &str) -> BTreeMap<&str, &str> {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.lines()
        .filter_map(|line| line.split_once('=').filter(|(_, value)| value.contains("-f")))
        .filter_map(|(before, value)| {
            let name = before.trim_end_matches(['?', ':', '+']).trim();
            let name = name.strip_prefix("export ").unwrap_or(name).trim();
            is_name(name).then(|| (name, value.trim().trim_matches(['"', '\''])))
        })
        .collect()
}

/// A line with those variables put in, as often as they name each other.
fn put_in(line: &str, variables: &BTreeMap<&str, &str>) -> String {
    let mut line = line.to_owned();
    for _ in 0..MOST_VARIABLES {
        let before = line.len();
        for (name, value) in variables {
            for written in [format!("$({name})"), format!("${{{name}}}")] {
                if line.contains(&written) && line.len() < MOST_LINE {
                    line = line.replace(&written, value);
                }
            }
        }
        if line.len() == before {
            break;
        }
    }
    line
}

/// Whether a path of a script may lead into the directory: by itself, or by the directory's own name.
fn is_in(file: &str, directory: &TargetPath, place: &TargetPath) -> bool {
    let parent = file.trim_start_matches("./").rsplit_once('/').map_or("", |(parent, _)| parent);
    match parent {
        "" => place == directory || place.parent() == *directory,
        ".." => place.parent() == *directory,
        parent => parent.rsplit('/').next() == Some(directory.file_name()) || parent.contains('$'),
    }
}

#[cfg(test)]
mod tests {
    use super::started;
    use crate::model::names::TargetPath;
    use std::collections::BTreeSet;

    #[test]
    fn a_script_says_which_files_are_laid_over_each_other() {
        let names: BTreeSet<String> = ["a.compose.yaml", "b.compose.yaml"].map(str::to_owned).into();
        let lists = |text: &str, directory: &str, place: &str| {
            started(text, (&TargetPath::new(directory), &TargetPath::new(place)), &names)
        };
        let both = vec![vec!["a.compose.yaml".to_owned(), "b.compose.yaml".to_owned()]];
        let text = "up:\n\tdocker compose -f a.compose.yaml \\\n  -f ./b.compose.yaml up -d\n";
        assert_eq!(lists(text, "/x", "/x"), both);
        assert_eq!(lists(text, "/x", "/y"), Vec::<Vec<String>>::new());
        assert_eq!(lists("compose -f x/a.compose.yaml --file=x/b.compose.yaml", "/x", "/"), both);
        assert_eq!(lists("docker compose -f a.compose.yaml up", "/x", "/x"), Vec::<Vec<String>>::new());
        let text = "A = -f a.compose.yaml\nB ?= $(A) -f b.compose.yaml\nup:\n\tdocker compose $(B) up\n";
        assert_eq!(lists(text, "/x", "/x"), both);
        let circle = "A = -f $(A) $(A) $(B)\nB = -f $(A)\nup:\n\tdocker compose $(B) up\n";
        assert_eq!(lists(circle, "/x", "/x"), Vec::<Vec<String>>::new());
    }
}
