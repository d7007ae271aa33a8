//! Every shipped stack is golden: all its files, whole, in `tests/golden/NAME/`, and the inventory of
//! paths, modes, owners, certificates and units beside them.
//!
//! `TRACEWRIGHT_BLESS=1 cargo test golden` writes them anew; read the difference before you keep it.

use crate::support::{bless, repository};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use tracewright::component::wire;
use tracewright::diagnostic::SourceName;
use tracewright::model::certificate::CertificateRole;
use tracewright::model::desired::{Content, Desired};
use tracewright::model::names::Scope;
use tracewright::render::{Templates, render};
use tracewright::stack::resolve;
use tracewright::toml;

/// All files of a stack by name, with `inventory.txt`.
fn golden(text: &str) -> BTreeMap<String, String> {
    let (_, raw) = toml::parse(SourceName("stack.toml".into()), text);
    let (stack, _) = resolve(&raw.expect("parses")).expect("resolves");
    let (wiring, _) = wire(&stack).expect("wires");
    let desired = render(&wiring, Templates::embedded()).expect("renders");
    let mut files: BTreeMap<_, _> = desired
        .files
        .iter()
        .filter_map(|((_, path), file)| {
            let text = match &file.content {
                Content::Whole(text) => text.clone(),
                Content::Block { lines, begin, end, .. } => format!("{begin}\n{}\n{end}\n", lines.join("\n")),
                Content::Certificate(_) | Content::PrivateKey(_) => return None,
            };
            Some((path.as_str().trim_start_matches('/').to_owned(), text))
        })
        .collect();
    files.insert("inventory.txt".into(), inventory(&desired));
    files
}

fn inventory(desired: &Desired) -> String {
    let mut text = String::from("Directories\n");
    for ((_, path), directory) in &desired.directories {
        let when = if directory.only_below_root { "  (only below --root)" } else { "" };
        writeln!(text, "  {} {:<24} {path}{when}", directory.mode, directory.owner.to_string()).unwrap();
    }
    text.push_str("Files\n");
    for ((_, path), file) in &desired.files {
        let scope = match &file.scope {
            Scope::System => "system".to_owned(),
            Scope::User(user) => format!("user {user}"),
        };
        let content = match &file.content {
            Content::Whole(_) => "whole".to_owned(),
            Content::Block { .. } => "block".to_owned(),
            Content::PrivateKey(name) => format!("key of {name}"),
            Content::Certificate(spec) => match &spec.role {
                CertificateRole::Ca => format!("CA, {} days", spec.lifetime.as_secs() / 86400),
                CertificateRole::Leaf { names, server, client } => {
                    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
                    let days = spec.lifetime.as_secs() / 86400;
                    format!("leaf, {days} days, names {}, server {server}, client {client}", names.join(" "))
                }
            },
        };
        writeln!(text, "  {} {:<12} {scope:<9} {path}  {content}", file.mode, file.owner.to_string())
            .unwrap();
    }
    text.push_str("Units, in start order\n");
    for unit in &desired.units {
        let name = unit.unit.as_ref().map_or("none named", |unit| unit.as_str());
        writeln!(text, "  {} {name}{}", unit.component, if unit.managed { "" } else { " (a neighbour)" })
            .unwrap();
        for input in &unit.inputs {
            writeln!(text, "    {} {:?}", input.path, input.on_change).unwrap();
        }
    }
    text
}

#[test]
fn every_shipped_stack_renders_as_reviewed() {
    let stacks = fs::read_dir(repository().join("stacks")).unwrap().map(|entry| entry.unwrap().path());
    let mut stacks: Vec<_> = stacks.filter(|path| path.is_dir()).collect();
    stacks.sort();
    assert!(stacks.len() >= 3, "the shipped stacks are gone");
    let mut faults = Vec::new();
    for stack in &stacks {
        let name = stack.file_name().unwrap().to_str().unwrap();
        let rendered = golden(&fs::read_to_string(stack.join("stack.toml")).unwrap());
        compare(&repository().join("tests/golden").join(name), &rendered, &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    println!("promise: shipped stacks render as reviewed | {} | cargo", stacks.len());
}

fn compare(directory: &Path, rendered: &BTreeMap<String, String>, faults: &mut Vec<String>) {
    if bless() {
        if directory.exists() {
            fs::remove_dir_all(directory).unwrap();
        }
        for (path, text) in rendered {
            fs::create_dir_all(directory.join(path).parent().unwrap()).unwrap();
            fs::write(directory.join(path), text).unwrap();
        }
    }
    for (path, text) in rendered {
        let golden = fs::read_to_string(directory.join(path)).unwrap_or_default();
        if golden != *text {
            let diff = similar::TextDiff::from_lines(&golden, text);
            faults.push(format!("{}/{path}:\n{}", directory.display(), diff.unified_diff()));
        }
    }
    for entry in
        walkdir::WalkDir::new(directory).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file())
    {
        let path = entry.path().strip_prefix(directory).unwrap().to_str().unwrap();
        if !rendered.contains_key(path) {
            faults.push(format!("{}/{path} is no longer rendered", directory.display()));
        }
    }
}
