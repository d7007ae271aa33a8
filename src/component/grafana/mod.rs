//! Grafana, as far as a datasource file describes it.

pub mod describe;
//! Grafana, known by its provisioned datasources.

pub mod read;
