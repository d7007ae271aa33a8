//! The text of `stack.toml` -> [`RawStack`]: syntax, keys, shapes of values, nothing across keys.
//!
//! Never opens a file; whoever loads one asks [`too_large`] first. All faults of all tables are
//! collected, each at its place; `stack::resolve` goes on from there. The list of what may be
//! written is data, declared in `language` in the words of [`schema`].

mod declare;
mod decode;
mod differences;
mod document;
mod field;
mod foreign;
pub mod json_schema;
mod kind;
mod language;
mod meant;
mod raw;
pub mod reference;
pub mod schema;
mod shape;
mod syntax;
mod unknown;
mod variations;
mod walk;

pub use crate::text::nearest;
pub use differences::{KeyDifference, KeyTree};
pub use document::TomlDocument;
pub use field::{KeyField, TableAt};
pub use kind::{KeyKind, Printed, Table};
pub use language::*;
pub use raw::{RawHosts, RawSendTo, RawTargets};
pub use shape::{is_credential_name, is_dns_name};
pub use variations::Variation;

use crate::diagnostic::{Code, Finding, Findings, KeyPath, SourceName};
use raw::RawTable;
use std::collections::BTreeSet;
use toml::de::DeTable;
use walk::TableWalk;

/// The largest text that is read, in bytes.
pub const MAX_BYTES: u64 = 500_000;

/// Why a file of this many bytes is not read; asked before its text is.
pub fn too_large(source: &SourceName, bytes: u64) -> Option<Finding> {
    let title = format!("`{source}` has {bytes} bytes, more than the {MAX_BYTES} of a stack");
    (bytes > MAX_BYTES).then(|| Finding::error(Code("file-too-large"), title).help("is this the right file?"))
}

/// What could be read of a text: everything sound, and every fault.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// Where everything stands.
    pub document: TomlDocument,
    /// What is sound; tables with a fault are marked.
    pub stack: RawStack,
    /// All faults, not yet located.
    pub faults: Findings,
}

/// A text as a tree of keys; `None` where something of it is not understood.
pub fn key_tree(source: SourceName, text: &str) -> (TomlDocument, Option<KeyTree>) {
    let (document, root, faults) = walked(source, text);
    (document, faults.is_empty().then_some(KeyTree { root }))
}

/// Reads what can be read: faulty values are left out and their tables marked, so that later
/// stages can go on with the rest.
pub fn read(source: SourceName, text: &str) -> Parsed {
    let (document, root, faults) = walked(source, text);
    Parsed { document, stack: RawStack::read(root), faults }
}

/// Walks a text that is not too large to be read.
fn walked(source: SourceName, text: &str) -> (TomlDocument, RawTable, Findings) {
    if let Some(finding) = too_large(&source, text.len() as u64) {
        let document = TomlDocument::new(source, "", &DeTable::new());
        return (document, RawTable::new(KeyPath::default(), RawStack::SCHEMA), finding.into());
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut document = TomlDocument::new(source, text, root.get_ref());
    let mut walk = TableWalk {
        document: &mut document,
        faults: Findings::new(),
        broken: syntax::is_broken(&errors),
        landed: BTreeSet::new(),
    };
    let root = walk.table(KeyPath::default(), root.get_ref(), RawStack::SCHEMA);
    let faults = walk.faults;
    let faults = syntax::merge(&document, &errors, faults);
    (document, root, faults)
}

/// The whole file or all of its faults, located and in order.
pub fn parse(source: SourceName, text: &str) -> (TomlDocument, Result<RawStack, Findings>) {
    let mut parsed = read(source, text);
    if parsed.faults.is_empty() {
        return (parsed.document, Ok(parsed.stack));
    }
    parsed.document.locate(&mut parsed.faults);
    (parsed.document, Err(parsed.faults))
}

/// The name alone, for verbs that need no more: other faults of the file do not stop them.
pub fn stack_name(source: SourceName, text: &str) -> (TomlDocument, Result<String, Findings>) {
    let mut parsed = read(source, text);
    if let Some(name) = parsed.stack.name.text() {
        return (parsed.document, Ok(name.to_owned()));
    }
    parsed.document.locate(&mut parsed.faults);
    (parsed.document, Err(parsed.faults))
}

/// Whether a text is a name as the file takes it.
pub fn is_name(text: &str) -> bool {
    shape::name(text).is_ok()
}
