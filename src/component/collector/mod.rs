//! The OpenTelemetry Collector.

pub mod describe;
mod home;
pub mod read;

pub use home::{HOME, sender};

use crate::model::dataflow::ProgramKind;
use crate::model::names::ComponentName;
use crate::wiring::ComponentId;

/// `[collector.NAME]`.
pub fn id(name: &ComponentName) -> ComponentId {
    ComponentId::named(ProgramKind::Collector, name)
}
