//! The Compose projects of `tests/compose/projects`: some work, the others are broken in one place. What is
//! said of each is held against what a real Docker Engine made of it (`tests/run.d/compose` runs them and
//! holds the same `verdict.toml`).
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads its own data, and fails by panicking"
)]

use crate::support::repository;
use crate::tool::tracewright;
use serde_json::Value;
use std::path::Path;

/// What `check --files` says of a project: its findings as `CODE at FILE:LINE`, and whether an edge is not known.
fn said(directory: &Path) -> (Vec<String>, bool) {
    let ended = tracewright(directory, &["check", "--files", ".", "--format", "json"]).output().unwrap();
    let document: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let findings = list(&document["findings"]).into_iter().map(|finding| {
        let (at, code) = (&finding["at"], finding["code"].as_str().unwrap());
        format!("{code} at {}:{}", at["file"].as_str().unwrap(), at["line"])
    });
    let conditions =
        list(&document["dataflow"]["edges"]).into_iter().flat_map(|edge| list(&edge["conditions"]));
    let is_open = { conditions }.any(|condition| condition["state"] == "not known");
    (findings.collect(), is_open)
}

/// What `verdict.toml` wants to be said.
fn wanted(settings: &toml::Table) -> Vec<String> {
    let places = settings.get("at").and_then(toml::Value::as_array).into_iter().flatten();
    let code = settings.get("code").map(|code| code.as_str().unwrap());
    places.map(|place| format!("{} at {}", code.unwrap(), place.as_str().unwrap())).collect()
}

#[test]
fn every_project_is_judged_as_it_runs() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for directory in std::fs::read_dir(repository().join("tests/compose/projects")).unwrap() {
        count += 1;
        let directory = directory.unwrap().path();
        let settings: toml::Table =
            std::fs::read_to_string(directory.join("verdict.toml")).unwrap().parse().unwrap();
        let (wanted, works) = (wanted(&settings), settings["works"].as_bool().unwrap());
        let (said, is_open) = said(&directory);
        if said != wanted || wanted.is_empty() != works || (works && is_open) {
            wrong.push(format!("{}: {said:?}, an edge not known: {is_open}", directory.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    println!("promise: Compose projects judged as they run | {count} | cargo");
}
