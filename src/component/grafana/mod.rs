//! Grafana, known by its provisioned datasources.

pub mod read;
