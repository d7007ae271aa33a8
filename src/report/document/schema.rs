//! The JSON Schema of every document, made of the types that the documents are printed from.

use super::{
    CheckDocument, DirectoriesDocument, HistoryDocument, PlanDocument, ProofDocument, RenderDocument,
    RenderManifest, StatusDocument, StoppedDocument, printed,
};
use schemars::{JsonSchema, schema_for};

/// The documents whose form can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DescribedDocument {
    /// What `check` prints.
    Check,
    /// What `history` prints.
    History,
    /// What `plan` prints.
    Plan,
    /// What `prove` prints.
    Prove,
    /// What `render` prints.
    Render,
    /// What `render` writes beside its files.
    Manifest,
    /// What `status` prints.
    Status,
}

/// What `check` prints: of a stack or of one directory, of several, or why there is no result.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is made")]
enum CheckOutput {
    One(CheckDocument),
    Several(DirectoriesDocument),
    Stopped(StoppedDocument),
}

/// What a verb prints: its result, or why there is none.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is made")]
enum Output<T> {
    Result(T),
    Stopped(StoppedDocument),
}

/// The schema of a document.
pub fn schema(of: DescribedDocument) -> String {
    printed(&match of {
        DescribedDocument::Check => schema_for!(CheckOutput),
        DescribedDocument::History => schema_for!(Output<HistoryDocument>),
        DescribedDocument::Plan => schema_for!(Output<PlanDocument>),
        DescribedDocument::Prove => schema_for!(Output<ProofDocument>),
        DescribedDocument::Render => schema_for!(Output<RenderDocument>),
        DescribedDocument::Manifest => schema_for!(RenderManifest),
        DescribedDocument::Status => schema_for!(Output<StatusDocument>),
    })
}
