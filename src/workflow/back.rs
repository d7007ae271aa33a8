//! The way back to an earlier generation, as `rollback` and `destroy` go it.

use super::consent::Granted;
use super::host::HostChoice;
use super::proving::{Unproven, kept_stack};
use super::review::{HowShown, Subject, show};
use super::session::{Session, Stop};
use super::steady::steady_survey;
use super::{consent, host, load, proving};
use crate::apply::Judges;
use crate::apply::{ApplyError, ApplySession, NoProver, Outcome, Survey, SurveyRequest, pending};
use crate::component::wire;
use crate::host::Holder;
use crate::model::ground::Ground;
use crate::plan::DesiredSource;
use std::path::Path;

/// How a way back is asked for and judged.
pub(crate) struct Back {
    /// What is asked.
    pub(crate) question: &'static str,
    /// Whether every line is shown.
    pub(crate) full: bool,
    /// What was granted.
    pub(crate) granted: Granted,
    /// Why nothing is proven; `None` where it is.
    pub(crate) unproven: Option<NoProver>,
}

/// What a way back did.
pub(crate) struct WentBack {
    /// What was seen before.
    pub(crate) seen: Survey,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// Whether something stays, as its plan named it.
    pub(crate) stays: bool,
}

/// Finishes or takes back what a killed run left. Before anything else: of a first apply that was killed
/// there is nothing yet to go back to.
pub(crate) fn recovered(
    session: &mut Session,
    place: &mut HostChoice,
    request: &SurveyRequest<'_>,
    accept_drift: bool,
) -> Result<(), Stop> {
    match pending(place.target(), request.ground).map_err(|error| host::stopped(&error))?.0 {
        Some(_) => consent::recover(session, place.exclusive(), request, ("rollback", accept_drift)),
        None => Ok(()),
    }
}

/// Shows, asks and carries out; `None` where there is nothing to do.
pub(crate) fn go_back(
    session: &mut Session,
    place: &mut HostChoice,
    request: &SurveyRequest<'_>,
    back: &Back,
) -> Result<Option<WentBack>, Stop> {
    let stop = |error| host::stopped(&error);
    let seen = steady_survey(place.target(), request)?;
    consent::say_doubts(session, &seen.doubts);
    let subject = Subject {
        file: None,
        place,
        ground: request.ground,
        survey: &seen,
        stack: None,
        as_root: String::new(),
        validation: None,
    };
    let view = show(session, &subject, HowShown { full: back.full, approved: back.granted.approved })?;
    if seen.plan.is_empty() {
        return Ok(None);
    }
    consent::refuse(&seen, back.granted)?;
    consent::ask(session, back.granted, &view.question(back.question))?;
    let outcome = carry_out(session, place, (request, &seen), back).map_err(stop)?;
    Ok(Some(WentBack { seen, outcome, stays: !view.leaves.is_empty() }))
}

fn carry_out(
    session: &mut Session,
    place: &mut HostChoice,
    (request, seen): (&SurveyRequest<'_>, &Survey),
    back: &Back,
) -> Result<Outcome, ApplyError> {
    let verb = match &seen.plan.source {
        DesiredSource::Generation(number, _) => format!("rollback to {number}"),
        DesiredSource::Stack(_) => "rollback".to_owned(),
    };
    let holder = host::holder(session, &verb);
    let stages = proving::stages(session);
    let before = seen.text_before(place.target(), request.ground)?;
    let stacks = [kept_stack(seen.text_after.as_deref()), kept_stack(before.as_deref())];
    let wirings = stacks.each_ref().map(|stack| stack.as_ref().and_then(|stack| wire(stack).ok()));
    let [after, before] =
        wirings.each_ref().map(|wired| proving::prover(wired.as_ref().map(|(wiring, _)| wiring), &stages));
    let waiting = back.unproven.as_ref().map(|nobody| Unproven(&*after, nobody));
    let judges = match (&waiting, &back.unproven) {
        (_, Some(nobody)) if place.machine().is_none() => Judges::none(nobody),
        (Some(waiting), Some(nobody)) => Judges { prover: waiting, before: &*before, ..Judges::none(nobody) },
        _ => Judges { validator: &crate::apply::NoValidator, prover: &*after, before: &*before },
    };
    consent::carry_out(place.exclusive(), (request, seen), (back.granted, &holder, judges))
}

/// Says that the stack's file still holds another text than the generation that was gone back to.
pub(crate) fn say_newer(session: &mut Session, (seen, stack): (&Survey, &Path), place: &HostChoice) {
    let now = load::text(stack).ok();
    if let (Some(now), Some(then)) = (now, &seen.text_after)
        && now != *then
    {
        let number = seen.plan.next_generation();
        let (stack, flag) = (stack.display(), place.flag());
        let help = format!("`tracewright plan {stack}{flag}` shows what `apply` would change again");
        session.say(&format!(
            "note: the stack's file is not what generation {number} was made from\n  help: {help}\n"
        ));
    }
}

/// What was given back, in numbers.
pub(crate) fn say_gone(session: &mut Session, seen: &Survey, notes: &[String]) {
    consent::say_notes(session, notes);
    let (added, changed, destroyed) = seen.plan.counts();
    session.print(&format!("\nDestroy complete! {added} added, {changed} changed, {destroyed} destroyed.\n"));
}

/// Removes a state with which nothing has to be given back any more, as the lock holds it still.
pub(crate) fn forget(place: &mut HostChoice, ground: &Ground, holder: &Holder) -> Result<(), ApplyError> {
    let run = ApplySession::begin(place.exclusive(), ground, holder)?;
    // Somebody applied it meanwhile.
    if run.forget_given_back()? { Ok(()) } else { Err(ApplyError::Locked(None)) }
}
