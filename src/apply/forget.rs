//! The end of a state: when everything was given back, nothing has to be remembered.

use super::ApplyError;
use super::directory::{StateDirectory, names_in};
use super::state::StackState;
use crate::host::{Host, HostError};
use crate::model::ground::Ground;
use crate::model::names::TargetPath;
use crate::model::observed::{Inventory, PathState};
use crate::model::step::Step;

/// How deep a directory of the state is: `generations`, `objects` and `authority` hold files alone.
const DEPTH: usize = 1;
/// The most files of one directory of a user's part that are removed; twenty generations leave some hundreds.
const MOST: usize = 5_000;

/// Removes the state of a stack, those of users' parts first. The locks are held, and are the last files to
/// go: until then nobody else begins. Other stacks keep their states.
pub(super) fn forget(target: &mut dyn Host, ground: &Ground) -> Result<(), ApplyError> {
    let directories: Vec<_> = StackState::of(ground).directories().collect();
    let mut stays = Vec::new();
    for directory in directories.iter().rev() {
        match (forget_one(target, directory, ground), ground.home_of(&directory.0)) {
            // In a home the user can be in the way for ever; what stays there is the user's to remove.
            (
                Err(fault @ (ApplyError::State { .. } | ApplyError::Host(HostError::Scope { .. }))),
                Some(_),
            ) => {
                stays.push(format!("{} stays: {fault}", directory.0));
            }
            (done, _) => done?,
        }
    }
    if stays.is_empty() { Ok(()) } else { Err(ApplyError::Unfinished(stays.join("; "))) }
}

fn forget_one(target: &mut dyn Host, directory: &StateDirectory, ground: &Ground) -> Result<(), ApplyError> {
    if ground.home_of(&directory.0).is_some() {
        refuse_flood(target, directory)?;
    }
    target.perform(&Step::Keep { path: directory.forgotten(), bytes: Vec::new() })?;
    let made = made_above(target, directory, ground)?;
    empty(target, directory)?;
    target.perform(&Step::Discard { path: directory.made() })?;
    target.perform(&Step::Discard { path: directory.lock() })?;
    for path in [directory.0.clone(), directory.0.parent()].into_iter().chain(made) {
        remove_if_empty(target, &path)?;
    }
    Ok(())
}

/// Each removal is made durable by itself; a user can put so many files there that it takes for ever.
///
/// # Errors
/// There are more than any state has.
fn refuse_flood(target: &dyn Host, directory: &StateDirectory) -> Result<(), ApplyError> {
    for path in [directory.0.clone(), directory.generations(), directory.objects()] {
        if names_in(target, &path)?.len() > MOST {
            let what = format!("more than {MOST} files are there");
            return Err(ApplyError::State { path, what });
        }
    }
    Ok(())
}

/// Removes all that a state holds but its lock and what tells of the directories above it. As long as its mark
/// is there, whoever finds it goes on with that.
pub(super) fn empty(target: &mut dyn Host, directory: &StateDirectory) -> Result<(), ApplyError> {
    // The newest manifest goes after the others: it says that everything was given back.
    let mut manifests: Vec<_> = names_in(target, &directory.generations())?.into_iter().collect();
    manifests.sort_by_key(|name| name.strip_suffix(".json").and_then(|number| number.parse::<u64>().ok()));
    for name in manifests {
        target.perform(&Step::Discard { path: directory.generations().join(&name) })?;
    }
    let marks = [directory.lock(), directory.made(), directory.forgotten()];
    for name in names_in(target, &directory.0)? {
        let path = directory.0.join(&name);
        if !marks.contains(&path) {
            remove(target, &path, DEPTH)?;
        }
    }
    Ok(target.perform(&Step::Discard { path: directory.forgotten() })?)
}

/// The directories above a state that were made for it, the lowest first.
fn made_above(
    target: &dyn Host,
    directory: &StateDirectory,
    ground: &Ground,
) -> Result<Vec<TargetPath>, ApplyError> {
    let path = directory.made();
    let observed = target.observe(&Inventory::of([path.clone()]))?;
    let PathState::File(file) = observed.standing(&path) else { return Ok(Vec::new()) };
    let text = String::from_utf8_lossy(&file.bytes);
    // Only what is above the state, and of a user's part in that user's home, whatever the file says.
    let home = ground.home_of(&directory.0);
    let is_at_home = |path: &TargetPath| home.is_none_or(|home| path != home && path.is_within(home));
    let above = text.lines().map(TargetPath::new);
    let above = above.filter(|path| path.is_plain() && directory.0.is_within(path) && is_at_home(path));
    let mut above: Vec<_> = above.collect();
    above.sort();
    above.dedup();
    above.reverse();
    Ok(above)
}

/// Removes a directory in which nothing is, neither something that another run has just put there.
fn remove_if_empty(target: &mut dyn Host, path: &TargetPath) -> Result<(), ApplyError> {
    let is_empty = |target: &dyn Host| -> Result<bool, ApplyError> {
        let observed = target.observe(&Inventory::of([path.clone()]))?;
        let stands = matches!(observed.standing(path), PathState::Directory(_));
        Ok(stands && names_in(target, path)?.is_empty())
    };
    if !is_empty(target)? {
        return Ok(());
    }
    match target.perform(&Step::Discard { path: path.clone() }) {
        Err(_) if !is_empty(target)? => Ok(()),
        done => Ok(done?),
    }
}

/// Whether a state is there that knows of no generation: that of a first apply which was taken back.
///
/// # Errors
/// It cannot be read, or is damaged.
pub fn remembers_nothing(target: &dyn Host, ground: &Ground) -> Result<bool, ApplyError> {
    let state = StackState::of(ground);
    let observed = target.observe(&Inventory::of([ground.state().clone()]))?;
    state.refuse_damage(target, &mut Vec::new())?;
    Ok(matches!(observed.standing(ground.state()), PathState::Directory(_)) && state.is_empty(target)?)
}

/// Whether no state of a stack is there at all.
///
/// # Errors
/// It cannot be read, or is damaged.
pub fn is_absent(target: &dyn Host, ground: &Ground) -> Result<bool, ApplyError> {
    let state = StackState::of(ground);
    let observed = target.observe(&Inventory::of([ground.state().clone()]))?;
    state.refuse_damage(target, &mut Vec::new())?;
    Ok(matches!(observed.standing(ground.state()), PathState::Absent) && state.is_empty(target)?)
}

/// Whether nothing is managed any more: the newest generation is what stood there before the first.
pub(super) fn is_given_back(target: &dyn Host, ground: &Ground) -> Result<bool, ApplyError> {
    let newest = StackState::of(ground).prior(target)?.0.newest;
    Ok(newest.is_none_or(|newest| newest.entries.is_empty()))
}

fn remove(target: &mut dyn Host, path: &TargetPath, depth: usize) -> Result<(), ApplyError> {
    let observed = target.observe(&Inventory::of([path.clone()]))?;
    if matches!(observed.standing(path), PathState::Directory(_)) && depth > 0 {
        for name in names_in(target, path)? {
            remove(target, &path.join(&name), depth - 1)?;
        }
    }
    Ok(target.perform(&Step::Discard { path: path.clone() })?)
}
