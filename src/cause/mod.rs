//! Which key of `stack.toml` makes which setting of which file.
//!
//! Nothing here knows what a key means: a stack is rendered again with one of its keys as another stack
//! has it, and what then differs follows from that key. So a new key or a new component needs nothing here.
//! A pure function of texts; called by the verbs that show a change or explain a line, and only when there is
//! one.

mod drawing;
mod influence;
mod keys;
mod places;
mod settings;
mod sockets;

pub use influence::{Influence, influences};
pub use keys::{Cause, CauseSide, causes};
pub use places::{FilePlace, FilePlacePart, changed_keys, places};
pub use settings::{Setting, Settings, settings};
pub use sockets::{Differing, EdgeState, Judged, ListenerState, edges, listeners};
