//! `$NAME` in a collector's file: a variable up to 0.103, refused up to 0.106, and plain text since. Seen on
//! 0.159: the collector starts, and dials a host of that name.

use crate::format::page::FileReading;
use crate::format::yaml::{Node, Value};
use crate::model::dataflow::FileFaultKind;

/// Keys whose values are addresses, paths or secrets: a dollar sign in them was meant as a variable. Others
/// may hold patterns.
const KEYS: &[&str] = &[
    "endpoint",
    "url",
    "host",
    "hostname",
    "ca_file",
    "cert_file",
    "key_file",
    "directory",
    "token",
    "password",
    "username",
];

/// Finds them in what is configured.
pub fn check(page: &mut FileReading<'_>, root: &Node) {
    for block in ["receivers", "exporters", "extensions", "connectors"] {
        if let Some(node) = root.get(block) {
            look(page, node, (block, false));
        }
    }
}

fn look(page: &mut FileReading<'_>, node: &Node, (path, means): (&str, bool)) {
    match &node.value {
        Value::Scalar(scalar) => {
            if let Some(name) = bare(&scalar.text).filter(|_| means) {
                let kind = FileFaultKind::BareVariable { path: path.to_owned(), name: name.to_owned() };
                page.file_fault(node.span.clone(), kind);
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| look(page, item, (path, means))),
        Value::Mapping(entries) => {
            for entry in entries {
                let key = entry.key.as_str();
                let means = means || KEYS.contains(&key) || key.ends_with("_endpoint") || key == "headers";
                look(page, &entry.value, (&format!("{path}.{key}"), means));
            }
        }
    }
}

/// The name behind the first dollar sign that neither escapes nor opens a brace.
fn bare(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('$') {
        if let Some(escaped) = after.strip_prefix('$') {
            rest = escaped;
            continue;
        }
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        if end > 0 && !after.starts_with(|c: char| c.is_ascii_digit()) {
            return Some(&after[..end]);
        }
        rest = after;
    }
    None
}
