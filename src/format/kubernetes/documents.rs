//! The documents of a file of manifests, each parsed by itself, with places in the whole text.

use crate::diagnostic::{Mark, SourceName};
use crate::format::yaml::{self, Node, YamlLibrary};
use std::ops::Range;

/// No more documents of one file are read.
const MOST: usize = 500;

/// One object.
pub(super) struct ClusterObject {
    pub(super) root: Node,
    source: SourceName,
    /// Where its document begins in the text.
    offset: usize,
}

impl ClusterObject {
    pub(super) fn kind(&self) -> &str {
        text(&self.root, &["kind"])
    }

    pub(super) fn name(&self) -> &str {
        text(&self.root, &["metadata", "name"])
    }

    pub(super) fn namespace(&self) -> &str {
        text(&self.root, &["metadata", "namespace"])
    }

    /// A place of this document in the whole text.
    pub(super) fn mark(&self, span: &Range<usize>) -> Mark {
        Mark { source: self.source.clone(), span: span.start + self.offset..span.end + self.offset }
    }
}

/// The scalar at a way of keys; empty where there is none.
pub(super) fn text<'n>(node: &'n Node, way: &[&str]) -> &'n str {
    node.at(way).and_then(|entry| entry.value.scalar()).map(|scalar| scalar.text.as_str()).unwrap_or_default()
}

/// All objects of a text.
///
/// # Errors
/// Why it is not read.
pub(super) fn manifests(source: &SourceName, whole: &str) -> Result<Vec<ClusterObject>, String> {
    let mut all = Vec::new();
    for range in documents(whole) {
        if all.len() == MOST {
            return Err(format!("more than {MOST} objects in one file"));
        }
        let document = yaml::parse(&whole[range.clone()], YamlLibrary::V3).map_err(|fault| fault.text)?;
        if document.root.is_mapping() {
            // The items of a list stand for themselves.
            all.push(ClusterObject { root: document.root, source: source.clone(), offset: range.start });
        }
    }
    Ok(all)
}

/// What stands between lines that begin with `---`.
fn documents(whole: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in whole.split_inclusive('\n') {
        if line.starts_with("---") {
            all.push(start..at);
            start = at + line.len();
        }
        at += line.len();
    }
    all.push(start..whole.len());
    all.retain(|range| !whole[range.clone()].trim().is_empty());
    all
}
