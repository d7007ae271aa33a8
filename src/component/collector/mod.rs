//! OpenTelemetry Collector.

mod dialect;
pub mod read;

pub use dialect::{CollectorDialect, KNOWN_MINORS};

pub mod describe;
