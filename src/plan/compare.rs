//! The three-way comparison of every path of a goal: wanted, observed, remembered.

use super::block::{Origin, Split};
use super::certificates::{Decided, Decisions};
use super::entry::{Action, ContentChange, Entry, Needs, Payload, Refusal, TakeOver, Work};
use super::goal::{Goal, GoalSource, Wanted, WantedContent, WantedFile};
use super::inside;
use super::remembered::{Baseline, Remembered, RememberedPath, Subject};
use super::standing::{Observed, ObservedFile, Standing};
use crate::desired::Digest;
use crate::stack::{Mode, TargetPath};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What the comparison found.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) entries: Vec<Entry>,
    /// What the next generation remembers; digests of files that are yet to be issued are zero.
    pub(super) next: BTreeMap<TargetPath, RememberedPath>,
    /// Changes of generation 0.
    pub(super) baselines: BTreeMap<TargetPath, Baseline>,
    /// Bytes to keep as objects that no step writes.
    pub(super) keepsakes: BTreeMap<Digest, Vec<u8>>,
}

struct Comparison<'a> {
    goal: &'a Goal<'a>,
    observed: &'a Observed,
    remembered: &'a Remembered,
    decisions: Decisions<'a>,
    inputs: BTreeSet<&'a TargetPath>,
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
    let out = Compared::default();
    let mut comparison =
        Comparison { goal, observed, remembered, decisions, inputs, removed: BTreeSet::new(), out };
    // What leaves comes first, and folders from the bottom: whether a folder will be empty decides
    // whether it can go, and whether a file can take its place.
    for (path, wanted) in &goal.wanted {
        match wanted {
            Wanted::Gone => comparison.gone(path),
            Wanted::Unmarked { .. } => comparison.unmarked(path),
            _ => {}
        }
    }
    for (path, wanted) in goal.wanted.iter().rev() {
        if matches!(wanted, Wanted::FolderGone) {
            comparison.folder_gone(path);
        }
    }
    for (path, wanted) in &goal.wanted {
        match wanted {
            Wanted::Folder { mode, .. } => comparison.folder(path, *mode),
            Wanted::File(file) => comparison.file(path, file),
            Wanted::Block { .. } => comparison.block(path),
            Wanted::Gone | Wanted::Unmarked { .. } | Wanted::FolderGone => {}
        }
    }
    // Only a plan that changes something makes a generation; hashing every file is left to it.
    if !comparison.out.entries.is_empty() {
        for (path, wanted) in &goal.wanted {
            if let Wanted::File(file) = wanted {
                comparison.record(path, file);
            }
        }
    }
    comparison.out.entries.sort_by(|a, b| a.path.cmp(&b.path));
    comparison.out
}

impl<'a> Comparison<'a> {
    /// A file of ours that leaves; nothing stood there before us.
    fn gone(&mut self, path: &'a TargetPath) {
        let standing = self.observed.standing(path);
        let needs = match standing {
            Standing::Absent => return,
            Standing::File(file) => self.drift_of(path, file).map_or(Needs::Nothing, drift),
            _ => self.in_the_way(path, standing),
        };
        let mut entry = self.entry(path, Action::Delete, needs);
        entry.mode_before = mode_of(standing);
        entry.subject = self.subject(path);
        entry.content = inside::of_change(entry.subject, bytes_of(standing), None, None);
        entry.work = Some(match standing {
            Standing::Folder(folder) => Work::RemoveFolder { mode: folder.mode },
            _ => Work::Remove { before: standing.identity() },
        });
        self.removed.insert(path.clone());
        self.push(entry);
    }

    fn folder_gone(&mut self, path: &'a TargetPath) {
        let Standing::Folder(folder) = self.observed.standing(path) else { return };
        if !self.becomes_empty(path) {
            return;
        }
        let mut entry = self.entry(path, Action::Delete, Needs::Nothing);
        entry.subject = Subject::Folder;
        entry.mode_before = Some(folder.mode);
        entry.work = Some(Work::RemoveFolder { mode: folder.mode });
        self.removed.insert(path.clone());
        self.push(entry);
    }

    fn becomes_empty(&self, path: &TargetPath) -> bool {
        match self.observed.standing(path) {
            Standing::Folder(folder) => folder
                .entries
                .as_ref()
                .is_some_and(|names| names.iter().all(|name| self.removed.contains(&path.join(name)))),
            _ => false,
        }
    }

    fn folder(&mut self, path: &'a TargetPath, mode: Mode) {
        let Some(Wanted::Folder { owner, .. }) = self.goal.wanted.get(path) else { return };
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
                (Action::Create, needs, Work::MakeFolder { mode })
            }
            Standing::File(file) => {
                let needs = match self.remembered.entry(path) {
                    Some(RememberedPath::File { .. }) => {
                        self.drift_of(path, file).map_or(Needs::Nothing, drift)
                    }
                    Some(RememberedPath::Folder { .. }) => drift("a file stands in its place"),
                    _ => Needs::Refused(Refusal::FileInTheWay),
                };
                (Action::Replace, needs, Work::FileToFolder { before: standing.identity(), mode })
            }
            Standing::Link { .. } | Standing::Other(_) => (
                Action::Replace,
                self.in_the_way(path, standing),
                Work::FileToFolder { before: standing.identity(), mode },
            ),
        };
        let mut entry = self.entry(path, action, needs);
        entry.subject = Subject::Folder;
        entry.mode_before = mode_of(standing);
        entry.mode_after = Some(mode);
        entry.on_the_way = owner.is_none();
        entry.owner = owner.cloned();
        entry.work = Some(work);
        self.out.next.insert(path.clone(), record(mode));
        self.push(entry);
    }

    fn file(&mut self, path: &'a TargetPath, wanted: &'a WantedFile<'a>) {
        let standing = self.observed.standing(path);
        let (payload, why) = match self.content(path, wanted) {
            Ok(content) => content,
            Err(digest) => {
                let mut entry = self.entry(path, Action::Update, Needs::Refused(Refusal::Lost(digest)));
                entry.subject = wanted.subject;
                return self.push(entry);
            }
        };
        let (action, needs, work) = match standing {
            Standing::File(file) => {
                let same = matches!(&payload, Ok(bytes) if **bytes == *file.bytes);
                if same && file.mode == wanted.mode {
                    return;
                }
                let needs = match self.remembered.entry(path) {
                    None | Some(RememberedPath::Block { .. }) => Needs::Adopt,
                    Some(RememberedPath::Folder { .. }) => drift("a file stands in its place"),
                    Some(_) => self.drift_of(path, file).map_or(Needs::Nothing, drift),
                };
                let work = if same {
                    let digest = Digest::of(&file.bytes);
                    Work::SetMode { digest, before: file.mode, after: wanted.mode }
                } else {
                    exchange(&payload, wanted.mode, standing, TakeOver::Attributes)
                };
                let action = if payload.is_err() { Action::Replace } else { Action::Update };
                (action, needs, work)
            }
            Standing::Absent => {
                let needs = match self.remembered.entry(path) {
                    Some(RememberedPath::File { .. }) => drift("it was removed"),
                    _ => Needs::Nothing,
                };
                (Action::Create, needs, Work::Create { payload: owned(&payload), mode: wanted.mode })
            }
            Standing::Folder(folder) if self.becomes_empty(path) && self.was_folder(path) => (
                Action::Replace,
                Needs::Nothing,
                Work::FolderToFile { payload: owned(&payload), mode: wanted.mode, folder: folder.mode },
            ),
            _ => (
                Action::Replace,
                self.in_the_way(path, standing),
                exchange(&payload, wanted.mode, standing, TakeOver::Nothing),
            ),
        };
        let mut entry = self.entry(path, action, needs);
        entry.subject = wanted.subject;
        if let (Needs::Nothing, Some(why)) = (&entry.needs, why) {
            entry.reason = why;
        }
        entry.mode_before = mode_of(standing);
        entry.mode_after = Some(wanted.mode);
        entry.owner = wanted.owner.cloned();
        entry.component = wanted.component.cloned();
        let wish = self.decisions.wishes.get(path).copied();
        let after = payload.as_ref().ok().map(|bytes| &**bytes);
        entry.content = inside::of_change(wanted.subject, bytes_of(standing), after, wish);
        entry.same_meaning = self.inputs.contains(path)
            && inside::same_meaning(wanted.subject, path, bytes_of(standing), after);
        entry.work = Some(work);
        self.push(entry);
    }

    /// The bytes of a file, or that they are issued; and why, where the file itself knows.
    #[expect(clippy::type_complexity, reason = "a private pair of a payload and its reason")]
    fn content(
        &self,
        path: &TargetPath,
        wanted: &'a WantedFile<'a>,
    ) -> Result<(Result<Cow<'a, [u8]>, super::entry::Part>, Option<String>), Digest> {
        match &wanted.content {
            WantedContent::Bytes(bytes) => Ok((Ok(Cow::Borrowed(&**bytes)), None)),
            WantedContent::Lost(digest) => match self.observed.standing(path) {
                Standing::File(file) if Digest::of(&file.bytes) == *digest => {
                    Ok((Ok(Cow::Borrowed(&file.bytes)), None))
                }
                _ => Err(*digest),
            },
            WantedContent::Certificate(_) | WantedContent::Key(_) => match self.decisions.at.get(path) {
                Some(Decided::Bytes(bytes)) => Ok((Ok(bytes.clone()), None)),
                Some(Decided::Issue(part, why)) => Ok((Err(part.clone()), Some(why.clone()))),
                // A key without its certificate: nothing to issue, so nothing to write.
                None => Err(Digest::of(b"")),
            },
        }
    }

    /// What the next generation and generation 0 remember of a file.
    fn record(&mut self, path: &TargetPath, wanted: &'a WantedFile<'a>) {
        let (Some(owner), Some(component)) = (wanted.owner, wanted.component) else { return };
        let Ok((payload, _)) = self.content(path, wanted) else { return };
        let standing = self.observed.standing(path);
        let remembered = match self.remembered.entry(path) {
            Some(RememberedPath::File { digest, ids, .. }) => Some((*digest, *ids)),
            _ => None,
        };
        if remembered.is_none() {
            let baseline = match standing {
                Standing::File(file) => {
                    let digest = Digest::of(&file.bytes);
                    self.out.keepsakes.insert(digest, file.bytes.clone());
                    Baseline::File { digest, mode: file.mode, ids: file.ids }
                }
                _ => Baseline::Absent,
            };
            self.out.baselines.insert(path.clone(), baseline);
        }
        let digest = match &payload {
            Ok(bytes) => Digest::of(bytes),
            Err(_) => Digest::of(b""),
        };
        if let (Ok(bytes), true) = (&payload, remembered.is_none_or(|(old, _)| old != digest)) {
            self.out.keepsakes.insert(digest, bytes.to_vec());
        }
        let ids = match standing {
            Standing::File(file) => file.ids,
            _ => remembered.map_or(super::Ids { uid: 0, gid: 0 }, |(_, ids)| ids),
        };
        let record = RememberedPath::File {
            subject: wanted.subject,
            digest,
            mode: wanted.mode,
            ids,
            owner: owner.clone(),
            component: component.clone(),
        };
        self.out.next.insert(path.clone(), record);
    }

    fn block(&mut self, path: &'a TargetPath) {
        let Some(Wanted::Block { markers, lines, mode, owner, component }) = self.goal.wanted.get(path)
        else {
            return;
        };
        let was = match self.remembered.entry(path) {
            Some(RememberedPath::Block { lines, newline, .. }) => Some((lines, *newline)),
            _ => None,
        };
        let hint = match self.remembered.baseline(path) {
            Some(Baseline::Unmarked { absent, place, mode }) => Some((*absent, *place, *mode)),
            _ => None,
        };
        let standing = self.observed.standing(path);
        let origin = Origin {
            newline: was.is_some_and(|(_, newline)| newline),
            place: hint.and_then(|(_, place, _)| place),
        };
        let mut entry = self.entry(path, Action::Update, Needs::Nothing);
        entry.subject = Subject::Block;
        entry.owner = Some((*owner).clone());
        entry.component = Some((*component).clone());
        let (before, newline, new_mode) = match self.taken_apart(path) {
            Err(refusal) => {
                entry.needs = Needs::Refused(refusal);
                entry.reason = self.reason(&entry.needs, entry.action);
                return self.push(entry);
            }
            Ok(None) => {
                let new_mode = hint.and_then(|(_, _, mode)| mode).unwrap_or(*mode);
                let empty = Split::of(b"", markers)
                    .map_or_else(|_| Vec::new(), |split| split.with(markers, lines, Origin::default()).0);
                entry.action = Action::Create;
                entry.needs = if was.is_some() { drift("the file was removed") } else { Needs::Nothing };
                entry.work = Some(Work::Create { payload: Payload::Bytes(empty), mode: new_mode });
                (None, false, new_mode)
            }
            Ok(Some((file, split))) => {
                let (bytes, newline) = split.with(markers, lines, origin);
                let before = split.lines().map(|lines| lines.iter().map(ToString::to_string).collect());
                entry.needs = block_needs(was.map(|(lines, _)| lines), before.as_ref());
                let take_over = TakeOver::AttributesAndOwner((**markers).clone());
                if before.as_ref() != Some(&lines.to_vec()) {
                    entry.work = Some(exchange(&Ok(Cow::Owned(bytes)), file.mode, standing, take_over));
                }
                (before, newline, file.mode)
            }
        };
        entry.reason = self.reason(&entry.needs, entry.action);
        entry.mode_before = mode_of(standing);
        entry.mode_after = Some(new_mode);
        entry.content = inside::of_block(before.as_deref(), Some(lines));
        entry.same_meaning = inside::same_assignments(before.as_deref(), lines);
        self.out.next.insert(
            path.clone(),
            RememberedPath::Block {
                markers: (**markers).clone(),
                lines: lines.to_vec(),
                newline,
                mode: *mode,
                owner: (*owner).clone(),
                component: (*component).clone(),
            },
        );
        if was.is_none() {
            let absent = matches!(standing, Standing::Absent);
            let fresh = Baseline::Unmarked { absent, place: None, mode: None };
            self.out.baselines.insert(path.clone(), fresh);
        }
        if entry.work.is_some() {
            self.push(entry);
        }
    }

    /// A block of ours that leaves; a file that holds nothing else leaves with it if we made it.
    fn unmarked(&mut self, path: &'a TargetPath) {
        let Some(RememberedPath::Block { lines, newline, .. }) = self.remembered.entry(path) else { return };
        let absent = matches!(self.remembered.baseline(path), Some(Baseline::Unmarked { absent: true, .. }));
        let standing = self.observed.standing(path);
        let mut entry = self.entry(path, Action::Update, Needs::Nothing);
        entry.subject = Subject::Block;
        match self.taken_apart(path) {
            Err(refusal) => entry.needs = Needs::Refused(refusal),
            Ok(Some((file, split))) if split.lines().is_some() => {
                let before: Option<Vec<String>> =
                    split.lines().map(|lines| lines.iter().map(ToString::to_string).collect());
                let (rest, place) = split.without(*newline);
                let leaves = rest.is_empty() && absent;
                entry.needs = block_needs(Some(lines), before.as_ref());
                entry.mode_before = Some(file.mode);
                entry.content = inside::of_block(before.as_deref(), None);
                let markers = match self.goal.wanted.get(path) {
                    Some(Wanted::Unmarked { markers }) => (*markers).clone(),
                    _ => return,
                };
                if leaves {
                    entry.action = Action::Delete;
                    entry.work = Some(Work::Remove { before: standing.identity() });
                    self.removed.insert(path.clone());
                } else {
                    let take_over = TakeOver::AttributesAndOwner(markers);
                    entry.mode_after = Some(file.mode);
                    entry.work = Some(exchange(&Ok(Cow::Owned(rest)), file.mode, standing, take_over));
                }
                let mode = leaves.then_some(file.mode);
                let left = Baseline::Unmarked { absent, place: Some(place), mode };
                self.out.baselines.insert(path.clone(), left);
            }
            Ok(_) => return,
        }
        entry.reason = self.reason(&entry.needs, entry.action);
        self.push(entry);
    }

    /// A file that takes our block, taken apart; `None` where there is no file.
    fn taken_apart(&self, path: &TargetPath) -> Result<Option<(&'a ObservedFile, Split<'a>)>, Refusal> {
        let markers = match self.goal.wanted.get(path) {
            Some(Wanted::Block { markers, .. }) => &**markers,
            Some(Wanted::Unmarked { markers }) => *markers,
            _ => return Ok(None),
        };
        match self.observed.standing(path) {
            Standing::Absent => Ok(None),
            Standing::File(file) if file.links > 1 => Err(Refusal::HardLinks(file.links)),
            Standing::File(file) => match Split::of(&file.bytes, markers) {
                Ok(split) => Ok(Some((file, split))),
                Err(fault) => Err(Refusal::Block(fault)),
            },
            Standing::Folder(_) => Err(Refusal::FolderInTheWay),
            Standing::Link { to } => Err(Refusal::Link { to: to.clone() }),
            Standing::Other(what) => Err(Refusal::Other(what)),
        }
    }

    /// What something that is no regular file means where one is managed, or shall be.
    fn in_the_way(&self, path: &TargetPath, standing: &Standing) -> Needs {
        let managed = self.remembered.entry(path).is_some();
        match standing {
            Standing::Folder(folder) if folder.entries.as_ref().is_none_or(|names| !names.is_empty()) => {
                Needs::Refused(Refusal::FolderWithContent)
            }
            Standing::Folder(_) if managed => drift("an empty folder stands in its place"),
            Standing::Folder(_) => Needs::Refused(Refusal::FolderInTheWay),
            Standing::Link { to } if managed => drift(format!("a symbolic link to {to} stands in its place")),
            Standing::Link { to } => Needs::Refused(Refusal::Link { to: to.clone() }),
            Standing::Other(what) => Needs::Refused(Refusal::Other(what)),
            Standing::File(_) | Standing::Absent => Needs::Nothing,
        }
    }

    /// How a file of ours differs from what the last apply left.
    fn drift_of(&self, path: &TargetPath, file: &ObservedFile) -> Option<String> {
        let Some(RememberedPath::File { digest, mode, .. }) = self.remembered.entry(path) else {
            return None;
        };
        let content = (Digest::of(&file.bytes) != *digest).then(|| "its content changed".to_owned());
        let bits = (file.mode != *mode).then(|| format!("mode {}, was {mode}", file.mode));
        match (content, bits) {
            (Some(content), Some(bits)) => Some(format!("{content}; {bits}")),
            (content, bits) => content.or(bits),
        }
    }

    fn was_folder(&self, path: &TargetPath) -> bool {
        matches!(self.remembered.entry(path), Some(RememberedPath::Folder { .. }))
    }

    fn subject(&self, path: &TargetPath) -> Subject {
        match self.remembered.entry(path) {
            Some(RememberedPath::File { subject, .. }) => *subject,
            Some(RememberedPath::Block { .. }) => Subject::Block,
            Some(RememberedPath::Folder { .. }) => Subject::Folder,
            None => Subject::File,
        }
    }

    fn entry(&self, path: &TargetPath, action: Action, needs: Needs) -> Entry {
        Entry {
            path: path.clone(),
            subject: Subject::File,
            action,
            reason: self.reason(&needs, action),
            needs,
            mode_before: None,
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
            (Needs::Nothing, GoalSource::Generation(number, _), _) => format!("as in generation {number}"),
            (Needs::Nothing, GoalSource::Stack(_), Action::Create) => "new in the stack".to_owned(),
            (Needs::Nothing, GoalSource::Stack(_), Action::Delete) => "no longer in the stack".to_owned(),
            (Needs::Nothing, GoalSource::Stack(_), _) => "changed in the stack".to_owned(),
        }
    }

    fn push(&mut self, entry: Entry) {
        self.out.entries.push(entry);
    }
}

fn drift(what: impl Into<String>) -> Needs {
    Needs::AcceptDrift { what: what.into() }
}

fn block_needs(was: Option<&Vec<String>>, is: Option<&Vec<String>>) -> Needs {
    match (was, is) {
        (None, None) => Needs::Nothing,
        (None, Some(_)) => Needs::Adopt,
        (Some(_), None) => drift("the block was removed"),
        (Some(was), Some(is)) if was == is => Needs::Nothing,
        (Some(_), Some(_)) => drift("its block changed"),
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

fn owned(payload: &Result<Cow<'_, [u8]>, super::entry::Part>) -> Payload {
    match payload {
        Ok(bytes) => Payload::Bytes(bytes.to_vec()),
        Err(part) => Payload::Issued(part.clone()),
    }
}

fn exchange(
    payload: &Result<Cow<'_, [u8]>, super::entry::Part>,
    mode: Mode,
    standing: &Standing,
    take_over: TakeOver,
) -> Work {
    Work::Exchange { payload: owned(payload), mode, before: standing.identity(), take_over }
}
