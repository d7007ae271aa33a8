//! What a killed run left is finished or taken back before anything else happens.

use super::ApplyError;
use super::journal::{self, Begin};
use super::reverse::reverse;
use super::state::State;
use crate::plan::{Author, GenerationNumber, Inventory, Standing, Step};
use crate::stack::StackName;
use crate::target::Target;

/// What recovery did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// The run had not got to its first step.
    Nothing,
    /// The generation was kept; what was left of the transaction was cleared away.
    Finished {
        /// Which one.
        generation: GenerationNumber,
        /// The run that was killed.
        author: Author,
    },
    /// Everything was taken back.
    TakenBack {
        /// The run that was killed.
        author: Author,
        /// What a person should know.
        notes: Vec<String>,
    },
}

/// The run that was killed on a host, if one was.
pub fn pending(target: &dyn Target, stack: &StackName) -> Result<Option<Author>, ApplyError> {
    Ok(journal::read(target, &State::of(stack))?.map(|read| match read {
        Some(journal) => journal.begin.author,
        None => Author { time: String::new(), user: String::new(), verb: "a run".to_owned() },
    }))
}

/// Finishes or takes back what a killed run left; the lock must be held. `Incomplete` names what
/// somebody else changed since.
pub fn recover(target: &mut dyn Target, stack: &StackName) -> Result<Option<Recovered>, ApplyError> {
    let state = State::of(stack);
    let Some(read) = journal::read(target, &state)? else { return Ok(None) };
    let Some(journal) = read else {
        target.perform(&Step::Discard { path: state.journal() })?;
        return Ok(Some(Recovered::Nothing));
    };
    let begin = journal.begin;
    if is_kept(target, &state, begin.generation)? {
        finish(target, &state, &begin)?;
        return Ok(Some(Recovered::Finished { generation: begin.generation, author: begin.author }));
    }
    let reversed = reverse(target, &state, &begin, journal.announced)?;
    if reversed.left.is_empty() {
        Ok(Some(Recovered::TakenBack { author: begin.author, notes: reversed.notes }))
    } else {
        Err(ApplyError::Incomplete(reversed.left))
    }
}

fn is_kept(target: &dyn Target, state: &State, number: GenerationNumber) -> Result<bool, ApplyError> {
    let path = state.manifest(number);
    Ok(!matches!(target.observe(&Inventory::of([path.clone()]))?.standing(&path), Standing::Absent))
}

/// Clears away what a kept transaction leaves: old files under our names, old generations, the journal.
pub(super) fn finish(target: &mut dyn Target, state: &State, begin: &Begin) -> Result<(), ApplyError> {
    for leftover in begin.steps.iter().filter_map(Step::leftover) {
        target.perform(&Step::Discard { path: leftover.clone() })?;
    }
    for path in state.superfluous(target)? {
        target.perform(&Step::Discard { path })?;
    }
    Ok(target.perform(&Step::Discard { path: state.journal() })?)
}
