//! Grafana Tempo.

mod dialect;
pub mod read;

pub use dialect::TempoDialect;

pub mod describe;
