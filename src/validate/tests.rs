//! Words of real validators, recorded in `tests/validators/ENGINE/CASE.txt`: what is replaced in a good
//! file, what the engine then says with which exit code, and what that must mean.
//!
//! With `$TRACEWRIGHT_ENGINES` the engine itself is asked too and must say the same. With
//! `TRACEWRIGHT_BLESS=1` what it says and means is written anew; read the difference before you keep it.

#![expect(clippy::disallowed_methods, reason = "tests read recordings and start engines")]
#![expect(clippy::print_stdout, reason = "what was shown is counted by the test command")]

use super::asked::{command, complaints};
use crate::component::complaint::Complaint;
use crate::component::{ConfigValidator, Engine, collector, engine, tempo};
use crate::host::{Scratch, run_here};
use crate::model::dataflow::ProgramKind;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

struct Case {
    engine: String,
    path: PathBuf,
    recording: String,
}

impl Case {
    fn all() -> Vec<Self> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validators");
        let files = walkdir::WalkDir::new(directory).min_depth(2).sort_by_file_name();
        let cases = files.into_iter().map(|entry| {
            let path = entry.unwrap().into_path();
            let engine = path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
            Self { engine, recording: fs::read_to_string(&path).unwrap(), path }
        });
        cases.collect()
    }

    /// The bodies of the sections of a name.
    fn sections(&self, name: &str) -> Vec<&str> {
        let sections = self.recording.split("--- ").skip(1).filter_map(|part| part.split_once('\n'));
        sections.filter(|(head, _)| head.split(' ').next() == Some(name)).map(|(_, body)| body).collect()
    }

    fn home(&self) -> (&'static Engine, &'static ConfigValidator) {
        let (kind, binary) = if self.engine.starts_with("tempo") {
            (ProgramKind::Tempo, &tempo::BINARY)
        } else {
            (ProgramKind::Collector, &collector::CORE)
        };
        (engine(kind).unwrap(), binary.validator.as_ref().unwrap())
    }

    /// The good file with the replacements.
    fn text(&self) -> String {
        let base = match self.engine.rsplit_once('.').unwrap().0 {
            line @ ("tempo-2.10" | "tempo-3.0") => format!("{line}.yml"),
            _ => "otelcol.yaml".to_owned(),
        };
        let good = fs::read_to_string(self.path.parent().unwrap().parent().unwrap().join(base)).unwrap();
        let pairs = self.sections("replace").into_iter().zip(self.sections("by"));
        pairs.fold(good, |text, (old, new)| {
            assert!(text.contains(old.trim_end_matches('\n')), "{}: {old}", self.path.display());
            text.replacen(old.trim_end_matches('\n'), new.trim_end_matches('\n'), 1)
        })
    }

    fn recorded(&self) -> (i32, String) {
        let head = self.recording.split("--- said").nth(1).unwrap().split('\n').next().unwrap();
        (head.trim().parse().unwrap_or(0), self.sections("said")[0].to_owned())
    }

    /// What the engine says now; nothing where it is not here.
    fn asked(&self) -> Option<(i32, String)> {
        let engine = PathBuf::from(std::env::var_os("TRACEWRIGHT_ENGINES")?).join(&self.engine);
        if !engine.is_file() {
            return None;
        }
        let scratch = Scratch::below(&std::env::temp_dir()).unwrap();
        let file = scratch.write(Path::new("config"), self.text().as_bytes()).unwrap();
        let (home, validator) = self.home();
        let command = command(home, validator, &engine, &file);
        let ran = run_here(&command, Duration::from_secs(30)).unwrap();
        scratch.close().unwrap();
        let said = String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap();
        Some((ran.code.unwrap(), settled(&said.replace(&file.display().to_string(), "FILE"))))
    }
}

/// Without what changes from run to run: times, and lists in the order of a Go map.
fn settled(said: &str) -> String {
    let line = |line: &str| {
        let words: Vec<_> =
            line.split(' ').map(|word| if word.starts_with("ts=") { "ts=TIME" } else { word }).collect();
        let line = words.join(" ");
        match line.split_once("(valid values: [") {
            Some((before, list)) => {
                let mut names: Vec<_> = list.trim_end_matches("])").split(' ').collect();
                names.sort_unstable();
                format!("{before}(valid values: [{}])\n", names.join(" "))
            }
            None => line + "\n",
        }
    };
    said.lines().filter(|line| !line.is_empty()).map(line).collect()
}

/// `7: endpoint | words`, one line a complaint.
fn means(found: &[Complaint], text: &str) -> String {
    let mut shown = String::new();
    for complaint in found {
        let harmless = if complaint.harmless { "warning: " } else { "" };
        let place = complaint.at.clone().map_or("nowhere".to_owned(), |at| {
            let line = text[..at.start].matches('\n').count() + 1;
            format!("{line}: {}", text[at].lines().next().unwrap_or_default())
        });
        writeln!(shown, "{harmless}{place} | {}", complaint.words).unwrap();
    }
    shown
}

#[test]
fn the_words_of_validators_point_into_the_file() {
    let (mut faults, mut asked) = (String::new(), std::collections::BTreeMap::new());
    for case in Case::all() {
        let now = case.asked();
        *asked.entry(case.engine.clone()).or_insert(0) += usize::from(now.is_some());
        let recorded = case.recorded();
        let (code, said) = now.clone().filter(|_| bless()).unwrap_or_else(|| recorded.clone());
        let text = case.text();
        let means = means(&complaints(case.home().1, Some(code), &said, &text), &text);
        let name = format!("{}/{}", case.engine, case.path.file_stem().unwrap().display());
        if bless() {
            let (head, _) = case.recording.split_once("--- said").unwrap();
            fs::write(&case.path, format!("{head}--- said {code}\n{said}--- means\n{means}")).unwrap();
        } else if means != case.sections("means")[0] {
            writeln!(faults, "{name} means\n{means}").unwrap();
        } else if now.as_ref().is_some_and(|now| *now != recorded) {
            writeln!(faults, "{name} says now\n{}", now.unwrap().1).unwrap();
        }
    }
    assert!(faults.is_empty(), "{faults}");
    for (engine, count) in asked {
        let place = if count == 0 {
            format!("not run: no {engine} in $TRACEWRIGHT_ENGINES")
        } else {
            format!("real {}", engine.rsplit('-').next().unwrap())
        };
        println!("promise: validators say what was recorded | {count} | {place}");
    }
}

fn bless() -> bool {
    std::env::var_os("TRACEWRIGHT_BLESS").is_some()
}
