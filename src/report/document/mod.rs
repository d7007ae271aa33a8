//! What programs read: each document as one value, of which its JSON and its schema are made.
//!
//! A verb that was asked for JSON prints one document whatever happens: its result, or why there is none.

mod dataflow;
mod findings;
mod history;
mod schema;
mod stopped;

pub use dataflow::{
    CheckDocument, ConditionReport, ConnectingEnd, DataflowReport, DirectoriesDocument, DirectoryReport,
    EdgeReport, EngineReport, ListeningEnd, NotCheckedReport, engines,
};
pub use findings::{ToldFinding, ToldPlace, ToldSeverity, told};
pub use history::{HistoryDocument, ToldGeneration};
pub use schema::{DocumentKind, schema};
pub use stopped::{StoppedDocument, WhyStopped};

use serde::Serialize;

/// A document as it is printed: indented, and nothing in it that a terminal would obey.
pub fn printed(document: &impl Serialize) -> String {
    let value = serde_json::to_value(document).expect("a document is made of texts, numbers and lists");
    super::json_text(&value)
}
