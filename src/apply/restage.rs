//! Old files whose copies under our names were cleared away meanwhile: the state has their bytes too.
//!
//! A step that took a file away left it under a name of ours until the transaction is over. Somebody who
//! tidies up may take that for litter; then what is taken back comes from the objects.

use super::ApplyError;
use super::directory::{StateDirectory, decode};
use super::state::StackState;
use crate::host::Host;
use crate::model::block::{Markers, Origin, Split};
use crate::model::desired::Digest;
use crate::model::names::TargetPath;
use crate::model::observed::{Identity, Ids, Inventory, Observed, PathState};
use crate::model::prior::{Baseline, GenerationNumber, Manifest, PriorPath};
use crate::model::step::{Like, Step};

/// Puts what a step took away back under the name of ours where it was, if the state has it; whether it did.
/// Of a file in which only a block is ours the state has the block alone: with what stands there now it is the
/// old file, byte by byte, or none.
pub(super) fn restage(
    target: &mut dyn Host,
    of: (&StackState, GenerationNumber),
    (step, observed): (&Step, &Observed),
) -> Result<bool, ApplyError> {
    let at = |path: &TargetPath| observed.standing(path).identity();
    let (path, name, before) = match step {
        Step::Exchange { path, staged, before, after, .. } if at(path) == *after => (path, staged, before),
        Step::Remove { path, aside, before } if at(path) == Identity::Absent => (path, aside, before),
        _ => return Ok(false),
    };
    let Identity::File { digest, mode } = before else { return Ok(false) };
    if at(name) != Identity::Absent {
        return Ok(false);
    }
    let (bytes, ids, like) = match (step, observed.standing(path)) {
        (Step::Exchange { block: Some(markers), .. }, PathState::File(now)) => {
            let like = Like { path: path.clone(), owner: true };
            (with_old_block(target, of, (path, markers, &now.bytes))?, None, Some(like))
        }
        _ => match object(target, of.0, (path, *digest))? {
            Some(bytes) => (Some(bytes), owner(target, of, (path, *digest))?, None),
            None => {
                let (bytes, ids) = only_block(target, of.0, path)?;
                (bytes, ids, None)
            }
        },
    };
    let Some(bytes) = bytes.filter(|bytes| Digest::of(bytes) == *digest) else { return Ok(false) };
    target.perform(&Step::Stage { staged: name.clone(), bytes, mode: *mode, ids, like })?;
    Ok(true)
}

fn object(
    target: &dyn Host,
    state: &StackState,
    (path, digest): (&TargetPath, Digest),
) -> Result<Option<Vec<u8>>, ApplyError> {
    let object = (state.ground.state_of(path), digest);
    Ok(state.objects(target, &[object.clone()].into())?.remove(&object))
}

/// A file as it stands now, with our block in it as the newest generation has it; `None` where it takes none.
pub(super) fn with_old_block(
    target: &dyn Host,
    (state, generation): (&StackState, GenerationNumber),
    (path, markers, now): (&TargetPath, &Markers, &[u8]),
) -> Result<Option<Vec<u8>>, ApplyError> {
    let Ok(split) = Split::of(now, markers) else { return Ok(None) };
    let next = staged_manifest(target, (state, generation), path)?;
    Ok(Some(match state.prior(target)?.0.entry(path) {
        Some(PriorPath::Block { lines, newline, .. }) => {
            let place = match next.as_ref().and_then(|next| next.before.get(path)) {
                Some(Baseline::Unmarked { place, .. }) => *place,
                _ => None,
            };
            split.with(markers, lines, Origin { newline: *newline, place }).0
        }
        _ => {
            let ours = next.as_ref().and_then(|next| next.entries.get(path));
            split.without(matches!(ours, Some(PriorPath::Block { newline: true, .. }))).0
        }
    }))
}

/// A file that held nothing but our block, and whose it was.
fn only_block(
    target: &dyn Host,
    state: &StackState,
    path: &TargetPath,
) -> Result<(Option<Vec<u8>>, Option<Ids>), ApplyError> {
    let prior = state.prior(target)?.0;
    let Some(PriorPath::Block { markers, lines, owner, .. }) = prior.entry(path) else {
        return Ok((None, None));
    };
    let bytes = Split::empty().with(markers, lines, Origin::default()).0;
    let mut ids = None;
    if state.ground.sets_owner(path) {
        let inventory = Inventory { owners: [owner.clone()].into(), ..Inventory::default() };
        let machine = target.observe(&inventory)?.machine;
        ids = machine.and_then(|machine| {
            let uid = machine.users.get(&owner.user)?.uid;
            Some(Ids { uid, gid: *machine.groups.get(&owner.group)? })
        });
    }
    Ok((Some(bytes), ids))
}

/// The manifest that was about to be kept, of the part that a path belongs to.
fn staged_manifest(
    target: &dyn Host,
    (state, generation): (&StackState, GenerationNumber),
    path: &TargetPath,
) -> Result<Option<Manifest>, ApplyError> {
    let staged = StateDirectory(state.ground.state_of(path)).staged_manifest(generation);
    Ok(match target.observe(&Inventory::of([staged.clone()]))?.standing(&staged) {
        PathState::File(file) => decode::<Manifest>(&staged, &file.bytes).ok(),
        _ => None,
    })
}

/// Whose the file was, as the newest manifest or the one that was about to be kept says.
fn owner(
    target: &dyn Host,
    (state, generation): (&StackState, GenerationNumber),
    (path, digest): (&TargetPath, Digest),
) -> Result<Option<Ids>, ApplyError> {
    if !state.ground.sets_owner(path) {
        return Ok(None);
    }
    let newest = state.prior(target)?.0.newest;
    let staged = staged_manifest(target, (state, generation), path)?;
    let known = newest.iter().chain(&staged).find_map(|manifest| owner_in(manifest, path, digest));
    Ok(known)
}

fn owner_in(manifest: &Manifest, path: &TargetPath, digest: Digest) -> Option<Ids> {
    let managed = match manifest.entries.get(path) {
        Some(PriorPath::File { digest: of, ids, .. }) if *of == digest => Some(*ids),
        _ => None,
    };
    managed.or_else(|| match manifest.before.get(path) {
        Some(Baseline::File { digest: of, ids, .. }) if *of == digest => Some(*ids),
        _ => None,
    })
}
