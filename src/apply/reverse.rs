//! Taking a transaction back.
//!
//! Needs no records of its own: every step is found in the world first, so taking back can be killed
//! and begun again any number of times.

use super::state::State;
use super::{ApplyError, journal::Begin};
use crate::desired::Digest;
use crate::plan::{Found, Identity, Markers, Observed, Origin, Split, Standing, Step};
use crate::stack::TargetPath;
use crate::target::{Target, TargetError};

/// What taking back left.
#[derive(Debug, Default)]
pub(super) struct Reversed {
    /// Steps that could not be taken back, and why.
    pub(super) left: Vec<String>,
    /// What a person should know.
    pub(super) notes: Vec<String>,
}

/// Takes back the first `announced` steps, last one first. Only when nothing is left does the journal go.
pub(super) fn reverse(
    target: &mut dyn Target,
    state: &State,
    begin: &Begin,
    announced: usize,
) -> Result<Reversed, ApplyError> {
    let mut reversed = Reversed::default();
    // A naming of the manifest that failed halfway: until this is gone the generation counts as kept.
    target.perform(&Step::Discard { path: state.manifest(begin.generation) })?;
    let mut held: Vec<&TargetPath> = Vec::new();
    let steps = &begin.steps[..announced.min(begin.steps.len())];
    for (index, step) in steps.iter().enumerate().rev() {
        // A staged name may hold the only copy of what a step that is left took away.
        if matches!(step, Step::Stage { staged, .. } if held.contains(&staged)) {
            continue;
        }
        let taken = match take_back(target, step, &mut reversed.notes) {
            Err(Left::Foreign) if is_before(target, &steps[..index], step)? => Ok(()),
            taken => taken,
        };
        if let Err(why) = taken {
            reversed.left.push(format!("{step}: {why}"));
            held.extend(step.leftover());
        }
    }
    if reversed.left.is_empty() {
        for path in state.superfluous(target)? {
            target.perform(&Step::Discard { path })?;
        }
        target.perform(&Step::Discard { path: state.journal() })?;
    }
    Ok(reversed)
}

/// Why a step is left.
#[derive(Debug, thiserror::Error)]
enum Left {
    #[error("somebody else changed it in the meantime")]
    Foreign,
    #[error(transparent)]
    Target(#[from] TargetError),
}

/// Whether a path is as it was before an earlier step on it: where a folder takes a file's place the two
/// are two steps, and a run that was killed while taking back may have taken back both.
fn is_before(target: &dyn Target, earlier: &[Step], later: &Step) -> Result<bool, TargetError> {
    for step in earlier.iter().filter(|step| step.path().is_some() && step.path() == later.path()) {
        if step.found(&target.observe(&step.inventory())?) == Found::Before {
            return Ok(true);
        }
    }
    Ok(false)
}

fn take_back(target: &mut dyn Target, step: &Step, notes: &mut Vec<String>) -> Result<(), Left> {
    if let Step::Exchange { staged, path, .. } = step {
        target.perform(&Step::Settle { staged: staged.clone(), path: path.clone() })?;
    }
    let observed = target.observe(&step.inventory())?;
    match step.found(&observed) {
        Found::Before => Ok(()),
        Found::Foreign => match step {
            Step::Exchange { path, staged, block: Some(markers), .. } => {
                block_wise(target, &observed, (path, staged), markers, notes)
            }
            _ => Err(Left::Foreign),
        },
        Found::After => match step {
            Step::MakeFolder { path, .. } if !is_empty(&observed, path) => {
                notes.push(format!("{path} stays: it is not empty"));
                Ok(())
            }
            _ => step.reverse().map_or(Ok(()), |back| Ok(target.perform(&back)?)),
        },
    }
}

fn is_empty(observed: &Observed, path: &TargetPath) -> bool {
    match observed.standing(path) {
        Standing::Folder(folder) => folder.entries.as_ref().is_none_or(std::collections::BTreeSet::is_empty),
        _ => true,
    }
}

/// Somebody wrote in the file since: only our block goes back to what it was, everything else stays.
fn block_wise(
    target: &mut dyn Target,
    observed: &Observed,
    (path, staged): (&TargetPath, &TargetPath),
    markers: &Markers,
    notes: &mut Vec<String>,
) -> Result<(), Left> {
    let (Standing::File(now), Standing::File(old)) = (observed.standing(path), observed.standing(staged))
    else {
        return Err(Left::Foreign);
    };
    let (Ok(split), Ok(was)) = (Split::of(&now.bytes, markers), Split::of(&old.bytes, markers)) else {
        return Err(Left::Foreign);
    };
    notes.push(format!("{path} was changed while the transaction ran: only the block was taken back"));
    let bytes = match was.lines() {
        Some(lines) => {
            let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
            split.with(markers, &lines, Origin::default()).0
        }
        None => split.without(false).0,
    };
    if bytes == now.bytes {
        return Ok(());
    }
    let beside = staged.parent().join(&format!("{}-block", staged.file_name()));
    let after = Identity::File { digest: Digest::of(&bytes), mode: now.mode };
    let like = Some(crate::plan::Like { path: path.clone(), owner: true });
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
