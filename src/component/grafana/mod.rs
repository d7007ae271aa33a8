//! Grafana, as far as its datasource files describe it.

pub mod describe;
pub mod read;
