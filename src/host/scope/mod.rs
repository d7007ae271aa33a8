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

use crate::model::names::{HostName, Scope};
use crate::model::observed::{Inventory, Observed};
use frame::ScopeFrame;
use judge::ScopeRequest;
use messages::Reply;
use std::io::{Error, ErrorKind, Result};

/// What a child's answer to a look comes to, of the bytes that it sent; nothing of it is believed before it
/// was judged. `ScopeChild` does the same as the bytes come; this is for whoever has them all.
///
/// # Errors
/// They are no frame, no answer to a look, or tell of something else than was asked.
pub fn believed(inventory: &Inventory, scope: &Scope, host: &HostName, mut sent: &[u8]) -> Result<Observed> {
    let unfit = |what: &str| Error::new(ErrorKind::InvalidData, what.to_owned());
    let frame = ScopeFrame::read(&mut sent)?.ok_or_else(|| unfit("is empty"))?;
    let Reply::Observed { at, machine } = Reply::of(&frame.words)? else { return Err(unfit("is no look")) };
    ScopeRequest { inventory, scope, host }.observed(at, machine, &frame.bytes).map_err(unfit)
}
