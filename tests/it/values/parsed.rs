//! Files as trees of texts: what our own readers make of them.

use super::case::{File, Kind, PLAIN};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use tracewright::format::env_file;
use tracewright::format::unit::directives;
use tracewright::format::values::{Expansion, ProcessEnvironment, Values};
use tracewright::format::yaml::{self, Node, YamlLibrary};

/// Content of files, by path.
pub type Tree = BTreeMap<String, Value>;

/// A tree with a shape where the plain word stood.
pub fn substituted(tree: &Tree, shape: &str) -> Tree {
    let each = tree.iter();
    each.map(|(path, value)| (path.replace(PLAIN, shape), replaced(value, shape))).collect()
}

fn replaced(value: &Value, shape: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace(PLAIN, shape)),
        Value::Array(items) => items.iter().map(|item| replaced(item, shape)).collect(),
        Value::Object(entries) => {
            let each = entries.iter();
            each.map(|(key, value)| (key.replace(PLAIN, shape), replaced(value, shape))).collect()
        }
        other => other.clone(),
    }
}

/// The files as our own readers read them.
pub fn own(files: &[File]) -> Tree {
    files.iter().map(|file| (file.path.clone(), tree(file))).collect()
}

fn tree(file: &File) -> Value {
    match file.kind {
        Kind::Unit => unit(&file.text),
        Kind::Environment(dialect) => {
            let parsed = env_file::parse(&file.text, dialect);
            assert!(parsed.malformed.is_empty() && parsed.open_quotes.is_empty(), "{}", file.text);
            let entry =
                |entry: &env_file::EnvEntry<'_>| (entry.key.to_owned(), variable(entry.key, &entry.value));
            Value::Object(parsed.entries.iter().map(entry).collect())
        }
        Kind::Certificate => serde_json::from_str(&file.text).expect("it was written so"),
        Kind::Collector => yaml_tree((&file.text, YamlLibrary::V3), Expansion::Collector, &str::to_owned),
        Kind::Tempo => yaml_tree((&file.text, YamlLibrary::V2), Expansion::None, &str::to_owned),
        Kind::Grafana => yaml_tree((&file.text, YamlLibrary::V3), Expansion::None, &interpolated),
    }
}

/// A variable as an SDK takes it: headers are percent-encoded.
pub fn variable(name: &str, value: &str) -> Value {
    if name != "OTEL_EXPORTER_OTLP_TRACES_HEADERS" {
        return json!(value);
    }
    let pairs = value.split(',').map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), json!(percent_decoded(value)))).collect::<Map<_, _>>().into()
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
            out.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).unwrap()
}

/// Directives in order. Both ways of granting a directory for state are one.
fn unit(text: &str) -> Value {
    let mut all = Vec::new();
    for found in directives(text, None) {
        let name = format!("{}/{}", found.section, found.name);
        match found.name.as_str() {
            "StateDirectory" => {
                let granted = found.parts.iter().map(|below| json!(format!("/var/lib/{below}")));
                all.push(json!(["Service/ReadWritePaths", granted.collect::<Vec<_>>()]));
            }
            "StateDirectoryMode" => {}
            // The collector takes a location with or without its scheme.
            "ExecStart" | "ExecReload" => {
                let same = found.parts.iter().map(|part| json!(part.replacen("=file:/", "=/", 1)));
                all.push(json!([name, same.collect::<Vec<_>>()]));
            }
            _ => all.push(json!([name, found.parts])),
        }
    }
    // Where it stands says nothing.
    all.sort_by_key(|found| found[0] == "Service/ReadWritePaths");
    Value::Array(all)
}

fn yaml_tree(
    (text, dialect): (&str, YamlLibrary),
    expansion: Expansion,
    put_in: &dyn Fn(&str) -> String,
) -> Value {
    let document = yaml::parse(text, dialect).unwrap_or_else(|fault| panic!("{fault:?}\n{text}"));
    assert!(document.duplicates.is_empty() && document.second.is_none(), "{text}");
    let environment = ProcessEnvironment::default();
    node(&document.root, &Values { expansion, environment: &environment }, put_in)
}

fn node(found: &Node, values: &Values<'_>, put_in: &dyn Fn(&str) -> String) -> Value {
    match &found.value {
        yaml::Value::Mapping(entries) => {
            let each = entries.iter();
            each.map(|entry| (entry.key.clone(), node(&entry.value, values, put_in)))
                .collect::<Map<_, _>>()
                .into()
        }
        yaml::Value::Sequence(items) => items.iter().map(|item| node(item, values, put_in)).collect(),
        yaml::Value::Scalar(_) => match values.text(found) {
            Ok(text) => json!([put_in(&text.text), text.quoted, text.unset]),
            Err(why) => json!({ "": why }),
        },
    }
}

/// A text as Grafana's provisioning puts variables and files into it.
fn interpolated(text: &str) -> String {
    let part = |part: &str| match part.strip_prefix("$__file{").and_then(|rest| rest.split_once('}')) {
        Some((file, rest)) => format!("<file:{file}>{rest}"),
        None => {
            assert!(!part.contains('$'), "a variable: {part}");
            part.to_owned()
        }
    };
    text.split("$$").map(part).collect::<Vec<_>>().join("$")
}
