//! A service manager, asked through its own `systemctl` with the rights of this process.
//!
//! Constraint: no call is believed to have done what it was asked, and none is waited for without a
//! deadline of our own. A frozen manager answers only after 90 s, and a client that is killed leaves its
//! job behind (both measured on systemd 252), so every verb is put into the queue and its end is looked
//! for. Called by the targets of this directory's parent.

mod journal;
mod manager;
mod show;
mod verb;

pub use journal::{Followed, UnitJournal, last_words};
pub use manager::ServiceManager;
