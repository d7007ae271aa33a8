//! Grafana Tempo.

pub mod read;

pub mod describe;
