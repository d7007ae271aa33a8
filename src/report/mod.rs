//! What people and programs see: findings, verdicts, plans, histories, as text and as JSON. The only
//! place that knows how a thing looks; called by the verbs.

pub mod diagnostics;
mod diff;
pub mod document;
mod edge_word;
mod edges;
pub mod github;
pub mod graph;
pub mod history;
mod nouns;
mod others;
pub mod page;
pub mod plan;
pub mod proof;
pub mod review;
pub mod sarif;
mod shown;
mod sites;
pub mod status;
mod subject;
pub mod verdict;

pub use shown::ShownFindings;

/// Writes to the end of a text, which cannot fail.
fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    std::fmt::Write::write_fmt(text, arguments).expect("writing to a string does not fail");
}
