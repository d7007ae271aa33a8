//! Looking: from a wish to the plan that would fulfil it. Writes nothing and takes no lock.

use super::state::{StackState, file_of};
use super::{ApplyError, Killed, recover};
use crate::host::{CaDirectory, Host};
use crate::model::desired::{Desired, Digest};
use crate::model::ground::Ground;
use crate::model::names::{HostName, StackName};
use crate::model::observed::{Observed, PathState};
use crate::model::prior::{Baseline, GenerationNumber, Manifest, PathKind, Prior, PriorPath};
use crate::model::units::Machine;
use crate::pki::CaPair;
use crate::plan::{Circumstances, DesiredHost, Plan, PlanDigest, plan};
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

/// What a host shall become.
#[derive(Clone, Copy, Debug)]
pub enum DesiredState<'a> {
    /// What the stack wants.
    Stack(&'a Desired),
    /// What a generation left; `None`: the one before the newest.
    Generation(Option<GenerationNumber>),
}

/// All that a plan is made from, beside the host.
#[derive(Clone, Copy, Debug)]
pub struct SurveyRequest<'a> {
    /// The stack.
    pub stack: &'a StackName,
    /// The host.
    pub host: &'a HostName,
    /// Whose part of the stack, and where the state is.
    pub ground: &'a Ground,
    /// What it shall become.
    pub wish: DesiredState<'a>,
    /// The text of `stack.toml`, to be kept with the generation; of a generation to go back to its own.
    pub text: Option<&'a str>,
    /// Where authorities are kept; `None`: the key of one is dropped when the run ends.
    pub authorities: Option<&'a CaDirectory>,
    /// The time by which certificates are judged.
    pub now: SystemTime,
}

/// What a look at a host gave.
#[derive(Debug)]
pub struct Survey {
    /// What would change.
    pub plan: Plan,
    /// Bound to what was seen.
    pub digest: PlanDigest,
    /// A run that was killed and not yet taken back: the plan is not what it will be after that.
    pub pending: Option<Killed>,
    /// What was seen beside files; `None` below a root folder.
    pub machine: Option<Machine>,
    /// Of a generation to go back to, the text that it was made from.
    pub text_after: Option<String>,
    pub(super) remembered: Prior,
    pub(super) authority: Option<CaPair>,
}

/// Looks at a host and compares.
pub fn survey(target: &dyn Host, request: &SurveyRequest<'_>) -> Result<Survey, ApplyError> {
    let state = StackState::of(request.ground);
    let mut remembered = state.remembered(target)?;
    let aim = match request.wish {
        DesiredState::Stack(desired) => Aim::Stack(desired),
        DesiredState::Generation(number) => {
            Aim::Generation(Box::new(going_back(target, &state, &remembered, number)?))
        }
    };
    let mut digests = needed(&remembered, request.host, &aim);
    digests.extend(aim.text());
    remembered.objects = state.objects(target, &digests)?;
    let first = goal(request, &aim, &remembered);
    let mut observed = target.observe(&first.inventory(&remembered))?;
    observed.host = request.host.clone();
    // A certificate or key that somebody removed may come back from the state.
    let lost = changed_certificates(&observed, &remembered);
    let goal = if lost.is_empty() {
        first
    } else {
        drop(first);
        digests.extend(lost);
        remembered.objects = state.objects(target, &digests)?;
        goal(request, &aim, &remembered)
    };
    let authority = kept_authority(request, &remembered);
    let around = Circumstances {
        now: request.now,
        authority_key_kept: authority.is_some(),
        authority_certificate: authority.as_ref().map(|kept| kept.certificate.clone().into_bytes()),
    };
    let text_after = aim.text().and_then(|digest| remembered.objects.get(&digest));
    let text_after = text_after.map(|text| String::from_utf8_lossy(text).into_owned());
    let mut plan = plan(&goal, &observed, &remembered, &around);
    if let Some(text) = request.text.or(text_after.as_deref()) {
        plan.keep_text(text.as_bytes());
    }
    let digest = PlanDigest::of(&goal, &observed, &remembered);
    drop(goal);
    Ok(Survey {
        plan,
        digest,
        pending: recover::pending(target, request.ground)?,
        machine: observed.machine,
        text_after,
        remembered,
        authority,
    })
}

impl Survey {
    /// When the newest generation was kept, by the clock of that time.
    pub fn kept_at(&self) -> Option<SystemTime> {
        let time = &self.remembered.newest.as_ref()?.time;
        let time: jiff::Timestamp = time.parse().ok()?;
        Some(time.into())
    }

    /// What a person should know of the states of other stacks.
    pub fn notes(&self) -> &[String] {
        &self.remembered.unread
    }

    /// The text of the `stack.toml` that the newest generation was made from, where it is still there.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn text_before(&self, target: &dyn Host, ground: &Ground) -> Result<Option<String>, ApplyError> {
        let Some(digest) = self.remembered.newest.as_ref().and_then(|newest| newest.text) else {
            return Ok(None);
        };
        let text = StackState::of(ground).objects(target, &[digest].into())?.remove(&digest);
        Ok(text.map(|text| String::from_utf8_lossy(&text).into_owned()))
    }
}

/// A wish with all that is needed to fulfil it: a generation has its manifest.
enum Aim<'a> {
    Stack(&'a Desired),
    Generation(Box<Manifest>),
}

impl Aim<'_> {
    /// The object with the text of a generation's `stack.toml`.
    fn text(&self) -> Option<Digest> {
        match self {
            Self::Stack(_) => None,
            Self::Generation(manifest) => manifest.text,
        }
    }
}

fn goal<'a>(request: &SurveyRequest<'a>, aim: &'a Aim<'_>, remembered: &'a Prior) -> DesiredHost<'a> {
    match aim {
        Aim::Stack(desired) => DesiredHost::of_stack(desired, (request.host, request.ground), remembered),
        Aim::Generation(manifest) => DesiredHost::of_generation(manifest, request.ground, remembered),
    }
}

/// The manifest to go back to. Generation 0 manages nothing: every path is as it was before us.
fn going_back(
    target: &dyn Host,
    state: &StackState,
    remembered: &Prior,
    number: Option<GenerationNumber>,
) -> Result<Manifest, ApplyError> {
    let newest = remembered.newest.as_ref().ok_or(ApplyError::NothingApplied)?;
    let numbers = state.numbers(target)?;
    let number = match number {
        Some(number) => number,
        None => numbers.iter().rev().nth(1).copied().unwrap_or_default(),
    };
    if number == GenerationNumber(0) {
        return Ok(Manifest {
            generation: number,
            digest: "nothing".to_owned(),
            entries: BTreeMap::new(),
            units: Vec::new(),
            ran_before: BTreeSet::new(),
            text: None,
            before: BTreeMap::new(),
            ..newest.clone()
        });
    }
    state.read(target, number)?.ok_or(ApplyError::NoGeneration(number))
}

/// The objects whose bytes the goal is made of.
fn needed(remembered: &Prior, host: &HostName, aim: &Aim<'_>) -> BTreeSet<Digest> {
    let stays = |path| match aim {
        Aim::Stack(desired) => desired.files.contains_key(&(host.clone(), path)),
        Aim::Generation(manifest) => manifest.entries.contains_key(&path),
    };
    let manifest = match aim {
        Aim::Stack(_) => None,
        Aim::Generation(manifest) => Some(manifest),
    };
    let newest = remembered.newest.as_ref();
    let left =
        newest.into_iter().flat_map(|newest| newest.entries.keys()).filter(|path| !stays((*path).clone()));
    let before = left.filter_map(|path| remembered.baseline(path)).filter_map(Baseline::object);
    let back = manifest.into_iter().flat_map(|manifest| manifest.entries.values()).filter_map(file_of);
    before.chain(back).collect()
}

fn changed_certificates(observed: &Observed, remembered: &Prior) -> Vec<Digest> {
    let entries = remembered.newest.iter().flat_map(|newest| &newest.entries);
    entries
        .filter_map(|(path, entry)| match entry {
            PriorPath::File { subject: PathKind::Certificate | PathKind::PrivateKey, digest, .. } => {
                let same = matches!(observed.standing(path),
                    PathState::File(file) if Digest::of(&file.bytes) == *digest);
                (!same).then_some(*digest)
            }
            _ => None,
        })
        .collect()
}

/// Of the authorities in the folder, the one that the last apply used; else the first.
fn kept_authority(request: &SurveyRequest<'_>, remembered: &Prior) -> Option<CaPair> {
    let used = |authority: &&CaPair| {
        let digest = Digest::of(authority.certificate.as_bytes());
        remembered
            .newest
            .iter()
            .flat_map(|newest| newest.entries.values())
            .filter_map(file_of)
            .any(|of| of == digest)
    };
    let kept = request.authorities.map_or(&[][..], CaDirectory::kept);
    kept.iter().find(used).or_else(|| kept.first()).cloned()
}
