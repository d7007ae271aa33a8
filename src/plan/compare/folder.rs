//! Folders that are wanted.

use super::Comparison;
use super::needs::drift;
use crate::model::names::{Mode, Owner, TargetPath};
use crate::model::observed::Standing;
use crate::model::prior::{RememberedPath, Subject};
use crate::plan::entry::{Action, Needs, Refusal, Work};
use crate::plan::goal::GoalSource;

impl<'a> Comparison<'a> {
    /// A folder that is there keeps its mode; it is ours only if we made it.
    pub(super) fn folder(&mut self, path: &'a TargetPath, mode: Mode, owner: Option<&Owner>) {
        let ours = matches!(self.remembered.entry(path), Some(RememberedPath::Folder { .. }));
        let back = matches!(self.goal.source, GoalSource::Generation(..));
        let record = |mode| RememberedPath::Folder { mode, owner: owner.cloned() };
        let standing = self.observed.standing(path);
        let (action, needs, work) = match standing {
            Standing::Folder(folder) => {
                if ours || (back && owner.is_some()) {
                    self.out.next.insert(path.clone(), record(folder.mode));
                }
                return;
            }
            Standing::Absent => {
                let needs = if ours { drift("it was removed") } else { Needs::Nothing };
                (Action::Create, needs, Work::MakeFolder { mode, ids: self.ids(path, owner) })
            }
            Standing::File(file) => {
                let needs = match self.remembered.entry(path) {
                    Some(RememberedPath::File { .. } | RememberedPath::Folder { .. }) => {
                        self.of_file(path, file)
                    }
                    _ => Needs::Refused(Refusal::FileInTheWay),
                };
                (
                    Action::Replace,
                    needs,
                    Work::FileToFolder { before: standing.identity(), mode, ids: self.ids(path, owner) },
                )
            }
            Standing::Link { .. } | Standing::Other(_) => {
                let work =
                    Work::FileToFolder { before: standing.identity(), mode, ids: self.ids(path, owner) };
                (Action::Replace, self.in_the_way(path, standing), work)
            }
        };
        let mut entry = self.entry(path, Subject::Folder, action, needs);
        entry.mode_after = Some(mode);
        entry.on_the_way = owner.is_none();
        entry.owner = owner.cloned();
        entry.work = Some(work);
        self.out.next.insert(path.clone(), record(mode));
        self.out.entries.push(entry);
    }
}
