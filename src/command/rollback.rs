//! `rollback`: an apply whose wish is an earlier generation.

use super::apply::unproven;
use super::consent::{self, Granted};
use super::host::{self, Place};
use super::load::load_name;
use super::plan::digests;
use super::proving::{self, Unproven, kept_stack};
use super::steady::steady_survey;
use super::{Exit, Session, Stop};
use crate::apply::{ApplyError, Judges, NoProver, Outcome, Request, Survey, Wish, pending};
use crate::cli;
use crate::plan::{GenerationNumber, GoalSource};
use crate::report::plan::{Frame, text};
use crate::stack::HostName;
use crate::wiring::wire;

pub(super) fn run(session: &mut Session, arguments: &cli::Rollback) -> Result<Exit, Stop> {
    let name = load_name(&arguments.stack.stack)?;
    let host = HostName::this();
    let mut place = Place::of(&arguments.root, &host)?;
    let ground = place.ground_back(&name, &arguments.stack.stack)?;
    let wish = Wish::Generation(arguments.to.map(GenerationNumber));
    let request = Request {
        stack: &name,
        host: &host,
        ground: &ground,
        wish,
        text: None,
        authorities: None,
        now: session.now,
    };
    let granted = Granted::of(&arguments.consent, true);
    recovered(session, &mut place, &request)?;
    let back =
        Back { question: "Do you want to go back?", granted, unproven: unproven(&place, arguments.no_prove) };
    let Some((seen, outcome)) = go_back(session, &mut place, &request, &back)? else { return Ok(Exit::Fine) };
    Ok(consent::ended(session, &seen, ("Rollback", outcome)))
}

/// How a way back is asked for and judged.
pub(super) struct Back {
    /// What is asked.
    pub(super) question: &'static str,
    /// What was granted.
    pub(super) granted: Granted,
    /// Why nothing is proven; `None` where it is.
    pub(super) unproven: Option<NoProver>,
}

/// Finishes or takes back what a killed run left. Before anything else: of a first apply that was killed
/// there is nothing yet to go back to.
pub(super) fn recovered(session: &mut Session, place: &mut Place, request: &Request<'_>) -> Result<(), Stop> {
    match pending(place.target(), request.ground).map_err(|error| host::stopped(&error))? {
        Some(_) => consent::recover(session, place.exclusive(), request, "rollback"),
        None => Ok(()),
    }
}

/// Shows, asks and carries out; `None` where there is nothing to do.
pub(super) fn go_back(
    session: &mut Session,
    place: &mut Place,
    request: &Request<'_>,
    back: &Back,
) -> Result<Option<(Survey, Outcome)>, Stop> {
    let stop = |error| host::stopped(&error);
    let seen = steady_survey(place.target(), request)?;
    let digests = digests(&seen);
    session.print(&text(&seen.plan, &Frame { place: &place.shown(), dataflow: "", digests: &digests }));
    if seen.plan.is_empty() {
        return Ok(None);
    }
    consent::refuse(&seen, back.granted)?;
    consent::ask(session, back.granted, back.question)?;
    let outcome = carry_out(session, place, (request, &seen), back).map_err(stop)?;
    Ok(Some((seen, outcome)))
}

fn carry_out(
    session: &mut Session,
    place: &mut Place,
    (request, seen): (&Request<'_>, &Survey),
    back: &Back,
) -> Result<Outcome, ApplyError> {
    let verb = match &seen.plan.source {
        GoalSource::Generation(number, _) => format!("rollback to {number}"),
        GoalSource::Stack(_) => "rollback".to_owned(),
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
