//! What was applied, when, and by whom.

use super::ApplyError;
use super::state::StackState;
use crate::host::Host;
use crate::model::ground::Ground;
use crate::model::names::{TargetPath, UserName};
use crate::model::prior::GenerationNumber;
use crate::plan::Author;
use std::collections::BTreeMap;

/// One generation, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// Its number.
    pub number: GenerationNumber,
    /// Who, when, which verb.
    pub author: Author,
    /// The digest of the desired state it was made from.
    pub digest: String,
    /// How many paths it manages.
    pub paths: usize,
    /// Its manifest in the state of whoever runs the tool, which got its name when it was kept.
    pub manifest: TargetPath,
}

/// The users whose parts the last apply of root took care of, by their homes.
pub fn users(target: &dyn Host, ground: &Ground) -> Result<BTreeMap<TargetPath, UserName>, ApplyError> {
    StackState::of(ground).users(target)
}

/// All generations that are kept, oldest first. Generation 0, what stood there before, is not listed: it
/// can be gone back to as soon as there is any other.
pub fn history(target: &dyn Host, ground: &Ground) -> Result<Vec<Generation>, ApplyError> {
    let state = StackState::of(ground);
    let mut generations = Vec::new();
    for number in state.numbers(target)? {
        let Some(manifest) = state.read(target, number)? else { continue };
        generations.push(Generation {
            number,
            author: Author { time: manifest.time, user: manifest.user, verb: manifest.verb },
            digest: manifest.digest,
            paths: manifest.entries.len(),
            manifest: state.own().manifest(number),
        });
    }
    Ok(generations)
}
