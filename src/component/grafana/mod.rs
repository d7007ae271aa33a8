//! Grafana, as far as files of provisioning describe it: datasources, and dashboards of ours.

mod advice;
mod dashboards;
pub mod describe;
mod home;
mod panels;
pub mod read;

pub use home::HOME;

use crate::model::dataflow::ProgramKind;
use crate::wiring::ComponentId;

/// `[grafana]`.
pub const ID: ComponentId = ComponentId::sole(ProgramKind::Grafana);
