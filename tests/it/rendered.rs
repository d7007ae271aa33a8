//! A rendered directory tells by itself what is judged of its stack.

use crate::support::repository;
use crate::tool::tracewright;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// What `check` says of a stack or a directory: edges with their conditions, and what nobody could judge but engines.
fn judged(directory: &Path, arguments: &[&str]) -> (Value, Vec<String>) {
    let arguments = [&["check", "--format", "json"], arguments].concat();
    let ended = tracewright(directory, &arguments).output().unwrap();
    let mut document: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(ended.status.code(), Some(0), "{document:#}");
    let places = document["dataflow"]["not_checked"].as_array().unwrap().iter();
    let places = places.filter(|one| !one["reason"].as_str().unwrap().starts_with("no engine was asked"));
    let unknown = places.map(|one| format!("{}: {}", one["place"], one["reason"])).collect();
    (document["dataflow"]["edges"].take(), unknown)
}

#[test]
fn a_rendered_directory_is_judged_as_its_stack_is() {
    for stack in fs::read_dir(repository().join("stacks")).unwrap() {
        let directory = tempfile::tempdir().unwrap();
        let stack = stack.unwrap().path();
        for tls in ["", "tls = \"edge\"\n"] {
            let text = fs::read_to_string(stack.join("stack.toml")).unwrap();
            if text.contains("\ntls ") && !tls.is_empty() {
                continue;
            }
            fs::write(directory.path().join("stack.toml"), format!("{tls}{text}")).unwrap();
            let rendered = tracewright(directory.path(), &["render", "--out", "out"]).output().unwrap();
            assert!(rendered.status.success(), "{}", String::from_utf8_lossy(&rendered.stderr));
            let wanted = judged(directory.path(), &["--no-engines"]);
            assert_eq!(judged(directory.path(), &["--files", "out"]), wanted, "{}", stack.display());
            assert!(!wanted.0.as_array().unwrap().is_empty());
        }
    }
}
