//! A table or a key of the language by its path: `tempo`, `tempo.retention`, `app.NAME.protocol`. Where a
//! table has a name of the user's, any name stands for it.

use super::spelled::wrapped;
use crate::text::nearest;
use crate::toml::kind::Table;
use crate::toml::language::RawStack;
use crate::toml::schema::{Key, Schema, ValueKind};
use std::fmt::Write;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Topic {
    /// It is in the language: its page.
    Page(String),
    /// It is not; the paths that were probably meant.
    Unknown(Vec<String>),
}

/// The columns of a page on a terminal.
const COLUMNS: usize = 100;

/// At most so many paths are proposed.
const PROPOSED: usize = 3;

/// The page of a table or a key, or what was probably meant.
pub fn topic(path: &str) -> Topic {
    let parts: Vec<&str> = path.split('.').collect();
    let mut schema = RawStack::SCHEMA;
    let mut at = 0;
    loop {
        let Some(key) = schema.key(parts[at]) else { return Topic::Unknown(meant(schema, &parts, at)) };
        let is_named = matches!(key.kind, ValueKind::Named(..));
        at += if is_named { 2 } else { 1 };
        match key.kind.table() {
            _ if at >= parts.len() => return Topic::Page(page(path, key)),
            Some(below) => schema = below,
            None => return Topic::Unknown(vec![parts[..at].join(".")]),
        }
    }
}

/// The paths that were meant by one that is wrong from some part on: a slip, else the same key elsewhere.
fn meant(schema: &'static Schema, parts: &[&str], wrong: usize) -> Vec<String> {
    if let Some(near) = nearest(parts[wrong], schema.keys.iter().map(|key| key.name)) {
        let mut parts = parts.to_vec();
        parts[wrong] = near;
        let mended = parts.join(".");
        // What comes after it may be wrong too.
        return match topic(&mended) {
            Topic::Page(_) => vec![mended],
            Topic::Unknown(_) => vec![parts[..=wrong].join(".")],
        };
    }
    let last = parts[parts.len() - 1];
    let all = topics();
    let mut same: Vec<String> =
        all.into_iter().filter(|path| path.rsplit('.').next() == Some(last)).collect();
    same.truncate(PROPOSED);
    same
}

/// The paths of all tables but those of listeners, in the order of the language.
pub fn tables() -> Vec<String> {
    let mut all = Vec::new();
    collect_tables(RawStack::SCHEMA, "", &mut all);
    all
}

fn collect_tables(schema: &'static Schema, above: &str, all: &mut Vec<String>) {
    for key in schema.keys.iter().filter(|key| !matches!(key.kind, ValueKind::Listener(_))) {
        let name = if matches!(key.kind, ValueKind::Named(..)) { ".NAME" } else { "" };
        if let Some(schema) = key.kind.table() {
            let path = format!("{above}{}{name}", key.name);
            all.push(path.clone());
            collect_tables(schema, &format!("{path}."), all);
        }
    }
}

/// The paths of all tables and of all keys, in the order of the language.
pub fn topics() -> Vec<String> {
    let mut all = Vec::new();
    collect(RawStack::SCHEMA, "", &mut all);
    all
}

fn collect(schema: &'static Schema, above: &str, all: &mut Vec<String>) {
    for key in schema.keys {
        let path = format!("{above}{}", key.name);
        all.push(path.clone());
        let below = if matches!(key.kind, ValueKind::Named(..)) { ".NAME." } else { "." };
        if let Some(schema) = key.kind.table() {
            collect(schema, &format!("{path}{below}"), all);
        }
    }
}

fn page(path: &str, key: &Key) -> String {
    let mut text = format!("{path}\n");
    text += &format!("  {}\n", wrapped(&key.facts(), COLUMNS - 2, "  "));
    let below = key.kind.table();
    // A table is told by what it is, a listener by its key and by what listeners are.
    let told_below =
        below.is_some_and(|below| below.help.trim().starts_with(key.help.trim().trim_end_matches('.')));
    for paragraph in key.paragraphs().into_iter().skip(usize::from(told_below)) {
        let (before, indent) = if paragraph.starts_with("- ") { ("  ", "    ") } else { ("\n", "") };
        text += &format!("{before}{}\n", wrapped(&paragraph, COLUMNS, indent));
    }
    if let Some(below) = below {
        text += &format!("\n{}\n\n", wrapped(below.help.trim(), COLUMNS, ""));
        keys(&mut text, below);
    }
    if !key.example.is_empty() {
        text += &format!("\nFor example:\n\n    {}\n", key.example);
    }
    text
}

/// The keys of a table, a line each.
fn keys(text: &mut String, schema: &'static Schema) {
    let (rendered, planned): (Vec<&Key>, Vec<&Key>) = schema.keys.iter().partition(|key| key.is_rendered());
    let widest = rendered.iter().map(|key| key.name.len()).max().unwrap_or_default();
    for key in rendered {
        let first = key.help.trim().split(". ").next().unwrap_or_default().trim_end_matches('.');
        let first = wrapped(first, COLUMNS - widest - 4, &" ".repeat(widest + 4));
        writeln!(text, "  {:widest$}  {first}", key.name).expect("writing to a string does not fail");
    }
    if !planned.is_empty() {
        let names: Vec<&str> = planned.iter().map(|key| key.name).collect();
        let line = format!("not written yet: {}", names.join(", "));
        text.push_str(&format!("\n{}\n", wrapped(&line, COLUMNS, "  ")));
    }
}
