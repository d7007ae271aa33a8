//! The binaries of Prometheus: the server, and what judges its configuration.

use super::complaints::complaints;
use crate::component::{ConfigValidator, EngineBinary, Greeting};

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
    judged_by: Some(&PROMTOOL),
};

/// The program beside it that judges a configuration. It is asked for the syntax alone: certificates are not there yet.
static PROMTOOL: EngineBinary = EngineBinary {
    name: "promtool",
    flag: "--prometheus",
    version_argument: "--version",
    greeting: Greeting::OwnNameOr("promtool, version  ("),
    written_alike: |one, other| one.0 == other.0,
    published: &[],
    validator: Some(ConfigValidator {
        arguments: |config| {
            let file = config.strip_prefix("--config.file=").unwrap_or(&config).to_owned();
            vec!["check".to_owned(), "config".to_owned(), "--syntax-only".to_owned(), file]
        },
        plain: str::to_owned,
        complaints,
    }),
    judged_by: None,
};
