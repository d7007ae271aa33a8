//! Grafana Tempo.

pub mod read;

pub mod describe;
pub mod one_way;
