//! The three-way comparison of every path of a goal: wanted, observed, remembered.

mod block;
mod file;
mod folder;
mod leaving;
mod link;
mod needs;

use super::certificates::Decisions;
use super::entry::{Action, ContentChange, Entry, Needs};
use super::goal::{Goal, GoalSource, Wanted};
use crate::model::desired::Digest;
use crate::model::names::{Mode, Owner, TargetPath};
use crate::model::observed::{Ids, Observed, Standing};
use crate::model::prior::{Baseline, Remembered, RememberedPath, Subject};
use std::collections::{BTreeMap, BTreeSet};

/// What the comparison found.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) entries: Vec<Entry>,
    /// What the next generation remembers; the digest of a file that is yet to be issued is that of
    /// nothing.
    pub(super) next: BTreeMap<TargetPath, RememberedPath>,
    /// Changes of generation 0.
    pub(super) baselines: BTreeMap<TargetPath, Baseline>,
    /// Bytes to keep as objects that no step writes.
    pub(super) keepsakes: BTreeMap<(TargetPath, Digest), Vec<u8>>,
}

struct Comparison<'a> {
    goal: &'a Goal<'a>,
    observed: &'a Observed,
    remembered: &'a Remembered,
    decisions: Decisions<'a>,
    /// Paths that some unit runs on.
    inputs: BTreeSet<&'a TargetPath>,
    /// Paths that are not there afterwards.
    removed: BTreeSet<TargetPath>,
    out: Compared,
}

pub(super) fn compare<'a>(
    goal: &'a Goal<'a>,
    observed: &'a Observed,
    remembered: &'a Remembered,
    decisions: Decisions<'a>,
) -> Compared {
    let inputs = goal.units.iter().flat_map(|unit| &unit.inputs).map(|input| &input.path).collect();
    let removed = BTreeSet::new();
    let out = Compared::default();
    let mut comparison = Comparison { goal, observed, remembered, decisions, inputs, removed, out };
    comparison.all();
    comparison.out.entries.sort_by(|a, b| a.path.cmp(&b.path));
    comparison.out
}

impl<'a> Comparison<'a> {
    /// What leaves comes first, and folders from the bottom: whether a folder will be empty decides
    /// whether it can go, and whether a file can take its place.
    fn all(&mut self) {
        let goal = self.goal;
        for (path, wanted) in &goal.wanted {
            match wanted {
                Wanted::Gone => self.gone(path),
                Wanted::Unmarked { markers } => self.unmarked(path, markers),
                Wanted::LinkGone => self.link_gone(path),
                _ => {}
            }
        }
        for (path, wanted) in goal.wanted.iter().rev() {
            if matches!(wanted, Wanted::FolderGone) {
                self.folder_gone(path);
            }
        }
        for (path, wanted) in &goal.wanted {
            match wanted {
                Wanted::Folder { mode, owner } => self.folder(path, *mode, *owner),
                Wanted::File(file) => self.file(path, file),
                Wanted::Block(block) => self.block(path, block),
                Wanted::Theirs => self.theirs(path),
                Wanted::Link { to } => self.link(path, to),
                Wanted::Gone | Wanted::Unmarked { .. } | Wanted::FolderGone | Wanted::LinkGone => {}
            }
        }
        // Only a plan that changes something makes a generation; hashing every file is left to it. Where
        // services run, one of them may be all that changes.
        if !self.out.entries.is_empty() || self.observed.machine.is_some() {
            for (path, wanted) in &goal.wanted {
                if let Wanted::File(file) = wanted {
                    self.record(path, file);
                }
            }
        }
    }

    fn entry(&self, path: &TargetPath, subject: Subject, action: Action, needs: Needs) -> Entry {
        Entry {
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
                format!("changed since generation {}: {what}", self.remembered.generation())
            }
            (Needs::Adopt, ..) => "a file that is not ours stands there".to_owned(),
            (Needs::Refused(refusal), ..) => refusal.to_string(),
            (Needs::Nothing, GoalSource::Generation(number, _), Action::Delete) => {
                format!("not there in generation {number}")
            }
            (Needs::Nothing, GoalSource::Generation(number, _), _) => format!("as in generation {number}"),
            (Needs::Nothing, GoalSource::Stack(_), Action::Create) => "new in the stack".to_owned(),
            (Needs::Nothing, GoalSource::Stack(_), Action::Delete) => "no longer in the stack".to_owned(),
            (Needs::Nothing, GoalSource::Stack(_), _) => "changed in the stack".to_owned(),
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

fn mode_of(standing: &Standing) -> Option<Mode> {
    match standing {
        Standing::File(file) => Some(file.mode),
        Standing::Folder(folder) => Some(folder.mode),
        _ => None,
    }
}

fn bytes_of(standing: &Standing) -> Option<&[u8]> {
    match standing {
        Standing::File(file) => Some(&file.bytes),
        _ => None,
    }
}
