//! Grafana Tempo: the traces' store.

mod advice;
mod binary;
pub(super) mod complaints;
pub mod describe;
mod home;
pub mod one_way;
pub mod read;

pub use binary::BINARY;
pub use home::HOME;

use crate::model::dataflow::ProgramKind;
use crate::wiring::ComponentId;

/// `[tempo]`.
pub const ID: ComponentId = ComponentId::sole(ProgramKind::Tempo);
