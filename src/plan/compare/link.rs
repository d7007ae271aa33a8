//! Symbolic links: what starts a unit of ours at boot.

use super::Comparison;
use super::needs::drift;
use crate::model::names::TargetPath;
use crate::model::observed::Standing;
use crate::model::prior::{RememberedPath, Subject};
use crate::plan::entry::{Action, ContentChange, Needs, Refusal, Work};

impl Comparison<'_> {
    /// Any link there does, wherever it points: systemd looks at its name alone. It is ours only if we
    /// made it.
    pub(super) fn link(&mut self, path: &TargetPath, to: &str) {
        let ours = matches!(self.remembered.entry(path), Some(RememberedPath::Link { .. }));
        let record = RememberedPath::Link { to: to.to_owned() };
        let standing = self.observed.standing(path);
        let needs = match standing {
            Standing::Link { .. } if ours => {
                self.out.next.insert(path.clone(), record);
                return;
            }
            Standing::Link { .. } => return,
            Standing::Absent if ours => drift("it was removed"),
            Standing::Absent => Needs::Nothing,
            other => Needs::Refused(Refusal::Other(match other {
                Standing::Folder(_) => "a folder",
                Standing::File(_) => "a file",
                Standing::Other(what) => what,
                Standing::Link { .. } | Standing::Absent => "something",
            })),
        };
        let mut entry = self.entry(path, Subject::Link, Action::Create, needs);
        entry.content = ContentChange::Link { to: to.to_owned() };
        entry.work = Some(Work::Link { to: to.to_owned() });
        self.out.next.insert(path.clone(), record);
        self.out.entries.push(entry);
    }

    /// A link of ours that leaves.
    pub(super) fn link_gone(&mut self, path: &TargetPath) {
        let Standing::Link { to } = self.observed.standing(path) else { return };
        let mut entry = self.entry(path, Subject::Link, Action::Delete, Needs::Nothing);
        entry.content = ContentChange::Link { to: to.clone() };
        entry.work = Some(Work::Unlink { to: to.clone() });
        self.removed.insert(path.clone());
        self.out.entries.push(entry);
    }

    /// A folder of an application, which is never made on a host.
    pub(super) fn theirs(&mut self, path: &TargetPath) {
        if matches!(self.observed.standing(path), Standing::Folder(_)) {
            return;
        }
        let needs = Needs::Refused(Refusal::FolderMissing);
        let entry = self.entry(path, Subject::Folder, Action::Create, needs);
        self.out.entries.push(entry);
    }
}
