//! Our block in a file that belongs to somebody else.

use super::Comparison;
use super::needs::drift;
use crate::model::block::{BlockPlace, Markers, Origin, Split};
use crate::model::names::{Mode, TargetPath};
use crate::model::observed::{ObservedFile, PathState};
use crate::model::prior::{Baseline, PathKind, PriorPath};
use crate::plan::entry::{Action, Change, ChangeRefusal, Needs, Payload, TakeOver, Work};
use crate::plan::goal::DesiredBlock;
use crate::plan::inside;

/// What generation 0 says of a file that takes a block.
#[derive(Clone, Copy, Default)]
struct Before {
    absent: bool,
    place: Option<BlockPlace>,
    mode: Option<Mode>,
}

impl<'a> Comparison<'a> {
    pub(super) fn block(&mut self, path: &'a TargetPath, wanted: &'a DesiredBlock<'a>) {
        let newline = match self.prior.entry(path) {
            Some(PriorPath::Block { newline, .. }) => Some(*newline),
            _ => None,
        };
        let mut entry = self.entry(path, PathKind::Block, Action::Update, Needs::Nothing);
        entry.owner = Some(wanted.owner.clone());
        entry.component = Some(wanted.component.clone());
        let newline_after = match self.taken_apart(path, &wanted.markers) {
            Err(refusal) => return self.refuse(entry, refusal),
            Ok(None) => {
                let needs = newline.map_or(Needs::Nothing, |_| drift("the file was removed"));
                self.new_file(&mut entry, wanted, needs);
                false
            }
            Ok(Some((file, split))) => {
                let origin = Origin { newline: newline.unwrap_or(false), place: self.before(path).place };
                let (bytes, newline) = split.with(&wanted.markers, wanted.lines, origin);
                let is = lines_of(&split);
                entry.needs = self.of_block(path, file, is.as_deref());
                entry.mode_after = Some(file.mode);
                entry.content = inside::of_block(is.as_deref(), Some(wanted.lines));
                entry.same_meaning = inside::same_assignments(is.as_deref(), wanted.lines);
                if is.as_deref() != Some(wanted.lines) {
                    entry.work = Some(self.rewrite(path, file, bytes, &wanted.markers));
                }
                newline
            }
        };
        self.record_block(path, wanted, newline_after);
        if entry.work.is_some() {
            entry.reason = self.reason(&entry.needs, entry.action);
            self.out.entries.push(entry);
        }
    }

    /// A file that holds nothing but the block.
    fn new_file(&self, entry: &mut Change, wanted: &DesiredBlock<'_>, needs: Needs) {
        let mode = self.before(&entry.path).mode.unwrap_or(wanted.mode);
        let nothing = Split::empty();
        let (bytes, _) = nothing.with(&wanted.markers, wanted.lines, Origin::default());
        entry.action = Action::Create;
        entry.needs = needs;
        entry.mode_after = Some(mode);
        entry.content = inside::of_block(None, Some(wanted.lines));
        let ids = self.ids(&entry.path, Some(wanted.owner));
        entry.work = Some(Work::Create { payload: Payload::Bytes(bytes), rights: (mode, ids) });
    }

    fn record_block(&mut self, path: &TargetPath, wanted: &DesiredBlock<'_>, newline: bool) {
        if !matches!(self.prior.entry(path), Some(PriorPath::Block { .. })) {
            let absent = matches!(self.observed.standing(path), PathState::Absent);
            let fresh = Baseline::Unmarked { absent, place: None, mode: None };
            self.out.baselines.insert(path.clone(), fresh);
        }
        let record = PriorPath::Block {
            markers: wanted.markers.clone().into_owned(),
            lines: wanted.lines.to_vec(),
            newline,
            mode: wanted.mode,
            owner: wanted.owner.clone(),
            component: wanted.component.clone(),
        };
        self.out.next.insert(path.clone(), record);
    }

    /// A block of ours that leaves; a file that holds nothing else leaves with it if we made it.
    pub(super) fn unmarked(&mut self, path: &'a TargetPath, markers: &Markers) {
        let Some(PriorPath::Block { newline, .. }) = self.prior.entry(path) else { return };
        let mut entry = self.entry(path, PathKind::Block, Action::Update, Needs::Nothing);
        let (file, split) = match self.taken_apart(path, markers) {
            Err(refusal) => return self.refuse(entry, refusal),
            Ok(Some((file, split))) if split.lines().is_some() => (file, split),
            Ok(_) => return,
        };
        let is = lines_of(&split);
        let (rest, place) = split.without(*newline);
        let absent = self.before(path).absent;
        let leaves = rest.is_empty() && absent;
        entry.needs = self.of_block(path, file, is.as_deref());
        entry.content = inside::of_block(is.as_deref(), None);
        if leaves {
            entry.action = Action::Delete;
            entry.work = Some(Work::Remove { before: self.observed.standing(path).identity() });
            self.removed.insert(path.clone());
        } else {
            entry.mode_after = Some(file.mode);
            entry.work = Some(self.rewrite(path, file, rest, markers));
        }
        entry.reason = self.reason(&entry.needs, entry.action);
        let mode = leaves.then_some(file.mode);
        let left = Baseline::Unmarked { absent, place: Some(place), mode };
        self.out.baselines.insert(path.clone(), left);
        self.out.entries.push(entry);
    }

    fn rewrite(&self, path: &TargetPath, file: &ObservedFile, bytes: Vec<u8>, markers: &Markers) -> Work {
        Work::Exchange {
            payload: Payload::Bytes(bytes),
            rights: (file.mode, None),
            before: self.observed.standing(path).identity(),
            take_over: TakeOver::AttributesAndOwner(markers.clone()),
        }
    }

    fn refuse(&mut self, mut entry: Change, refusal: ChangeRefusal) {
        entry.needs = Needs::Refused(refusal);
        entry.reason = self.reason(&entry.needs, entry.action);
        self.out.entries.push(entry);
    }

    fn before(&self, path: &TargetPath) -> Before {
        match self.prior.baseline(path) {
            Some(Baseline::Unmarked { absent, place, mode }) => {
                Before { absent: *absent, place: *place, mode: *mode }
            }
            _ => Before::default(),
        }
    }

    /// The file that takes our block, taken apart; `None` where there is no file.
    fn taken_apart(
        &self,
        path: &TargetPath,
        markers: &Markers,
    ) -> Result<Option<(&'a ObservedFile, Split<'a>)>, ChangeRefusal> {
        match self.observed.standing(path) {
            PathState::Absent => Ok(None),
            PathState::File(file) if file.links > 1 => Err(ChangeRefusal::HardLinks(file.links)),
            PathState::File(file) => match Split::of(&file.bytes, markers) {
                Ok(split) => Ok(Some((file, split))),
                Err(fault) => Err(ChangeRefusal::Block(fault)),
            },
            PathState::Directory(_) => Err(ChangeRefusal::DirectoryInTheWay),
            PathState::Link { to } => Err(ChangeRefusal::Link { to: to.clone() }),
            PathState::Other(what) => Err(ChangeRefusal::Other(what)),
        }
    }
}

fn lines_of(split: &Split<'_>) -> Option<Vec<String>> {
    split.lines().map(|lines| lines.iter().map(ToString::to_string).collect())
}
