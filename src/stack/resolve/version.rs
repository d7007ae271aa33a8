//! A version becomes a dialect here, once.

use super::Scene;
use crate::diagnostic::{Code, Finding};
use crate::model::release::collector::{CollectorRelease, KNOWN_MINORS};
use crate::model::release::tempo::TempoRelease;
use crate::toml::{KeyField, TableAt};

/// The release line of `0.159` and `0.159.0`: the first two numbers.
pub(super) fn line(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|part| part.parse().expect("at most five digits"));
    let mut next = || numbers.next().expect("at least two numbers");
    (next(), next())
}

/// What a table says of its engine's release.
#[derive(Clone, Copy)]
pub(super) struct ReleaseKeys<'a> {
    /// `version`: the release that is installed.
    pub(super) version: &'a KeyField<String>,
    /// `dialect`: the line whose keys are written for it, where that release is not known here.
    pub(super) dialect: &'a KeyField<String>,
    /// The table.
    pub(super) at: &'a TableAt,
}

/// The version as written and the collector's dialect.
pub(super) fn collector(
    keys: ReleaseKeys<'_>,
    scene: &mut Scene<'_>,
) -> Option<(String, &'static CollectorRelease)> {
    let version = keys.version.text()?;
    let minor = |line: (u32, u32)| u16::try_from(line.1).ok().filter(|_| line.0 == 0);
    let of = |line| minor(line).and_then(CollectorRelease::of_minor);
    if let Some(dialect) = of(line(version)) {
        unneeded(keys, scene);
        return Some((version.to_owned(), dialect));
    }
    let (first, last) = CollectorRelease::rendered_minors();
    let nearest = CollectorRelease::nearest(line(version));
    let engine = UnknownRelease {
        engine: "collector",
        known: format!("known: 0.{first} to 0.{last}"),
        nearest: nearest.as_deref(),
    };
    let is_planned =
        minor(line(version)).is_some_and(|minor| (KNOWN_MINORS.0..=KNOWN_MINORS.1).contains(&minor));
    if is_planned {
        let title = format!("collector {version} is planned, not written yet");
        let found = Finding::error(Code("not-yet"), title).at(keys.version.value(), "");
        return scene.fault(engine.advised(found));
    }
    engine.written_as(keys, of, scene)
}

/// The version as written and Tempo's dialect.
pub(super) fn tempo(keys: ReleaseKeys<'_>, scene: &mut Scene<'_>) -> Option<(String, &'static TempoRelease)> {
    let version = keys.version.text()?;
    if let Some(dialect) = TempoRelease::of_line(line(version)) {
        unneeded(keys, scene);
        return Some((version.to_owned(), dialect));
    }
    let engine = UnknownRelease {
        engine: "Tempo",
        known: format!("known: {}", TempoRelease::names().collect::<Vec<_>>().join(", ")),
        nearest: TempoRelease::nearest(line(version)).map(|release| release.name),
    };
    engine.written_as(keys, TempoRelease::of_line, scene)
}

/// A dialect beside a release that is known.
fn unneeded(keys: ReleaseKeys<'_>, scene: &mut Scene<'_>) {
    let (Some(version), Some(_)) = (keys.version.text(), keys.dialect.text()) else { return };
    let title = format!("{version} is known, and written with its own keys");
    let found = Finding::warning(Code("key-unused"), title).at(keys.dialect.key(), "");
    scene.faults.push(found.help("leave `dialect` out"));
}

/// A release that is not known here, and what can be written instead.
struct UnknownRelease<'a> {
    engine: &'static str,
    known: String,
    /// As `version` takes it.
    nearest: Option<&'a str>,
}

impl UnknownRelease<'_> {
    /// The dialect that a table names for it: a line that is known, of the same major release, and not newer.
    fn written_as<R>(
        &self,
        keys: ReleaseKeys<'_>,
        of: impl Fn((u32, u32)) -> Option<&'static R>,
        scene: &mut Scene<'_>,
    ) -> Option<(String, &'static R)> {
        let (engine, version) = (self.engine, keys.version.text()?);
        let Some(named) = keys.dialect.text() else {
            let title = format!("{engine} {version} is not known");
            let found = Finding::error(Code("version-unknown"), title).at(keys.version.value(), "");
            let older = self.nearest.filter(|nearest| line(nearest) < line(version));
            let dialect = |nearest| format!("in `[{}]`: dialect = \"{nearest}\"", keys.at.path());
            return scene
                .fault(older.iter().fold(self.advised(found), |found, near| found.help(dialect(near))));
        };
        let fits = line(named).0 == line(version).0 && line(named) <= line(version);
        let Some(dialect) = of(line(named)).filter(|_| fits) else {
            let title = format!("{engine} {version} cannot be written as {named}");
            let found = Finding::error(Code("version-unknown"), title).at(keys.dialect.value(), "");
            let found = found.also(keys.version.value(), "").help(&*self.known);
            let nearest = self.nearest.filter(|nearest| line(nearest) < line(version));
            let typed = |nearest| format!("dialect = \"{nearest}\"");
            return scene.fault(nearest.iter().fold(found, |found, nearest| found.help(typed(nearest))));
        };
        let title = format!(
            "{engine} {version} is written with the keys of {named}: whether it reads them is not known here"
        );
        let found = Finding::warning(Code("dialect-assumed"), title).at(keys.dialect.value(), "");
        let found = found.also(keys.version.value(), "not known here");
        scene.faults.push(found.help("a newer release of this tool may know it, and needs no `dialect`"));
        Some((version.to_owned(), dialect))
    }

    fn advised(&self, found: Finding) -> Finding {
        let found = found.help(&*self.known);
        self.nearest.iter().fold(found, |found, nearest| found.help(format!("version = \"{nearest}\"")))
    }
}
