//! What changed between two stacks, by the key that it follows from.

use super::drawing::rendered;
use super::places::{FilePlace, places};
use crate::model::desired::Desired;
use crate::render::Templates;
use crate::toml::{KeyDifference, KeyTree};
use std::collections::BTreeSet;

/// More keys than these are not told apart: each costs a rendering.
const MOST_KEYS: usize = 60;

/// Keys of `stack.toml` that changed, and what follows from them. Several where they act together alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The keys.
    pub keys: Vec<KeyDifference>,
    /// What differs because of them.
    pub places: BTreeSet<FilePlace>,
}

/// A stack on one side of a change.
#[derive(Clone, Copy, Debug)]
pub struct CauseSide<'a> {
    /// What is written in it.
    pub keys: &'a KeyTree,
    /// What it renders; `None` where it cannot be rendered.
    pub desired: Option<&'a Desired>,
}

/// What changed between two stacks, by cause.
///
/// Where each key can be put back alone, what then differs from the new rendering follows from it; where a
/// stack without it is none, what differs once it alone is put into the old one; and what no key makes
/// alone follows from all that are left, together.
pub fn causes(before: CauseSide<'_>, after: CauseSide<'_>) -> Vec<Cause> {
    let keys = before.keys.differences(after.keys);
    let (Some(old), Some(new)) = (before.desired, after.desired) else {
        return together(keys, BTreeSet::new());
    };
    let all = places(old, new);
    // With one key put back the new stack is the old one: nothing needs to be rendered.
    if keys.len() == 1 || keys.len() > MOST_KEYS {
        return together(keys, all);
    }
    let draw = |raw: &KeyTree| rendered(raw, Templates::embedded());
    let mut open = all.clone();
    let mut causes = Vec::new();
    let mut silent = Vec::new();
    for key in keys {
        let back = draw(&after.keys.with(&key.path, before.keys)).map(|one| places(&one, new));
        let moved =
            back.or_else(|| draw(&before.keys.with(&key.path, after.keys)).map(|one| places(old, &one)));
        let mine: BTreeSet<_> = moved.iter().flatten().filter(|place| all.contains(place)).cloned().collect();
        if mine.is_empty() {
            silent.push(key);
            continue;
        }
        open.retain(|place| !mine.contains(place));
        causes.push(Cause { keys: vec![key], places: mine });
    }
    if open.is_empty() {
        causes.extend(silent.into_iter().map(|key| Cause { keys: vec![key], places: BTreeSet::new() }));
    } else if silent.is_empty() {
        let keys = causes.iter().flat_map(|cause| cause.keys.clone()).collect();
        causes.push(Cause { keys, places: open });
    } else {
        causes.push(Cause { keys: silent, places: open });
    }
    causes
}

fn together(keys: Vec<KeyDifference>, places: BTreeSet<FilePlace>) -> Vec<Cause> {
    if keys.is_empty() { Vec::new() } else { vec![Cause { keys, places }] }
}
