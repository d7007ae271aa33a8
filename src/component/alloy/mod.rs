//! Grafana Alloy: a distribution of the collector with a language of its own.

pub mod advice;
pub mod read;
