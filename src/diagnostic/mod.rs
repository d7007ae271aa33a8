//! Findings as values: what is wrong, where, and what to type.
//!
//! A finding is made by a stage and printed by [`crate::report`]; nothing here knows about
//! terminals, files or colours. Every stage collects all of its faults in [`Findings`] instead of
//! stopping at the first.

mod finding;
mod help;
mod order;
pub mod pages;
mod place;

pub use finding::{Code, Finding, Severity};
pub use help::{Edit, Help, TextChange};
pub use place::{KeyPart, KeyPath, Label, Mark, Place, SourceName};

use std::collections::BTreeMap;

/// So many findings of one code in one file are shown: whoever mends those learns of the rest.
pub const MOST: usize = 100;

/// All faults of a stage: a list that only grows, put in order when it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: Findings) {
        self.0.extend(other.0);
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are, warnings included.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// All of them, in the order they were found or, after [`Findings::sort`], of their places.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// Changes every finding in place: used to turn stack keys into positions.
    pub fn for_each(&mut self, change: impl FnMut(&mut Finding)) {
        self.0.iter_mut().for_each(change);
    }

    /// Errors and warnings by position, then code, then title; equal ones once. Of one code and file
    /// the first [`MOST`] stay, and the last of them says how many more there were.
    pub fn sort(&mut self) {
        self.0.sort_by_cached_key(order::order);
        self.0.dedup();
        if self.0.len() > MOST {
            self.bound();
        }
    }

    fn bound(&mut self) {
        let mut counts: BTreeMap<(Code, SourceName), usize> = BTreeMap::new();
        let key = |finding: &Finding| (finding.code, order::source(finding));
        self.0.iter().for_each(|finding| *counts.entry(key(finding)).or_default() += 1);
        let mut kept: BTreeMap<(Code, SourceName), usize> = BTreeMap::new();
        self.0.retain_mut(|finding| {
            let key = key(finding);
            let seen = kept.entry(key.clone()).or_default();
            *seen += 1;
            let more = counts[&key] - MOST.min(counts[&key]);
            if *seen == MOST && more > 0 {
                finding.title.push_str(&format!(", and {more} more `{}`", finding.code));
            }
            *seen <= MOST
        });
    }

    /// The value if no error was found; warnings travel with it.
    pub fn or_else<T>(self, value: T) -> Result<(T, Findings), Findings> {
        if self.has_errors() { Err(self) } else { Ok((value, self)) }
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Finding> for Findings {
    fn from(finding: Finding) -> Self {
        Self(vec![finding])
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}
