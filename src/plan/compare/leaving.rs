//! Files and directories of ours that leave.

use super::{Comparison, bytes_of};
use crate::model::names::TargetPath;
use crate::model::observed::PathState;
use crate::model::prior::{PathKind, PriorPath};
use crate::plan::entry::{Action, Needs, Work};
use crate::plan::inside;

impl<'a> Comparison<'a> {
    /// A file of ours that leaves; nothing stood there before us.
    pub(super) fn gone(&mut self, path: &'a TargetPath) {
        let standing = self.observed.standing(path);
        let needs = match standing {
            PathState::Absent => return,
            PathState::File(file) => self.of_file(path, file),
            _ => self.in_the_way(path, standing),
        };
        let subject = match self.prior.entry(path) {
            Some(PriorPath::File { subject, .. }) => *subject,
            _ => PathKind::File,
        };
        let mut entry = self.entry(path, subject, Action::Delete, needs);
        entry.content = inside::of_change(subject, path, bytes_of(standing), None, None);
        entry.work = Some(match standing {
            PathState::Directory(_) => Work::RemoveDirectory,
            _ => Work::Remove { before: standing.identity() },
        });
        self.removed.insert(path.clone());
        self.out.entries.push(entry);
    }

    /// A directory of ours that leaves; one that others use stays, and is no longer ours.
    pub(super) fn directory_gone(&mut self, path: &'a TargetPath) {
        if !self.becomes_empty(path) {
            return;
        }
        let mut entry = self.entry(path, PathKind::Directory, Action::Delete, Needs::Nothing);
        entry.work = Some(Work::RemoveDirectory);
        self.removed.insert(path.clone());
        self.out.entries.push(entry);
    }

    /// Whether a directory stands there that has nothing in it once all that leaves has left.
    pub(super) fn becomes_empty(&self, path: &TargetPath) -> bool {
        match self.observed.standing(path) {
            PathState::Directory(directory) => directory
                .entries
                .as_ref()
                .is_some_and(|names| names.iter().all(|name| self.removed.contains(&path.join(name)))),
            _ => false,
        }
    }
}
