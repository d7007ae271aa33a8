//! The same stack gives the same bytes, modes and digests, whoever runs the tool, wherever.

use crate::support::{copy_tree, repository};
use crate::tool::{said, tracewright};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;

/// Type, mode and bytes of everything below a directory, the state aside.
fn tree(root: &Path) -> String {
    let mut entries = Vec::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(root).unwrap().display().to_string();
        if path.starts_with("var/lib/tracewright") {
            continue;
        }
        let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
        let text = if entry.file_type().is_file() {
            fs::read_to_string(entry.path()).unwrap()
        } else {
            String::new()
        };
        // The directory the test made itself has the rights of its maker.
        let mode = if path.is_empty() { 0 } else { mode };
        entries.push(format!("{mode:04o} {path}\n{text}"));
    }
    entries.join("\n")
}

/// What one run leaves and says, in surroundings of its own.
fn run(checkout: &Path, umask: u32, environment: &[(&str, &str)]) -> (String, String) {
    let mut command = tracewright(checkout, &["apply", "stacks/minimal", "--root", "out", "--auto-approve"]);
    command.envs(environment.iter().copied());
    let wrapped = wrap_umask(&command, umask);
    let (text, code) = said(&wrapped);
    assert_eq!(code, 0, "{text}");
    (tree(&checkout.join("out")), text)
}

/// Runs a command under a umask of its own, by way of `sh`.
fn wrap_umask(command: &std::process::Command, umask: u32) -> std::process::Output {
    let arguments: Vec<_> = command.get_args().map(|word| word.to_str().unwrap().to_owned()).collect();
    let line = format!(
        "umask {umask:03o}; exec {} {}",
        command.get_program().to_str().unwrap(),
        arguments.join(" ")
    );
    let mut shell = std::process::Command::new("sh");
    shell.arg0("sh").args(["-c", &line]).current_dir(command.get_current_dir().unwrap()).env_clear();
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.stdin(std::process::Stdio::null()).output().unwrap()
}

#[test]
fn surroundings_change_nothing() {
    let surroundings: [(u32, &[(&str, &str)]); 5] = [
        (0o022, &[("HOME", "/root"), ("TZ", "UTC"), ("LANG", "C")]),
        (0o000, &[("HOME", "/nonexistent"), ("TZ", "Asia/Tokyo"), ("LANG", "de_DE.UTF-8")]),
        (0o077, &[("USER", "somebody"), ("LOGNAME", "somebody"), ("LC_ALL", "tr_TR.UTF-8")]),
        (0o027, &[("XDG_STATE_HOME", "/tmp/elsewhere"), ("XDG_CONFIG_HOME", "/tmp/elsewhere")]),
        (0o022, &[("COLUMNS", "40"), ("TERM", "xterm-256color"), ("CLICOLOR_FORCE", "1")]),
    ];
    let mut seen = Vec::new();
    for (umask, environment) in surroundings {
        let directory = tempfile::tempdir().unwrap();
        // Another checkout path, of another length, each time.
        let checkout = directory.path().join("a".repeat(1 + seen.len() * 7));
        copy_tree(&repository().join("stacks"), &checkout.join("stacks"));
        seen.push(run(&checkout, umask, environment));
    }
    for other in &seen[1..] {
        for (first, other) in [(&seen[0].0, &other.0), (&seen[0].1, &other.1)] {
            assert!(first == other, "{}", similar::TextDiff::from_lines(first, other).unified_diff());
        }
    }
    println!("promise: same bytes, modes and words in other surroundings | {} | cargo", seen.len());
}
