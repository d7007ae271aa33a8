//! The OpenTelemetry Collector.

mod advice;
mod binary;
mod complaints;
pub mod describe;
mod exporter;
mod home;
mod placeholder;
mod queue;
pub mod read;
mod route;

pub use binary::{CONTRIB, CORE, binary};
pub use home::HOME;
pub use route::{client, sender};

use crate::model::dataflow::ProgramKind;
use crate::model::names::ComponentName;
use crate::wiring::ComponentId;

/// `[collector.NAME]`.
pub fn id(name: &ComponentName) -> ComponentId {
    ComponentId::named(ProgramKind::Collector, name)
}
