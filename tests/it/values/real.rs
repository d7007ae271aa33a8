//! The files as the engines' own libraries read them (`target/values`), and blocks as shells do.

use super::case::{Case, File, Kind, Outcome, Place, all};
use super::compare;
use super::parsed::{Tree, variable};
use crate::support::repository;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use tracewright::model::env::EnvFormat;

const LIBRARIES: &str = "promise: values read back by the engines' own libraries, shape x place";
const SHELLS: &str = "promise: values read back by shells, shape x place";

/// What a reader makes of texts; the same number of values.
type Reader<'r> = &'r dyn Fn(&[&File]) -> Vec<Value>;

/// Compares every kept case that has a file of these kinds, and counts them.
fn read_back(places: &[Place], of: &dyn Fn(Kind) -> bool, reader: Reader<'_>) -> usize {
    let mut wanted: Vec<&File> = Vec::new();
    let mut owners: Vec<(usize, Option<&Case>)> = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let mut add = |case, files: &'_ [File]| -> Vec<usize> {
            let fitting = files.iter().enumerate().filter(|(_, file)| of(file.kind)).map(|(index, _)| index);
            let indexes: Vec<usize> = fitting.collect();
            owners.extend(indexes.iter().map(|_| (number, case)));
            indexes
        };
        let plain = add(None, &place.plain);
        wanted.extend(plain.into_iter().map(|index| &place.plain[index]));
        for case in &place.cases {
            if let Outcome::Kept(files) = &case.outcome {
                let indexes = add(Some(case), files);
                wanted.extend(indexes.into_iter().map(|index| &files[index]));
            }
        }
    }
    let mut plains: BTreeMap<usize, Tree> = BTreeMap::new();
    let mut found: Vec<(usize, &Case, Tree)> = Vec::new();
    for ((file, (number, case)), value) in wanted.iter().zip(owners).zip(reader(&wanted)) {
        match (case, found.last_mut()) {
            (None, _) => {
                plains.entry(number).or_default().insert(file.path.clone(), value);
            }
            (Some(case), Some((_, last, tree))) if std::ptr::eq(*last, case) => {
                tree.insert(file.path.clone(), value);
            }
            (Some(case), _) => found.push((number, case, Tree::from([(file.path.clone(), value)]))),
        }
    }
    let wrong: Vec<_> =
        found.iter().filter_map(|(number, case, tree)| compare(case, &plains[number], tree).err()).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), found.len(), wrong.join("\n"));
    found.len()
}

/// The values of texts by the program beside the shapes.
fn libraries(files: &[&File]) -> Vec<Value> {
    let kind = |file: &File| match file.kind {
        Kind::Collector => "collector",
        Kind::Tempo => "tempo",
        Kind::Grafana => "grafana",
        Kind::Environment(_) => "dotenv",
        Kind::Unit | Kind::Certificate => unreachable!("not asked for"),
    };
    let request: Vec<Value> =
        files.iter().map(|file| json!({ "kind": kind(file), "text": file.text })).collect();
    let mut child = Command::new(repository().join("target/values"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("target/values runs");
    let mut input = child.stdin.take().unwrap();
    let request = serde_json::to_vec(&request).unwrap();
    let writer = std::thread::spawn(move || input.write_all(&request));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().expect("target/values reads everything");
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).expect("target/values answers in JSON");
    assert_eq!(answers.len(), files.len());
    let read = |(answer, file): (Value, &&File)| {
        assert!(answer.get("fault").is_none(), "{answer}\n{}", file.text);
        if matches!(file.kind, Kind::Environment(_)) {
            variables(answer.as_object().unwrap())
        } else {
            answer
        }
    };
    answers.into_iter().zip(files).map(read).collect()
}

fn variables(all: &Map<String, Value>) -> Value {
    let each = all.iter().map(|(name, value)| (name.clone(), variable(name, value.as_str().unwrap())));
    each.collect::<Map<_, _>>().into()
}

#[test]
fn engines_read_what_was_written() {
    if !repository().join("target/values").exists() {
        return println!("{LIBRARIES} | 0 | not run: tests/values/build has not built target/values");
    }
    let dotenv = Kind::Environment(EnvFormat::Dotenv);
    let of = |kind| matches!(kind, Kind::Collector | Kind::Tempo | Kind::Grafana) || kind == dotenv;
    let count = read_back(all(), &of, &libraries);
    println!("{LIBRARIES} | {count} | real yaml.v2, yaml.v3, confmap 1.65, godotenv");
}

#[test]
fn shells_read_what_was_written() {
    let places = all();
    for shell in ["bash", "dash"] {
        if Command::new(shell).args(["-c", ":"]).status().is_err() {
            println!("{SHELLS} | 0 | not run: no {shell}");
            continue;
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("env");
        let source = |file: &&File| {
            std::fs::write(&path, &file.text).unwrap();
            let mut command = Command::new(shell);
            command.args(["-c", "set -a; . \"$1\"; exec env -0", shell]).arg(&path).env_clear();
            let output = command.env("PATH", "/usr/bin:/bin").output().unwrap();
            assert!(output.status.success() && output.stderr.is_empty(), "{}: {output:?}", file.text);
            let all = String::from_utf8(output.stdout).unwrap();
            let pairs = all.split('\0').filter_map(|pair| pair.split_once('='));
            let ours = pairs.filter(|(name, _)| name.starts_with("OTEL_"));
            variables(&ours.map(|(name, value)| (name.to_owned(), json!(value))).collect())
        };
        let of = |kind| kind == Kind::Environment(EnvFormat::Shell);
        let count = read_back(places, &of, &|files| files.iter().map(source).collect());
        println!("{SHELLS} | {count} | real {shell}");
    }
}
