//! The binary of Tempo.

use super::complaints::complaints;
use crate::component::{ConfigValidator, EngineBinary, Greeting, ReleaseLine};
use crate::model::release::tempo::TempoRelease;

/// Grafana Tempo. `-config.verify` alone would take the next argument for its value.
pub static BINARY: EngineBinary = EngineBinary {
    name: "tempo",
    flag: "--tempo",
    version_argument: "-version",
    greeting: Greeting::OwnName,
    written_alike: |one, other| template(one).is_some() && template(one) == template(other),
    published: &[],
    validator: Some(ConfigValidator {
        arguments: |config| vec![config, "-config.verify=true".to_owned()],
        plain: str::to_owned,
        complaints,
    }),
    judged_by: None,
};

/// What is written for a release, by its template.
fn template((major, minor): ReleaseLine) -> Option<&'static str> {
    TempoRelease::of_line((major.into(), minor.into())).map(|release| release.template)
}
