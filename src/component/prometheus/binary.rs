//! The binary of Prometheus, of which a trial starts one of its own.

use crate::component::{EngineBinary, Greeting};

/// Prometheus. One that was built from its module alone says that it is one, and knows no release. How it is
/// started differs by major release.
pub static BINARY: EngineBinary = EngineBinary {
    name: "prometheus",
    flag: "--prometheus",
    version_argument: "--version",
    greeting: Greeting::OwnNameOr("prometheus, version  ("),
    written_alike: |one, other| one.0 == other.0,
    published: &[],
    validator: None,
};
