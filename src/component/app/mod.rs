//! Applications that export OTLP, as far as their environment file describes them.

pub mod describe;
