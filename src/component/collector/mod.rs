//! OpenTelemetry Collector.

pub mod read;

pub mod describe;
