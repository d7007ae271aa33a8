//! Leaf mutation: changing any single scalar of any golden file changes what the reader reports, or
//! its path stands in the reviewed list `tests/golden/irrelevant.txt`. Kills a reader that ignores keys.

use crate::support::repository;
use crate::wiring_truth::{bare, file_set, file_texts};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tracewright::component::wire;
use tracewright::diagnostic::SourceName;
use tracewright::model::desired::Desired;
use tracewright::model::names::TargetPath;
use tracewright::render::{Templates, render};
use tracewright::stack::{Stack, resolve};
use tracewright::toml;
use tracewright::topology::read;

/// One scalar of a file: its key path and its line, before and after the mutation.
struct Leaf {
    path: String,
    line: usize,
    mutated: String,
}

/// The scalars of a YAML file in the one form our templates have, of a unit, or of a `.env` block.
fn leaves(text: &str) -> Vec<Leaf> {
    let mut keys: Vec<(usize, String)> = Vec::new();
    let mut leaves = Vec::new();
    let mut section = String::new();
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = format!("{name}.");
            continue;
        }
        let (indent, item) = match trimmed.strip_prefix("- ") {
            Some(item) => (indent + 2, item),
            None => (indent, trimmed),
        };
        keys.retain(|(at, _)| *at < indent);
        let before = &line[..line.len() - item.len()];
        let path = |key: &str| {
            let above = keys.iter().map(|(_, key)| key.as_str());
            format!(
                "{section}{}",
                above.chain([key]).filter(|key| !key.is_empty()).collect::<Vec<_>>().join(".")
            )
        };
        if let Some((key, value)) = item.split_once(": ") {
            leaves.push(Leaf {
                path: path(key),
                line: number,
                mutated: format!("{before}{key}: {}", mutate(value)),
            });
        } else if let Some(key) = item.strip_suffix(':') {
            keys.push((indent, key.to_owned()));
        } else if let Some((key, value)) = item.split_once('=') {
            leaves.push(Leaf { path: path(key), line: number, mutated: format!("{key}={}", mutate(value)) });
        } else {
            leaves.push(Leaf { path: path("-"), line: number, mutated: format!("{before}{}", mutate(item)) });
        }
    }
    leaves
}

fn mutate(value: &str) -> String {
    match value {
        "true" => "false".into(),
        "false" => "true".into(),
        _ => match (value.parse::<i64>(), value.strip_suffix('"')) {
            (Ok(number), _) => (number + 1).to_string(),
            (_, Some(open)) => format!("{}\"", another(open)),
            _ => another(value),
        },
    }
}

/// Another text that a reader of addresses, paths and names still understands.
fn another(text: &str) -> String {
    match text.chars().last() {
        Some(last @ '0'..='8') => format!("{}{}", &text[..text.len() - 1], char::from(last as u8 + 1)),
        Some('9') => format!("{}1", &text[..text.len() - 1]),
        _ => format!("{text}x"),
    }
}

fn resolved(name: &str) -> Stack {
    let text = fs::read_to_string(repository().join("stacks").join(name).join("stack.toml")).unwrap();
    let (_, raw) = toml::parse(SourceName("stack.toml".into()), &text);
    resolve(&raw.expect("parses")).expect("resolves").0
}

/// Everything the reader says, without positions.
fn report(stack: &Stack, desired: &Desired, texts: &BTreeMap<TargetPath, String>) -> String {
    let topology = read(&file_set(desired, texts, stack));
    let keys: Vec<_> = topology.unknown_keys.iter().map(|key| &key.path).collect();
    let faults: Vec<_> = topology.faults.iter().map(|(_, text)| text).collect();
    let environment: Vec<_> = topology.environment.iter().map(|fault| &fault.kind).collect();
    format!("{:#?}{keys:?}{faults:?}{environment:?}{:?}", bare(&topology), topology.not_read)
}

fn kind(path: &TargetPath) -> &'static str {
    match path.as_str() {
        p if p.contains("tempo/config") => "tempo",
        p if p.contains("config.yaml") => "collector",
        p if p.contains("datasources") => "grafana",
        p if p.contains(".env") => "env",
        _ => "unit",
    }
}

#[test]
fn every_scalar_matters_or_is_known_not_to() {
    let listed = fs::read_to_string(repository().join("tests/golden/irrelevant.txt")).unwrap();
    let irrelevant: BTreeSet<_> = listed
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split("  ").next().unwrap().to_owned())
        .collect();
    let (mut unread, mut count) = (BTreeSet::new(), 0);
    for stack in ["incident-host", "internal-tls", "minimal", "tempo-3"] {
        let stack = resolved(stack);
        let (wiring, _) = wire(&stack).expect("wires");
        let desired = render(&wiring, Templates::embedded()).expect("renders");
        let texts = file_texts(&desired);
        let before = report(&stack, &desired, &texts);
        for (path, text) in &texts {
            for leaf in leaves(text) {
                let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
                lines[leaf.line] = leaf.mutated;
                let mut mutated = texts.clone();
                mutated.insert(path.clone(), lines.join("\n") + "\n");
                count += 1;
                if report(&stack, &desired, &mutated) == before {
                    unread.insert(format!("{} {}", kind(path), leaf.path));
                }
            }
        }
    }
    let new: Vec<_> = unread.difference(&irrelevant).collect();
    let gone: Vec<_> = irrelevant.difference(&unread).collect();
    assert!(new.is_empty(), "the reader ignores these, and no reviewed line says why:\n{new:#?}");
    assert!(gone.is_empty(), "listed as irrelevant, but the reader sees them:\n{gone:#?}");
    println!("promise: every scalar of a golden file matters or is reviewed | {count} | cargo");
}
