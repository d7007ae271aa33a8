//! What shall stand on one host: the common shape of a stack's wish and of a generation to go back to.

use crate::model::block::Markers;
use crate::model::certificate::CertificateSpec;
use crate::model::desired::{Content, Desired, DesiredFile, DesiredUnit, Digest};
use crate::model::ground::Ground;
use crate::model::names::{
    CertificateName, ComponentName, HostName, Mode, Owner, Scope, StackName, TargetPath,
};
use crate::model::observed::{Ids, Inventory, Look};
use crate::model::prior::{Baseline, GenerationNumber, Manifest, PathKind, Prior, PriorPath};
use crate::model::units::UnitId;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The mode of a directory that is made only because another path needs it.
const WAY_MODE: Mode = Mode(0o755);

/// What one host shall look like.
#[derive(Clone, Debug)]
pub struct DesiredHost<'a> {
    /// The stack.
    pub stack: &'a StackName,
    /// The host.
    pub host: &'a HostName,
    /// Whose part it is.
    pub ground: &'a Ground,
    /// Where the goal comes from.
    pub source: DesiredSource,
    /// Every desired path, those that leave included.
    pub wanted: BTreeMap<TargetPath, DesiredPath<'a>>,
    /// The units that run on the files.
    pub units: Cow<'a, [DesiredUnit]>,
}

/// Where a goal comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DesiredSource {
    /// The stack; its desired digest.
    Stack(String),
    /// A generation to go back to, and the digest it was made from.
    Generation(GenerationNumber, String),
}

/// What shall stand at a path.
#[derive(Clone, Debug)]
pub enum DesiredPath<'a> {
    /// A directory; one that is there keeps its mode.
    Directory {
        /// Its mode when made.
        mode: Mode,
        /// The owner the stack names; `None` for one that is only on the way.
        owner: Option<&'a Owner>,
    },
    /// A directory of somebody else that must be there already.
    Theirs,
    /// A symbolic link; any that stands there will do.
    Link {
        /// Where it points when made.
        to: &'a str,
    },
    /// A link of ours that leaves.
    LinkGone,
    /// A whole file.
    File(DesiredPathFile<'a>),
    /// A block in somebody else's file.
    Block(DesiredBlock<'a>),
    /// A managed file that leaves.
    Gone,
    /// A block that leaves.
    Unmarked {
        /// The lines around it.
        markers: &'a Markers,
    },
    /// A directory of ours that leaves, if it is empty then.
    DirectoryGone,
}

/// A block that is wanted in somebody else's file.
#[derive(Clone, Debug)]
pub struct DesiredBlock<'a> {
    /// The lines around it.
    pub markers: Cow<'a, Markers>,
    /// Its lines.
    pub lines: &'a [String],
    /// Mode of a file that is not there yet.
    pub mode: Mode,
    /// The owner the stack names.
    pub owner: &'a Owner,
    /// Whose file it is.
    pub component: &'a ComponentName,
}

/// A whole file that is wanted.
#[derive(Clone, Debug)]
pub struct DesiredPathFile<'a> {
    /// What is in it.
    pub content: DesiredContent<'a>,
    /// Its permission bits.
    pub mode: Mode,
    /// The owner the stack names; `None` where it goes back to somebody else.
    pub owner: Option<&'a Owner>,
    /// The owner it goes back to.
    pub ids: Option<Ids>,
    /// File, certificate or key.
    pub subject: PathKind,
    /// Whose file it is.
    pub component: Option<&'a ComponentName>,
}

/// What a wanted file holds.
#[derive(Clone, Debug)]
pub enum DesiredContent<'a> {
    /// These bytes.
    Bytes(Cow<'a, [u8]>),
    /// Bytes of an object that the state has lost.
    Lost(Digest),
    /// A certificate to keep or to issue.
    Certificate(&'a CertificateSpec),
    /// The key of a certificate.
    Key(&'a CertificateName),
}

impl DesiredPath<'_> {
    /// The owner the stack names.
    fn owner(&self) -> Option<&Owner> {
        match self {
            Self::Directory { owner, .. } => *owner,
            Self::File(file) => file.owner,
            Self::Block(block) => Some(block.owner),
            _ => None,
        }
    }
}

impl<'a> DesiredHost<'a> {
    /// What a stack wants of one host, and that what it no longer wants leaves.
    pub fn of_stack(
        desired: &'a Desired,
        (host, ground): (&'a HostName, &'a Ground),
        prior: &'a Prior,
    ) -> Self {
        let mut wanted = BTreeMap::new();
        let covered = |at: &HostName, scope: &Scope| at == host && ground.covers(scope);
        let of_part = |path: &TargetPath| !ground.leaves_out(path);
        // Directories above the state are the state's own: they come and stay with it.
        for ((at, path), directory) in
            desired.directories.iter().filter(|((_, path), _)| !ground.is_above_state(path) && of_part(path))
        {
            if covered(at, &directory.scope) {
                let theirs = directory.only_below_root && ground.runs_services();
                let made = DesiredPath::Directory { mode: directory.mode, owner: Some(&directory.owner) };
                wanted.insert(path.clone(), if theirs { DesiredPath::Theirs } else { made });
            }
        }
        let files = desired.files.iter().filter(|((_, path), _)| of_part(path));
        for ((_, path), file) in files.filter(|((at, _), file)| covered(at, &file.scope)) {
            wanted.insert(path.clone(), of_file(file));
        }
        let here = |unit: &DesiredUnit| covered(&unit.host, &unit.scope);
        for unit in desired.units.iter().filter(|unit| here(unit) && ground.runs_services()) {
            if let Some(link) = &unit.enablement {
                wanted.insert(link.path.clone(), DesiredPath::Link { to: &link.to });
            }
        }
        let units = if desired.units.iter().all(here) {
            Cow::Borrowed(desired.units.as_slice())
        } else {
            desired.units.iter().filter(|unit| here(unit)).cloned().collect()
        };
        let source = DesiredSource::Stack(desired.digest().to_string());
        let mut goal = Self { stack: &desired.stack, host, ground, source, wanted, units };
        goal.add_leaving(prior);
        goal.add_way(prior);
        goal
    }

    /// What a generation left, as the stack's files were then.
    pub fn of_generation(manifest: &'a Manifest, ground: &'a Ground, prior: &'a Prior) -> Self {
        let wanted = manifest
            .entries
            .iter()
            .filter(|(path, _)| !ground.leaves_out(path))
            .map(|(path, entry)| {
                let content = |digest| stored(digest, (path, ground), prior);
                (path.clone(), of_prior(entry, content))
            })
            .collect();
        let mut goal = Self {
            stack: &manifest.stack,
            host: &manifest.host,
            ground,
            source: DesiredSource::Generation(manifest.generation, manifest.digest.clone()),
            wanted,
            units: manifest.units.iter().filter(|unit| ground.covers(&unit.scope)).cloned().collect(),
        };
        goal.add_leaving(prior);
        goal.add_way(prior);
        goal
    }

    /// A path that is managed now and not wanted any more goes back to what stood there before us.
    fn add_leaving(&mut self, prior: &'a Prior) {
        let Some(newest) = &prior.newest else { return };
        for (path, entry) in &newest.entries {
            if self.wanted.contains_key(path) || self.ground.leaves_out(path) {
                continue;
            }
            let leaving = match (entry, prior.baseline(path)) {
                (PriorPath::Directory { .. }, _) => DesiredPath::DirectoryGone,
                (PriorPath::Link { .. }, _) => DesiredPath::LinkGone,
                (PriorPath::Block { markers, .. }, _) => DesiredPath::Unmarked { markers },
                (PriorPath::File { .. }, Some(Baseline::File { digest, mode, ids })) => {
                    DesiredPath::File(DesiredPathFile {
                        content: stored(*digest, (path, self.ground), prior),
                        mode: *mode,
                        owner: None,
                        ids: Some(*ids),
                        subject: PathKind::File,
                        component: None,
                    })
                }
                (PriorPath::File { .. }, _) => DesiredPath::Gone,
            };
            self.wanted.insert(path.clone(), leaving);
        }
    }

    /// Directories on the way to a wanted path. Those above the state directory are the state's own.
    fn add_way(&mut self, prior: &Prior) {
        let mut missing = Vec::new();
        for (path, wanted) in &self.wanted {
            if matches!(
                wanted,
                DesiredPath::Gone
                    | DesiredPath::Unmarked { .. }
                    | DesiredPath::DirectoryGone
                    | DesiredPath::LinkGone
                    | DesiredPath::Theirs
            ) {
                continue;
            }
            let mut directory = path.parent();
            while directory.as_str() != "/" && !self.ground.is_above_state(&directory) {
                match self.wanted.get(&directory) {
                    Some(DesiredPath::Directory { .. } | DesiredPath::Theirs) => break,
                    _ => missing.push(directory.clone()),
                }
                directory = directory.parent();
            }
        }
        for directory in missing {
            let mode = match prior.entry(&directory) {
                Some(PriorPath::Directory { mode, .. }) => *mode,
                _ => WAY_MODE,
            };
            self.wanted.insert(directory, DesiredPath::Directory { mode, owner: None });
        }
    }

    /// What must be looked at to compare a host with the goal.
    pub fn inventory(&self, prior: &Prior) -> Inventory {
        let mut inventory = Inventory::default();
        for (path, wanted) in &self.wanted {
            let look = match wanted {
                DesiredPath::Directory { .. } => Look::Plain,
                _ => Look::Names,
            };
            inventory.add(path.clone(), look);
        }
        if self.ground.runs_services() {
            let named =
                |unit: &DesiredUnit| Some(UnitId { scope: unit.scope.clone(), name: unit.unit.clone()? });
            let before = prior.newest.iter().flat_map(|newest| &newest.units);
            inventory.units = self.units.iter().chain(before).filter_map(named).collect();
            let owners = self.wanted.values().filter_map(DesiredPath::owner);
            let runners = self.units.iter().filter_map(|unit| unit.runs_as.as_ref());
            inventory.owners = owners.chain(runners).cloned().collect();
            inventory.sockets = true;
        }
        inventory
    }
}

fn of_file(file: &DesiredFile) -> DesiredPath<'_> {
    let (content, subject) = match &file.content {
        Content::Whole(text) => (DesiredContent::Bytes(Cow::Borrowed(text.as_bytes())), PathKind::File),
        Content::Certificate(spec) => (DesiredContent::Certificate(spec), PathKind::Certificate),
        Content::PrivateKey(name) => (DesiredContent::Key(name), PathKind::PrivateKey),
        Content::Block { lines, begin, end, .. } => {
            return DesiredPath::Block(DesiredBlock {
                markers: Cow::Owned(Markers { begin: begin.clone(), end: end.clone() }),
                lines,
                mode: file.mode,
                owner: &file.owner,
                component: &file.component,
            });
        }
    };
    DesiredPath::File(DesiredPathFile {
        content,
        mode: file.mode,
        owner: Some(&file.owner),
        ids: None,
        subject,
        component: Some(&file.component),
    })
}

fn of_prior<'a>(entry: &'a PriorPath, content: impl Fn(Digest) -> DesiredContent<'a>) -> DesiredPath<'a> {
    match entry {
        PriorPath::File { subject, digest, mode, owner, component, .. } => {
            DesiredPath::File(DesiredPathFile {
                content: content(*digest),
                mode: *mode,
                owner: Some(owner),
                ids: None,
                subject: *subject,
                component: Some(component),
            })
        }
        PriorPath::Block { markers, lines, mode, owner, component, .. } => DesiredPath::Block(DesiredBlock {
            markers: Cow::Borrowed(markers),
            lines,
            mode: *mode,
            owner,
            component,
        }),
        PriorPath::Directory { mode, owner } => DesiredPath::Directory { mode: *mode, owner: owner.as_ref() },
        PriorPath::Link { to } => DesiredPath::Link { to },
    }
}

/// The bytes of an object, from the directory of the state that the path belongs to.
fn stored<'a>(
    digest: Digest,
    (path, ground): (&TargetPath, &Ground),
    prior: &'a Prior,
) -> DesiredContent<'a> {
    match prior.object(ground, path, digest) {
        Some(bytes) => DesiredContent::Bytes(Cow::Borrowed(bytes)),
        None => DesiredContent::Lost(digest),
    }
}
