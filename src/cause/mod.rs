//! Which key of `stack.toml` makes which setting of which file.
//!
//! Nothing here knows what a key means: a stack is rendered again with one of its keys as another stack
//! has it, and what then differs follows from that key. So a new key or a new component needs nothing here.
//! A pure function of texts; called by the verbs that show a change or explain a line, and only when there is
//! one.

mod influence;
mod settings;
mod sockets;
mod spots;

pub use influence::{Influence, influences};
pub use settings::{Setting, Settings, settings};
pub use sockets::{EdgeState, Judged, ListenerState, Pair, edges, listeners};
pub use spots::{Spot, SpotPart, changed_keys, spots};

use crate::model::desired::Desired;
use crate::render::{Templates, render};
use crate::stack;
use crate::toml::{KeyDifference, KeyTree};
use crate::wiring::wire;
use std::collections::BTreeSet;

/// More keys than these are not told apart: each costs a rendering.
const MOST_KEYS: usize = 60;

/// Keys of `stack.toml` that changed, and what follows from them. Several where they act together alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The keys.
    pub keys: Vec<KeyDifference>,
    /// What differs because of them.
    pub spots: BTreeSet<Spot>,
}

/// What changed between two stacks, by cause.
///
/// Where each key can be put back alone, what then differs from the new rendering follows from it; where a
/// stack without it is none, what differs once it alone is put into the old one; and what no key makes
/// alone follows from all that are left, together.
pub fn causes(before: &KeyTree, after: &KeyTree) -> Vec<Cause> {
    let templates = Templates::embedded();
    let draw = |raw: &KeyTree| rendered(raw, &templates);
    let keys = before.differences(after);
    let (Some(old), Some(new)) = (draw(before), draw(after)) else { return together(keys, BTreeSet::new()) };
    let all = spots(&old, &new);
    if keys.len() > MOST_KEYS {
        return together(keys, all);
    }
    let mut open = all.clone();
    let mut causes = Vec::new();
    let mut silent = Vec::new();
    for key in keys {
        let back = draw(&after.with(&key.path, before)).map(|one| spots(&one, &new));
        let moved = back.or_else(|| draw(&before.with(&key.path, after)).map(|one| spots(&old, &one)));
        let mine: BTreeSet<_> = moved.iter().flatten().filter(|spot| all.contains(spot)).cloned().collect();
        if mine.is_empty() {
            silent.push(key);
            continue;
        }
        open.retain(|spot| !mine.contains(spot));
        causes.push(Cause { keys: vec![key], spots: mine });
    }
    if open.is_empty() {
        causes.extend(silent.into_iter().map(|key| Cause { keys: vec![key], spots: BTreeSet::new() }));
    } else if silent.is_empty() {
        let keys = causes.iter().flat_map(|cause| cause.keys.clone()).collect();
        causes.push(Cause { keys, spots: open });
    } else {
        causes.push(Cause { keys: silent, spots: open });
    }
    causes
}

fn together(keys: Vec<KeyDifference>, spots: BTreeSet<Spot>) -> Vec<Cause> {
    if keys.is_empty() { Vec::new() } else { vec![Cause { keys, spots }] }
}

/// The files of a stack; `None` where it is none.
fn rendered(raw: &KeyTree, templates: &Templates) -> Option<Desired> {
    let (stack, _) = stack::resolve(&raw.stack()).ok()?;
    let (wiring, _) = wire(&stack).ok()?;
    render(&wiring, templates).ok()
}
