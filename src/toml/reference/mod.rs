//! The reference of the language, made of its declarations: the page of a table or a key for `explain`, and
//! the whole of `REFERENCE.md`.

mod page;
mod spelled;
mod topic;

pub use page::page;
pub use topic::{Topic, tables, topic, topics};
