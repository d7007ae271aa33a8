//! Applications that export OTLP: their environment block and any environment file.

pub mod describe;
pub mod read;
