//! A version becomes a dialect here, once.

use super::Scene;
use crate::component::collector::{CollectorDialect, KNOWN_MINORS};
use crate::component::tempo::{KNOWN_LINES, TempoDialect};
use crate::config::RawTable;
use crate::diagnostic::{Code, Finding};

/// The release line of `0.159` and `0.159.0`: the first two numbers.
pub(super) fn line(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|part| part.parse().expect("at most five digits"));
    let mut next = || numbers.next().expect("at least two numbers");
    (next(), next())
}

/// The version as written and the collector's dialect.
pub(super) fn collector(
    table: &RawTable,
    scene: &mut Scene<'_>,
) -> Option<(String, &'static CollectorDialect)> {
    let version = table.text("version")?;
    let newest = CollectorDialect::newest().newest_version();
    let known = u16::try_from(line(version).1)
        .ok()
        .filter(|minor| line(version).0 == 0 && (KNOWN_MINORS.0..=KNOWN_MINORS.1).contains(minor));
    let Some(minor) = known else {
        let help = format!("known: 0.{} to 0.{}", KNOWN_MINORS.0, KNOWN_MINORS.1);
        return scene
            .fault(unknown("collector", version, table).help(help).help(format!("version = \"{newest}\"")));
    };
    match CollectorDialect::of_minor(minor) {
        Some(dialect) => Some((version.to_owned(), dialect)),
        None => scene.fault(not_yet("collector", version, table).help(format!("version = \"{newest}\""))),
    }
}

/// The version as written and Tempo's dialect.
pub(super) fn tempo(table: &RawTable, scene: &mut Scene<'_>) -> Option<(String, &'static TempoDialect)> {
    let version = table.text("version")?;
    let (major, minor) = line(version);
    let known = KNOWN_LINES.iter().find(|(a, b)| (u32::from(*a), u32::from(*b)) == (major, minor));
    let newest = TempoDialect::newest().name;
    let Some(line) = known else {
        let known: Vec<String> =
            KNOWN_LINES.iter().map(|(major, minor)| format!("{major}.{minor}")).collect();
        let help = format!("known: {}", known.join(", "));
        return scene
            .fault(unknown("Tempo", version, table).help(help).help(format!("version = \"{newest}\"")));
    };
    match TempoDialect::of_line(*line) {
        Some(dialect) => Some((version.to_owned(), dialect)),
        None => scene.fault(not_yet("Tempo", version, table).help(format!("version = \"{newest}\""))),
    }
}

fn unknown(engine: &str, version: &str, table: &RawTable) -> Finding {
    Finding::error(Code("version-unknown"), format!("{engine} {version} is not known"))
        .at(table.value("version"), "")
}

fn not_yet(engine: &str, version: &str, table: &RawTable) -> Finding {
    Finding::error(Code("not-yet"), format!("{engine} {version} is planned, not written yet"))
        .at(table.value("version"), "")
}
