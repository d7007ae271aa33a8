//! The whole of one apply or rollback: lock, recover, look again, refuse or carry out.

use super::forget::{forget, is_given_back, remembers_nothing};
use super::judges::{Judges, PROOF};
use super::survey::{Survey, SurveyRequest, survey};
use super::transaction::{Outcome, Transaction};
use super::{ApplyError, Recovered, pending, recover};
use crate::host::{Exclusive, Holder, Host, Lock};
use crate::model::ground::Ground;
use crate::pki::{Issued, issue};
use crate::plan::{Author, PlanDigest};

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

/// The held locks on the state of a stack.
pub struct ApplySession<'t> {
    target: &'t mut dyn Exclusive,
    ground: Ground,
    author: Author,
    _locks: Vec<Lock>,
}

impl<'t> ApplySession<'t> {
    /// Takes the lock of every part of the state, making the directories that are missing.
    pub fn begin(
        target: &'t mut dyn Exclusive,
        ground: &Ground,
        holder: &Holder,
    ) -> Result<Self, ApplyError> {
        let own = target.lock(ground.state(), holder)?.map_err(ApplyError::Locked)?;
        let mut locks = vec![own];
        for (user, _, directory) in ground.words() {
            let of_part = |by| ApplyError::LockedPart { user: user.clone(), by };
            locks.push(target.lock(&directory, holder)?.map_err(of_part)?);
        }
        let author =
            Author { time: holder.time.clone(), user: holder.user.clone(), verb: holder.verb.clone() };
        Ok(Self { target, ground: ground.clone(), author, _locks: locks })
    }

    /// Finishes or takes back what a killed run left, as [`recover`] does.
    pub fn recover(&mut self, accept_drift: bool) -> Result<Option<Recovered>, ApplyError> {
        recover(self.target, &self.ground, accept_drift)
    }

    /// Looks at the host again and carries the approved plan out.
    pub fn apply(
        &mut self,
        request: &SurveyRequest<'_>,
        consent: &Consent,
        judges: Judges<'_>,
    ) -> Result<Outcome, ApplyError> {
        apply(self.target, request, consent, (&self.author, judges))
    }

    /// Removes a state that no generation and no journal is in: that of a first apply which was taken back.
    pub fn forget_nothing(self) -> Result<bool, ApplyError> {
        let nothing = remembers_nothing(self.target, &self.ground)?;
        self.forget(nothing)
    }

    /// Removes a state whose newest generation is what stood there before the first; whether that is so.
    pub fn forget_given_back(self) -> Result<bool, ApplyError> {
        let given_back = is_given_back(self.target, &self.ground)?;
        self.forget(given_back)
    }

    fn forget(self, may: bool) -> Result<bool, ApplyError> {
        let forgets = may && pending(self.target, &self.ground)?.0.is_none();
        if forgets {
            forget(self.target, &self.ground).map_err(|fault| match fault {
                ApplyError::Unfinished(_) => fault,
                fault => ApplyError::Unfinished(fault.to_string()),
            })?;
        }
        Ok(forgets)
    }
}

/// Looks at a host, and carries the plan out if it is the one that was approved. The caller holds the
/// lock; what an earlier run left is recovered first.
pub fn apply(
    target: &mut dyn Host,
    request: &SurveyRequest<'_>,
    consent: &Consent,
    (author, judges): (&Author, Judges<'_>),
) -> Result<Outcome, ApplyError> {
    recover(target, request.ground, consent.accept_drift)?;
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
    if let (Some(directory), Some(ca)) = (request.cas, &issued.new_ca) {
        directory.keep(ca)?;
    }
    let staged = Transaction::stage(target, &survey, &issued, author)?;
    Ok(match staged.validate(judges.validator)?.swap(judges) {
        Ok(swapped) => swapped.settle(judges, PROOF),
        Err(outcome) => *outcome,
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

fn issued(survey: &Survey, request: &SurveyRequest<'_>) -> Result<Issued, ApplyError> {
    let to_issue = &survey.plan.to_issue;
    match &to_issue.ca {
        Some(ca) if !to_issue.is_empty() => {
            let kept = survey.ca.as_ref().filter(|_| !to_issue.new_ca);
            Ok(issue(&to_issue.leaves, ca, kept, request.now)?)
        }
        _ => Ok(Issued::default()),
    }
}
