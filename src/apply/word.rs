//! What lies in a user's home is that user's word, and reaches no further than that user.
//!
//! As root the state of a stack has a directory in the home of each user who has a part, and that user can
//! write anything there. So nothing of it is used as it was read: a manifest becomes a [`Believed`], a journal
//! one of that user's own run, through the same filter by which they were written ([`super::state`] takes manifests
//! apart). Of the part stays what is below the home and what the user's manager has; who made a generation,
//! when, from which text, and which there are, is said by the coordinator's own directory alone. What does not
//! stay is a [`Doubt`], which names the user; the rest goes on.

use super::ApplyError;
use super::directory::{StateDirectory, bytes_at, decode};
use crate::host::Host;
use crate::model::desired::{DesiredUnit, Enablement};
use crate::model::forms::{LONGEST_PATH, is_line, is_time, is_verb};
use crate::model::ground::Ground;
use crate::model::names::{Mode, Owner, Scope, StackName, TargetPath, UnitName, UserName};
use crate::model::observed::Inventory;
use crate::model::prior::{Baseline, GenerationNumber, Manifest, PriorPath};
use crate::model::step::Step;
use crate::model::units::{UnitId, UnitRun};
use crate::plan::Author;
use crate::text::foreign_line;
use std::collections::BTreeMap;

/// The largest manifest or journal that is read; ours have some ten thousand bytes.
const LARGEST: usize = 1 << 20;
/// The most paths, units, lines of a block or steps that are read; ours are some dozens.
const MOST: usize = 2_000;
/// How far a user's own runs may have counted on since the newest run of root; nobody runs as often.
const AHEAD: u64 = 1_000_000;
/// The most characters of a fault that are shown.
const SHOWN: usize = 300;
/// The most characters of a name that are shown.
const SHOWN_NAME: usize = 100;

/// Something in a user's part of the state that is not believed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubt {
    /// Whose word it is.
    pub user: UserName,
    /// The file.
    pub path: TargetPath,
    /// What is wrong with it.
    pub what: String,
}

/// The directory of a user's part as root reads it.
#[derive(Clone, Debug)]
pub(super) struct UserWord<'g> {
    pub(super) user: &'g UserName,
    home: &'g TargetPath,
    ground: &'g Ground,
    stack: StackName,
    pub(super) directory: StateDirectory,
}

/// What is believed of a manifest in a user's home: nothing but what is that user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Believed(Manifest);

impl Believed {
    pub(super) fn into_manifest(self) -> Manifest {
        self.0
    }
}

impl<'g> UserWord<'g> {
    /// The parts of all users who have one.
    pub(super) fn all(ground: &'g Ground) -> impl Iterator<Item = Self> {
        ground.words().map(move |(user, home, directory)| Self {
            user,
            home,
            ground,
            stack: ground.stack().clone(),
            directory: StateDirectory(directory),
        })
    }

    /// The part of the same user in another stack; `None` where no stack could be called so.
    pub(super) fn of_other(&self, name: &str) -> Option<Self> {
        let stack = StackName::new(name);
        let directory = StateDirectory(self.directory.0.parent().join(name));
        (stack.is_plain() && directory != self.directory).then(|| Self { stack, directory, ..self.clone() })
    }

    pub(super) fn doubt(&self, path: &TargetPath, what: &str) -> Doubt {
        Doubt { user: self.user.clone(), path: path.clone(), what: short(what, SHOWN) }
    }

    /// What is wrong with a file of the state, as a doubt; any other fault is one.
    pub(super) fn doubted<T>(
        &self,
        read: Result<T, ApplyError>,
        doubts: &mut Vec<Doubt>,
    ) -> Result<Option<T>, ApplyError> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(ApplyError::State { path, what }) => {
                doubts.push(self.doubt(&path, &what));
                Ok(None)
            }
            Err(ApplyError::NewerState { path, .. }) => {
                doubts.push(self.doubt(&path, "it says that a newer version wrote it"));
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Those of the numbers of manifests that a sequence can have which root's own newest is of.
    pub(super) fn numbers(
        &self,
        numbers: Vec<GenerationNumber>,
        newest: GenerationNumber,
        doubts: &mut Vec<Doubt>,
    ) -> Vec<GenerationNumber> {
        let most = GenerationNumber(newest.0.saturating_add(AHEAD));
        let (known, invented): (Vec<_>, Vec<_>) = numbers.into_iter().partition(|number| *number <= most);
        if let Some(number) = invented.first() {
            doubts.push(self.doubt(&self.directory.manifest(*number), "no run has come to this number"));
        }
        known
    }

    /// What becomes of the user's own runs since root's newest one, where there are any.
    pub(super) fn counts_on(&self, highest: GenerationNumber, newest: GenerationNumber) -> Option<String> {
        let user = self.user;
        (newest.0 > 0 && highest > newest).then(|| {
            format!(
                "{user} has come to generation {highest} alone since generation {newest}: root goes on with {}, and {user}'s own numbers from there on end",
                newest.0.saturating_add(1)
            )
        })
    }

    /// A manifest, as far as it is believed.
    pub(super) fn read(
        &self,
        target: &dyn Host,
        number: GenerationNumber,
        doubts: &mut Vec<Doubt>,
    ) -> Result<Option<Believed>, ApplyError> {
        let path = self.directory.manifest(number);
        let observed = target.observe(&Inventory::of([path.clone()]))?;
        match self.doubted(bytes_at(&observed, &path), doubts)?.flatten() {
            Some(bytes) => self.part(number, bytes, doubts),
            None => Ok(None),
        }
    }

    /// What is believed of a manifest.
    fn part(
        &self,
        number: GenerationNumber,
        bytes: &[u8],
        doubts: &mut Vec<Doubt>,
    ) -> Result<Option<Believed>, ApplyError> {
        let path = self.directory.manifest(number);
        let Some(manifest) = self.doubted(read_bounded(&path, bytes), doubts)? else { return Ok(None) };
        let fault = self.misfit(&manifest, number);
        if let Some(what) = fault {
            doubts.push(self.doubt(&path, what));
            return Ok(None);
        }
        let mut strangers = Vec::new();
        let part = self.filtered(manifest, &mut strangers);
        if let Some(first) = strangers.first() {
            let more = match strangers.len() {
                1 => String::new(),
                many => format!(", and {} more", many - 1),
            };
            doubts
                .push(self.doubt(&path, &format!("it speaks of {first}{more}: that is not {}'s", self.user)));
        }
        Ok(Some(part))
    }

    /// Why a manifest is not one of this directory.
    fn misfit(&self, manifest: &Manifest, number: GenerationNumber) -> Option<&'static str> {
        if manifest.generation != number {
            Some("it says that it is another generation")
        } else if manifest.stack != self.stack {
            Some("it says that it is of another stack")
        } else if [
            manifest.entries.len(),
            manifest.before.len(),
            manifest.units.len(),
            manifest.ran_before.len(),
        ]
        .into_iter()
        .any(|length| length > MOST)
        {
            Some("it has more paths or units than a stack has")
        } else {
            None
        }
    }

    /// The filter by which a manifest was taken apart when it was written, and the forms of all that stays.
    fn filtered(&self, manifest: Manifest, strangers: &mut Vec<String>) -> Believed {
        let mut keep = |is_ours: bool, what: &dyn ToString| {
            if !is_ours {
                strangers.push(format!("`{}`", short(&what.to_string(), SHOWN_NAME)));
            }
            is_ours
        };
        let mut part = manifest;
        part.entries.retain(|path, entry| keep(self.is_at_home(path) && is_entry(entry), path));
        part.before.retain(|path, was| keep(self.is_at_home(path) && is_baseline(was), path));
        part.units.retain(|unit| keep(self.is_unit(unit), &unit_name(unit)));
        part.ran_before.retain(|unit| keep(self.is_own(unit), unit));
        let author = self.author(&Author { time: part.time, user: String::new(), verb: part.verb });
        let is_digest = part.digest.len() <= 80
            && part.digest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b':');
        Believed(Manifest {
            time: author.time,
            user: author.user,
            verb: author.verb,
            digest: if is_digest { part.digest } else { String::new() },
            users: BTreeMap::new(),
            text: None,
            ..part
        })
    }

    /// Who made a run, as far as the user is believed: it was the user.
    pub(super) fn author(&self, said: &Author) -> Author {
        Author {
            time: if is_time(&said.time) { said.time.clone() } else { String::new() },
            user: self.user.to_string(),
            verb: if is_verb(&said.verb) { said.verb.clone() } else { "a run".to_owned() },
        }
    }

    /// Whether a path is below the home of this user, and of no other who has a part.
    fn is_at_home(&self, path: &TargetPath) -> bool {
        path.is_plain() && path != self.home && self.ground.home_of(path) == Some(self.home)
    }

    fn is_scope(&self, scope: &Scope) -> bool {
        matches!(scope, Scope::User(user) if user == self.user)
    }

    fn is_own(&self, unit: &UnitId) -> bool {
        self.is_scope(&unit.scope) && unit.name.is_plain()
    }

    fn is_unit(&self, unit: &DesiredUnit) -> bool {
        let enabled = |link: &Enablement| self.is_at_home(&link.path) && is_target(&link.to);
        self.is_scope(&unit.scope)
            && unit.unit.as_ref().is_none_or(UnitName::is_plain)
            && unit.component.is_plain()
            && unit.inputs.len() <= MOST
            && unit.inputs.iter().all(|input| input.path.is_plain())
            && unit.listens.len() <= MOST
            && unit.runs_as.as_ref().is_none_or(Owner::is_plain)
            && unit.enablement.as_ref().is_none_or(enabled)
    }

    /// Refuses the journal of a user's own run for one step about anything but the user's home and manager.
    ///
    /// # Errors
    /// It is damaged: nothing of it is to be done.
    pub(super) fn refuse_foreign(&self, path: &TargetPath, steps: &[Step]) -> Result<(), ApplyError> {
        let damaged = |what: String| Err(ApplyError::State { path: path.clone(), what });
        if steps.len() > MOST {
            return damaged(format!("it has more than {MOST} steps"));
        }
        match steps.iter().find(|step| !self.is_step(step)) {
            Some(step) => damaged(format!("it would {step}: that is not {}'s", self.user)),
            None => Ok(()),
        }
    }

    /// Whether a step is about nothing but the user's home and manager.
    fn is_step(&self, step: &Step) -> bool {
        let run = |run: &UnitRun| {
            matches!(run, UnitRun::Stopped)
                || matches!(run, UnitRun::Failed(text) | UnitRun::Running(text) if is_line(text))
        };
        let is_run = match step {
            Step::Start { before, .. } | Step::Stop { before, .. } => run(before),
            Step::Linger { user } => user == self.user,
            Step::Link { to, .. } | Step::Unlink { to, .. } => is_target(to),
            _ => true,
        };
        is_run
            && step.paths().all(|path| self.is_at_home(path))
            && step.scope().is_none_or(|scope| self.is_scope(scope))
            && step.unit().is_none_or(|unit| self.is_own(unit))
    }
}

/// Words of somebody else on one line, and no more than so many characters of them.
fn short(text: &str, most: usize) -> String {
    let start: String = text.chars().take(most).collect();
    foreign_line(&start)
}

fn read_bounded(path: &TargetPath, bytes: &[u8]) -> Result<Manifest, ApplyError> {
    if bytes.len() > LARGEST {
        return Err(ApplyError::State {
            path: path.clone(),
            what: "it is larger than a manifest is".to_owned(),
        });
    }
    decode(path, bytes)
}

/// Whether a journal is no larger than one that is read.
pub(super) fn is_readable(bytes: &[u8]) -> bool {
    bytes.len() <= LARGEST
}

fn unit_name(unit: &DesiredUnit) -> String {
    unit.unit.as_ref().map_or_else(|| unit.component.to_string(), ToString::to_string)
}

fn is_target(to: &str) -> bool {
    !to.is_empty() && to.len() < LONGEST_PATH && is_line(to)
}

/// Whether a managed path has the form of one of ours.
fn is_entry(entry: &PriorPath) -> bool {
    match entry {
        PriorPath::File { mode, owner, component, .. } => {
            mode.is_plain() && owner.is_plain() && component.is_plain()
        }
        PriorPath::Block { markers, lines, mode, owner, component, .. } => {
            let is_marker = |line: &str| line.starts_with("# ") && line.len() <= 200 && is_line(line);
            is_marker(&markers.begin)
                && is_marker(&markers.end)
                && markers.begin != markers.end
                && lines.len() <= MOST
                && lines.iter().all(|line| is_line(line))
                && mode.is_plain()
                && owner.is_plain()
                && component.is_plain()
        }
        PriorPath::Link { to } => is_target(to),
        PriorPath::Directory { mode, owner } => mode.is_plain() && owner.as_ref().is_none_or(Owner::is_plain),
    }
}

fn is_baseline(was: &Baseline) -> bool {
    match was {
        Baseline::Absent => true,
        Baseline::File { mode, .. } => mode.is_plain(),
        Baseline::Unmarked { mode, .. } => mode.is_none_or(Mode::is_plain),
    }
}

#[cfg(test)]
mod tests;
