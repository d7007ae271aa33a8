//! What a verb prints that ended before it had a result.

use super::{DataflowReport, ToldFinding, printed};
use schemars::JsonSchema;
use serde::Serialize;

/// Version of this document. The minor number only ever adds.
const FORMAT_VERSION: &str = "1.0";

/// The documents that are printed with `--format json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
    /// Of `check`.
    Check,
    /// Of `plan`.
    Plan,
    /// Of `render`.
    Render,
    /// Of `history`.
    History,
    /// Of `prove`.
    Prove,
    /// Of `status`.
    Status,
}

/// Why there is no result. A document with a result has no `stopped`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StoppedDocument {
    /// Version of this document; the minor number only ever adds.
    format_version: &'static str,
    /// The document that was asked for; none where the command line could not be understood.
    kind: Option<DocumentKind>,
    /// Why.
    pub stopped: WhyStopped,
    /// Of `check`, `plan`, and what could not be understood: no edge was judged, so it is empty, and whoever reads
    /// the document of a result can read this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    dataflow: Option<DataflowReport>,
    /// What was found; a warning may be among the errors.
    pub findings: Vec<ToldFinding>,
}

/// How a verb ended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WhyStopped {
    /// The exit code of the process.
    pub exit: u8,
    /// In words, with what helps on lines of its own; none where the findings say it.
    pub reason: Option<String>,
}

impl StoppedDocument {
    /// One that ends with this exit code.
    pub fn new(kind: Option<DocumentKind>, exit: u8) -> Self {
        let stopped = WhyStopped { exit, reason: None };
        let judges = matches!(kind, None | Some(DocumentKind::Check | DocumentKind::Plan));
        let dataflow = judges.then(DataflowReport::default);
        Self { format_version: FORMAT_VERSION, kind, stopped, dataflow, findings: Vec::new() }
    }

    /// As it is printed.
    pub fn text(&self) -> String {
        printed(self)
    }
}
