//! The state of a stack on a host: where it is, and how its files are read.
//!
//! `generations/N.json` is the manifest of a generation, `objects/SHA256` holds bytes, always copied;
//! `journal` is there while a transaction runs, `lock` says who runs. Folders are 0700, files 0600.

use super::ApplyError;
use crate::desired::Digest;
use crate::plan::{
    GenerationNumber, Inventory, Look, Manifest, Observed, Remembered, RememberedPath, Standing, state_folder,
};
use crate::stack::{StackName, TargetPath};
use crate::target::Target;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The version of manifests and journals that this program writes.
pub(super) const VERSION: u32 = 1;
/// The least version of the program that reads what this one writes.
const READS: &str = "0.1.0";
/// How many generations are kept beside what stood there first.
const KEPT: usize = 20;

/// Where the state of a stack is.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) folder: TargetPath,
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

impl State {
    pub(super) fn of(stack: &StackName) -> Self {
        Self { folder: state_folder(stack) }
    }

    pub(super) fn journal(&self) -> TargetPath {
        self.folder.join("journal")
    }

    pub(super) fn generations(&self) -> TargetPath {
        self.folder.join("generations")
    }

    pub(super) fn manifest(&self, number: GenerationNumber) -> TargetPath {
        self.generations().join(&format!("{number}.json"))
    }

    /// The name of a manifest that is not kept yet.
    pub(super) fn staged_manifest(&self, number: GenerationNumber) -> TargetPath {
        self.generations().join(&format!(".{number}.json.new"))
    }

    pub(super) fn objects_folder(&self) -> TargetPath {
        self.folder.join("objects")
    }

    pub(super) fn object(&self, digest: Digest) -> TargetPath {
        self.objects_folder().join(&digest.to_string())
    }

    /// The numbers of all generations, ascending.
    pub(super) fn numbers(&self, target: &dyn Target) -> Result<Vec<GenerationNumber>, ApplyError> {
        let names = names_in(target, &self.generations())?;
        let mut numbers: Vec<_> = names
            .iter()
            .filter_map(|name| name.strip_suffix(".json")?.parse().ok().map(GenerationNumber))
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// One manifest; `None` where there is none of that number.
    pub(super) fn read(
        &self,
        target: &dyn Target,
        number: GenerationNumber,
    ) -> Result<Option<Manifest>, ApplyError> {
        let path = self.manifest(number);
        let observed = target.observe(&Inventory::of([path.clone()]))?;
        match observed.standing(&path) {
            Standing::File(file) => decode(&path, &file.bytes).map(Some),
            Standing::Absent => Ok(None),
            other => Err(ApplyError::State { path, what: format!("{other} stands there") }),
        }
    }

    /// What the newest generation remembers, without objects.
    pub(super) fn remembered(&self, target: &dyn Target) -> Result<Remembered, ApplyError> {
        let newest = match self.numbers(target)?.last() {
            Some(number) => self.read(target, *number)?,
            None => None,
        };
        Ok(Remembered { newest, objects: BTreeMap::new(), taken: self.taken(target)? })
    }

    /// The files that other stacks of the host manage.
    fn taken(&self, target: &dyn Target) -> Result<BTreeMap<TargetPath, StackName>, ApplyError> {
        let mut taken = BTreeMap::new();
        for name in names_in(target, &self.folder.parent())? {
            let other = Self::of(&StackName::new(name));
            if other.folder == self.folder {
                continue;
            }
            let Some(number) = other.numbers(target)?.pop() else { continue };
            let Some(manifest) = other.read(target, number)? else { continue };
            let files = manifest.entries.into_iter().filter(|(_, entry)| file_of(entry).is_some());
            taken.extend(files.map(|(path, _)| (path, manifest.stack.clone())));
        }
        Ok(taken)
    }

    /// Those of the objects that are there and are what their name says.
    pub(super) fn objects(
        &self,
        target: &dyn Target,
        digests: &BTreeSet<Digest>,
    ) -> Result<BTreeMap<Digest, Vec<u8>>, ApplyError> {
        if digests.is_empty() {
            return Ok(BTreeMap::new());
        }
        let inventory = Inventory::of(digests.iter().map(|digest| self.object(*digest)));
        let observed: Observed = target.observe(&inventory)?;
        let files = observed.at.into_values().filter_map(|standing| match standing {
            Standing::File(file) => Some((Digest::of(&file.bytes), file.bytes)),
            _ => None,
        });
        Ok(files.filter(|(digest, _)| digests.contains(digest)).collect())
    }

    /// The names of files that no kept generation needs: too old manifests and their objects.
    pub(super) fn superfluous(&self, target: &dyn Target) -> Result<Vec<TargetPath>, ApplyError> {
        let numbers = self.numbers(target)?;
        let (old, kept) = numbers.split_at(numbers.len().saturating_sub(KEPT));
        let mut needed = BTreeSet::new();
        for number in kept {
            let Some(manifest) = self.read(target, *number)? else { continue };
            // What stood there first is carried on by each manifest, so the newest one counts.
            if kept.last() == Some(number) {
                needed.extend(manifest.before.values().filter_map(crate::plan::Baseline::object));
            }
            needed.extend(manifest.entries.values().filter_map(file_of));
        }
        let objects = names_in(target, &self.objects_folder())?;
        let unneeded = objects
            .iter()
            .filter(|name| Digest::parse(name).is_none_or(|digest| !needed.contains(&digest)))
            .map(|name| self.objects_folder().join(name));
        Ok(old.iter().map(|number| self.manifest(*number)).chain(unneeded).collect())
    }
}

/// The names in a folder; none where it is missing.
pub(super) fn names_in(target: &dyn Target, folder: &TargetPath) -> Result<BTreeSet<String>, ApplyError> {
    let mut inventory = Inventory::default();
    inventory.add(folder.clone(), Look::Names);
    match target.observe(&inventory)?.at.remove(folder) {
        Some(Standing::Folder(folder)) => Ok(folder.entries.unwrap_or_default()),
        None | Some(Standing::Absent) => Ok(BTreeSet::new()),
        Some(other) => Err(ApplyError::State { path: folder.clone(), what: format!("{other} stands there") }),
    }
}

/// The digest of a managed whole file.
pub(super) fn file_of(entry: &RememberedPath) -> Option<Digest> {
    match entry {
        RememberedPath::File { digest, .. } => Some(*digest),
        _ => None,
    }
}
