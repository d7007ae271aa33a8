//! Applications with an OpenTelemetry SDK, by their environment files.

mod advice;
pub mod describe;
mod home;
pub mod read;

pub use home::HOME;

use crate::model::dataflow::ProgramKind;
use crate::model::names::ComponentName;
use crate::wiring::ComponentId;

/// `[app.NAME]`.
pub fn id(name: &ComponentName) -> ComponentId {
    ComponentId::named(ProgramKind::App, name)
}
