//! Whether two contents of a file mean the same to the program that reads it: then the change is
//! written, and nothing is restarted.
//!
//! Decided on what a parser sees, never on text. In doubt the answer is no: one restart too many costs
//! less than a program that runs on what is no longer written.

use crate::format::yaml::{self, Node, Value, YamlEntry, YamlLibrary};
use crate::model::names::TargetPath;

use std::collections::BTreeMap;

/// Compares two contents by the rules of the file's kind, which its name tells.
pub(super) fn same(path: &TargetPath, before: &[u8], after: &[u8]) -> bool {
    let (Ok(before), Ok(after)) = (std::str::from_utf8(before), std::str::from_utf8(after)) else {
        return false;
    };
    match path.file_name().rsplit_once('.').map(|(_, suffix)| suffix) {
        Some("yaml" | "yml") => same_yaml(before, after),
        Some("service" | "conf" | "socket" | "timer") => unit_lines(before) == unit_lines(after),
        Some("env") => assignments(before.lines()) == assignments(after.lines()),
        _ => false,
    }
}

/// Whether two YAML texts hold the same tree; comments, the order of keys and quoting aside.
fn same_yaml(before: &str, after: &str) -> bool {
    let whole = |document: &yaml::YamlDocument| {
        document.second.is_none() && document.duplicates.is_empty() && document.overlaps.is_empty()
    };
    // Whose file it is does not show here: it means the same where it does to both libraries.
    [YamlLibrary::V2, YamlLibrary::V3].into_iter().all(|dialect| {
        match (yaml::parse(before, dialect), yaml::parse(after, dialect)) {
            (Ok(before), Ok(after)) => {
                whole(&before) && whole(&after) && same_node(&before.root, &after.root)
            }
            _ => false,
        }
    })
}

fn same_node(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Mapping(before), Value::Mapping(after)) => {
            let same =
                |entry: &YamlEntry| b.get(&entry.key).is_some_and(|other| same_node(&entry.value, other));
            before.len() == after.len() && before.iter().all(same)
        }
        (Value::Sequence(before), Value::Sequence(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(a, b)| same_node(a, b))
        }
        (Value::Scalar(a), Value::Scalar(b)) => {
            a.text == b.text && (a.quoted == b.quoted || !depends_on_quotes(&a.text))
        }
        _ => false,
    }
}

/// Whether some reader takes the bare text for something else than a string: Tempo reads `yes` as true
/// and refuses `"yes"`, a number is one only without quotes, and an empty value is none at all.
fn depends_on_quotes(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    matches!(lower.as_str(), "" | "~" | "null" | "true" | "false" | "y" | "n" | "yes" | "no" | "on" | "off")
        || lower.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
            && lower.chars().all(|letter| letter.is_ascii_hexdigit() || "_.:xo+-".contains(letter))
}

/// Sections, keys and values of a unit file, in order: a key may be repeated, and an empty one resets.
fn unit_lines(text: &str) -> BTreeMap<(String, String), Vec<String>> {
    let mut section = String::new();
    let mut lines: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let joined = text.replace("\\\n", " ");
    for line in joined.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        match line.split_once('=') {
            Some((key, value)) => lines
                .entry((section.clone(), key.trim_end().to_owned()))
                .or_default()
                .push(value.trim_start().to_owned()),
            None => section = line.to_owned(),
        }
    }
    lines
}

/// The assignments of an environment file, quotes aside; the last of two equal keys counts.
pub(super) fn assignments<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, &'a str> {
    lines
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim_end(), unquoted(value)))
        .collect()
}

fn unquoted(value: &str) -> &str {
    ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value)
}
