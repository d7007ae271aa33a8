//! Grafana, as far as a datasource file describes it.

pub mod describe;
