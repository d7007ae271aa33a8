//! The binaries of the collector: the builds that its project publishes.

use super::complaints::complaints;
use super::placeholder::without_secrets;
use crate::component::{ConfigValidator, EngineBinary, Greeting, PublishedBuild, ReleaseLine};
use crate::model::release::collector::CollectorRelease;
use crate::stack::Distribution;

/// The build without what others contribute.
pub static CORE: EngineBinary = build("otelcol");

/// The build with all of it.
pub static CONTRIB: EngineBinary = build("otelcol-contrib");

/// The binary of a distribution.
pub fn binary(distribution: Distribution) -> &'static EngineBinary {
    match distribution {
        Distribution::Core => &CORE,
        Distribution::Contrib => &CONTRIB,
    }
}

const fn build(name: &'static str) -> EngineBinary {
    EngineBinary {
        name,
        flag: "--collector",
        version_argument: "--version",
        greeting: Greeting::AnyName,
        written_alike: |one, other| template(one).is_some() && template(one) == template(other),
        published: &[
            PublishedBuild { name: "otelcol", key: "distribution", value: "core" },
            PublishedBuild { name: "otelcol-contrib", key: "distribution", value: "contrib" },
        ],
        validator: Some(ConfigValidator {
            arguments: |config| vec!["validate".to_owned(), config],
            plain: without_secrets,
            complaints,
        }),
        judged_by: None,
    }
}

/// What is written for a release, by its template.
fn template((major, minor): ReleaseLine) -> Option<&'static str> {
    let release = CollectorRelease::of_minor(minor).filter(|_| major == 0);
    release.map(|release| release.template)
}
