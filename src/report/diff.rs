//! The difference of two texts, line by line, with three lines around each change.

use crate::text::Redacted;
use similar::{ChangeTag, TextDiff};
use std::time::Duration;

/// How long a difference may take to find; after it a coarser one is shown.
const DEADLINE: Duration = Duration::from_millis(500);

/// The lines of a unified difference without file headers; of a new or removed text, all of it.
pub fn unified(before: &Redacted, after: &Redacted) -> Vec<String> {
    lines(before.as_str(), after.as_str())
}

/// The same of texts that were redacted before.
pub fn lines(before: &str, after: &str) -> Vec<String> {
    if before.is_empty() {
        return after.lines().map(|line| format!("+ {line}")).collect();
    }
    if after.is_empty() {
        return before.lines().map(|line| format!("- {line}")).collect();
    }
    let diff = TextDiff::configure().timeout(DEADLINE).diff_lines(before, after);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(3) {
        if !lines.is_empty() {
            lines.push("  ...".to_owned());
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let sign = match change.tag() {
                ChangeTag::Insert => '+',
                ChangeTag::Delete => '-',
                ChangeTag::Equal => ' ',
            };
            lines.push(format!("{sign} {}", change.value().trim_end_matches('\n')));
        }
    }
    lines
}
