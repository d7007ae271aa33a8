//! Taking a transaction back.
//!
//! Needs no records of its own: every step is found in the world first, so taking back can be killed
//! and begun again any number of times.

use super::finish::{again, end};
use super::prover::Prover;
use super::ready::wait;
use super::recover::clear;
use super::restage::{restage, with_old_block};
use super::state::StackState;
use super::{ApplyError, journal::Begin};
use crate::host::{Host, HostError};
use crate::model::block::{Markers, Origin, Split};
use crate::model::desired::Digest;
use crate::model::names::TargetPath;
use crate::model::observed::{Identity, Inventory, Observed, PathState};
use crate::model::prior::GenerationNumber;
use crate::model::step::{Step, StepStatus};
use crate::model::units::{UnitId, UnitRun};

/// What taking back left.
#[derive(Debug, Default)]
pub(super) struct Reversed {
    /// Steps that could not be taken back, and why.
    pub(super) left: Vec<String>,
    /// What a person should know.
    pub(super) notes: Vec<String>,
}

/// A run that is taken back.
#[derive(Clone, Copy)]
pub(super) struct Undone<'b> {
    /// What it was going to do.
    pub(super) begin: &'b Begin,
    /// How many of its steps may have been done.
    pub(super) announced: usize,
    /// Whether what somebody else changed meanwhile stays as it is, and keeps nobody from what is left to do.
    pub(super) accept_drift: bool,
}

/// Takes back the first `announced` steps: what was started since stops, files go back, last one first, and
/// what ran before runs again on them, listeners before clients. Only when nothing is left
/// does the journal go.
pub(super) fn reverse(
    target: &mut dyn Host,
    state: &StackState,
    undone: Undone<'_>,
    prover: &dyn Prover,
) -> Result<Reversed, ApplyError> {
    again(|| reverse_once(target, state, undone, prover))
}

fn reverse_once(
    target: &mut dyn Host,
    state: &StackState,
    undone: Undone<'_>,
    prover: &dyn Prover,
) -> Result<Reversed, ApplyError> {
    let mut reversed = Reversed::default();
    let Undone { begin, announced, .. } = undone;
    // A naming of the manifest that failed halfway: until this is gone the generation counts as kept.
    target.perform(&Step::Discard { path: state.own().manifest(begin.generation) })?;
    let steps = &begin.steps[..announced.min(begin.steps.len())];
    // As soon as a file may be in place, a unit that is not announced yet may run on it too: started by
    // its manager after it ended, by a boot of the host, by somebody else.
    let visible = steps.iter().any(|step| !matches!(step, Step::Stage { .. } | Step::MakeDirectory { .. }));
    let services = if visible { &begin.steps[..] } else { steps };
    stop_started(target, services, &mut reversed)?;
    files_back(target, (state, undone), steps, &mut reversed)?;
    run_again(target, services, &mut reversed, prover)?;
    for step in steps.iter().filter(|step| matches!(step, Step::Linger { .. })) {
        reversed.notes.push(format!("{step}: this stays, for taking it back would stop all of them"));
    }
    if reversed.left.is_empty() {
        for path in state.superfluous(target)? {
            clear(target, state, &Step::Discard { path }, &mut reversed.notes)?;
        }
        end(target, state, &mut reversed.notes)?;
    }
    Ok(reversed)
}

/// What this transaction started stops while its unit file is still there, clients first: a port that it
/// took may be one that another unit had before.
fn stop_started(target: &mut dyn Host, steps: &[Step], reversed: &mut Reversed) -> Result<(), ApplyError> {
    for step in steps.iter().rev() {
        let Step::Start { unit, before } = step else { continue };
        if was_done(target, step)? && !still_runs(target, steps, unit)? {
            let stop = Step::Stop { unit: unit.clone(), before: before.clone() };
            match target.perform(&stop) {
                Err(death @ HostError::Died { .. }) => return Err(death.into()),
                Err(why) => reversed.left.push(format!("{stop}: {why}")),
                Ok(()) => {}
            }
        }
    }
    Ok(())
}

/// Whether a unit that is stopped before it is started has not even been stopped.
fn still_runs(target: &dyn Host, steps: &[Step], unit: &UnitId) -> Result<bool, HostError> {
    for step in steps.iter().filter(|step| step.unit() == Some(unit)) {
        if matches!(step, Step::Stop { before: UnitRun::Running(_), .. }) && !was_done(target, step)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Managers read the old unit files, and what ran before and is not the same run any more runs again.
fn run_again(
    target: &mut dyn Host,
    steps: &[Step],
    reversed: &mut Reversed,
    prover: &dyn Prover,
) -> Result<(), ApplyError> {
    for step in steps {
        let anew = match step {
            Step::ReloadManager { .. } => step.clone(),
            Step::Start { unit, before: UnitRun::Running(_) }
            | Step::Stop { unit, before: UnitRun::Running(_) }
                if was_done(target, step)? =>
            {
                Step::Start { unit: unit.clone(), before: UnitRun::Stopped }
            }
            _ => continue,
        };
        let done = match target.perform(&anew) {
            Err(death @ HostError::Died { .. }) => return Err(death.into()),
            done => done.map_err(|fault| fault.to_string()),
        };
        let done = done.and_then(|()| match anew.unit() {
            Some(unit) => wait(target, unit, prover).map(|_| ()),
            None => Ok(()),
        });
        if let Err(why) = done {
            reversed.left.push(format!("{anew}: {why}"));
        }
    }
    Ok(())
}

fn was_done(target: &dyn Host, step: &Step) -> Result<bool, HostError> {
    Ok(step.found(&target.observe(&step.inventory())?) != StepStatus::Before)
}

fn files_back(
    target: &mut dyn Host,
    (state, undone): (&StackState, Undone<'_>),
    steps: &[Step],
    reversed: &mut Reversed,
) -> Result<(), ApplyError> {
    let generation = undone.begin.generation;
    let mut held: Vec<&TargetPath> = Vec::new();
    for (index, step) in steps.iter().enumerate().rev().filter(|(_, step)| step.path().is_some()) {
        // A staged name may hold the only copy of what a step that is left took away.
        if matches!(step, Step::Stage { staged, .. } if held.contains(&staged)) {
            continue;
        }
        let taken = match take_back(target, (state, generation), step, &mut reversed.notes) {
            Err(Left::Foreign | Left::ForeignOver(_)) if is_before(target, &steps[..index], step)? => Ok(()),
            Err(foreign @ (Left::Foreign | Left::ForeignOver(_))) if undone.accept_drift => {
                reversed.notes.push(left_as_it_is(target, (step, generation), &foreign)?);
                Ok(())
            }
            Err(Left::Host(death @ HostError::Died { .. })) => return Err(death.into()),
            taken => taken,
        };
        if let Err(why) = taken {
            reversed.left.push(format!("{step}: {why}"));
            held.extend(step.leftover());
        }
    }
    Ok(())
}

/// Leaves a place as somebody else changed it, and keeps what stood there before beside it, under a name that
/// no later run takes for its own.
fn left_as_it_is(
    target: &mut dyn Host,
    (step, generation): (&Step, GenerationNumber),
    why: &Left,
) -> Result<String, ApplyError> {
    let path = step.path().map_or_else(String::new, ToString::to_string);
    let Left::ForeignOver(staged) = why else {
        return Ok(format!("{path}: somebody else changed it in the meantime; it stays as it is"));
    };
    let kept = TargetPath::new(format!("{path}.before-{generation}"));
    let after = target.observe(&Inventory::of([staged.clone()]))?.standing(staged).identity();
    target.perform(&Step::Create { staged: staged.clone(), path: kept.clone(), after })?;
    Ok(format!(
        "{path}: somebody else changed it in the meantime; it stays as it is, what stood there before is {kept}"
    ))
}

/// Why a step is left.
#[derive(Debug, thiserror::Error)]
enum Left {
    #[error("somebody else changed it in the meantime")]
    Foreign,
    #[error("somebody else changed it in the meantime; what stood there before is {0}")]
    ForeignOver(TargetPath),
    #[error(transparent)]
    Host(#[from] HostError),
    #[error("the state does not give what stood there: {0}")]
    State(Box<ApplyError>),
}

impl From<ApplyError> for Left {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Host(fault) => Self::Host(fault),
            error => Self::State(Box::new(error)),
        }
    }
}

/// Whether a path is as it was before an earlier step on it: where a directory takes a file's place the two
/// are two steps, and a run that was killed while taking back may have taken back both.
fn is_before(target: &dyn Host, earlier: &[Step], later: &Step) -> Result<bool, HostError> {
    for step in earlier.iter().filter(|step| step.path().is_some() && step.path() == later.path()) {
        if step.found(&target.observe(&step.inventory())?) == StepStatus::Before {
            return Ok(true);
        }
    }
    Ok(false)
}

fn take_back(
    target: &mut dyn Host,
    of: (&StackState, GenerationNumber),
    step: &Step,
    notes: &mut Vec<String>,
) -> Result<(), Left> {
    if let Step::Exchange { staged, path, .. } = step {
        target.perform(&Step::Settle { staged: staged.clone(), path: path.clone() })?;
    }
    let mut observed = target.observe(&step.inventory())?;
    if step.found(&observed) == StepStatus::Foreign && restage(target, of, (step, &observed))? {
        let path = step.path().map_or_else(String::new, ToString::to_string);
        notes.push(format!("{path}: the old file beside it was gone; it comes back from the state"));
        observed = target.observe(&step.inventory())?;
    }
    match step.found(&observed) {
        StepStatus::Before => Ok(()),
        StepStatus::Foreign => match step {
            // Nobody's file is in the way any more, and what stood there before is still beside it.
            Step::Exchange { path, staged, before, .. }
                if is_absent(&observed, path) && observed.standing(staged).identity() == *before =>
            {
                let (staged, path) = (staged.clone(), path.clone());
                Ok(target.perform(&Step::Create { staged, path, after: before.clone() })?)
            }
            // The file is its owner's, and its owner removed it: no block of ours is left to take back.
            Step::Exchange { path, staged, block: Some(_), .. }
                if is_absent(&observed, path) && is_absent(&observed, staged) =>
            {
                notes.push(format!("{path} was removed while the transaction ran: nothing was taken back"));
                Ok(())
            }
            Step::Exchange { path, staged, block: Some(markers), .. } => {
                block_wise(target, of, (&observed, path, staged, markers), notes)
            }
            Step::Exchange { staged, .. } if !is_absent(&observed, staged) => {
                Err(Left::ForeignOver(staged.clone()))
            }
            _ => Err(Left::Foreign),
        },
        StepStatus::After => match step {
            Step::MakeDirectory { path, .. } if !is_empty(&observed, path) => {
                notes.push(format!("{path} stays: it is not empty"));
                Ok(())
            }
            _ => step.reverse().map_or(Ok(()), |back| Ok(target.perform(&back)?)),
        },
    }
}

fn is_absent(observed: &Observed, path: &TargetPath) -> bool {
    matches!(observed.standing(path), PathState::Absent)
}

fn is_empty(observed: &Observed, path: &TargetPath) -> bool {
    match observed.standing(path) {
        PathState::Directory(directory) => {
            directory.entries.as_ref().is_none_or(std::collections::BTreeSet::is_empty)
        }
        _ => true,
    }
}

/// Somebody wrote in the file since: only our block goes back to what it was, everything else stays. What the
/// block was says the old file, and where that was cleared away the newest generation.
fn block_wise(
    target: &mut dyn Host,
    of: (&StackState, GenerationNumber),
    (observed, path, staged, markers): (&Observed, &TargetPath, &TargetPath, &Markers),
    notes: &mut Vec<String>,
) -> Result<(), Left> {
    let PathState::File(now) = observed.standing(path) else { return Err(Left::Foreign) };
    let bytes = match observed.standing(staged) {
        PathState::File(old) => as_it_was(&now.bytes, &old.bytes, markers),
        PathState::Absent => with_old_block(target, of, (path, markers, &now.bytes))?,
        _ => None,
    };
    let Some(bytes) = bytes else { return Err(Left::Foreign) };
    notes.push(format!("{path} was changed while the transaction ran: only the block was taken back"));
    if bytes == now.bytes {
        return Ok(());
    }
    let beside = staged.parent().join(&format!("{}-block", staged.file_name()));
    let after = Identity::File { digest: Digest::of(&bytes), mode: now.mode };
    let like = Some(crate::model::step::Like { path: path.clone(), owner: true });
    let before = observed.standing(path).identity();
    for step in [
        Step::Discard { path: beside.clone() },
        Step::Stage { staged: beside.clone(), bytes, mode: now.mode, ids: None, like },
        Step::Exchange { staged: beside.clone(), path: path.clone(), before, after, block: None },
        Step::Discard { path: beside },
    ] {
        target.perform(&step)?;
    }
    Ok(())
}

/// A file with the block that an old one has; `None` where one of them cannot be taken apart.
fn as_it_was(now: &[u8], old: &[u8], markers: &Markers) -> Option<Vec<u8>> {
    let (split, was) = (Split::of(now, markers).ok()?, Split::of(old, markers).ok()?);
    Some(match was.lines() {
        Some(lines) => {
            let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
            split.with(markers, &lines, Origin::default()).0
        }
        None => split.without(false).0,
    })
}
