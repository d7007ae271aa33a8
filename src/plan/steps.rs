//! From a plan to its steps, in the order in which they are carried out.
//!
//! Directories first, then everything staged beside its destination, then what is visible: so that whatever
//! fails on a full disk fails before anything changed. Apply obeys the steps alone.

use super::entry::{Change, FileRights, Part, Payload, TakeOver, Work};
use super::{Plan, services};
use crate::model::desired::Digest;
use crate::model::names::{Mode, TargetPath};
use crate::model::observed::{Identity, Ids};
use crate::model::prior::{Baseline, Manifest, Prior, PriorPath};
use crate::model::step::{Like, Step};
use crate::pki::Issued;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The steps of a plan, in two halves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Directories and staged files: nothing that any program reads has changed afterwards.
    pub prepare: Vec<Step>,
    /// What becomes visible.
    pub swap: Vec<Step>,
}

/// The steps that carry a plan out. Entries that are refused have none.
pub fn steps(plan: &Plan, issued: &Issued) -> Steps {
    let mut builder = Builder::new(plan, issued);
    plan.entries.iter().for_each(|entry| builder.add(entry));
    builder.finish()
}

struct Builder<'a> {
    plan: &'a Plan,
    issued: &'a Issued,
    generation: u64,
    count: usize,
    /// Directories that are not there afterwards.
    vanishing: BTreeSet<&'a TargetPath>,
    cleared: Vec<Step>,
    directories: Vec<Step>,
    staged: Vec<Step>,
    swapped: Vec<Step>,
    removed_directories: Vec<Step>,
    last: Vec<Step>,
}

impl<'a> Builder<'a> {
    fn new(plan: &'a Plan, issued: &'a Issued) -> Self {
        let vanishes = |entry: &&Change| {
            matches!(entry.work, Some(Work::RemoveDirectory | Work::DirectoryToFile { .. }))
        };
        Self {
            plan,
            issued,
            generation: plan.next_generation().0,
            count: 0,
            vanishing: plan.entries.iter().filter(vanishes).map(|entry| &entry.path).collect(),
            cleared: Vec::new(),
            directories: Vec::new(),
            staged: Vec::new(),
            swapped: Vec::new(),
            removed_directories: Vec::new(),
            last: Vec::new(),
        }
    }

    fn add(&mut self, entry: &Change) {
        let Some(work) = &entry.work else { return };
        let path = &entry.path;
        match work {
            Work::MakeDirectory { mode, ids } => {
                self.directories.push(Step::MakeDirectory { path: path.clone(), mode: *mode, ids: *ids });
            }
            Work::FileToDirectory { before, mode, ids } => {
                let aside = self.name_beside(path);
                self.cleared.push(Step::Remove { path: path.clone(), aside, before: before.clone() });
                self.directories.push(Step::MakeDirectory { path: path.clone(), mode: *mode, ids: *ids });
            }
            Work::Create { payload, rights } => {
                let step = self.create(path, payload, *rights);
                self.swapped.extend(step);
            }
            Work::DirectoryToFile { payload, rights } => {
                self.remove_directory(path);
                let step = self.create(path, payload, *rights);
                self.last.extend(step);
            }
            Work::Exchange { payload, rights, before, take_over } => {
                self.exchange(path, (payload, *rights), before, take_over);
            }
            Work::SetRights { digest, mode, ids } => self.set_rights(path, *digest, (*mode, *ids)),
            Work::Link { to } => self.swapped.push(Step::Link { path: path.clone(), to: to.clone() }),
            Work::Unlink { to } => self.swapped.push(Step::Unlink { path: path.clone(), to: to.clone() }),
            Work::Remove { before } => {
                let aside = self.name_beside(path);
                self.swapped.push(Step::Remove { path: path.clone(), aside, before: before.clone() });
            }
            Work::RemoveDirectory => self.remove_directory(path),
        }
    }

    fn remove_directory(&mut self, path: &TargetPath) {
        let aside = self.name_beside(path);
        self.removed_directories.push(Step::Remove {
            path: path.clone(),
            aside,
            before: Identity::Directory,
        });
    }

    /// The owner first: a change of owner may take bits of the mode away.
    fn set_rights(
        &mut self,
        path: &TargetPath,
        digest: Digest,
        (mode, ids): ((Mode, Mode), Option<(Ids, Ids)>),
    ) {
        if let Some((before, after)) = ids {
            self.swapped.push(Step::SetOwner { path: path.clone(), digest, before, after });
        }
        let (before, after) = mode;
        if before != after {
            self.swapped.push(Step::SetMode { path: path.clone(), digest, before, after });
        }
    }

    fn create(&mut self, path: &TargetPath, payload: &Payload, rights: FileRights) -> Option<Step> {
        let (staged, after) = self.stage(path, (payload, rights), None)?;
        Some(Step::Create { staged, path: path.clone(), after })
    }

    fn exchange(
        &mut self,
        path: &TargetPath,
        content: (&Payload, FileRights),
        before: &Identity,
        take_over: &TakeOver,
    ) {
        let (owner, block) = match take_over {
            TakeOver::Nothing => (None, None),
            TakeOver::Attributes => (Some(false), None),
            TakeOver::AttributesAndOwner(markers) => (Some(true), Some(markers.clone())),
        };
        let like = owner.map(|owner| Like { path: path.clone(), owner });
        let Some((staged, after)) = self.stage(path, content, like) else { return };
        self.swapped.push(Step::Exchange {
            staged,
            path: path.clone(),
            before: before.clone(),
            after,
            block,
        });
    }

    fn stage(
        &mut self,
        path: &TargetPath,
        (payload, (mode, ids)): (&Payload, FileRights),
        like: Option<Like>,
    ) -> Option<(TargetPath, Identity)> {
        let bytes = bytes_of(payload, self.issued)?.to_vec();
        let staged = self.name_beside(path);
        let identity = Identity::File { digest: Digest::of(&bytes), mode };
        self.staged.push(Step::Stage { staged: staged.clone(), bytes, mode, ids, like });
        Some((staged, identity))
    }

    /// A name of ours in the nearest directory that is there before and after the transaction.
    fn name_beside(&mut self, path: &TargetPath) -> TargetPath {
        let mut directory = path.parent();
        while self.vanishing.contains(&directory) {
            directory = directory.parent();
        }
        self.count += 1;
        directory.join(&format!(".tracewright-{}-{}", self.generation, self.count))
    }

    fn finish(mut self) -> Steps {
        self.removed_directories.reverse();
        let prepare = [self.cleared, self.directories, self.staged].concat();
        let files = [self.swapped, self.removed_directories, self.last].concat();
        let swap = [services::before(self.plan), files, services::after(self.plan)].concat();
        Steps { prepare, swap }
    }
}

fn bytes_of<'a>(payload: &'a Payload, issued: &'a Issued) -> Option<&'a [u8]> {
    match payload {
        Payload::Bytes(bytes) => Some(bytes),
        Payload::Issued(Part::Certificate(name)) => {
            issued.pairs.get(name).map(|pair| pair.certificate.as_bytes())
        }
        Payload::Issued(Part::Key(name)) => issued.pairs.get(name).map(|pair| pair.key.as_bytes()),
    }
}

/// Who made a generation, when, and by which verb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// RFC 3339, UTC.
    pub time: String,
    /// User name.
    pub user: String,
    /// `apply`, `rollback to 3`.
    pub verb: String,
}

impl Plan {
    /// Every file the plan writes, with its bytes.
    fn written<'a>(&'a self, issued: &'a Issued) -> impl Iterator<Item = (&'a TargetPath, &'a [u8])> {
        self.entries.iter().filter_map(|entry| match &entry.work {
            Some(
                Work::Create { payload, .. }
                | Work::Exchange { payload, .. }
                | Work::DirectoryToFile { payload, .. },
            ) => Some((&entry.path, bytes_of(payload, issued)?)),
            _ => None,
        })
    }

    /// What the next generation remembers. `ids`: the owners of the files that were staged, by the path
    /// they are for.
    pub fn manifest(
        &self,
        issued: &Issued,
        author: &Author,
        prior: &Prior,
        ids: &BTreeMap<TargetPath, Ids>,
    ) -> Manifest {
        let mut entries = self.next.clone();
        for (path, bytes) in self.written(issued) {
            if let Some(PriorPath::File { digest, ids: owner, .. }) = entries.get_mut(path) {
                *digest = Digest::of(bytes);
                *owner = ids.get(path).copied().unwrap_or(*owner);
            }
        }
        let mut before = prior.newest.as_ref().map_or_else(BTreeMap::new, |newest| newest.before.clone());
        before.extend(self.baselines.iter().map(|(path, was)| (path.clone(), was.clone())));
        Manifest {
            generation: self.next_generation(),
            stack: self.stack.clone(),
            host: self.host.clone(),
            time: author.time.clone(),
            user: author.user.clone(),
            verb: author.verb.clone(),
            digest: match &self.source {
                super::DesiredSource::Stack(digest) | super::DesiredSource::Generation(_, digest) => {
                    digest.clone()
                }
            },
            entries,
            units: self.units.clone(),
            ran_before: self.ran_before.clone(),
            users: self.ground.users(),
            text: self.text,
            before,
        }
    }

    /// The bytes that the state keeps for this generation and for generation 0, and in which directory of
    /// the state.
    pub fn objects<'a>(&'a self, issued: &'a Issued) -> BTreeMap<(TargetPath, Digest), &'a [u8]> {
        let ours = |path: &TargetPath| matches!(self.next.get(path), Some(PriorPath::File { .. }));
        let written = self.written(issued).filter(|(path, _)| ours(path));
        let written = written.map(|(path, bytes)| ((self.ground.state_of(path), Digest::of(bytes)), bytes));
        let kept = self.keepsakes.iter();
        let kept =
            kept.map(|((path, digest), bytes)| ((self.ground.state_of(path), *digest), bytes.as_slice()));
        written.chain(kept).collect()
    }
}

impl Baseline {
    /// The object that holds what stood there.
    pub fn object(&self) -> Option<Digest> {
        match self {
            Self::File { digest, .. } => Some(*digest),
            Self::Absent | Self::Unmarked { .. } => None,
        }
    }
}
