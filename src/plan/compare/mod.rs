//! The three-way comparison of every path of a goal: wanted, observed, remembered.

mod block;
mod directory;
mod file;
mod leaving;
mod link;
mod needs;

use super::certificates::Decisions;
use super::entry::{Action, Change, ContentChange, Needs};
use super::goal::{DesiredHost, DesiredPath, DesiredSource};
use crate::model::desired::Digest;
use crate::model::names::{Mode, Owner, TargetPath};
use crate::model::observed::{Ids, Observed, PathState};
use crate::model::prior::{Baseline, GenerationNumber, PathKind, Prior, PriorPath};
use std::collections::{BTreeMap, BTreeSet};

/// What the comparison found.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) entries: Vec<Change>,
    /// What the next generation remembers; the digest of a file that is yet to be issued is that of
    /// nothing.
    pub(super) next: BTreeMap<TargetPath, PriorPath>,
    /// Changes of generation 0.
    pub(super) baselines: BTreeMap<TargetPath, Baseline>,
    /// Bytes to keep as objects that no step writes.
    pub(super) keepsakes: BTreeMap<(TargetPath, Digest), Vec<u8>>,
}

struct Comparison<'a> {
    goal: &'a DesiredHost<'a>,
    observed: &'a Observed,
    prior: &'a Prior,
    decisions: Decisions<'a>,
    /// Paths that some unit runs on.
    inputs: BTreeSet<&'a TargetPath>,
    /// Paths that are not there afterwards.
    removed: BTreeSet<TargetPath>,
    out: Compared,
}

pub(super) fn compare<'a>(
    goal: &'a DesiredHost<'a>,
    observed: &'a Observed,
    prior: &'a Prior,
    decisions: Decisions<'a>,
) -> Compared {
    let inputs = goal.units.iter().flat_map(|unit| &unit.inputs).map(|input| &input.path).collect();
    let removed = BTreeSet::new();
    let out = Compared::default();
    let mut comparison = Comparison { goal, observed, prior, decisions, inputs, removed, out };
    comparison.all();
    comparison.out.entries.sort_by(|a, b| a.path.cmp(&b.path));
    comparison.out
}

impl<'a> Comparison<'a> {
    /// What leaves comes first, and directories from the bottom: whether a directory will be empty decides
    /// whether it can go, and whether a file can take its place.
    fn all(&mut self) {
        let goal = self.goal;
        for (path, wanted) in &goal.wanted {
            match wanted {
                DesiredPath::Gone => self.gone(path),
                DesiredPath::Unmarked { markers } => self.unmarked(path, markers),
                DesiredPath::LinkGone => self.link_gone(path),
                _ => {}
            }
        }
        for (path, wanted) in goal.wanted.iter().rev() {
            if matches!(wanted, DesiredPath::DirectoryGone) {
                self.directory_gone(path);
            }
        }
        for (path, wanted) in &goal.wanted {
            match wanted {
                DesiredPath::Directory { mode, owner } => self.directory(path, *mode, *owner),
                DesiredPath::File(file) => self.file(path, file),
                DesiredPath::Block(block) => self.block(path, block),
                DesiredPath::Theirs => self.theirs(path),
                DesiredPath::Link { to } => self.link(path, to),
                DesiredPath::Gone
                | DesiredPath::Unmarked { .. }
                | DesiredPath::DirectoryGone
                | DesiredPath::LinkGone => {}
            }
        }
        // Only a plan that changes something makes a generation; hashing every file is left to it. Where
        // services run, one of them may be all that changes.
        if !self.out.entries.is_empty() || self.observed.machine.is_some() {
            for (path, wanted) in &goal.wanted {
                if let DesiredPath::File(file) = wanted {
                    self.record(path, file);
                }
            }
        }
    }

    fn entry(&self, path: &TargetPath, subject: PathKind, action: Action, needs: Needs) -> Change {
        Change {
            path: path.clone(),
            subject,
            action,
            reason: self.reason(&needs, action),
            needs,
            mode_before: mode_of(self.observed.standing(path)),
            mode_after: None,
            owner: None,
            component: None,
            on_the_way: false,
            content: ContentChange::None,
            same_meaning: false,
            work: None,
        }
    }

    fn reason(&self, needs: &Needs, action: Action) -> String {
        match (needs, &self.goal.source, action) {
            (Needs::AcceptDrift { what }, ..) => {
                match self.prior.generation() {
                    // Only a user has applied a part so far.
                    GenerationNumber(0) => format!("changed since it was applied: {what}"),
                    number => format!("changed since generation {number}: {what}"),
                }
            }
            (Needs::Adopt, ..) => "a file that is not ours stands there".to_owned(),
            (Needs::Refused(refusal), ..) => refusal.to_string(),
            (Needs::Nothing, DesiredSource::Generation(number, _), Action::Delete) => {
                format!("not there in generation {number}")
            }
            (Needs::Nothing, DesiredSource::Generation(number, _), _) => format!("as in generation {number}"),
            (Needs::Nothing, DesiredSource::Stack(_), Action::Create) => "new in the stack".to_owned(),
            (Needs::Nothing, DesiredSource::Stack(_), Action::Delete) => "no longer in the stack".to_owned(),
            (Needs::Nothing, DesiredSource::Stack(_), _) => "changed in the stack".to_owned(),
        }
    }
}

impl Comparison<'_> {
    /// The numbers of the owner that a path of root's shall have, where the machine knows the names.
    fn ids(&self, path: &TargetPath, owner: Option<&Owner>) -> Option<Ids> {
        let machine = self.observed.machine.as_ref().filter(|_| self.goal.ground.sets_owner(path))?;
        let owner = owner?;
        Some(Ids { uid: machine.users.get(&owner.user)?.uid, gid: *machine.groups.get(&owner.group)? })
    }
}

fn mode_of(standing: &PathState) -> Option<Mode> {
    match standing {
        PathState::File(file) => Some(file.mode),
        PathState::Directory(directory) => Some(directory.mode),
        _ => None,
    }
}

fn bytes_of(standing: &PathState) -> Option<&[u8]> {
    match standing {
        PathState::File(file) => Some(&file.bytes),
        _ => None,
    }
}
