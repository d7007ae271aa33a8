//! The end of a state: when everything was given back, nothing has to be remembered.

use super::ApplyError;
use super::state::{State, names_in};
use crate::host::{Exclusive, Holder, Host};
use crate::model::ground::Ground;
use crate::model::names::TargetPath;
use crate::model::observed::{Inventory, Standing};
use crate::model::step::Step;

/// How deep a folder of the state is: `generations`, `objects` and `authority` hold files alone.
const DEPTH: usize = 2;

/// Removes the state of a stack, those of users' parts first: as long as the newest manifest is there,
/// everything is known to be given back. Other stacks keep theirs.
pub fn forget(target: &mut dyn Exclusive, ground: &Ground, holder: &Holder) -> Result<(), ApplyError> {
    let folders: Vec<_> = State::of(ground).folders().map(|folder| folder.0).collect();
    let mut locks = Vec::new();
    for folder in &folders {
        locks.push(target.lock(folder, holder)?.map_err(ApplyError::Locked)?);
    }
    for folder in folders.iter().rev() {
        let made = made_above(target, folder)?;
        remove(target, folder, DEPTH)?;
        for above in std::iter::once(folder.parent()).chain(made) {
            let observed = target.observe(&Inventory::of([above.clone()]))?;
            if matches!(observed.standing(&above), Standing::Folder(_))
                && names_in(target, &above)?.is_empty()
            {
                target.perform(&Step::Discard { path: above })?;
            }
        }
    }
    Ok(())
}

/// The folders above a state that were made for it, the lowest first.
fn made_above(target: &dyn Host, folder: &TargetPath) -> Result<Vec<TargetPath>, ApplyError> {
    let path = folder.join("made");
    let observed = target.observe(&Inventory::of([path.clone()]))?;
    let Standing::File(file) = observed.standing(&path) else { return Ok(Vec::new()) };
    let text = String::from_utf8_lossy(&file.bytes);
    // Only what is above the state, whatever the file says.
    let above = text.lines().map(TargetPath::new).filter(|path| folder.is_within(path));
    Ok(above.collect::<Vec<_>>().into_iter().rev().collect())
}

/// Whether a state is there that knows of no generation: that of a first apply which was taken back.
pub fn remembers_nothing(target: &dyn Host, ground: &Ground) -> Result<bool, ApplyError> {
    let state = State::of(ground);
    let observed = target.observe(&Inventory::of([ground.state().clone()]))?;
    Ok(matches!(observed.standing(ground.state()), Standing::Folder(_)) && state.numbers(target)?.is_empty())
}

fn remove(target: &mut dyn Host, path: &TargetPath, depth: usize) -> Result<(), ApplyError> {
    let observed = target.observe(&Inventory::of([path.clone()]))?;
    if matches!(observed.standing(path), Standing::Folder(_)) && depth > 0 {
        for name in names_in(target, path)? {
            remove(target, &path.join(&name), depth - 1)?;
        }
    }
    Ok(target.perform(&Step::Discard { path: path.clone() })?)
}
