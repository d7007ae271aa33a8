//! Transcripts: every `tests/cmd/*.md`, and the README, is a page whose console blocks are run as they
//! stand.
//!
//! A line that begins with `$ ` is given to `sh` in a fresh directory that holds a copy of `stacks/`, of the
//! hand-written host of the incident (where the repository has it, and as `incident/`) and of the same,
//! mended (`corrected/`); what it prints (stdout and stderr together) and, where it is not 0, its exit
//! code (`? 3`) must be what stands below it. `TRACEWRIGHT_BLESS=1 cargo test cmd` writes the pages anew;
//! read the difference before you keep it.

use crate::support::{copy_tree, installed_engine, repository};
use crate::transcript::{self, judge};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use tracewright::exit::EXITS;

/// Mutants, and the short names that the pages have for them.
const HOSTS: [(&str, &str); 3] = [
    ("internal-client-plaintext-incident", "incident"),
    ("good-incident-corrected", "corrected"),
    ("no-listener-compose-host-port", "repository"),
];

/// All that a page may call: on every machine the same, and no engine among them.
const TOOLS: [&str; 20] = [
    "cat", "chmod", "cut", "env", "find", "flock", "grep", "head", "ln", "ls", "mkdir", "printf", "rm", "mv",
    "sed", "sh", "sort", "tail", "truncate", "wc",
];

/// A directory with links to these, and to the tool itself.
fn tools(directory: &Path) {
    let all = std::env::var_os("PATH").unwrap();
    let on_path =
        |name: &str| std::env::split_paths(&all).map(|at| at.join(name)).find(|path| path.is_file());
    for name in TOOLS {
        symlink(on_path(name).unwrap_or_else(|| panic!("no `{name}` on PATH")), directory.join(name))
            .unwrap();
    }
    symlink(env!("CARGO_BIN_EXE_tracewright"), directory.join("tracewright")).unwrap();
}

fn output(command: &str, (directory, path): (&Path, &Path)) -> String {
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(directory)
        .env_clear()
        .envs([("PATH", path.to_str().unwrap()), ("HOME", "/nonexistent"), ("LC_ALL", "C"), ("TERM", "dumb")])
        .stdin(Stdio::null())
        .output()
        .expect("sh runs");
    let mut text = String::from_utf8(output.stdout).expect("output is UTF-8");
    text = text.replace(&directory.display().to_string(), "[FOLDER]");
    transcript::shown(text, output.status.code())
}

#[test]
fn the_exit_codes_of_the_readme_are_those_of_the_tool() {
    let page = fs::read_to_string(repository().join("README.md")).unwrap();
    let (_, rest) = page.split_once("| exit code | means |\n|---|---|\n").expect("the README has a table");
    let told: Vec<&str> = rest.lines().take_while(|line| line.starts_with('|')).collect();
    let rows = EXITS.iter().map(|(_, number, meaning)| format!("| {number} | {meaning} |"));
    assert_eq!(told, rows.collect::<Vec<_>>());
}

#[test]
fn the_picture_of_the_readme_is_what_the_tool_prints() {
    let page = fs::read_to_string(repository().join("README.md")).unwrap();
    let (_, rest) = page.split_once("```mermaid\n").expect("the README shows a picture");
    let path = tempfile::tempdir().unwrap();
    tools(path.path());
    let stack = repository().join("stacks/incident-host");
    let said = output(&format!("tracewright graph {}", stack.display()), (path.path(), path.path()));
    assert_eq!(rest.split("```").next().unwrap(), said);
}

#[test]
fn the_stack_of_the_readme_passes() {
    let page = fs::read_to_string(repository().join("README.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n").expect("the README shows a stack");
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("stack.toml"), rest.split("```").next().unwrap()).unwrap();
    let path = tempfile::tempdir().unwrap();
    tools(path.path());
    let said = output("tracewright check", (directory.path(), path.path()));
    assert!(said.contains("\n0 errors, 1 warning.\n"), "{said}");
}

#[test]
fn transcripts_print_what_they_show() {
    if let Some(engine) = installed_engine() {
        // The pages say what is said where there is none, and no variable hides it.
        println!("promise: transcripts print what they show | 0 | not run: {engine} is installed here");
        return;
    }
    let mut pages: Vec<_> =
        fs::read_dir(repository().join("tests/cmd")).unwrap().map(|e| e.unwrap().path()).collect();
    pages.push(repository().join("README.md"));
    pages.sort();
    let path = tempfile::tempdir().unwrap();
    tools(path.path());
    let mut faults = Vec::new();
    for page in &pages {
        let directory = tempfile::tempdir().unwrap();
        copy_tree(&repository().join("stacks"), &directory.path().join("stacks"));
        for (mutant, name) in HOSTS {
            let mutant = format!("tests/mutants/{mutant}/root");
            copy_tree(&repository().join(&mutant), &directory.path().join(name));
            copy_tree(&repository().join(&mutant), &directory.path().join(&mutant));
        }
        let shown = fs::read_to_string(page).unwrap();
        let run = |_: &str, command: &str| output(command, (directory.path(), path.path()));
        let now = transcript::run(&shown, &["$ "], run);
        faults.extend(judge(page, &shown, &now));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    println!("promise: transcripts print what they show | {} | cargo", pages.len());
}
