//! The schema for editors, judged by a validator of JSON Schema: it takes what the program takes, and refuses
//! what can be seen to be wrong without the rest of the file.

#![expect(clippy::disallowed_methods, reason = "tests read their own data")]

use crate::language::{spots, with};
use crate::support::repository;
use jsonschema::Validator;
use std::fs;
use std::path::PathBuf;
use tracewright::toml::json_schema;
use tracewright::toml::schema::{KeyStatus, ValueKind};

fn validator() -> Validator {
    let schema: serde_json::Value = serde_json::from_str(&json_schema::document()).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "the schema itself is not one of draft 7");
    jsonschema::validator_for(&schema).unwrap()
}

/// A stack as JSON; `None` where it is no TOML.
fn json(text: &str) -> Option<serde_json::Value> {
    let table = toml::from_str::<toml::Table>(text).ok()?;
    Some(serde_json::to_value(table).unwrap())
}

/// What is wrong with a stack, by its schema.
fn faults(validator: &Validator, text: &str) -> Vec<String> {
    let value = json(text).unwrap();
    validator.iter_errors(&value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

fn tomls(below: &str) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(repository().join(below)).sort_by_file_name();
    let paths = walk.into_iter().map(|entry| entry.unwrap().into_path());
    paths.filter(|path| path.extension().is_some_and(|found| found == "toml")).collect()
}

#[test]
fn what_the_program_takes_the_schema_takes() {
    let validator = validator();
    let stacks = tomls("stacks");
    assert!(stacks.len() >= 4);
    for path in stacks {
        let faults = faults(&validator, &fs::read_to_string(&path).unwrap());
        assert_eq!(faults, Vec::<String>::new(), "{}", path.display());
    }
    for spot in spots().iter().filter(|spot| matches!(spot.status, KeyStatus::Rendered)) {
        let Some((_, value)) = spot.example.split_once(" = ") else { continue };
        let faults = faults(&validator, &with(&spot.path, value));
        assert_eq!(faults, Vec::<String>::new(), "{}", spot.path);
    }
}

/// Codes of faults that are seen in one value or one key.
const SEEN: &[&str] = &[
    "duration-unit",
    "key-missing-empty-file",
    "key-missing-language",
    "key-missing-name",
    "listener-shape",
    "listener-tls",
    "not-yet-keys",
    "not-yet-values",
    "number-range-bounds",
    "path-relative",
    "port-range",
    "protocol-text",
    "secret-unsupported",
    "secret-value",
    "size-unit",
    "unknown-key",
    "unknown-table",
    "unnamed-table",
    "value-type",
    "value-unknown",
    "version-missing",
    "version-not-text",
    "version-text",
];

#[test]
fn what_is_seen_to_be_wrong_the_schema_refuses() {
    let validator = validator();
    let mut count = 0;
    for path in tomls("tests/invalid") {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let Some(value) = json(&text).filter(|_| SEEN.iter().any(|code| stem.starts_with(code))) else {
            continue;
        };
        assert!(!validator.is_valid(&value), "{stem} passes");
        count += 1;
    }
    println!("promise: faulty stacks that the schema for editors refuses | {count} | cargo");
    assert!(count >= 30, "{count}");
}

#[test]
fn no_key_takes_another_type_and_no_table_another_key() {
    let validator = validator();
    let mut count = 0;
    for spot in spots() {
        // A text where no text is taken, a number where none is.
        let wrong = match spot.kind {
            ValueKind::Text | ValueKind::Header | ValueKind::Hosts => "17",
            _ => "\"\\u0020\"",
        };
        assert!(!faults(&validator, &with(&spot.path, wrong)).is_empty(), "{} = {wrong}", spot.path);
        let above = spot.path.strip_suffix(spot.name).unwrap();
        let text = with(&format!("{above}nobody-knows-this"), "1");
        assert!(!faults(&validator, &text).is_empty(), "{text}");
        count += 1;
    }
    assert!(count >= 200, "{count}");
}
