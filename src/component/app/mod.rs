//! Applications that export OTLP, as far as their environment file describes them.

pub mod describe;
//! Applications, known by the environment file that configures their OpenTelemetry SDK.

pub mod read;
