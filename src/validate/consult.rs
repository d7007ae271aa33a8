//! Asking the engines about files before anybody runs on them: all components at once, each with its
//! own binary, in a private directory.

use super::asked::ValidatorRun;
use super::find::engine_missing;
use super::{Named, Surroundings, WantedEngine, systemd, wanted};
use crate::check::NotChecked;
use crate::diagnostic::Findings;
use crate::host::{HostError, Scratch};
use crate::model::names::TargetPath;
use crate::wiring::{ComponentId, EnginePlace, Wiring};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;

/// The texts that are asked about, by the path they are for.
pub type Texts<'a> = BTreeMap<&'a TargetPath, &'a str>;

/// A file that a program judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValidatedFile {
    /// The file.
    pub file: TargetPath,
    /// Who judged it, with the release: `otelcol 0.159.0`, `systemd-analyze 252`.
    pub by: String,
    /// The binary.
    pub program: PathBuf,
    /// Whether it was accepted, perhaps with a warning.
    pub accepted: bool,
    /// Of a unit, how exposed it leaves its service, in that program's reckoning: `1.1 (OK)`.
    pub exposure: Option<String>,
}

/// What the engines say.
#[derive(Debug, Default)]
pub struct Validation {
    /// What was judged, sorted by file.
    pub validated: Vec<ValidatedFile>,
    /// Refusals, warnings, and binaries of another release.
    pub findings: Findings,
    /// What nobody could be asked about, sorted.
    pub not_checked: Vec<NotChecked>,
}

impl Validation {
    /// Adds a file that nobody judged, and why.
    pub(super) fn unknown(&mut self, file: &TargetPath, reason: impl Into<String>) {
        self.not_checked.push(NotChecked { place: file.to_string(), reason: reason.into() });
    }

    fn join(mut self, other: Self) -> Self {
        self.validated.extend(other.validated);
        self.findings.extend(other.findings);
        self.not_checked.extend(other.not_checked);
        self
    }

    fn sorted(mut self) -> Self {
        self.validated.sort();
        self.not_checked.sort();
        self
    }
}

/// Has the configurations and units among `texts` judged; other files are passed over. Where there are
/// none, nothing is started; where no private directory can be made, nobody is asked. Stack keys of the
/// findings are not located yet.
///
/// # Errors
/// A file could not be written to that directory, or the directory not be removed.
pub fn consult(
    wiring: &Wiring<'_>,
    texts: &Texts<'_>,
    named: &Named,
    around: &Surroundings,
) -> Result<Validation, HostError> {
    let concerned: Vec<_> = concerned(wiring, texts).collect();
    if concerned.is_empty() {
        return Ok(Validation::default());
    }
    let wanted = wanted(wiring, named);
    // Where no program is found nothing is laid out for one.
    if let Some(validation) = unanswered(&concerned, texts, &wanted, around) {
        return Ok(validation);
    }
    let scratch = match Scratch::below(&around.temporary) {
        Ok(scratch) => scratch,
        Err(fault) => return Ok(nobody(wiring, texts, &fault.to_string())),
    };
    let asked = concerned.into_iter().enumerate().map(|(number, (id, place))| {
        let below = PathBuf::from(number.to_string());
        ValidatorRun { id, place, wanted: wanted[id].validator(), around, scratch: &scratch, below }
    });
    let opinions = all_at_once(&asked.collect::<Vec<_>>(), texts);
    // The directory goes first; what went wrong before is still what is told.
    let closed = scratch.close();
    let validation = opinions?.into_iter().fold(Validation::default(), Validation::join);
    closed.map(|()| validation.sorted())
}

/// Why nobody can be asked about any of the files; `None` where somebody can.
fn unanswered(
    concerned: &[(&ComponentId, &EnginePlace)],
    texts: &Texts<'_>,
    wanted: &BTreeMap<ComponentId, WantedEngine>,
    around: &Surroundings,
) -> Option<Validation> {
    let mut validation = Validation::default();
    for (id, place) in concerned {
        let files = [
            (&place.config, engine_missing(&wanted[*id], around)),
            (&place.unit.path, systemd::program(around).err().map(str::to_owned)),
        ];
        for (file, missing) in files.into_iter().filter(|(file, _)| texts.contains_key(*file)) {
            validation.unknown(file, missing?);
        }
    }
    Some(validation.sorted())
}

/// One thread a file: each waits for its own programs.
fn all_at_once(asked: &[ValidatorRun<'_>], texts: &Texts<'_>) -> Result<Vec<Validation>, HostError> {
    thread::scope(|scope| {
        let threads: Vec<_> = asked
            .iter()
            .flat_map(|asked| [scope.spawn(|| asked.configuration(texts)), scope.spawn(|| asked.unit(texts))])
            .collect();
        let ended = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(ended).collect()
    })
}

/// The same files, with the word that nobody was asked.
pub fn refrain(wiring: &Wiring<'_>, texts: &Texts<'_>) -> Validation {
    nobody(wiring, texts, "no engine was asked (--no-engines)")
}

fn nobody(wiring: &Wiring<'_>, texts: &Texts<'_>, why: &str) -> Validation {
    let mut validation = Validation::default();
    for (_, place) in concerned(wiring, texts) {
        for file in [&place.config, &place.unit.path] {
            if texts.contains_key(file) {
                validation.unknown(file, why);
            }
        }
    }
    validation.sorted()
}

/// The components that have one of the files.
fn concerned<'a>(
    wiring: &'a Wiring<'_>,
    texts: &'a Texts<'_>,
) -> impl Iterator<Item = (&'a ComponentId, &'a EnginePlace)> {
    wiring
        .engines
        .iter()
        .filter(|(_, place)| texts.contains_key(&place.config) || texts.contains_key(&place.unit.path))
}
