//! The whole of one apply or rollback: lock, recover, look again, refuse or carry out.

use super::prover::{NoProver, Prover};
use super::survey::{Request, Survey, survey};
use super::transaction::{Outcome, Transaction};
use super::validator::{NoValidator, Validator};
use super::{ApplyError, Recovered, recover};
use crate::pki::{Issued, issue};
use crate::plan::{Author, PlanDigest, state_folder};
use crate::stack::StackName;
use crate::target::{Holder, LocalRoot, Lock, Target};
use std::time::Duration;

/// How long a proof may take.
const PROOF: Duration = Duration::from_secs(60);

/// What the person agreed to.
#[derive(Clone, Copy, Debug)]
pub struct Consent {
    /// The plan that was shown.
    pub approved: PlanDigest,
    /// Whether changes of others may be overwritten.
    pub accept_drift: bool,
    /// Whether files that are not ours may be taken over.
    pub adopt: bool,
}

/// Who has the last word: on what was staged, and on what then runs.
#[derive(Clone, Copy)]
pub struct Judges<'a> {
    /// Before anything is put in place.
    pub validator: &'a dyn Validator,
    /// Before anything is kept.
    pub prover: &'a dyn Prover,
}

impl Judges<'static> {
    /// Nobody judges, and nothing runs that could be proven.
    pub const NONE: Self = Self { validator: &NoValidator, prover: &NoProver };
}

/// A held lock on the state of a stack.
#[derive(Debug)]
pub struct Session<'t> {
    target: &'t mut LocalRoot,
    stack: StackName,
    author: Author,
    _lock: Lock,
}

impl<'t> Session<'t> {
    /// Takes the lock, making the root and the state folder where they are missing.
    pub fn begin(target: &'t mut LocalRoot, stack: &StackName, holder: &Holder) -> Result<Self, ApplyError> {
        let folder = state_folder(stack);
        target.state_folders(&folder)?;
        let lock = Lock::take(target.disk.root(), &folder, holder)?.map_err(ApplyError::Locked)?;
        let author =
            Author { time: holder.time.clone(), user: holder.user.clone(), verb: holder.verb.clone() };
        Ok(Self { target, stack: stack.clone(), author, _lock: lock })
    }

    /// Finishes or takes back what a killed run left.
    pub fn recover(&mut self) -> Result<Option<Recovered>, ApplyError> {
        recover(self.target, &self.stack)
    }

    /// Looks at the host again and carries the approved plan out.
    pub fn apply(
        &mut self,
        request: &Request<'_>,
        consent: &Consent,
        judges: Judges<'_>,
    ) -> Result<Outcome, ApplyError> {
        apply(self.target, request, consent, (&self.author, judges))
    }
}

/// Looks at a host, and carries the plan out if it is the one that was approved. The caller holds the
/// lock; what an earlier run left is recovered first.
pub fn apply(
    target: &mut dyn Target,
    request: &Request<'_>,
    consent: &Consent,
    (author, judges): (&Author, Judges<'_>),
) -> Result<Outcome, ApplyError> {
    recover(target, request.stack)?;
    let survey = survey(target, request)?;
    if survey.digest != consent.approved {
        return Err(ApplyError::Stale { approved: consent.approved, now: survey.digest });
    }
    if survey.plan.is_empty() {
        return Ok(Outcome::Unchanged);
    }
    refuse(&survey, consent)?;
    let issued = issued(&survey, request)?;
    // Kept before anything that it signed is in place: a key that is lost afterwards costs every leaf.
    if let (Some(folder), Some(authority)) = (request.authorities, &issued.new_authority) {
        folder.keep(authority)?;
    }
    let staged = Transaction::stage(target, &survey, &issued, author)?;
    Ok(match staged.validate(judges.validator)?.swap() {
        Ok(swapped) => swapped.settle(judges.prover, PROOF),
        Err(outcome) => outcome,
    })
}

fn refuse(survey: &Survey, consent: &Consent) -> Result<(), ApplyError> {
    let refused: Vec<String> =
        survey.plan.refused().map(|(entry, why)| format!("{}: {why}", entry.path)).collect();
    if !refused.is_empty() {
        return Err(ApplyError::Refused(refused));
    }
    let drifted: Vec<_> = survey.plan.drifted().map(|entry| entry.path.clone()).collect();
    if !drifted.is_empty() && !consent.accept_drift {
        return Err(ApplyError::Drift(drifted));
    }
    let adopted: Vec<_> = survey.plan.adopted().map(|entry| entry.path.clone()).collect();
    if !adopted.is_empty() && !consent.adopt {
        return Err(ApplyError::NotAdopted(adopted));
    }
    Ok(())
}

fn issued(survey: &Survey, request: &Request<'_>) -> Result<Issued, ApplyError> {
    let wishes = &survey.plan.to_issue;
    match &wishes.authority {
        Some(authority) if !wishes.is_empty() => {
            let kept = survey.authority.as_ref().filter(|_| !wishes.new_authority);
            Ok(issue(&wishes.leaves, authority, kept, request.now)?)
        }
        _ => Ok(Issued::default()),
    }
}
