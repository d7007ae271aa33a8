//! OpenTelemetry Collector.

mod dialect;

pub use dialect::{CollectorDialect, KNOWN_MINORS};

pub mod describe;
