//! Grafana, as far as its datasource files describe it.

pub mod describe;
mod home;
pub mod read;

pub use home::HOME;

use crate::model::dataflow::ProgramKind;
use crate::wiring::ComponentId;

/// `[grafana]`.
pub const ID: ComponentId = ComponentId::sole(ProgramKind::Grafana);
