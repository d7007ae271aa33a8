//! What a change needs to be allowed: nothing, a word for what others did, or it cannot be.

use super::Comparison;
use crate::model::desired::Digest;
use crate::model::names::TargetPath;
use crate::model::observed::{ObservedFile, PathState};
use crate::model::prior::{Baseline, PriorPath};
use crate::plan::entry::{ChangeRefusal, Needs};
use crate::plan::goal::DesiredSource;

pub(super) fn drift(what: impl Into<String>) -> Needs {
    Needs::AcceptDrift { what: what.into() }
}

impl Comparison<'_> {
    /// What a regular file needs to be overwritten or removed.
    pub(super) fn of_file(&self, path: &TargetPath, file: &ObservedFile) -> Needs {
        match self.prior.entry(path) {
            None | Some(PriorPath::Block { .. }) => self.foreign(path, file),
            Some(PriorPath::Directory { .. } | PriorPath::Link { .. }) => drift("a file stands in its place"),
            Some(PriorPath::File { digest, mode, ids, .. }) => {
                let content = (Digest::of(&file.bytes) != *digest).then(|| "its content changed".to_owned());
                let bits = (file.mode != *mode).then(|| format!("mode {}, was {mode}", file.mode));
                let known = self.observed.machine.is_some() && self.goal.ground.sets_owner(path);
                let owner = (known && file.ids != *ids).then(|| format!("owner {}, was {ids}", file.ids));
                let what: Vec<_> = content.into_iter().chain(bits).chain(owner).collect();
                if what.is_empty() { Needs::Nothing } else { drift(what.join("; ")) }
            }
        }
    }

    /// A file that is not ours stands where we want one. On the way back to a generation there is nothing
    /// to adopt: it is what we gave back ourselves, or somebody put it there since.
    pub(super) fn foreign(&self, path: &TargetPath, file: &ObservedFile) -> Needs {
        match (&self.goal.source, self.prior.baseline(path)) {
            (DesiredSource::Stack(_), _) => Needs::Adopt,
            (DesiredSource::Generation(..), Some(Baseline::File { digest, mode, .. }))
                if *mode == file.mode && *digest == Digest::of(&file.bytes) =>
            {
                Needs::Nothing
            }
            (DesiredSource::Generation(..), _) => drift("a file that is not ours stands there"),
        }
    }

    /// What something that is no regular file means where one is managed, or shall be.
    pub(super) fn in_the_way(&self, path: &TargetPath, standing: &PathState) -> Needs {
        let managed = self.prior.entry(path).is_some();
        match standing {
            PathState::Directory(directory)
                if directory.entries.as_ref().is_none_or(|names| !names.is_empty()) =>
            {
                Needs::Refused(ChangeRefusal::DirectoryWithContent)
            }
            PathState::Directory(_) if managed => drift("an empty directory stands in its place"),
            PathState::Directory(_) => Needs::Refused(ChangeRefusal::DirectoryInTheWay),
            link @ PathState::Link { .. } if managed => drift(format!("{link} stands in its place")),
            PathState::Link { to } => Needs::Refused(ChangeRefusal::Link { to: to.clone() }),
            PathState::Other(what) => Needs::Refused(ChangeRefusal::Other(what)),
            PathState::File(_) | PathState::Absent => Needs::Nothing,
        }
    }

    /// What a block needs to be written; `is`: the lines that stand there.
    pub(super) fn of_block(&self, path: &TargetPath, file: &ObservedFile, is: Option<&[String]>) -> Needs {
        let was = match self.prior.entry(path) {
            Some(PriorPath::Block { lines, .. }) => Some(lines.as_slice()),
            _ => None,
        };
        match (was, is) {
            (None, None) => Needs::Nothing,
            (None, Some(_)) => self.foreign(path, file),
            (Some(_), None) => drift("the block was removed"),
            (Some(was), Some(is)) if was == is => Needs::Nothing,
            (Some(_), Some(_)) => drift("its block changed"),
        }
    }
}
