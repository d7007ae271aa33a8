//! The end of a run: what was decided is finished, also where the machine dies in between.

use super::ApplyError;
use super::journal::Begin;
use super::recover::clear;
use super::state::StackState;
use crate::host::{Host, HostError};
use crate::model::observed::{Identity, Inventory};
use crate::model::step::Step;
use std::collections::BTreeSet;

/// Does what can be done again once more, where the process that works for a user was ended meanwhile.
pub(super) fn again<T>(mut act: impl FnMut() -> Result<T, ApplyError>) -> Result<T, ApplyError> {
    match act() {
        Err(ApplyError::Host(HostError::Died { .. })) => act(),
        done => done,
    }
}

/// Ends what a kept transaction leaves: the manifests of users' parts get their names; old files under
/// our names, old generations and the journal go.
pub(super) fn finish(
    target: &mut dyn Host,
    state: &StackState,
    begin: &Begin,
) -> Result<Vec<String>, ApplyError> {
    again(|| finish_once(target, state, begin))
}

fn finish_once(target: &mut dyn Host, state: &StackState, begin: &Begin) -> Result<Vec<String>, ApplyError> {
    let mut notes = Vec::new();
    for directory in state.directories() {
        let (staged, path) =
            (directory.staged_manifest(begin.generation), directory.manifest(begin.generation));
        let after = target.observe(&Inventory::of([staged.clone()]))?.standing(&staged).identity();
        if after != Identity::Absent {
            // In a user's part that number may be of a run of the user's own.
            if directory != state.own() {
                for path in state.overtaken(target, &directory, begin.generation)? {
                    clear(target, state, &Step::Discard { path }, &mut notes)?;
                }
            }
            clear(target, state, &Step::Create { staged, path, after }, &mut notes)?;
        }
    }
    let leftovers: BTreeSet<_> = begin.steps.iter().filter_map(Step::leftover).collect();
    let superfluous = state.superfluous(target)?;
    for path in leftovers.into_iter().chain(&superfluous) {
        clear(target, state, &Step::Discard { path: path.clone() }, &mut notes)?;
    }
    end(target, state, &mut notes)?;
    Ok(notes)
}

/// The last of a transaction, however it ended.
pub(super) fn end(
    target: &mut dyn Host,
    state: &StackState,
    notes: &mut Vec<String>,
) -> Result<(), ApplyError> {
    for directory in state.directories().filter(|directory| *directory != state.own()) {
        for path in [directory.torn_pending(), directory.pending()] {
            clear(target, state, &Step::Discard { path }, notes)?;
        }
    }
    Ok(target.perform(&Step::Discard { path: state.journal() })?)
}
