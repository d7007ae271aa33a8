//! Whole files that are wanted.

use super::needs::drift;
use super::{Comparison, bytes_of};
use crate::model::desired::Digest;
use crate::model::names::TargetPath;
use crate::model::observed::{Ids, PathState};
use crate::model::prior::{Baseline, PriorPath};
use crate::plan::certificates::Decided;
use crate::plan::entry::{
    Action, ChangeRefusal, ContentChange, FileRights, Needs, Part, Payload, TakeOver, Work,
};
use crate::plan::goal::{DesiredContent, DesiredPathFile};
use crate::plan::inside;
use std::borrow::Cow;

/// What a wanted file will hold.
enum Bytes<'a> {
    /// These bytes.
    Known(Cow<'a, [u8]>),
    /// What apply issues, and why it does.
    Issued(Part, String),
    /// Nothing: the state has lost them.
    Lost(Digest),
}

impl Bytes<'_> {
    fn known(&self) -> Option<&[u8]> {
        match self {
            Self::Known(bytes) => Some(bytes),
            Self::Issued(..) | Self::Lost(_) => None,
        }
    }

    fn payload(&self) -> Payload {
        match self {
            Self::Known(bytes) => Payload::Bytes(bytes.to_vec()),
            Self::Issued(part, _) => Payload::Issued(part.clone()),
            Self::Lost(_) => Payload::Bytes(Vec::new()),
        }
    }
}

impl<'a> Comparison<'a> {
    pub(super) fn file(&mut self, path: &'a TargetPath, wanted: &'a DesiredPathFile<'a>) {
        let standing = self.observed.standing(path);
        let bytes = self.bytes(path, wanted);
        let other = wanted.owner.and_then(|_| self.prior.taken.get(path));
        let ids =
            wanted.ids.filter(|_| self.goal.ground.sets_owner(path)).or_else(|| self.ids(path, wanted.owner));
        let as_wanted = matches!((standing, bytes.known()),
            (PathState::File(file), Some(bytes)) if *bytes == *file.bytes
                && file.mode == wanted.mode
                && ids.is_none_or(|ids| ids == file.ids));
        if as_wanted && other.is_none() {
            return;
        }
        let (action, needs, work) = match (&bytes, other) {
            (_, Some(stack)) => {
                (Action::Update, Needs::Refused(ChangeRefusal::OtherStack(stack.clone())), None)
            }
            (Bytes::Lost(digest), _) => (Action::Update, Needs::Refused(ChangeRefusal::Lost(*digest)), None),
            _ => self.change(path, (wanted.mode, ids), &bytes),
        };
        let mut entry = self.entry(path, wanted.subject, action, needs);
        if let (Needs::Nothing, Bytes::Issued(_, why)) = (&entry.needs, &bytes) {
            entry.reason.clone_from(why);
        }
        entry.mode_after = Some(wanted.mode);
        entry.owner = wanted.owner.cloned();
        entry.component = wanted.component.cloned();
        let (before, after) = (bytes_of(standing), bytes.known());
        let spec = self.decisions.specs.get(path).copied();
        entry.content = match (standing, &work) {
            (PathState::File(file), Some(Work::SetRights { ids: Some((before, after)), .. }))
                if bytes.known() == Some(&file.bytes) =>
            {
                ContentChange::Owner { before: *before, after: *after }
            }
            _ => inside::of_change(wanted.subject, path, before, after, spec),
        };
        entry.same_meaning =
            self.inputs.contains(path) && inside::same_meaning(wanted.subject, path, before, after);
        entry.work = work;
        self.out.entries.push(entry);
    }

    /// How the file comes to be there, by what stands there now.
    fn change(
        &self,
        path: &TargetPath,
        rights: FileRights,
        bytes: &Bytes<'_>,
    ) -> (Action, Needs, Option<Work>) {
        let standing = self.observed.standing(path);
        let exchange = |take_over| {
            Some(Work::Exchange { payload: bytes.payload(), rights, before: standing.identity(), take_over })
        };
        let prior = self.prior.entry(path);
        match standing {
            PathState::File(file) if bytes.known() == Some(&file.bytes) => {
                let digest = Digest::of(&file.bytes);
                let (mode, ids) = rights;
                let ids = ids.filter(|ids| *ids != file.ids).map(|ids| (file.ids, ids));
                let work = Work::SetRights { digest, mode: (file.mode, mode), ids };
                (Action::Update, self.of_file(path, file), Some(work))
            }
            PathState::File(file) => {
                let issued = matches!(bytes, Bytes::Issued(..));
                let action = if issued { Action::Replace } else { Action::Update };
                (action, self.of_file(path, file), exchange(TakeOver::Attributes))
            }
            PathState::Absent => {
                let ours = matches!(prior, Some(PriorPath::File { .. }));
                let needs = if ours { drift("it was removed") } else { Needs::Nothing };
                (Action::Create, needs, Some(Work::Create { payload: bytes.payload(), rights }))
            }
            PathState::Directory(_)
                if self.becomes_empty(path) && matches!(prior, Some(PriorPath::Directory { .. })) =>
            {
                let work = Work::DirectoryToFile { payload: bytes.payload(), rights };
                (Action::Replace, Needs::Nothing, Some(work))
            }
            _ => (Action::Replace, self.in_the_way(path, standing), exchange(TakeOver::Nothing)),
        }
    }

    fn bytes(&self, path: &TargetPath, wanted: &'a DesiredPathFile<'a>) -> Bytes<'a> {
        match &wanted.content {
            DesiredContent::Bytes(bytes) => Bytes::Known(Cow::Borrowed(bytes)),
            DesiredContent::Lost(digest) => match self.observed.standing(path) {
                PathState::File(file) if Digest::of(&file.bytes) == *digest => {
                    Bytes::Known(Cow::Borrowed(&file.bytes))
                }
                _ => Bytes::Lost(*digest),
            },
            DesiredContent::Certificate(_) | DesiredContent::Key(_) => match self.decisions.at.get(path) {
                Some(Decided::Bytes(bytes)) => Bytes::Known(bytes.clone()),
                Some(Decided::Issue(part, why)) => Bytes::Issued(part.clone(), why.clone()),
                // A key without its certificate: there is nothing to issue, so nothing to write.
                None => Bytes::Lost(Digest::of(b"")),
            },
        }
    }

    /// What the next generation and generation 0 remember of a file that is ours.
    pub(super) fn record(&mut self, path: &'a TargetPath, wanted: &'a DesiredPathFile<'a>) {
        let (Some(owner), Some(component)) = (wanted.owner, wanted.component) else { return };
        let bytes = self.bytes(path, wanted);
        let standing = self.observed.standing(path);
        let prior = match self.prior.entry(path) {
            Some(PriorPath::File { digest, ids, .. }) => Some((*digest, *ids)),
            _ => None,
        };
        if prior.is_none() {
            let baseline = match standing {
                PathState::File(file) => {
                    let digest = Digest::of(&file.bytes);
                    self.out.keepsakes.insert((path.clone(), digest), file.bytes.clone());
                    Baseline::File { digest, mode: file.mode, ids: file.ids }
                }
                _ => Baseline::Absent,
            };
            self.out.baselines.insert(path.clone(), baseline);
        }
        let digest = Digest::of(bytes.known().unwrap_or_default());
        if let (Some(bytes), true) = (bytes.known(), prior.is_none_or(|(old, _)| old != digest)) {
            self.out.keepsakes.insert((path.clone(), digest), bytes.to_vec());
        }
        let ids = match standing {
            PathState::File(file) => file.ids,
            _ => prior.map_or(Ids { uid: 0, gid: 0 }, |(_, ids)| ids),
        };
        let record = PriorPath::File {
            subject: wanted.subject,
            digest,
            mode: wanted.mode,
            ids,
            owner: owner.clone(),
            component: component.clone(),
        };
        self.out.next.insert(path.clone(), record);
    }
}
