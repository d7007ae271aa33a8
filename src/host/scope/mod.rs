//! What is a user's is done with that user's rights: root starts this binary again, as a child that
//! gives up root for good and then serves requests over a pipe.
//!
//! ```text
//! ScopeChild (root)  -- frame: request -->  serve (the user)
//!                    <-- frame: reply ---
//! ```
//!
//! The user can kill and stop the child, and whatever the child says may be the user's words: a reply is
//! read with limits and a deadline, and judged against what was asked. No secret goes to the child but
//! the content of that user's own files. Called by [`super::LiveHost`] alone.

mod child;
mod frame;
mod judge;
mod messages;
mod patient;
mod rights;
mod serve;

pub(super) use child::ScopeChild;
pub use serve::serve_scope;
