//! A version becomes a dialect here, once.

use super::Scene;
use crate::diagnostic::{Code, Finding};
use crate::model::release::collector::{CollectorRelease, KNOWN_MINORS};
use crate::model::release::tempo::TempoRelease;
use crate::toml::KeyField;

/// The release line of `0.159` and `0.159.0`: the first two numbers.
pub(super) fn line(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|part| part.parse().expect("at most five digits"));
    let mut next = || numbers.next().expect("at least two numbers");
    (next(), next())
}

/// The version as written and the collector's dialect.
pub(super) fn collector(
    written: &KeyField<String>,
    scene: &mut Scene<'_>,
) -> Option<(String, &'static CollectorRelease)> {
    let version = written.text()?;
    let known = u16::try_from(line(version).1)
        .ok()
        .filter(|minor| line(version).0 == 0 && (KNOWN_MINORS.0..=KNOWN_MINORS.1).contains(minor));
    let (first, last) = CollectorRelease::rendered_minors();
    let advised = |found: Finding| {
        let found = found.help(format!("known: 0.{first} to 0.{last}"));
        CollectorRelease::nearest(line(version)).iter().fold(found, |found, version| typed(found, version))
    };
    let Some(minor) = known else {
        return scene.fault(advised(unknown("collector", version, written)));
    };
    match CollectorRelease::of_minor(minor) {
        Some(dialect) => Some((version.to_owned(), dialect)),
        None => {
            let title = format!("collector {version} is planned, not written yet");
            let found = Finding::error(Code("not-yet"), title).at(written.value(), "");
            scene.fault(advised(found))
        }
    }
}

/// The version as written and Tempo's dialect.
pub(super) fn tempo(
    written: &KeyField<String>,
    scene: &mut Scene<'_>,
) -> Option<(String, &'static TempoRelease)> {
    let version = written.text()?;
    let Some(dialect) = TempoRelease::of_line(line(version)) else {
        let known = format!("known: {}", TempoRelease::names().collect::<Vec<_>>().join(", "));
        let nearest = TempoRelease::nearest(line(version));
        let found = unknown("Tempo", version, written).help(known);
        return scene.fault(nearest.iter().fold(found, |found, release| typed(found, release.name)));
    };
    Some((version.to_owned(), dialect))
}

/// With a version that can be typed.
fn typed(found: Finding, version: &str) -> Finding {
    found.help(format!("version = \"{version}\""))
}

fn unknown(engine: &str, version: &str, written: &KeyField<String>) -> Finding {
    Finding::error(Code("version-unknown"), format!("{engine} {version} is not known"))
        .at(written.value(), "")
}
