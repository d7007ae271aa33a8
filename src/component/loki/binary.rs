//! The binary of Loki, of which a trial starts one of its own.

use crate::component::{EngineBinary, Greeting};

/// Grafana Loki. How it is started differs by major release.
pub static BINARY: EngineBinary = EngineBinary {
    name: "loki",
    flag: "--loki",
    version_argument: "-version",
    greeting: Greeting::OwnName,
    written_alike: |one, other| one.0 == other.0,
    published: &[],
    validator: None,
};
