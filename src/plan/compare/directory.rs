//! Directories that are wanted.

use super::Comparison;
use super::needs::drift;
use crate::model::names::{Mode, Owner, TargetPath};
use crate::model::observed::PathState;
use crate::model::prior::{PathKind, PriorPath};
use crate::plan::entry::{Action, ChangeRefusal, Needs, Work};
use crate::plan::goal::DesiredSource;

impl<'a> Comparison<'a> {
    /// A directory that is there keeps its mode; it is ours only if we made it.
    pub(super) fn directory(&mut self, path: &'a TargetPath, mode: Mode, owner: Option<&Owner>) {
        let ours = matches!(self.prior.entry(path), Some(PriorPath::Directory { .. }));
        let back = matches!(self.goal.source, DesiredSource::Generation(..));
        let record = |mode| PriorPath::Directory { mode, owner: owner.cloned() };
        let standing = self.observed.standing(path);
        let (action, needs, work) = match standing {
            PathState::Directory(directory) => {
                if ours || (back && owner.is_some()) {
                    self.out.next.insert(path.clone(), record(directory.mode));
                }
                return;
            }
            PathState::Absent => {
                let needs = if ours { drift("it was removed") } else { Needs::Nothing };
                (Action::Create, needs, Work::MakeDirectory { mode, ids: self.ids(path, owner) })
            }
            PathState::File(file) => {
                let needs = match self.prior.entry(path) {
                    Some(PriorPath::File { .. } | PriorPath::Directory { .. }) => self.of_file(path, file),
                    _ => Needs::Refused(ChangeRefusal::FileInTheWay),
                };
                (
                    Action::Replace,
                    needs,
                    Work::FileToDirectory { before: standing.identity(), mode, ids: self.ids(path, owner) },
                )
            }
            PathState::Link { .. } | PathState::Other(_) => {
                let work =
                    Work::FileToDirectory { before: standing.identity(), mode, ids: self.ids(path, owner) };
                (Action::Replace, self.in_the_way(path, standing), work)
            }
        };
        let mut entry = self.entry(path, PathKind::Directory, action, needs);
        entry.mode_after = Some(mode);
        entry.on_the_way = owner.is_none();
        entry.owner = owner.cloned();
        entry.work = Some(work);
        self.out.next.insert(path.clone(), record(mode));
        self.out.entries.push(entry);
    }
}
