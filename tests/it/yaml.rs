//! YAML as the engines' own libraries read it.
//!
//! `tests/yaml/cases.txt` holds documents (`> `, as a JSON text) with what yaml.v2 (`2 `) and yaml.v3 (`3 `)
//! made of each, and a last line `! REASON` where this tool refuses what they read. With Go on the machine
//! `tests/yaml/main.go` is asked anew, for these and for generated documents; TRACEWRIGHT_BLESS=1 writes the
//! answers.

mod generate;
mod oracle;
mod reviewed;
mod shown;

use crate::support::repository;
use generate::Generator;
use oracle::Oracle;
use reviewed::is_reviewed;
use shown::shown;
use std::fmt::Write as _;
use tracewright::format::yaml::{YamlLibrary, parse};

/// A document and what the libraries make of it.
#[derive(Default)]
struct Case {
    text: String,
    v2: String,
    v3: String,
    /// Why this tool refuses it, where they do not.
    refused: Option<String>,
}

fn cases() -> Vec<Case> {
    let file = std::fs::read_to_string(repository().join("tests/yaml/cases.txt")).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    for line in file.lines() {
        match line.split_at_checked(2) {
            Some(("> ", text)) => {
                cases.push(Case { text: serde_json::from_str(text).unwrap(), ..Case::default() });
            }
            Some(("2 ", answer)) => cases.last_mut().unwrap().v2 = answer.to_owned(),
            Some(("3 ", answer)) => cases.last_mut().unwrap().v3 = answer.to_owned(),
            Some(("! ", reason)) => cases.last_mut().unwrap().refused = Some(reason.to_owned()),
            _ => assert!(line.is_empty() || line.starts_with('#'), "{line}"),
        }
    }
    cases
}

#[test]
fn cases_are_read_as_the_libraries_read_them() {
    let mut failures = String::new();
    let cases = cases();
    for case in &cases {
        for (dialect, wanted) in [(YamlLibrary::V2, &case.v2), (YamlLibrary::V3, &case.v3)] {
            let found = shown(&case.text, dialect);
            let reason = parse(&case.text, dialect).err().map(|fault| fault.text);
            let refused = case.refused.is_some() && found == "error";
            let holds = found == *wanted || refused && (reason.is_none() || reason == case.refused);
            if !holds {
                writeln!(failures, "{:?} {dialect:?}\n  is {wanted}\n  not {found} {reason:?}", case.text)
                    .unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    println!("promise: YAML read as the engines' libraries read it | {} | recorded", cases.len());
}

#[test]
fn the_recorded_answers_are_the_libraries_own() {
    let Some(mut oracle) = Oracle::start("YAML read as the engines' libraries read it") else { return };
    let path = repository().join("tests/yaml/cases.txt");
    let mut written = String::new();
    for line in std::fs::read_to_string(&path).unwrap().lines() {
        if line.starts_with("2 ") || line.starts_with("3 ") {
            continue;
        }
        writeln!(written, "{line}").unwrap();
        if let Some(text) = line.strip_prefix("> ") {
            let text: String = serde_json::from_str(text).unwrap();
            let [v2, v3] = oracle.ask(&text);
            writeln!(written, "2 {v2}\n3 {v3}").unwrap();
        }
    }
    if std::env::var_os("TRACEWRIGHT_BLESS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    snapbox::assert_data_eq!(written, snapbox::Data::read_from(&path, None).raw());
}

/// How many documents are made; the generator is seeded, so they are the same everywhere.
const GENERATED: usize = 20_000;

#[test]
fn generated_documents_are_read_as_the_libraries_read_them() {
    let Some(mut oracle) = Oracle::start("generated YAML read as go-yaml reads it") else { return };
    let seeds = cases().into_iter().map(|case| case.text).collect();
    let mut generator = Generator::new(0x5eed, seeds);
    let (mut failures, mut count, mut read) = (String::new(), 0, 0);
    let wanted = std::env::var("TRACEWRIGHT_YAML_DOCUMENTS").map_or(GENERATED, |many| many.parse().unwrap());
    for _ in 0..wanted {
        let text = generator.document();
        let answers = oracle.ask(&text);
        for (dialect, wanted) in [YamlLibrary::V2, YamlLibrary::V3].into_iter().zip(&answers) {
            let found = shown(&text, dialect);
            read += usize::from(wanted != "error");
            if found != *wanted && !is_reviewed(&text, dialect) && count < 40 {
                count += 1;
                let reason = parse(&text, dialect).err();
                writeln!(failures, "{text:?} {dialect:?}\n  is {wanted}\n  not {found} {reason:?}").unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    println!(
        "promise: generated YAML read as go-yaml reads it | {wanted} | real go-yaml, {read} of {} accepted",
        2 * wanted
    );
}
