//! What a render did, as programs read it.

use super::{ToldFinding, printed};
use schemars::JsonSchema;
use serde::Serialize;

/// Version of this document. The minor number only ever adds.
const FORMAT_VERSION: &str = "1.0";

/// The files of a directory that was rendered to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RenderDocument {
    format_version: &'static str,
    /// The directory, as it was named.
    pub directory: String,
    /// The digest of what the stack wants.
    pub desired: String,
    /// Every file, by its path on the host.
    pub files: Vec<ToldFile>,
    /// What was found; warnings alone.
    pub findings: Vec<ToldFinding>,
}

/// A rendered file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ToldFile {
    /// Its path on the host.
    pub path: String,
    /// `same`, `added`, `changed`, `removed`, or `left` where somebody changed it and it stays.
    pub change: &'static str,
}

impl RenderDocument {
    /// Of a directory.
    pub fn new(directory: String, desired: String, files: Vec<ToldFile>, findings: Vec<ToldFinding>) -> Self {
        Self { format_version: FORMAT_VERSION, directory, desired, files, findings }
    }

    /// As it is printed.
    pub fn text(&self) -> String {
        printed(self)
    }
}
