//! Applications, known by the environment file that configures their OpenTelemetry SDK.

pub mod read;
