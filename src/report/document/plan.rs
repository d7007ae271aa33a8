//! A plan as programs read it: what people are told, and the edges with both of their ends.

use super::{DataflowReport, EngineReport, ToldFinding};
use crate::report::review::PlanView;
use schemars::JsonSchema;
use serde::Serialize;

/// A plan.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlanDocument {
    /// What changes, why, and what is to be minded.
    #[serde(flatten)]
    pub plan: PlanView,
    /// The edges of the stack, judged.
    pub dataflow: DataflowReport,
    /// Which file was judged by which binary.
    pub engines: Vec<EngineReport>,
    /// Everything that was found; a plan has no errors.
    pub findings: Vec<ToldFinding>,
}
