//! Grafana Tempo.

mod dialect;

pub use dialect::{KNOWN_LINES, TempoDialect};

pub mod describe;
