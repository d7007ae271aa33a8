//! Where this tool refuses a document that a library reads. It never reads one otherwise.

use tracewright::format::yaml::{YamlLibrary, parse};

/// The reasons.
const REVIEWED: &[&str] = &[
    // The libraries lose characters behind it, which ones depends on how the file was read in.
    "a byte order mark inside the file",
    // Nobody writes a configuration in base64, and dates are texts to every key.
    "`!!binary` is not read",
    "`!!timestamp` is not read",
    // Bounds of this tool.
    "nested deeper than 100 levels",
    "more than 200000 values",
    "aliases that add more than 100000 values",
];

/// Whether it is refused for one of them, or for keys that are one to us (alike as texts or as values), or that
/// `<<` brings too, which is listed.
pub fn is_reviewed(text: &str, library: YamlLibrary) -> bool {
    match parse(text, library) {
        Err(fault) => REVIEWED.contains(&fault.text.as_str()) || fault.text.starts_with("control characters"),
        Ok(document) => !document.duplicates.is_empty() || !document.overlaps.is_empty(),
    }
}
