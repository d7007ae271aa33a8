//! `--format json`: one document on stdout, whatever happens, and a schema for it.

use crate::support::{copy_tree, repository};
use crate::tool::tracewright;
use serde_json::Value;
use std::fs;

/// Command lines, and how each ends.
const LINES: [(&str, i32); 17] = [
    ("check good --no-engines", 0),
    ("check faulty --no-engines", 3),
    ("check nowhere", 3),
    ("check --files good", 3),
    ("check --files hosts", 0),
    ("check --files hosts hosts", 0),
    ("plan good --root out --no-engines", 0),
    ("plan faulty --root out", 3),
    ("plan nowhere --root out", 3),
    ("plan good --root /", 3),
    ("history good --root out", 0),
    ("history nowhere --root out", 3),
    ("prove faulty", 3),
    ("status faulty/stack.toml/none", 3),
    ("plan good --no-such-flag", 64),
    ("history good --root", 64),
    ("frobnicate", 64),
];

#[test]
fn stdout_is_one_document_whatever_happens() {
    let temporary = tempfile::tempdir().unwrap();
    let at = |name: &str| temporary.path().join(name);
    copy_tree(&repository().join("stacks/minimal"), &at("good"));
    copy_tree(&repository().join("stacks/minimal"), &at("faulty"));
    copy_tree(&repository().join("tests/mutants/good-plaintext/root"), &at("hosts"));
    let text = fs::read_to_string(at("faulty/stack.toml")).unwrap();
    fs::write(
        at("faulty/stack.toml"),
        text.replace("2.10", "2.11").replace("[app.shop]", "[app.shop]\nx = 1"),
    )
    .unwrap();
    for (line, code) in LINES {
        let arguments: Vec<&str> = line.split(' ').chain(["--format", "json"]).collect();
        let ended = tracewright(temporary.path(), &arguments).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stdout);
        let document: Value =
            serde_json::from_str(&said).unwrap_or_else(|error| panic!("{line}: {error}: {said}"));
        assert_eq!(ended.status.code(), Some(code), "{line}");
        assert!(document["format_version"].is_string(), "{line}: {said}");
        let stopped = document.get("stopped").map(|stopped| stopped["exit"].as_i64());
        assert_eq!(stopped, (code != 0).then_some(Some(code.into())), "{line}: {said}");
    }
}

#[test]
fn a_finding_has_its_beginning_and_its_end() {
    let temporary = tempfile::tempdir().unwrap();
    fs::write(temporary.path().join("stack.toml"), "schema = 1\nname = \"a\"\n[tempo]\nversion = \"2.11\"\n")
        .unwrap();
    let ended = tracewright(temporary.path(), &["check", "--format", "json"]).output().unwrap();
    let document: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let at = &document["findings"][0]["at"];
    let place = ["line", "column", "end_line", "end_column"].map(|key| at[key].as_u64().unwrap());
    assert_eq!(place, [4, 11, 4, 17]);
}

#[test]
fn generation_0_is_a_generation() {
    let temporary = tempfile::tempdir().unwrap();
    copy_tree(&repository().join("stacks/minimal"), temporary.path());
    let run = |arguments: &str| {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        tracewright(temporary.path(), &arguments).output().unwrap().stdout
    };
    let numbers = |said: &[u8]| -> Vec<Value> {
        let document: Value = serde_json::from_slice(said).unwrap();
        document["generations"].as_array().unwrap().iter().map(|one| one["generation"].clone()).collect()
    };
    let none: [u64; 0] = [];
    assert_eq!(numbers(&run("history . --root out --format json")), none);
    run("apply . --root out --auto-approve --no-engines");
    assert_eq!(numbers(&run("history . --root out --format json")), [0, 1]);
}

#[test]
fn every_document_that_is_described_is_described_as_it_is() {
    let temporary = tempfile::tempdir().unwrap();
    copy_tree(&repository().join("stacks/minimal"), temporary.path());
    for (verb, line) in [("check", "check --no-engines"), ("history", "history --root out")] {
        let said = |arguments: &str| -> Value {
            let arguments: Vec<&str> = arguments.split(' ').collect();
            let ended = tracewright(temporary.path(), &arguments).output().unwrap();
            serde_json::from_slice(&ended.stdout).unwrap()
        };
        let schema = said(&format!("schema --of {verb}"));
        let first = schema["anyOf"][0]["$ref"].as_str().unwrap().trim_start_matches("#/$defs/").to_owned();
        let described = schema["$defs"][&first]["properties"].as_object().unwrap();
        let document = said(&format!("{line} --format json"));
        let printed: Vec<_> = document.as_object().unwrap().keys().collect();
        assert_eq!(described.keys().collect::<Vec<_>>(), printed, "{verb}");
    }
}
