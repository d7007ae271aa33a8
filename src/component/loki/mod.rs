//! Grafana Loki of somebody else's, as a target of logs.

mod binary;
mod home;
mod settings;

pub use binary::BINARY;
pub use home::HOME;
pub use settings::{tenant, tenant_header};

use crate::model::dataflow::ProgramKind;
use crate::wiring::ComponentId;

/// `[loki]`.
pub const ID: ComponentId = ComponentId::sole(ProgramKind::Loki);
