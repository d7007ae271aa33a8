//! The state of a stack on a host: where it is, and how its files are read.
//!
//! `generations/N.json` is the manifest of a generation, `objects/SHA256` holds bytes, always copied;
//! `journal` is there while a transaction runs, `lock` says who runs. Folders are 0700, files 0600.

use super::ApplyError;
use crate::host::Host;
use crate::model::desired::Digest;
use crate::model::ground::Ground;
use crate::model::names::{Scope, StackName, TargetPath, UserName};
use crate::model::observed::{Inventory, Look, Observed, PathState};
use crate::model::prior::{GenerationNumber, Manifest, Prior, PriorPath};
use crate::plan::Author;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The version of manifests and journals that this program writes.
pub(super) const VERSION: u32 = 1;
/// The least version of the program that reads what this one writes.
const READS: &str = "0.1.0";
/// How many generations are kept beside what stood there first.
const KEPT: usize = 20;

/// Where the state of a stack is: one folder of whoever runs the tool, and as root one in the home of
/// each user who has a part of the stack. A generation is the newest manifest of each folder up to its
/// number, taken together; the numbers of all folders are one sequence.
#[derive(Clone, Debug)]
pub(super) struct StackState {
    pub(super) ground: Ground,
}

/// A file of the state with its version in front.
#[derive(Serialize)]
struct Versioned<T> {
    version: u32,
    reads: &'static str,
    #[serde(flatten)]
    content: T,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
    reads: String,
}

/// Writes a value with its version in front.
pub(super) fn encode<T: Serialize>(content: T) -> Vec<u8> {
    let versioned = Versioned { version: VERSION, reads: READS, content };
    serde_json::to_vec(&versioned).expect("values of the state are plain data with text keys")
}

/// Reads a value, or says which version of the program could.
pub(super) fn decode<T: DeserializeOwned>(path: &TargetPath, bytes: &[u8]) -> Result<T, ApplyError> {
    let fault = |cause: serde_json::Error| ApplyError::State { path: path.clone(), what: cause.to_string() };
    let version: Version = serde_json::from_slice(bytes).map_err(fault)?;
    if version.version > VERSION {
        return Err(ApplyError::NewerState { path: path.clone(), reads: version.reads });
    }
    serde_json::from_slice(bytes).map_err(fault)
}

impl StackState {
    pub(super) fn of(ground: &Ground) -> Self {
        Self { ground: ground.clone() }
    }

    /// All folders: that of whoever runs the tool first.
    pub(super) fn folders(&self) -> impl Iterator<Item = StateDirectory> {
        std::iter::once(self.ground.state().clone()).chain(self.ground.parts()).map(StateDirectory)
    }

    /// The folder of whoever runs the tool: its manifest's name is what keeps a generation.
    pub(super) fn own(&self) -> StateDirectory {
        StateDirectory(self.ground.state().clone())
    }

    pub(super) fn journal(&self) -> TargetPath {
        self.own().journal()
    }

    /// The numbers of all generations, ascending.
    pub(super) fn numbers(&self, target: &dyn Host) -> Result<Vec<GenerationNumber>, ApplyError> {
        let mut numbers = BTreeSet::new();
        for folder in self.folders() {
            numbers.extend(folder.numbers(target)?);
        }
        Ok(numbers.into_iter().collect())
    }

    /// One generation; `None` where there is none of that number.
    pub(super) fn read(
        &self,
        target: &dyn Host,
        number: GenerationNumber,
    ) -> Result<Option<Manifest>, ApplyError> {
        self.up_to(target, Some(number))
    }

    /// The generation of a number, or without one the newest: of each folder the newest manifest up to it.
    fn up_to(
        &self,
        target: &dyn Host,
        number: Option<GenerationNumber>,
    ) -> Result<Option<Manifest>, ApplyError> {
        let mut newest = Vec::new();
        for folder in self.folders() {
            let numbers = folder.numbers(target)?;
            let newest_here = numbers.into_iter().rfind(|one| number.is_none_or(|number| *one <= number));
            newest.extend(newest_here.map(|number| (number, folder)));
        }
        let number = number.or_else(|| newest.iter().map(|(number, _)| *number).max());
        let mut parts = Vec::new();
        for (number, folder) in newest {
            parts.extend(folder.read(target, number)?);
        }
        Ok(together(parts).filter(|manifest| Some(manifest.generation) == number))
    }

    /// The users whose parts the last apply of root took care of, by their homes.
    pub(super) fn users(&self, target: &dyn Host) -> Result<BTreeMap<TargetPath, UserName>, ApplyError> {
        let own = self.own();
        let newest = own.numbers(target)?.pop();
        let manifest = newest.map_or(Ok(None), |number| own.read(target, number))?;
        Ok(manifest.map(|manifest| manifest.users).unwrap_or_default())
    }

    /// A manifest taken apart: what each folder shall hold of it.
    pub(super) fn apart(&self, manifest: &Manifest) -> Vec<(StateDirectory, Manifest)> {
        let of = |folder: StateDirectory| {
            let own = folder == self.own();
            let here = |path: &TargetPath| self.ground.state_of(path) == folder.0;
            let in_scope = |scope: &Scope| self.ground.state_of_scope(scope) == folder.0;
            let mut part = manifest.clone();
            part.entries.retain(|path, _| here(path));
            part.before.retain(|path, _| here(path));
            part.units.retain(|unit| in_scope(&unit.scope));
            part.ran_before.retain(|unit| in_scope(&unit.scope));
            if !own {
                part.users.clear();
                part.text = None;
            }
            (folder, part)
        };
        self.folders().map(of).collect()
    }

    /// Objects without a manifest are what is left of a state that somebody damaged: what stood at our paths
    /// before us would count as nobody's, and be cleared away.
    ///
    /// # Errors
    /// A folder is such a state.
    pub(super) fn refuse_damage(&self, target: &dyn Host) -> Result<(), ApplyError> {
        for folder in self.folders() {
            // Another run may have been about to keep or to forget: then a second look shows it.
            if self.is_damaged(target, &folder)? && self.is_damaged(target, &folder)? {
                let what = "no manifest is left, but bytes of files that one knew of are".to_owned();
                return Err(ApplyError::State { path: folder.generations(), what });
            }
        }
        Ok(())
    }

    fn is_damaged(&self, target: &dyn Host, folder: &StateDirectory) -> Result<bool, ApplyError> {
        if !folder.numbers(target)?.is_empty() || names_in(target, &folder.objects())?.is_empty() {
            return Ok(false);
        }
        let signs = [self.journal(), folder.journal(), folder.pending(), folder.forgotten()];
        let observed = target.observe(&Inventory::of(signs))?;
        Ok(observed.at.values().all(|standing| matches!(standing, PathState::Absent)))
    }

    /// What the newest generation remembers, without objects.
    pub(super) fn remembered(&self, target: &dyn Host) -> Result<Prior, ApplyError> {
        self.refuse_damage(target)?;
        let newest = self.up_to(target, None)?;
        let (taken, unread) = self.taken(target)?;
        Ok(Prior { newest, objects: BTreeMap::new(), taken, unread })
    }

    /// The files that other stacks of the host manage, and which of their states cannot be read: that is no
    /// reason to stop this one.
    fn taken(&self, target: &dyn Host) -> Result<(BTreeMap<TargetPath, StackName>, Vec<String>), ApplyError> {
        let (mut taken, mut unread) = (BTreeMap::new(), Vec::new());
        for folder in self.folders() {
            for name in names_in(target, &folder.0.parent())? {
                let other = StateDirectory(folder.0.parent().join(&name));
                if other == folder {
                    continue;
                }
                let manifest = match other.newest(target) {
                    Ok(Some(manifest)) => manifest,
                    Ok(None) => continue,
                    Err(ApplyError::Host(fault)) => return Err(fault.into()),
                    Err(fault) => {
                        unread.push(format!("{fault}; which files that stack manages is not known"));
                        continue;
                    }
                };
                let files = manifest.entries.into_iter().filter(|(_, entry)| file_of(entry).is_some());
                taken.extend(files.map(|(path, _)| (path, manifest.stack.clone())));
            }
        }
        Ok((taken, unread))
    }

    /// Those of the objects that are there and are what their name says.
    pub(super) fn objects(
        &self,
        target: &dyn Host,
        digests: &BTreeSet<Digest>,
    ) -> Result<BTreeMap<Digest, Vec<u8>>, ApplyError> {
        if digests.is_empty() {
            return Ok(BTreeMap::new());
        }
        let folders =
            self.folders().flat_map(|folder| digests.iter().map(move |digest| folder.object(*digest)));
        let inventory = Inventory::of(folders);
        let observed: Observed = target.observe(&inventory)?;
        let files = observed.at.into_values().filter_map(|standing| match standing {
            PathState::File(file) => Some((Digest::of(&file.bytes), file.bytes)),
            _ => None,
        });
        Ok(files.filter(|(digest, _)| digests.contains(digest)).collect())
    }

    /// The names of files that no kept generation needs: too old manifests and their objects.
    pub(super) fn superfluous(&self, target: &dyn Host) -> Result<Vec<TargetPath>, ApplyError> {
        let mut superfluous = Vec::new();
        for folder in self.folders() {
            superfluous.extend(folder.superfluous(target)?);
        }
        Ok(superfluous)
    }
}

/// A run of root that was killed while it changed a user's part is finished by root alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pending {
    /// Who began it.
    pub(super) author: Author,
}

/// One folder of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StateDirectory(pub(super) TargetPath);

impl StateDirectory {
    pub(super) fn generations(&self) -> TargetPath {
        self.0.join("generations")
    }

    pub(super) fn manifest(&self, number: GenerationNumber) -> TargetPath {
        self.generations().join(&format!("{number}.json"))
    }

    /// The name of a manifest that is not kept yet.
    pub(super) fn staged_manifest(&self, number: GenerationNumber) -> TargetPath {
        self.generations().join(&format!(".{number}.json.new"))
    }

    pub(super) fn objects(&self) -> TargetPath {
        self.0.join("objects")
    }

    pub(super) fn object(&self, digest: Digest) -> TargetPath {
        self.objects().join(&digest.to_string())
    }

    /// The file whose lock says that a run is under way, and who that is.
    pub(super) fn lock(&self) -> TargetPath {
        self.0.join("lock")
    }

    /// Says in a user's part that a run of root is under way.
    pub(super) fn pending(&self) -> TargetPath {
        self.0.join("pending")
    }

    /// The folders above the states that were made for this one.
    pub(super) fn made(&self) -> TargetPath {
        self.0.join("made")
    }

    /// Says that everything was given back, and that all of this folder is to go.
    pub(super) fn forgotten(&self) -> TargetPath {
        self.0.join("forgotten")
    }

    /// The journal of the run whose own folder this is.
    pub(super) fn journal(&self) -> TargetPath {
        self.0.join("journal")
    }

    /// What is left of [`Self::pending`] where a run was killed while it wrote it.
    pub(super) fn torn_pending(&self) -> TargetPath {
        self.0.join(".pending.new")
    }

    fn numbers(&self, target: &dyn Host) -> Result<Vec<GenerationNumber>, ApplyError> {
        let names = names_in(target, &self.generations())?;
        let mut numbers: Vec<_> = names
            .iter()
            .filter_map(|name| name.strip_suffix(".json")?.parse().ok().map(GenerationNumber))
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn read(&self, target: &dyn Host, number: GenerationNumber) -> Result<Option<Manifest>, ApplyError> {
        let path = self.manifest(number);
        let observed = target.observe(&Inventory::of([path.clone()]))?;
        let Some(bytes) = bytes_at(&observed, &path)? else { return Ok(None) };
        let manifest: Manifest = decode(&path, bytes)?;
        match flaw(&manifest) {
            None => Ok(Some(manifest)),
            Some(what) => Err(ApplyError::State { path, what }),
        }
    }

    fn newest(&self, target: &dyn Host) -> Result<Option<Manifest>, ApplyError> {
        let newest = self.numbers(target)?.pop();
        newest.map_or(Ok(None), |number| self.read(target, number))
    }

    fn superfluous(&self, target: &dyn Host) -> Result<Vec<TargetPath>, ApplyError> {
        let numbers = self.numbers(target)?;
        let (old, kept) = numbers.split_at(numbers.len().saturating_sub(KEPT));
        let kept: Vec<_> = kept.iter().map(|number| self.manifest(*number)).collect();
        let observed = target.observe(&Inventory::of(kept.iter().cloned()))?;
        let mut needed = BTreeSet::new();
        for path in &kept {
            // Whatever a digest in it is of: to keep an object too many does no harm, and to understand
            // every manifest for this would be the larger part of our own work.
            let bytes = bytes_at(&observed, path)?.unwrap_or_default();
            let texts = bytes.split(|byte| *byte == b'"').filter(|text| text.len() == 64);
            needed.extend(texts.filter_map(|text| Digest::parse(str::from_utf8(text).ok()?)));
        }
        let objects = names_in(target, &self.objects())?;
        let unneeded = objects
            .iter()
            .filter(|name| Digest::parse(name).is_none_or(|digest| !needed.contains(&digest)))
            .map(|name| self.objects().join(name));
        Ok(old.iter().map(|number| self.manifest(*number)).chain(unneeded).collect())
    }
}

/// The manifests of all folders as one; the newest of them says who made it.
fn together(mut parts: Vec<Manifest>) -> Option<Manifest> {
    // Of equals the first, that of whoever runs the tool, comes last and counts.
    parts.reverse();
    parts.sort_by_key(|part| part.generation);
    let mut whole = parts.pop()?;
    for part in parts {
        whole.entries.extend(part.entries);
        whole.before.extend(part.before);
        whole.units.extend(part.units);
        whole.ran_before.extend(part.ran_before);
        whole.users.extend(part.users);
        whole.text = whole.text.or(part.text);
    }
    whole.units.sort_by_key(|unit| unit.order);
    Some(whole)
}

/// What no manifest of ours says, if this one does.
fn flaw(manifest: &Manifest) -> Option<String> {
    let paths = manifest.entries.keys().chain(manifest.before.keys()).chain(manifest.users.keys());
    let wrong = paths.filter_map(|path| path.flaw().map(|flaw| (path, flaw)));
    let (path, flaw) = wrong.into_iter().next()?;
    // No more of it than names it; it may be as long as the file.
    let shown: String = path.as_str().chars().take(80).collect();
    Some(format!("it is damaged: {shown:?} {flaw}"))
}

/// The bytes of a file of the state that was looked at; `None` where it is missing.
fn bytes_at<'o>(observed: &'o Observed, path: &TargetPath) -> Result<Option<&'o [u8]>, ApplyError> {
    match observed.standing(path) {
        PathState::File(file) => Ok(Some(&file.bytes)),
        PathState::Absent => Ok(None),
        other => Err(ApplyError::State { path: path.clone(), what: format!("{other} stands there") }),
    }
}

/// The names in a folder; none where it is missing.
pub(super) fn names_in(target: &dyn Host, folder: &TargetPath) -> Result<BTreeSet<String>, ApplyError> {
    let mut inventory = Inventory::default();
    inventory.add(folder.clone(), Look::Names);
    match target.observe(&inventory)?.at.remove(folder) {
        Some(PathState::Folder(folder)) => Ok(folder.entries.unwrap_or_default()),
        None | Some(PathState::Absent) => Ok(BTreeSet::new()),
        Some(other) => Err(ApplyError::State { path: folder.clone(), what: format!("{other} stands there") }),
    }
}

/// The digest of a managed whole file.
pub(super) fn file_of(entry: &PriorPath) -> Option<Digest> {
    match entry {
        PriorPath::File { digest, .. } => Some(*digest),
        _ => None,
    }
}
