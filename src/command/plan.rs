//! `plan`: what apply would change. Creates nothing, takes no lock.

use super::host::{self, Place};
use super::judge::{Judged, judge};
use super::load::{Loaded, load};
use super::opinion::{Asking, heed};
use super::{Exit, Session, Stop, authority, reach};
use crate::apply::{Fate, Killed, Request, Survey, Wish, survey};
use crate::cli::{Format, Plan};
use crate::plan::{GoalSource, Ground};
use crate::report::plan::{self, Frame};
use crate::report::{plan_json, verdict};
use crate::stack::Stack;

pub(super) fn run(session: &mut Session, arguments: &Plan) -> Result<Exit, Stop> {
    let loaded = load(&arguments.stack.stack)?;
    let place = Place::of(&arguments.root, host_of(&loaded.stack))?;
    let judged = judge(session, &loaded, &host::environment(place.target(), &loaded.stack)?)?;
    judged.refuse(session)?;
    let ground = place.ground(&loaded.stack.name, Some(&judged.wiring))?;
    let survey = look(session, (&place, &ground), (&loaded, &judged))?;
    reach::confirm(session, (&loaded, &judged), (&ground, &survey))?;
    let asking = Asking { arguments: &arguments.validators, loaded: &loaded, judged: &judged };
    let opinion = asking.about_changes(&survey.plan)?;
    heed(session, &opinion, &judged)?;
    let dataflow = verdict::dataflow(&judged.topology, &judged.verdict, &opinion);
    let digests = digests(&survey);
    match arguments.format {
        Format::Text => {
            let frame = Frame { place: &place.shown(), dataflow: &dataflow, digests: &digests };
            session.print(&plan::text(&survey.plan, &frame));
        }
        Format::Json => {
            let dataflow = verdict::dataflow_json(&judged.topology, &judged.verdict, &opinion);
            let engines = verdict::engines_json(&opinion);
            session.print(&plan_json::text(&survey.plan, &digests, &dataflow, &engines));
        }
    }
    reach::say_rest(session, &judged, (&ground, &arguments.stack.stack));
    say_pending(session, &survey);
    Ok(exit(&survey, arguments.detailed_exitcode))
}

fn exit(survey: &Survey, detailed: bool) -> Exit {
    match (survey.plan.refused().next(), survey.plan.is_empty() && survey.pending.is_none(), detailed) {
        (Some(_), ..) => Exit::Refused,
        (None, false, true) => Exit::Changes,
        _ => Exit::Fine,
    }
}

/// The host of a stack that has one.
pub(super) fn host_of(stack: &Stack) -> &crate::stack::HostName {
    stack.hosts.keys().next().expect("a stack has a host")
}

/// What a stack's wish meets where it is planned.
pub(super) fn look(
    session: &Session,
    (place, ground): (&Place, &Ground),
    (loaded, judged): (&Loaded, &Judged<'_>),
) -> Result<Survey, Stop> {
    let authorities = authority::open(&loaded.stack.certificates, ground)?;
    let request = Request {
        stack: &loaded.stack.name,
        host: host_of(&loaded.stack),
        ground,
        wish: Wish::Stack(&judged.desired),
        text: Some(&loaded.text),
        authorities: authorities.as_ref(),
        now: session.now,
    };
    survey(place.target(), &request).map_err(|error| host::stopped(&error))
}

/// Both digests: the first is for reviews, the second for this host.
pub(super) fn digests(survey: &Survey) -> Vec<(&'static str, String)> {
    let desired = match &survey.plan.source {
        GoalSource::Stack(digest) => Some(("Desired", digest.clone())),
        GoalSource::Generation(..) => None,
    };
    desired.into_iter().chain([("Plan", survey.digest.to_string())]).collect()
}

/// A run that was killed is told of, and left to the next verb that writes.
pub(super) fn say_pending(session: &mut Session, survey: &Survey) {
    if let Some(killed) = &survey.pending {
        session.say(&format!("note: {}\n", told(killed)));
    }
}

/// Who was killed, and what becomes of it.
pub(super) fn told(Killed { author, fate }: &Killed) -> String {
    let who = if author.user.is_empty() {
        author.verb.clone()
    } else {
        format!("{} by {}", author.verb, author.user)
    };
    let then = match fate {
        Fate::Forgotten => "it had changed nothing".to_owned(),
        Fate::Finished(generation) => {
            format!("generation {generation} is kept, and the next apply or rollback clears up first")
        }
        Fate::TakenBack => "the next apply or rollback takes it back first".to_owned(),
        Fate::GivenBack => {
            "everything was given back, and the next run removes what is left of the state".to_owned()
        }
        Fate::Roots => "`sudo tracewright apply` finishes it or takes it back".to_owned(),
    };
    format!("{who} ended half way; {then}")
}
