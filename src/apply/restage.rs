//! Old files whose copies under our names were cleared away meanwhile: the state has their bytes too.
//!
//! A step that took a file away left it under a name of ours until the transaction is over. Somebody who
//! tidies up may take that for litter; then what is taken back comes from the objects.

use super::ApplyError;
use super::state::StackState;
use crate::host::Host;
use crate::model::desired::Digest;
use crate::model::names::TargetPath;
use crate::model::observed::{Identity, Ids, Inventory, Observed, PathState};
use crate::model::prior::{Baseline, GenerationNumber, Manifest, PriorPath};
use crate::model::step::Step;

/// Puts what a step took away back under the name of ours where it was, if the state has it; whether it did.
pub(super) fn restage(
    target: &mut dyn Host,
    (state, generation): (&StackState, GenerationNumber),
    (step, observed): (&Step, &Observed),
) -> Result<bool, ApplyError> {
    let at = |path: &TargetPath| observed.standing(path).identity();
    let (path, name, before) = match step {
        Step::Exchange { path, staged, before, after, block: None } if at(path) == *after => {
            (path, staged, before)
        }
        Step::Remove { path, aside, before } if at(path) == Identity::Absent => (path, aside, before),
        _ => return Ok(false),
    };
    let Identity::File { digest, mode } = before else { return Ok(false) };
    if at(name) != Identity::Absent {
        return Ok(false);
    }
    let object = (state.ground.state_of(path), *digest);
    let found = state.objects(target, &[object.clone()].into())?.remove(&object);
    let Some(bytes) = found else { return Ok(false) };
    let ids = owner(target, (state, generation), (path, *digest))?;
    target.perform(&Step::Stage { staged: name.clone(), bytes, mode: *mode, ids, like: None })?;
    Ok(true)
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
    let staged = state.own().staged_manifest(generation);
    let staged = match target.observe(&Inventory::of([staged.clone()]))?.standing(&staged) {
        PathState::File(file) => super::directory::decode::<Manifest>(&staged, &file.bytes).ok(),
        _ => None,
    };
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
