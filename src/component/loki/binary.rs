//! The binary of Loki.

use crate::component::tempo::complaints::complaints as dskit_complaints;
use crate::component::{ConfigValidator, EngineBinary, Greeting};

/// Grafana Loki. How it is started differs by major release. It reads its configuration with Tempo's library, and says
/// so in the same words.
pub static BINARY: EngineBinary = EngineBinary {
    name: "loki",
    flag: "--loki",
    version_argument: "-version",
    greeting: Greeting::OwnName,
    written_alike: |one, other| one.0 == other.0,
    published: &[],
    validator: Some(ConfigValidator {
        arguments: |config| vec![config, "-verify-config=true".to_owned()],
        plain: str::to_owned,
        complaints: dskit_complaints,
    }),
    judged_by: None,
};
