//! One directory of the state: what its files are called, and how they are read and written.

use super::ApplyError;
use crate::host::Host;
use crate::model::desired::Digest;
use crate::model::names::TargetPath;
use crate::model::observed::{Inventory, Look, Observed, PathState};
use crate::model::prior::{GenerationNumber, Manifest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version of manifests and journals that this program writes.
pub(super) const VERSION: u32 = 1;
/// The least version of the program that reads what this one writes.
const READS: &str = "0.1.0";
/// How many generations are kept beside what stood there first.
const KEPT: usize = 20;

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

/// One directory of the state.
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

    /// The directories above the states that were made for this one.
    pub(super) fn made(&self) -> TargetPath {
        self.0.join("made")
    }

    /// Says that everything was given back, and that all of this directory is to go.
    pub(super) fn forgotten(&self) -> TargetPath {
        self.0.join("forgotten")
    }

    /// The journal of the run whose own directory this is.
    pub(super) fn journal(&self) -> TargetPath {
        self.0.join("journal")
    }

    /// What is left of [`Self::pending`] where a run was killed while it wrote it.
    pub(super) fn torn_pending(&self) -> TargetPath {
        self.0.join(".pending.new")
    }

    /// The numbers of its manifests, ascending; a file that is spelt otherwise than [`Self::manifest`]
    /// spells it is a stranger.
    pub(super) fn numbers(&self, target: &dyn Host) -> Result<Vec<GenerationNumber>, ApplyError> {
        let names = names_in(target, &self.generations())?;
        let number = |name: &String| {
            let text = name.strip_suffix(".json")?;
            let number = text.parse().ok().filter(|number: &u64| number.to_string() == text);
            number.map(GenerationNumber)
        };
        let mut numbers: Vec<_> = names.iter().filter_map(number).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    pub(super) fn read(
        &self,
        target: &dyn Host,
        number: GenerationNumber,
    ) -> Result<Option<Manifest>, ApplyError> {
        let path = self.manifest(number);
        let observed = target.observe(&Inventory::of([path.clone()]))?;
        let Some(bytes) = bytes_at(&observed, &path)? else { return Ok(None) };
        let manifest: Manifest = decode(&path, bytes)?;
        match flaw(&manifest) {
            None => Ok(Some(manifest)),
            Some(what) => Err(ApplyError::State { path, what }),
        }
    }

    pub(super) fn newest(&self, target: &dyn Host) -> Result<Option<Manifest>, ApplyError> {
        let newest = self.numbers(target)?.pop();
        newest.map_or(Ok(None), |number| self.read(target, number))
    }

    /// Too old manifests, and objects that no kept one needs.
    pub(super) fn superfluous(&self, target: &dyn Host) -> Result<Vec<TargetPath>, ApplyError> {
        let numbers = self.numbers(target)?;
        let (old, kept) = numbers.split_at(numbers.len().saturating_sub(KEPT));
        let mut needed = BTreeSet::new();
        for path in kept.iter().map(|number| self.manifest(*number)) {
            // One at a time: what a user puts there may be as large as all of ours together.
            let observed = target.observe(&Inventory::of([path.clone()]))?;
            // Whatever a digest in it is of: to keep an object too many does no harm, and to understand
            // every manifest for this would be the larger part of our own work.
            let bytes = bytes_at(&observed, &path)?.unwrap_or_default();
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

/// The bytes of a file of the state that was looked at; `None` where it is missing.
pub(super) fn bytes_at<'o>(
    observed: &'o Observed,
    path: &TargetPath,
) -> Result<Option<&'o [u8]>, ApplyError> {
    match observed.standing(path) {
        PathState::File(file) => Ok(Some(&file.bytes)),
        PathState::Absent => Ok(None),
        other => Err(ApplyError::State { path: path.clone(), what: format!("{other} stands there") }),
    }
}

/// The names in a directory; none where it is missing.
pub(super) fn names_in(target: &dyn Host, directory: &TargetPath) -> Result<BTreeSet<String>, ApplyError> {
    let mut inventory = Inventory::default();
    inventory.add(directory.clone(), Look::Names);
    match target.observe(&inventory)?.at.remove(directory) {
        Some(PathState::Directory(directory)) => Ok(directory.entries.unwrap_or_default()),
        None | Some(PathState::Absent) => Ok(BTreeSet::new()),
        Some(other) => {
            Err(ApplyError::State { path: directory.clone(), what: format!("{other} stands there") })
        }
    }
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
