//! `--format json`: one document on stdout, whatever happens, and a schema for it.

use crate::support::{copy_tree, repository};
use crate::tool::{said, tracewright};
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

/// The same document goes into a file, whatever is printed, and one run makes both.
#[test]
fn a_document_goes_into_a_file_beside_any_format() {
    let temporary = tempfile::tempdir().unwrap();
    let at = |name: &str| temporary.path().join(name);
    copy_tree(&repository().join("stacks/minimal"), &at("good"));
    copy_tree(&repository().join("tests/mutants/good-plaintext/root"), &at("hosts"));
    fs::create_dir(at("faulty")).unwrap();
    fs::write(at("faulty/stack.toml"), "schema = 1\nname = \"a\"\n[tempo]\nversion = \"2.11\"\n").unwrap();
    let mut shown = 0;
    for (line, formats) in [
        ("check good --no-engines", &["text", "github", "sarif", "json"][..]),
        ("check faulty", &["text", "github", "sarif", "json"]),
        ("check --files hosts hosts", &["text", "github", "sarif", "json"]),
        ("plan good --root out --no-engines", &["text", "markdown", "github", "json"]),
        ("plan faulty --root out", &["text", "markdown", "github", "json"]),
        ("plan good --root out --to 9", &["text", "markdown", "github", "json"]),
        ("plan good --base main", &["text", "markdown", "github", "json"]),
        ("history good --root out", &["text", "json"]),
        ("history nowhere --root out", &["text", "json"]),
        ("prove faulty", &["text", "json"]),
        ("status nowhere", &["text", "json"]),
        ("render faulty --out rendered", &["text", "github", "json"]),
    ] {
        let run = |more: &[&str]| {
            let arguments: Vec<&str> = line.split(' ').chain(more.iter().copied()).collect();
            tracewright(temporary.path(), &arguments).output().unwrap()
        };
        let alone = run(&["--format", "json"]);
        let wanted: Value = serde_json::from_slice(&alone.stdout).unwrap();
        for format in formats {
            let plain = run(&["--format", format]);
            let both = run(&["--format", format, "--json-into", "both.json"]);
            let kept: Value = serde_json::from_slice(&fs::read(at("both.json")).unwrap()).unwrap();
            assert_eq!(kept, wanted, "{line} {format}");
            assert_eq!(both.stdout, plain.stdout, "{line} {format}");
            assert_eq!(both.status.code(), alone.status.code(), "{line} {format}");
            fs::remove_file(at("both.json")).unwrap();
            shown += 1;
        }
    }
    let refused =
        tracewright(temporary.path(), &["check", "good", "--no-engines", "--json-into", "no/where"]);
    assert_eq!(said(&{ refused }.output().unwrap()).1, 1, "a document that is lost is told");
    println!("promise: documents kept beside a format | {shown} | cargo");
}

#[test]
fn a_render_says_what_it_did() {
    let temporary = tempfile::tempdir().unwrap();
    copy_tree(&repository().join("stacks/minimal"), temporary.path());
    let run = || {
        let ended = tracewright(temporary.path(), &["render", "--out", "out", "--format", "json"]).output();
        serde_json::from_slice::<Value>(&ended.unwrap().stdout).unwrap()
    };
    let changes = |document: &Value| -> Vec<String> {
        let files = document["files"].as_array().unwrap().iter();
        files.map(|file| file["change"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(changes(&run()), ["added"; 5]);
    fs::remove_file(temporary.path().join("out/etc/tempo/config.yml")).unwrap();
    assert_eq!(changes(&run()), ["same", "same", "same", "added", "same"]);
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
    for (verb, line) in [
        ("check", "check --no-engines"),
        ("history", "history --root out"),
        ("render", "render --out rendered"),
    ] {
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
