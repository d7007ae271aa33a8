//! The Compose projects of `tests/compose/projects`: some work, the others are broken in one place. What is
//! said of each is held against what a real Docker Engine made of it (`tests/run.d/compose` runs them and
//! holds the same `verdict.toml`).
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads its own data, and fails by panicking"
)]

use crate::support::repository;
use std::path::PathBuf;
use std::time::SystemTime;
use tracewright::check::{CheckReport, check};
use tracewright::diagnostic::Severity;
use tracewright::host::DirectoryTree;
use tracewright::topology::{discover, read};

struct ComposeProject {
    name: String,
    works: bool,
    code: Option<String>,
    verdict: CheckReport,
}

fn all() -> Vec<ComposeProject> {
    let home = repository().join("tests/compose/projects");
    let mut directories: Vec<PathBuf> =
        std::fs::read_dir(home).unwrap().map(|entry| entry.unwrap().path()).collect();
    directories.sort();
    directories.into_iter().map(|directory| project(&directory)).collect()
}

fn project(directory: &std::path::Path) -> ComposeProject {
    let text = std::fs::read_to_string(directory.join("verdict.toml")).unwrap();
    let settings: toml::Table = text.parse().unwrap();
    let topology = read(&discover(&DirectoryTree::below(directory)).file_set());
    ComposeProject {
        name: directory.file_name().unwrap().to_str().unwrap().to_owned(),
        works: settings["works"].as_bool().unwrap(),
        code: settings.get("code").map(|code| code.as_str().unwrap().to_owned()),
        verdict: check(&topology, SystemTime::now()),
    }
}

#[test]
fn every_project_is_judged_as_it_runs() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for project in all() {
        count += 1;
        let errors: Vec<&str> = project
            .verdict
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.code.0)
            .collect();
        // Clients are listed there with their peers.
        let open = project.verdict.not_checked.iter().filter(|one| one.place.contains(" -> ")).count();
        let is_right = match &project.code {
            None => project.works && project.verdict.findings.is_empty() && open == 0,
            Some(code) => !project.works && !errors.is_empty() && errors.iter().all(|one| one == code),
        };
        if !is_right {
            wrong.push(format!("{}: {errors:?}, {open} edges not known", project.name));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    println!("promise: Compose projects judged as they run | {count} | cargo");
}
