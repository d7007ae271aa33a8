//! The JSON Schema of every document, made of the types that the documents are printed from.

use super::{
    CheckDocument, DirectoriesDocument, DocumentKind, HistoryDocument, RenderDocument, StoppedDocument,
    printed,
};
use schemars::{JsonSchema, schema_for};

/// What `check` prints.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is made")]
enum CheckOutput {
    One(CheckDocument),
    Several(DirectoriesDocument),
    Stopped(StoppedDocument),
}

/// What `history` prints.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is made")]
enum HistoryOutput {
    History(HistoryDocument),
    Stopped(StoppedDocument),
}

/// What `render` prints.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is made")]
enum RenderOutput {
    Rendered(RenderDocument),
    Stopped(StoppedDocument),
}

/// The schema of what a verb prints. A document whose result has no types yet is described as far as it is
/// one that stopped.
pub fn schema(kind: DocumentKind) -> String {
    printed(&match kind {
        DocumentKind::Check => schema_for!(CheckOutput),
        DocumentKind::History => schema_for!(HistoryOutput),
        DocumentKind::Render => schema_for!(RenderOutput),
        DocumentKind::Plan | DocumentKind::Prove | DocumentKind::Status => schema_for!(StoppedDocument),
    })
}
