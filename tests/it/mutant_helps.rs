//! Every help of a rule is carried out on the mutant that it was given for, and the files are judged again:
//! what it was given for is gone, and no error of another code has come.
//!
//! A help without edits stands in `tests/mutants/by-hand.txt`, with the reason why no machine can do it.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads its own data, and fails by panicking"
)]

use crate::mutants::Mutant;
use crate::support::repository;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use tracewright::check::CheckReport;
use tracewright::diagnostic::{Code, Finding, Help, Severity, SourceName};
use tracewright::format::edit::changed;
use tracewright::format::yaml::YamlLibrary;
use tracewright::model::dataflow::{ProgramKind, Topology};
use tracewright::model::names::TargetPath;

/// A line of `by-hand.txt`: the code, the help with `X` for what stands in backticks, and the reason.
struct ByHand {
    code: String,
    shape: String,
    reason: String,
}

fn by_hand() -> Vec<ByHand> {
    let text = std::fs::read_to_string(repository().join("tests/mutants/by-hand.txt")).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &str| {
        let mut parts = line.split(" | ").map(|part| part.trim().to_owned());
        let mut next = || parts.next().unwrap_or_else(|| panic!("`CODE | HELP | REASON`: {line}"));
        ByHand { code: next(), shape: next(), reason: next() }
    };
    lines.map(read).collect()
}

/// A help with `X` for everything that stands in backticks.
fn shape(text: &str) -> String {
    let parts = text.lines().next().unwrap_or_default().split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 0 { part.to_owned() } else { "`X`".to_owned() }).collect()
}

/// The files after a help; the reason where one of its edits is not to be made.
fn mended(
    mutant: &Mutant,
    topology: &Topology,
    help: &Help,
) -> Result<BTreeMap<TargetPath, Vec<u8>>, String> {
    let mut files = mutant.files.clone();
    for edit in &help.edits {
        let shown = |path: &&TargetPath| path_of(topology, &edit.file).is_some_and(|of| of == **path);
        let path = mutant.files.keys().find(shown).ok_or_else(|| format!("no file `{}`", edit.file))?;
        let kind = topology.programs.iter().find(|program| program.file == *path).map(|program| program.kind);
        let library = if kind == Some(ProgramKind::Tempo) { YamlLibrary::V2 } else { YamlLibrary::V3 };
        let text = std::str::from_utf8(&files[path]).unwrap();
        let text =
            changed(text, library, &edit.change).ok_or_else(|| format!("not made: {:?}", edit.change))?;
        files.insert(path.clone(), text.into_bytes());
    }
    Ok(files)
}

/// The path of a file by the name under which it is shown.
fn path_of(topology: &Topology, file: &SourceName) -> Option<TargetPath> {
    let known = topology.sources.iter().find(|(_, source)| *source == file).map(|(path, _)| path.clone());
    known.or_else(|| Some(TargetPath::new(format!("/{}", file.0.trim_start_matches('/')))))
}

fn errors(report: &CheckReport) -> BTreeSet<Code> {
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.code).collect()
}

/// How often the same is said: other lines move, and so do its places.
fn count(report: &CheckReport, finding: &Finding) -> usize {
    let same = |other: &&Finding| (other.code, &other.title) == (finding.code, &finding.title);
    report.findings.iter().filter(same).count()
}

/// What is wrong with a help that was carried out; nothing where it mends.
fn wrong(
    mutant: &Mutant,
    (topology, before): (&Topology, &CheckReport),
    finding: &Finding,
    help: &Help,
) -> Option<String> {
    let files = match mended(mutant, topology, help) {
        Ok(files) => files,
        Err(why) => return Some(why),
    };
    let (_, _, after) = mutant.judged_with(&files);
    let new: Vec<_> =
        errors(&after).difference(&errors(before)).copied().filter(|code| *code != finding.code).collect();
    if !new.is_empty() {
        return Some(format!("leads to {new:?}"));
    }
    (count(&after, finding) >= count(before, finding)).then(|| "it is still there".to_owned())
}

#[test]
fn every_help_mends_what_it_was_given_for_and_breaks_nothing() {
    let by_hand = by_hand();
    let (mut used, mut faults, mut applied, mut left) = (BTreeSet::new(), String::new(), 0, BTreeMap::new());
    for mutant in Mutant::all() {
        let (_, topology, before) = mutant.judged();
        for finding in before.findings.iter() {
            for help in &finding.help {
                if help.edits.is_empty() {
                    let known = by_hand
                        .iter()
                        .position(|line| line.code == finding.code.0 && line.shape == shape(help));
                    match known {
                        Some(index) => {
                            used.insert(index);
                            *left.entry(&by_hand[index].reason).or_insert(0) += 1;
                        }
                        None => writeln!(faults, "{} | {} | ? ({})", finding.code, shape(help), mutant.name)
                            .unwrap(),
                    }
                } else {
                    applied += 1;
                    if let Some(why) = wrong(&mutant, (&topology, &before), finding, help) {
                        writeln!(faults, "{}: {why}\n    {help}", mutant.name).unwrap();
                    }
                }
            }
        }
    }
    for (index, line) in by_hand.iter().enumerate().filter(|(index, _)| !used.contains(index)) {
        writeln!(faults, "by-hand.txt: nothing says {}: {}", line.code, by_hand[index].shape).unwrap();
    }
    assert!(faults.is_empty(), "\n{faults}");
    let hands: usize = left.values().sum();
    println!("promise: helps of rules carried out on their mutants | {applied} | cargo");
    println!("{} helps: {applied} carried out, {hands} by hand", applied + hands);
    for (reason, count) in left {
        println!("  {count:3}  {reason}");
    }
}
