//! Each kind of place in which a secret can stand (`tests/secrets/places.toml`), in every output that can show
//! it: a value planted there comes out of none. What is no secret is still seen.

use crate::support::{copy_tree, repository};
use crate::tool::{said, tracewright};
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use tracewright::text::{RedactSource, TextFormat, redact, redact_line};

/// The value that must not come out.
const PLANTED: &str = "Zq7xPlanted9";

/// Where the stack that is planned has units of its own.
const TEMPO_UNIT: &str = "etc/systemd/system/tempo.service.d/50-tracewright.conf";
const COLLECTOR_UNIT: &str = "etc/systemd/system/otelcol.service.d/50-tracewright.conf";

/// A row of the table.
struct Place {
    format: String,
    name: String,
    text: String,
    shown: Vec<String>,
}

fn places() -> Vec<Place> {
    let table: toml::Table =
        fs::read_to_string(repository().join("tests/secrets/places.toml")).unwrap().parse().unwrap();
    let text = |row: &toml::Value, key: &str| row[key].as_str().unwrap().to_owned();
    let shown = |row: &toml::Value| {
        let words = row.get("shown").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let rows = table["place"].as_array().unwrap().iter();
    rows.map(|row| Place {
        format: text(row, "format"),
        name: text(row, "name"),
        text: text(row, "text").replace("SECRET", PLANTED),
        shown: shown(row),
    })
    .collect()
}

fn format(place: &Place) -> TextFormat {
    match place.format.as_str() {
        "yaml" => TextFormat::Yaml,
        "unit" => TextFormat::Unit,
        "env" => TextFormat::Environment,
        "foreign" => TextFormat::ForeignEnvironment,
        "stack" => TextFormat::Stack,
        other => panic!("no format `{other}`"),
    }
}

#[test]
fn no_place_shows_its_secret_and_each_shows_the_rest() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for place in places() {
        count += 1;
        let shown = if place.format == "line" {
            vec![redact_line(&place.text)]
        } else {
            let source = RedactSource::new(format(&place), place.text.as_str()).in_place();
            assert_eq!(source.text.len(), place.text.len(), "{}", place.name);
            vec![redact(format(&place), &place.text).as_str().to_owned(), source.text]
        };
        for text in shown {
            let lost = place.shown.iter().any(|word| !text.contains(word.as_str()));
            if text.contains(PLANTED) || lost {
                wrong.push(format!("{} {}:\n{text}", place.format, place.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 80, "{count} kinds of place");
    println!("promise: kinds of place that show no secret | {count} | cargo");
}

/// The files that a row is put into, below a root.
fn plant(place: &Place, directory: &Path) -> bool {
    let paths: &[&str] = match place.format.as_str() {
        "yaml" => &[
            "etc/otelcol/config.yaml",
            "etc/tempo/config.yml",
            "etc/grafana/provisioning/datasources/a.yaml",
        ],
        "unit" => &[TEMPO_UNIT, COLLECTOR_UNIT],
        "env" | "foreign" => &["srv/shop/.env"],
        _ => &[],
    };
    for path in paths {
        let path = directory.join("out").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &place.text).unwrap();
    }
    if place.format == "stack" {
        fs::write(directory.join("stacks/minimal/stack.toml"), &place.text).unwrap();
    }
    !paths.is_empty() || place.format == "stack"
}

#[test]
fn no_verb_shows_a_planted_secret() {
    let verbs: [&[&str]; 11] = [
        &["check", "--no-engines", "stacks/minimal"],
        &["check", "--no-engines", "stacks/minimal", "--format", "json"],
        &["check", "--files", "out"],
        &["check", "--files", "out", "--format", "json"],
        &["check", "--files", "out", "--graph", "mermaid"],
        &["check", "--files", "out", "--format", "github"],
        &["check", "--files", "out", "--format", "sarif"],
        &["plan", "--no-engines", "stacks/minimal", "--root", "out"],
        &["plan", "--no-engines", "stacks/minimal", "--root", "out", "--format", "json"],
        &["status", "stacks/minimal"],
        &["logs", "stacks/minimal"],
    ];
    let (mut wrong, mut count) = (Vec::new(), 0);
    for place in places() {
        let directory = tempfile::tempdir().unwrap();
        copy_tree(&repository().join("stacks/minimal"), &directory.path().join("stacks/minimal"));
        if !plant(&place, directory.path()) {
            continue;
        }
        let of_files = place.format != "stack";
        for verb in &verbs[if of_files { 2 } else { 0 }..if of_files { 9 } else { 11 }] {
            let (text, _) = said(&tracewright(directory.path(), verb).output().unwrap());
            count += 1;
            if text.contains(PLANTED) {
                wrong.push(format!("{} {}: {verb:?}\n{text}", place.format, place.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    println!("promise: outputs of verbs that show no planted secret | {count} | cargo");
}

/// A tree of YAML in which a secret stands below a secret name, and something else does not.
fn tree(depth: u32) -> impl Strategy<Value = (String, bool)> {
    let leaf = prop_oneof![
        Just(("\"SECRET\"".to_owned(), false)),
        Just(("'x SECRET'".to_owned(), false)),
        Just(("SECRET".to_owned(), false)),
    ];
    leaf.prop_recursive(depth, 16, 3, |inner| {
        let key = prop::sample::select(vec!["a", "port", "password", "headers", "api_key", "monkey", "list"]);
        (key, inner, any::<bool>()).prop_map(|(key, (text, named), list)| {
            let secret = named || matches!(key, "password" | "headers" | "api_key");
            (
                if list { format!("[x, {{{key}: {text}}}]") } else { format!("{{{key}: {text}, z: 1}}") },
                secret,
            )
        })
    })
}

proptest! {
    #[test]
    fn a_secret_name_hides_whatever_is_nested_below_it((text, named) in tree(8), block in any::<bool>()) {
        let written = if block { format!("top:\n  - {text}\n") } else { format!("top: {text}\n") };
        let text = written.replace("SECRET", PLANTED);
        let shown = redact(TextFormat::Yaml, &text);
        prop_assert_eq!(shown.as_str().contains(PLANTED), !named, "{}", shown.as_str());
    }
}
