//! One transaction, as types: each stage can only be reached from the one before, and none can be
//! dropped unseen.

use super::directory::{StateDirectory, encode};
use super::finish::finish;
use super::journal::{self, Begin};
use super::judges::{Judges, PROOF};
use super::prover::{NoProver, Proof, Prover};
use super::ready::{self, Started, look_again, stay};
use super::reverse::{Undone, reverse};
use super::state::{Pending, StackState};
use super::validator::Validator;
use super::{ApplyError, survey::Survey};
use crate::host::{Host, HostError, Process};
use crate::model::desired::Digest;
use crate::model::names::{Mode, TargetPath};
use crate::model::observed::{Identity, Inventory, ObservedFile, PathState};
use crate::model::prior::{GenerationNumber, Prior};
use crate::model::step::{Step, StepStatus};
use crate::model::units::{UnitId, UnitRun};
use crate::pki::Issued;
use crate::plan::{Author, Plan, Steps, steps};
use std::collections::BTreeMap;
use std::time::Duration;

/// Room that is left for directories, the journal and the manifest.
const MARGIN: u64 = 256 * 1024;
/// The least that a file takes on a disk.
const BLOCK: u64 = 4096;

/// Why a transaction was taken back.
#[derive(Debug)]
pub enum TakenBackCause {
    /// The machine refused a step.
    Machine(HostError),
    /// What was started does not run, or is not ready.
    Service(UnitId, String),
    /// The proof failed.
    Proof(String),
}

/// How a transaction ended.
#[must_use]
#[derive(Debug)]
pub enum Outcome {
    /// There was nothing to do, and nothing was written.
    Unchanged,
    /// It was kept.
    Kept {
        /// As this generation.
        generation: GenerationNumber,
        /// What the proof said.
        proof: Proof,
        /// What a person should know.
        notes: Vec<String>,
        /// What could not be cleared away, and is still known of: old files and keys may be among it.
        left: Option<String>,
    },
    /// Everything is as it was.
    RolledBack {
        /// Why.
        cause: TakenBackCause,
        /// What the proof of the old state said.
        old_state: Proof,
        /// What a person should know.
        notes: Vec<String>,
    },
    /// Not everything could be taken back; a person is needed.
    Incomplete {
        /// Why it was taken back.
        cause: TakenBackCause,
        /// The steps that are left, and why.
        left: Vec<String>,
    },
}

/// A transaction whose files are staged; no managed path has changed.
#[must_use]
pub struct Transaction<'t> {
    target: &'t mut dyn Host,
    state: StackState,
    begin: Begin,
    steps: Steps,
    /// How many steps the journal has announced.
    announced: usize,
    /// The staged files as they stand on the disk, by the path they are for.
    staged: BTreeMap<TargetPath, ObservedFile>,
    /// The manifest of whoever runs the tool, and those of the users' parts.
    manifests: Vec<(StateDirectory, Vec<u8>)>,
    /// What was started, and was ready.
    started: Vec<Started>,
    /// What a person should know.
    notes: Vec<String>,
}

/// A transaction whose staged set was judged.
#[must_use]
pub struct Validated<'t>(Transaction<'t>);

/// A transaction whose files are in place, but not kept.
#[must_use]
pub struct Swapped<'t>(Transaction<'t>);

impl<'t> Transaction<'t> {
    /// Writes the journal, keeps every byte that the next generation needs, and stages all files. What
    /// fails here is taken back before it is reported.
    pub fn stage(
        target: &'t mut dyn Host,
        survey: &Survey,
        issued: &Issued,
        author: &Author,
    ) -> Result<Self, ApplyError> {
        let plan = &survey.plan;
        let state = StackState::of(plan.ground());
        let steps = steps(plan, issued);
        let begin = Begin {
            generation: plan.next_generation(),
            author: author.clone(),
            process: Process::this(),
            steps: announced(&state, plan.next_generation(), &steps),
        };
        refuse_leftovers(target, &begin.steps)?;
        refuse_without_room(target, &steps, plan.objects(issued).into_values())?;
        if let Err(cause) = journal::begin(target, &state, &begin) {
            // Nothing has happened; where even this leftover cannot be taken away, the next run, to which
            // a torn journal is none, will do it, and the first fault is the one to tell.
            let _first_fault_counts = target.perform(&Step::Discard { path: state.journal() });
            return Err(cause.into());
        }
        let mut transaction = Self {
            target,
            state,
            begin,
            steps,
            announced: 0,
            staged: BTreeMap::new(),
            manifests: Vec::new(),
            started: Vec::new(),
            notes: Vec::new(),
        };
        match transaction.prepare(plan, issued, &survey.prior) {
            Ok(()) => Ok(transaction),
            Err(cause) => Err(transaction.give_up(cause)),
        }
    }

    fn prepare(&mut self, plan: &Plan, issued: &Issued, prior: &Prior) -> Result<(), HostError> {
        for directory in self.state.directories().filter(|directory| *directory != self.state.own()) {
            let bytes = encode(Pending { author: self.begin.author.clone() });
            self.target.perform(&Step::Keep { path: directory.pending(), bytes })?;
        }
        self.keep(plan.objects(issued))?;
        for index in 0..self.steps.prepare.len() {
            self.announce(index)?;
            self.target.perform(&self.steps.prepare[index])?;
        }
        self.staged = self.look_at_staged()?;
        let ids = self.staged.iter().map(|(path, file)| (path.clone(), file.ids)).collect();
        let manifest = plan.manifest(issued, &self.begin.author, prior, &ids);
        self.manifests = self
            .state
            .apart(&manifest)
            .into_iter()
            .map(|(directory, part)| (directory, encode(part)))
            .collect();
        for index in 0..self.manifests.len() {
            self.announce(self.steps.prepare.len() + index)?;
            let (directory, bytes) = &self.manifests[index];
            let staged = directory.staged_manifest(self.begin.generation);
            self.target.perform(&Step::Stage {
                staged,
                bytes: bytes.clone(),
                mode: Mode(0o600),
                ids: None,
                like: None,
            })?;
        }
        Ok(())
    }

    /// Makes known that a step may be done from now on. Steps in a row that stage share one record: their
    /// names are ours alone, so that taking back one which was not done yet finds nothing.
    fn announce(&mut self, index: usize) -> Result<(), HostError> {
        if index < self.announced {
            return Ok(());
        }
        let staging = |step: &&Step| matches!(step, Step::Stage { .. });
        let more = self.begin.steps[index..].iter().take_while(staging).count().saturating_sub(1);
        journal::announce(self.target, &self.state, index + more)?;
        self.announced = index + more + 1;
        Ok(())
    }

    /// Makes the directories of the state and keeps the bytes that are missing, after one look at all of them.
    fn keep(&mut self, objects: BTreeMap<(TargetPath, Digest), &[u8]>) -> Result<(), HostError> {
        let directories =
            self.state.directories().flat_map(|directory| [directory.generations(), directory.objects()]);
        let directories = directories.map(|path| Step::MakeDirectory { path, mode: Mode(0o700), ids: None });
        let objects = objects.into_iter().map(|((directory, digest), bytes)| Step::Keep {
            path: StateDirectory(directory).object(digest),
            bytes: bytes.to_vec(),
        });
        let steps: Vec<_> = directories.chain(objects).collect();
        let seen = self.target.observe(&Inventory::of(steps.iter().filter_map(Step::path).cloned()))?;
        steps
            .iter()
            .filter(|step| step.found(&seen) == StepStatus::Before)
            .try_for_each(|step| self.target.perform(step))
    }

    /// The staged files as they stand on the disk, by the path they are for.
    fn look_at_staged(&self) -> Result<BTreeMap<TargetPath, ObservedFile>, HostError> {
        let named = self.steps.swap.iter().filter_map(|step| match step {
            Step::Create { staged, path, .. } | Step::Exchange { staged, path, .. } => Some((staged, path)),
            _ => None,
        });
        let observed =
            self.target.observe(&Inventory::of(named.clone().map(|(staged, _)| staged.clone())))?;
        let files = named.filter_map(|(staged, path)| match observed.standing(staged) {
            PathState::File(file) => Some((path.clone(), file.clone())),
            _ => None,
        });
        Ok(files.collect())
    }

    /// Takes back what was staged; the first fault is the one that is told.
    fn give_up(self, cause: impl Into<ApplyError>) -> ApplyError {
        let cause = cause.into();
        // No service was touched yet, so nobody has to be waited for.
        let nobody = NoProver(String::new());
        let undone = Undone { begin: &self.begin, announced: self.announced, accept_drift: false };
        match reverse(self.target, &self.state, undone, &nobody) {
            Ok(reversed) if reversed.left.is_empty() => cause,
            Ok(reversed) => ApplyError::Incomplete([vec![cause.to_string()], reversed.left].concat()),
            Err(second) => ApplyError::Incomplete(vec![cause.to_string(), second.to_string()]),
        }
    }

    /// Has the staged set judged; where it is refused, everything is taken back.
    pub fn validate(mut self, validator: &dyn Validator) -> Result<Validated<'t>, ApplyError> {
        let staged = std::mem::take(&mut self.staged);
        let staged = staged.into_iter().map(|(path, file)| (path, file.bytes)).collect();
        match validator.validate(&staged) {
            Ok(()) => Ok(Validated(self)),
            Err(fault) => Err(self.give_up(fault)),
        }
    }
}

impl Transaction<'_> {
    /// One step of the second half; what it started must be ready before the next.
    fn swap_one(&mut self, index: usize, judges: Judges<'_>) -> Result<(), TakenBackCause> {
        let step = &self.steps.swap[index];
        // What it sends to was away just now, where something was started before it.
        if let Step::Start { unit, before: UnitRun::Running(_) } = step
            && !self.started.is_empty()
        {
            self.notes.extend(ready::drain(unit, judges.before));
        }
        let done = self.target.perform(step);
        match step {
            Step::Start { unit, .. } => {
                let failed = |why| TakenBackCause::Service(unit.clone(), why);
                done.map_err(|fault| failed(fault.what()))?;
                self.started.push(ready::wait(self.target, unit, judges.prover).map_err(failed)?);
                Ok(())
            }
            _ => done.map_err(TakenBackCause::Machine),
        }
    }
}

impl<'t> Validated<'t> {
    /// Puts everything in place.
    pub fn swap(self, judges: Judges<'_>) -> Result<Swapped<'t>, Box<Outcome>> {
        let mut transaction = self.0;
        let first = transaction.steps.prepare.len() + transaction.manifests.len();
        for index in 0..transaction.steps.swap.len() {
            let done = transaction.announce(first + index).map_err(TakenBackCause::Machine);
            if let Err(cause) = done.and_then(|()| transaction.swap_one(index, judges)) {
                return Err(Box::new(taken_back(transaction, cause, judges.before)));
            }
        }
        Ok(Swapped(transaction))
    }
}

impl Swapped<'_> {
    /// Proves the new state, then keeps it; takes it back where the proof fails.
    pub fn settle(self, judges: Judges<'_>, deadline: Duration) -> Outcome {
        let transaction = self.0;
        let proof = judges.prover.prove(deadline);
        if let Proof::Failed(cause) = proof {
            // What the proof met with may be no more than a sign of this.
            let left = stay(transaction.target, &transaction.started).err();
            let cause = left.map_or(cause.clone(), |(unit, why)| format!("{unit} {why}\n{cause}"));
            return taken_back(transaction, TakenBackCause::Proof(cause), judges.before);
        }
        if let Err((unit, why)) = look_again(transaction.target, &transaction.started) {
            return taken_back(transaction, TakenBackCause::Service(unit, why), judges.before);
        }
        let generation = transaction.begin.generation;
        let (own, manifest) = &transaction.manifests[0];
        let keep = Step::Create {
            staged: own.staged_manifest(generation),
            path: own.manifest(generation),
            after: Identity::File { digest: Digest::of(manifest), mode: Mode(0o600) },
        };
        if let Err(fault) = transaction.target.perform(&keep) {
            return taken_back(transaction, TakenBackCause::Machine(fault), judges.before);
        }
        let mut notes = transaction.notes;
        let left = match finish(transaction.target, &transaction.state, &transaction.begin) {
            Ok(told) => {
                notes.extend(told);
                None
            }
            Err(fault) => Some(fault.to_string()),
        };
        Outcome::Kept { generation, proof, notes, left }
    }
}

fn taken_back(transaction: Transaction<'_>, cause: TakenBackCause, before: &dyn Prover) -> Outcome {
    let Transaction { target, state, begin, announced, steps, .. } = transaction;
    let serves = steps.swap.iter().any(|step| step.unit().is_some());
    let undone = Undone { begin: &begin, announced, accept_drift: false };
    match reverse(target, &state, undone, before) {
        Ok(reversed) if reversed.left.is_empty() => {
            let untouched = || Proof::CouldNotRun("no service was touched".to_owned());
            let old_state = if serves { before.prove(PROOF) } else { untouched() };
            Outcome::RolledBack { cause, old_state, notes: reversed.notes }
        }
        Ok(reversed) => Outcome::Incomplete { cause, left: reversed.left },
        Err(fault) => Outcome::Incomplete { cause, left: vec![fault.to_string()] },
    }
}

/// All steps that the journal knows, in order: manifests are staged between the two halves.
fn announced(state: &StackState, generation: GenerationNumber, steps: &Steps) -> Vec<Step> {
    let manifests = state.directories().map(|directory| Step::Stage {
        staged: directory.staged_manifest(generation),
        bytes: Vec::new(),
        mode: Mode(0o600),
        ids: None,
        like: None,
    });
    steps.prepare.iter().cloned().chain(manifests).chain(steps.swap.iter().cloned()).collect()
}

fn refuse_leftovers(target: &dyn Host, steps: &[Step]) -> Result<(), ApplyError> {
    let names = Inventory::of(steps.iter().filter_map(Step::leftover).cloned());
    let observed = target.observe(&names)?;
    match observed.at.iter().find(|(_, standing)| !matches!(standing, PathState::Absent)) {
        Some((path, _)) => Err(ApplyError::Leftover(path.clone())),
        None => Ok(()),
    }
}

/// The files of a generation need their own size twice: in place and as an object.
fn refuse_without_room<'a>(
    target: &dyn Host,
    steps: &Steps,
    objects: impl Iterator<Item = &'a [u8]>,
) -> Result<(), ApplyError> {
    let size = |length: usize| (length as u64).next_multiple_of(BLOCK);
    let staged = steps.prepare.iter().map(|step| match step {
        Step::Stage { bytes, .. } => size(bytes.len()),
        _ => BLOCK,
    });
    let needed = staged.chain(objects.map(|bytes| size(bytes.len()))).sum::<u64>() + MARGIN;
    let free = target.free_space()?;
    if needed > free { Err(ApplyError::NoSpace { needed, free }) } else { Ok(()) }
}
