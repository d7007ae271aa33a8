//! Looking: from what is desired to the plan that would fulfil it. Writes nothing and takes no lock.

use super::state::{StackState, file_of};
use super::word::Doubt;
use super::{ApplyError, Killed, recover};
use crate::host::{CaDirectory, Host};
use crate::model::desired::{Desired, Digest};
use crate::model::ground::Ground;
use crate::model::names::{HostName, StackName, TargetPath};
use crate::model::observed::{Observed, PathState};
use crate::model::prior::{Baseline, GenerationNumber, Manifest, PathKind, Prior, PriorPath};
use crate::model::units::Machine;
use crate::pki::CaPair;
use crate::plan::{Circumstances, DesiredHost, OthersPart, OthersRequest, Plan, PlanDigest, Seen, plan};
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
    pub desired: DesiredState<'a>,
    /// The text of `stack.toml`, to be kept with the generation; of a generation to go back to its own.
    pub text: Option<&'a str>,
    /// Where CAs are kept; `None`: the key of one is dropped when the run ends.
    pub cas: Option<&'a CaDirectory>,
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
    /// What was seen, part by part.
    pub seen: Seen,
    /// A run that was killed and not yet taken back: the plan is not what it will be after that.
    pub pending: Option<Killed>,
    /// What of users' parts of the state is not believed.
    pub doubts: Vec<Doubt>,
    /// What was seen beside files; `None` below a root directory.
    pub machine: Option<Machine>,
    /// Of a generation to go back to, the text that it was made from.
    pub text_after: Option<String>,
    pub(super) prior: Prior,
    pub(super) ca: Option<CaPair>,
}

/// Looks at a host and compares.
pub fn survey(target: &dyn Host, request: &SurveyRequest<'_>) -> Result<Survey, ApplyError> {
    let state = StackState::of(request.ground);
    let (mut prior, mut doubts) = state.prior(target)?;
    let aim = match request.desired {
        DesiredState::Stack(desired) => Aim::Stack(desired),
        DesiredState::Generation(number) => {
            Aim::Generation(Box::new(going_back(target, &state, &prior, number)?))
        }
    };
    let mut objects = needed(&prior, request, &aim);
    objects.extend(aim.text().map(|digest| (state.own().0, digest)));
    prior.objects = state.objects(target, &objects)?;
    let first = goal(request, &aim, &prior);
    let mut observed = target.observe(&first.inventory(&prior))?;
    observed.host = request.host.clone();
    // A certificate or key that somebody removed may come back from the state.
    let lost = changed_certificates(&observed, &prior, request.ground);
    let goal = if lost.is_empty() {
        first
    } else {
        drop(first);
        objects.extend(lost);
        prior.objects = state.objects(target, &objects)?;
        goal(request, &aim, &prior)
    };
    let ca = kept_ca(request, &prior);
    let around = Circumstances {
        now: request.now,
        ca_key_kept: ca.is_some(),
        ca_certificate: ca.as_ref().map(|kept| kept.certificate.clone().into_bytes()),
    };
    let text_after = aim.text().and_then(|digest| prior.objects.get(&(state.own().0, digest)));
    let text_after = text_after.map(|text| String::from_utf8_lossy(text).into_owned());
    let mut plan = plan(&goal, &observed, &prior, &around);
    plan.others = others(target, request);
    let kept_in = request.cas.filter(|_| plan.to_issue.new_ca);
    plan.new_ca_in = kept_in.map(|directory| directory.named().to_owned());
    if let Some(text) = request.text.or(text_after.as_deref()) {
        plan.keep_text(text.as_bytes());
    }
    let (digest, seen) = PlanDigest::of(&goal, &observed, &prior);
    drop(goal);
    let (pending, of_journals) = recover::pending(target, request.ground)?;
    doubts.extend(of_journals);
    Ok(Survey { plan, digest, seen, pending, doubts, machine: observed.machine, text_after, prior, ca })
}

/// What of a stack others carry out, as far as it may be looked at. What keeps somebody from looking at the
/// parts of others is no fault of the own one: it is said of them that they were not looked at.
fn others(target: &dyn Host, request: &SurveyRequest<'_>) -> OthersPart {
    let DesiredState::Stack(desired) = request.desired else { return OthersPart::default() };
    let theirs = OthersRequest { desired, host: request.host, ground: request.ground };
    match theirs.inventory() {
        Some(inventory) => theirs.compare(target.observe(&inventory).ok().as_ref()),
        None if theirs.is_left_out() => theirs.compare(None),
        None => OthersPart::default(),
    }
}

/// What of users' parts of the state is not believed.
///
/// # Errors
/// The state of whoever runs the tool cannot be read.
pub fn doubts(target: &dyn Host, ground: &Ground) -> Result<Vec<Doubt>, ApplyError> {
    let (_, mut doubts) = StackState::of(ground).prior(target)?;
    doubts.extend(recover::pending(target, ground)?.1);
    Ok(doubts)
}

impl Survey {
    /// When the newest generation was kept, by the clock of that time.
    pub fn kept_at(&self) -> Option<SystemTime> {
        let time = &self.prior.newest.as_ref()?.time;
        let time: jiff::Timestamp = time.parse().ok()?;
        Some(time.into())
    }

    /// What a person should know of the states of other stacks, and of users' own runs.
    pub fn notes(&self) -> &[String] {
        &self.prior.notes
    }

    /// Directories of ours that no change of the plan removes: on the way back to what stood there before,
    /// others use them.
    pub fn stays(&self) -> impl Iterator<Item = &TargetPath> {
        let ours = self.prior.newest.iter().flat_map(|newest| &newest.entries);
        let directories = ours.filter(|(_, entry)| matches!(entry, PriorPath::Directory { .. }));
        let goes = |path: &TargetPath| self.plan.entries.iter().any(|change| change.path == *path);
        directories.map(|(path, _)| path).filter(move |path| !goes(path))
    }

    /// What the last apply left at the paths that somebody else changed since, where that is text.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn left_at_drift(
        &self,
        target: &dyn Host,
        ground: &Ground,
    ) -> Result<BTreeMap<TargetPath, String>, ApplyError> {
        let entries = self.plan.drifted().filter_map(|change| {
            let entry = self.prior.entry(&change.path)?;
            Some((change.path.clone(), entry))
        });
        let (mut left, mut wanted) = (BTreeMap::new(), BTreeMap::new());
        for (path, entry) in entries {
            match entry {
                PriorPath::Block { lines, .. } => drop(left.insert(path, lines.join("\n"))),
                PriorPath::File { subject: PathKind::File, digest, .. } => {
                    wanted.insert(path.clone(), (ground.state_of(&path), *digest));
                }
                _ => {}
            }
        }
        if wanted.is_empty() {
            return Ok(left);
        }
        let objects = StackState::of(ground).objects(target, &wanted.values().cloned().collect())?;
        for (path, object) in wanted {
            let text = objects.get(&object).and_then(|bytes| String::from_utf8(bytes.clone()).ok());
            left.extend(text.map(|text| (path, text)));
        }
        Ok(left)
    }

    /// The text of the `stack.toml` that the newest generation was made from, where it is still there.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn text_before(&self, target: &dyn Host, ground: &Ground) -> Result<Option<String>, ApplyError> {
        let Some(digest) = self.prior.newest.as_ref().and_then(|newest| newest.text) else {
            return Ok(None);
        };
        let object = (ground.state().clone(), digest);
        let text = StackState::of(ground).objects(target, &[object.clone()].into())?.remove(&object);
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

fn goal<'a>(request: &SurveyRequest<'a>, aim: &'a Aim<'_>, prior: &'a Prior) -> DesiredHost<'a> {
    match aim {
        Aim::Stack(desired) => DesiredHost::of_stack(desired, (request.host, request.ground), prior),
        Aim::Generation(manifest) => DesiredHost::of_generation(manifest, request.ground, prior),
    }
}

/// The manifest to go back to. Generation 0 manages nothing: every path is as it was before us.
fn going_back(
    target: &dyn Host,
    state: &StackState,
    prior: &Prior,
    number: Option<GenerationNumber>,
) -> Result<Manifest, ApplyError> {
    let newest = prior.newest.as_ref().ok_or(ApplyError::NothingApplied)?;
    let numbers = state.numbers(target)?;
    let number = match number {
        Some(number) => number,
        // What users applied alone is theirs to go back from.
        None if numbers.is_empty() => return Err(ApplyError::NothingApplied),
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
    state.read(target, number)?.ok_or(ApplyError::NoGeneration { number, kept: numbers })
}

/// The objects whose bytes the goal is made of, each in the directory of the state that its path belongs to.
fn needed(prior: &Prior, request: &SurveyRequest<'_>, aim: &Aim<'_>) -> BTreeSet<(TargetPath, Digest)> {
    let of = |path: &TargetPath, digest: Option<Digest>| Some((request.ground.state_of(path), digest?));
    let stays = |path: &TargetPath| match aim {
        Aim::Stack(desired) => desired.files.contains_key(&(request.host.clone(), path.clone())),
        Aim::Generation(manifest) => manifest.entries.contains_key(path),
    };
    let newest = prior.newest.iter().flat_map(|newest| newest.entries.keys());
    let before = newest
        .filter(|path| !stays(path))
        .filter_map(|path| of(path, prior.baseline(path).and_then(Baseline::object)));
    let manifest = match aim {
        Aim::Stack(_) => None,
        Aim::Generation(manifest) => Some(manifest),
    };
    let back = manifest.into_iter().flat_map(|manifest| &manifest.entries);
    let back = back.filter_map(|(path, entry)| of(path, file_of(entry)));
    before.chain(back).collect()
}

fn changed_certificates(observed: &Observed, prior: &Prior, ground: &Ground) -> Vec<(TargetPath, Digest)> {
    let entries = prior.newest.iter().flat_map(|newest| &newest.entries);
    entries
        .filter_map(|(path, entry)| match entry {
            PriorPath::File { subject: PathKind::Certificate | PathKind::PrivateKey, digest, .. } => {
                let same = matches!(observed.standing(path),
                    PathState::File(file) if Digest::of(&file.bytes) == *digest);
                (!same).then(|| (ground.state_of(path), *digest))
            }
            _ => None,
        })
        .collect()
}

/// Of the CAs in the directory, the one that the last apply used; else the first.
fn kept_ca(request: &SurveyRequest<'_>, prior: &Prior) -> Option<CaPair> {
    let used = |ca: &&CaPair, by_system: bool| {
        let digest = Digest::of(ca.certificate.as_bytes());
        let entries = prior.newest.iter().flat_map(|newest| &newest.entries);
        let of = |path| !by_system || request.ground.home_of(path).is_none();
        entries.filter(|(path, _)| of(path)).filter_map(|(_, entry)| file_of(entry)).any(|of| of == digest)
    };
    let kept = request.cas.map_or(&[][..], CaDirectory::kept);
    let first = kept.iter().find(|one| used(one, true)).or_else(|| kept.iter().find(|one| used(one, false)));
    first.or_else(|| kept.first()).cloned()
}
