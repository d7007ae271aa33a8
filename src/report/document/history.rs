//! The generations of a stack as a value: the table for people and the document for programs.

use crate::apply::Generation;
use crate::model::names::StackName;
use schemars::JsonSchema;
use serde::Serialize;

/// Version of this document. The minor number only ever adds.
const FORMAT_VERSION: &str = "1.1";

/// The generations that are kept, oldest first.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HistoryDocument {
    /// Version of this document; the minor number only ever adds.
    format_version: &'static str,
    /// The stack.
    pub stack: String,
    /// Generation 0, what stood there before the first apply, comes first; nothing was applied where there is
    /// none.
    pub generations: Vec<ToldGeneration>,
}

/// One generation.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ToldGeneration {
    /// Its number; `rollback --to` takes it.
    pub generation: u64,
    /// Whether it is what is there.
    pub newest: bool,
    /// When it was kept: RFC 3339, UTC; none of generation 0.
    pub time: Option<String>,
    /// Who did it; none of generation 0.
    pub user: Option<String>,
    /// By which verb; none of generation 0.
    pub verb: Option<String>,
    /// The digest of what the stack wanted; none of generation 0.
    pub desired: Option<String>,
    /// How many paths it manages.
    pub paths: usize,
}

impl HistoryDocument {
    /// Of what is kept, oldest first.
    pub fn of(stack: &StackName, generations: &[Generation]) -> Self {
        let first = ToldGeneration {
            generation: 0,
            newest: false,
            time: None,
            user: None,
            verb: None,
            desired: None,
            paths: 0,
        };
        let newest = generations.last().map(|newest| newest.number);
        let kept = generations.iter().map(|generation| ToldGeneration {
            generation: generation.number.0,
            newest: Some(generation.number) == newest,
            time: Some(generation.author.time.clone()),
            user: Some(generation.author.user.clone()),
            verb: Some(generation.author.verb.clone()),
            desired: Some(generation.digest.clone()),
            paths: generation.paths,
        });
        let first = newest.map(|_| first);
        let generations = first.into_iter().chain(kept).collect();
        Self { format_version: FORMAT_VERSION, stack: stack.to_string(), generations }
    }
}
