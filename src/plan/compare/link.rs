//! Symbolic links: what starts a unit of ours at boot.

use super::Comparison;
use super::needs::drift;
use crate::model::names::TargetPath;
use crate::model::observed::PathState;
use crate::model::prior::{PathKind, PriorPath};
use crate::plan::entry::{Action, ChangeRefusal, ContentChange, Needs, Work};

impl Comparison<'_> {
    /// Any link there does, wherever it points: systemd looks at its name alone. It is ours only if we
    /// made it.
    pub(super) fn link(&mut self, path: &TargetPath, to: &str) {
        let ours = matches!(self.prior.entry(path), Some(PriorPath::Link { .. }));
        let record = PriorPath::Link { to: to.to_owned() };
        let standing = self.observed.standing(path);
        let needs = match standing {
            PathState::Link { .. } if ours => {
                self.out.next.insert(path.clone(), record);
                return;
            }
            PathState::Link { .. } => return,
            PathState::Absent if ours => drift("it was removed"),
            PathState::Absent => Needs::Nothing,
            other => Needs::Refused(ChangeRefusal::Other(match other {
                PathState::Directory(_) => "a directory",
                PathState::File(_) => "a file",
                PathState::Other(what) => what,
                PathState::Link { .. } | PathState::Absent => "something",
            })),
        };
        let mut entry = self.entry(path, PathKind::Link, Action::Create, needs);
        entry.content = ContentChange::Link { to: to.to_owned() };
        entry.work = Some(Work::Link { to: to.to_owned() });
        self.out.next.insert(path.clone(), record);
        self.out.entries.push(entry);
    }

    /// A link of ours that leaves.
    pub(super) fn link_gone(&mut self, path: &TargetPath) {
        let PathState::Link { to } = self.observed.standing(path) else { return };
        let mut entry = self.entry(path, PathKind::Link, Action::Delete, Needs::Nothing);
        entry.content = ContentChange::Link { to: to.clone() };
        entry.work = Some(Work::Unlink { to: to.clone() });
        self.removed.insert(path.clone());
        self.out.entries.push(entry);
    }

    /// A directory of an application, which is never made on a host.
    pub(super) fn theirs(&mut self, path: &TargetPath) {
        if matches!(self.observed.standing(path), PathState::Directory(_)) {
            return;
        }
        let needs = Needs::Refused(ChangeRefusal::DirectoryMissing);
        let entry = self.entry(path, PathKind::Directory, Action::Create, needs);
        self.out.entries.push(entry);
    }
}
