//! Grafana Tempo.

mod dialect;
pub mod read;

pub use dialect::{KNOWN_LINES, TempoDialect};

pub mod describe;
