//! Canaries: values that are nobody's business, put where the tool passes by, must not come out of it:
//! not on stdout or stderr, not in JSON, not in the journal, not as a name in the state.

use crate::support::{copy_tree, repository};
use crate::tool::{said, tracewright};
use std::fs;
use std::path::Path;

const IN_ENVIRONMENT: &str = "canary-environment-7f3a";
const IN_ENV_FILE: &str = "canary-dotenv-91bc";
const IN_ADOPTED_FILE: &str = "canary-adopted-e04d";

/// A host whose files hold secrets of other people.
fn host(directory: &Path) {
    copy_tree(&repository().join("stacks"), &directory.join("stacks"));
    let root = directory.join("out");
    fs::create_dir_all(root.join("etc/otelcol")).unwrap();
    fs::create_dir_all(root.join("srv/shop")).unwrap();
    fs::write(root.join("srv/shop/.env"), format!("DATABASE_PASSWORD={IN_ENV_FILE}\nPORT=80\n")).unwrap();
    let adopted = format!(
        "exporters:\n  otlphttp:\n    headers:\n      authorization: \"Bearer {IN_ADOPTED_FILE}\"\n      x-api-key: {IN_ADOPTED_FILE}\n    password: {IN_ADOPTED_FILE}\n    token: '{IN_ADOPTED_FILE}'\n"
    );
    fs::write(root.join("etc/otelcol/config.yaml"), adopted).unwrap();
    let stack = directory.join("stacks/minimal/stack.toml");
    let text = fs::read_to_string(&stack).unwrap();
    let with_header = text
        .replace("[collector.main]", "[collector.main]\nsecret_headers = { authorization = \"env:CANARY\" }");
    fs::write(stack, with_header).unwrap();
}

#[test]
fn canaries_stay_where_they_are() {
    let directory = tempfile::tempdir().unwrap();
    host(directory.path());
    let verbs: [&[&str]; 10] = [
        &["check", "stacks/minimal"],
        &["check", "--files", "out"],
        &["plan", "stacks/minimal", "--root", "out"],
        &["plan", "stacks/minimal", "--root", "out", "--format", "json"],
        &["plan", "stacks/minimal", "--root", "out", "--out", "saved.plan"],
        &["apply", "saved.plan", "--auto-approve", "--adopt"],
        &["plan", "stacks/minimal", "--root", "out", "--destroy", "--format", "markdown"],
        &["history", "stacks/minimal", "--root", "out", "--format", "json"],
        &["rollback", "stacks/minimal", "--root", "out", "--auto-approve", "--to", "0"],
        &["history", "stacks/minimal", "--root", "out"],
    ];
    let mut all = String::new();
    for verb in verbs {
        let output = tracewright(directory.path(), verb).env("CANARY", IN_ENVIRONMENT).output().unwrap();
        let (text, code) = said(&output);
        assert!(matches!(code, 0 | 3), "{verb:?} ended with {code}: {text}");
        for canary in [IN_ENVIRONMENT, IN_ENV_FILE, IN_ADOPTED_FILE] {
            assert!(!text.contains(canary), "{verb:?} shows {canary}:\n{text}");
        }
        all.push_str(&text);
    }
    all.push_str(&fs::read_to_string(directory.path().join("saved.plan")).unwrap());
    let state = directory.path().join("out/var/lib/tracewright/minimal");
    let mut records = 0;
    for entry in walkdir::WalkDir::new(&state).into_iter().map(Result::unwrap) {
        all.push_str(&entry.path().display().to_string());
        // Objects are the backups themselves, readable by their owner alone; everything else is a record.
        if entry.file_type().is_file() && !entry.path().components().any(|part| part.as_os_str() == "objects")
        {
            all.push_str(&String::from_utf8_lossy(&fs::read(entry.path()).unwrap()));
            records += 1;
        }
    }
    for canary in [IN_ENVIRONMENT, IN_ENV_FILE, IN_ADOPTED_FILE] {
        assert!(!all.contains(canary), "{canary} came out");
    }
    let restored = fs::read_to_string(directory.path().join("out/etc/otelcol/config.yaml")).unwrap();
    assert!(restored.contains(IN_ADOPTED_FILE), "the adopted file did not come back");
    assert!(records > 0, "no record was looked at");
    println!(
        "promise: secrets of others never come out, verbs and records | {} | cargo",
        verbs.len() + records
    );
}
