//! A plan for a reader: one value, and its looks.

mod causes;
mod facts;
mod github;
mod markdown;
mod text;
mod view;

pub use facts::{PlanFacts, plan_view};
pub use github::github;
pub use markdown::markdown;
pub use text::text;
pub use view::*;
