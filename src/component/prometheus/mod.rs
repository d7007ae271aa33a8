//! Prometheus, of somebody else's or the stack's own: what it scrapes of a stack, and as far as the command line of its
//! unit and its own configuration say, where it listens and what it takes.

mod advice;
mod binary;
mod complaints;
pub mod describe;
mod home;
pub mod read;
pub mod scrape;
mod settings;

pub use binary::BINARY;
pub use home::HOME;
pub use settings::{OpenReceivers, receivers, version};

use crate::model::dataflow::ProgramKind;
use crate::wiring::ComponentId;

/// `[prometheus]`.
pub const ID: ComponentId = ComponentId::sole(ProgramKind::Prometheus);
