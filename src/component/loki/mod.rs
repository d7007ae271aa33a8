//! Grafana Loki, as a target of logs: of somebody else's, or the stack's own.

mod binary;
mod describe;
mod home;
pub mod read;
mod settings;

pub use binary::BINARY;
pub use home::HOME;
pub use settings::{tenant, tenant_header, version};

use crate::model::dataflow::ProgramKind;
use crate::wiring::ComponentId;

/// `[loki]`.
pub const ID: ComponentId = ComponentId::sole(ProgramKind::Loki);
