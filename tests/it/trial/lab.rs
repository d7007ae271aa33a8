//! A place of its own for the trials of one test, with engines that are real or misbehave.

use crate::support::repository;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The release of each engine that the shipped stacks name.
pub const ENGINES: [&str; 2] = ["tempo-2.10.8", "otelcol-0.159.0"];

/// What these tests show, as the closing table has it.
const TRIALS: &str = "trials, begun and ended in every way, of which nothing was left";

/// The directory of trials, and nobody else's.
pub struct Lab {
    directory: TempDir,
    on: &'static str,
}

impl Lab {
    pub fn new() -> Self {
        Self { directory: TempDir::new().unwrap(), on: "stand-in" }
    }

    /// A lab, if the real engines are there; else says that the test is skipped.
    pub fn with_engines(test: &str) -> Option<Self> {
        Self::with(test, &ENGINES)
    }

    /// The same of these.
    pub fn with(test: &str, engines: &[&str]) -> Option<Self> {
        if let Some(engine) =
            engines.iter().find(|engine| crate::prove::engines::find(test, engine).is_none())
        {
            println!("promise: {TRIALS} | 0 | not run: no {engine} in $TRACEWRIGHT_ENGINES");
            return None;
        }
        Some(Self { on: "real", ..Self::new() })
    }

    /// The tool, with this lab's directory for temporary files.
    pub fn tool(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tracewright"));
        let temporary = self.directory.path().join("tmp");
        fs::create_dir_all(&temporary).unwrap();
        command.args(arguments).env("TMPDIR", temporary).stdin(Stdio::null()).current_dir(repository());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&self.tool(arguments).output().unwrap(), self)
    }

    /// Starts the tool and reads its talk up to the first line that holds a text.
    pub fn start(&self, arguments: &[&str], until: &str) -> Running {
        let mut child = self.tool(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut talk = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains(until) {
            line.clear();
            assert_ne!(talk.read_line(&mut line).unwrap(), 0, "it ended before `{until}`");
        }
        Running { child, talk }
    }

    /// A program that says it is Tempo 2.10.8, and does this when it is started as one.
    pub fn tempo(&self, body: &str) -> String {
        self.tempo_of("2.10.8", body)
    }

    /// The same of another release.
    pub fn tempo_of(&self, release: &str, body: &str) -> String {
        self.program("tempo", "-version", &format!("tempo, version {release} (branch: , revision: )"), body)
    }

    /// The same for a collector.
    pub fn collector(&self, body: &str) -> String {
        self.program("otelcol", "--version", "otelcol version 0.159.0", body)
    }

    /// Written by another process: a script that this one holds open, even for another test, cannot be
    /// executed.
    fn program(&self, name: &str, asks: &str, answer: &str, body: &str) -> String {
        let path = self.directory.path().join(name);
        let script = format!("if [ \"$1\" = {asks} ]; then echo '{answer}'; exit; fi\n{body}");
        let write = "printf '#!/bin/bash\\n%s\\n' \"$1\" > \"$2\" && chmod 755 \"$2\"";
        assert!(Command::new("sh").args(["-c", write, "sh", &script]).arg(&path).status().unwrap().success());
        path.display().to_string()
    }

    /// Files in the lab beside its trials.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Directories of trials.
    pub fn trials(&self) -> Vec<PathBuf> {
        let users = fs::read_dir(self.directory.path().join("tmp")).into_iter().flatten();
        let users = users.map(|user| user.unwrap().path());
        users
            .flat_map(|user| fs::read_dir(user).into_iter().flatten())
            .map(|trial| trial.unwrap().path())
            .collect()
    }

    /// Every process that was started for a trial of this lab: pid and command line.
    pub fn processes(&self) -> Vec<(u32, String)> {
        let mine = self.directory.path().display().to_string();
        let all = fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
        all.filter_map(|pid: u32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            line.contains(&mine).then_some((pid, line))
        })
        .collect()
    }

    /// Waits until neither a process nor a directory is left.
    pub fn assert_nothing_left(&self, when: &str) {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            let left =
                fs::read_dir(self.directory.path().join("tmp")).unwrap().map(|entry| entry.unwrap().path());
            let (directories, processes) = (left.collect::<Vec<_>>(), self.processes());
            if directories.is_empty() && processes.is_empty() {
                println!("promise: {TRIALS} | 1 | {}", self.on);
                return;
            }
            assert!(Instant::now() < end, "left {when}: {directories:?} {processes:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A run of the tool that goes on.
pub struct Running {
    child: Child,
    talk: BufReader<std::process::ChildStderr>,
}

impl Running {
    pub fn signal(&self, signal: &str) {
        kill(signal, self.child.id());
    }

    /// Its end, with the rest of what it said.
    pub fn end(mut self) -> (Option<i32>, String, String) {
        let (mut out, mut talk) = (String::new(), String::new());
        self.talk.read_to_string(&mut talk).unwrap();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        (self.child.wait().unwrap().code(), out, talk)
    }
}

/// Sends a signal to one process.
pub fn kill(signal: &str, pid: u32) {
    // The shell's own: not every machine has the program.
    let script = format!("kill -{signal} {pid}");
    assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
}

/// What a finished run said.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub talk: String,
}

impl Said {
    /// With the names that differ from run to run replaced.
    fn of(output: &Output, lab: &Lab) -> Self {
        let text = |bytes: &[u8]| steady(&String::from_utf8_lossy(bytes), lab.path());
        Self { code: output.status.code(), out: text(&output.stdout), talk: text(&output.stderr) }
    }
}

/// Times as `N`, ports and processes as `P`, the user as `UID`, the lab as `LAB`.
fn steady(text: &str, lab: &Path) -> String {
    let text = text.replace(&lab.display().to_string(), "LAB");
    let (mut steady, mut rest) = (String::new(), text.as_str());
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_digit()) {
        steady.push_str(&rest[..at]);
        let number = &rest[at..];
        let end =
            number.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(number.len());
        let (digits, after) = number.split_at(end);
        let word = steady.rsplit([' ', '`']).next().unwrap_or_default();
        steady.push_str(match word {
            _ if after.starts_with(" s") || after.starts_with(" ms") => "N",
            _ if word.ends_with("127.0.0.1:") || steady.ends_with("process ") => "P",
            _ if word.ends_with("/tracewright-") => "UID",
            // The dot behind a process begins what follows it.
            _ if word.contains("/tracewright-UID/") && digits.ends_with('.') => "P.",
            _ if word.contains("/tracewright-UID/") => "P",
            _ => digits,
        });
        rest = after;
    }
    steady + rest
}
