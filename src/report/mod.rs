//! What people and programs see: findings, verdicts, plans, histories, as text and as JSON. The only
//! place that knows how a thing looks; called by the verbs.

pub mod diagnostics;
pub mod verdict;
pub mod diff;
pub mod plan;
