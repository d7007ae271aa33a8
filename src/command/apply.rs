//! `apply`: the plan, one question, one transaction.

use crate::apply::{DesiredState, Outcome, Survey, SurveyRequest};
use crate::cli::ApplyArguments;
use crate::exit::Exit;
use crate::model::prior::GenerationNumber;
use crate::workflow::change::{carry_out, expect, fresh_survey, next_steps, refused, unproven};
use crate::workflow::host::HostChoice;
use crate::workflow::judge::{CheckedStack, judge};
use crate::workflow::load::{Loaded, load};
use crate::workflow::review::{HowShown, Subject, show};
use crate::workflow::saved::{self, SavedPlan};
use crate::workflow::session::{Session, Stop};
use crate::workflow::survey::host_of;
use crate::workflow::validation::{Asking, heed};
use crate::workflow::{ca, clock, consent, host, proving, reach, readers};
use std::path::Path;

pub(super) fn run(session: &mut Session, arguments: &ApplyArguments) -> Result<Exit, Stop> {
    let saved = saved::read(&arguments.stack)?;
    let (stack, root) = match &saved {
        Some(saved) => (saved.stack(), saved.root(&arguments.root)?),
        None => (arguments.stack.clone(), arguments.root.clone()),
    };
    let loaded = load(&stack)?;
    saved.as_ref().map_or(Ok(()), |saved| saved.is_of(&loaded.stack.name, host_of(&loaded.stack)))?;
    let mut place = HostChoice::to_write(&root, host_of(&loaded.stack))?;
    let judged = judge(session, &loaded, &host::environment(place.target(), &loaded.stack, &root.left_out)?)?;
    judged.refuse(session)?;
    let ground = place.ground(&loaded.stack.name, Some(&judged.wiring), &root.left_out)?;
    let cas = ca::open(&loaded.stack.certificates, &place, &ground)?;
    let request = SurveyRequest {
        stack: &loaded.stack.name,
        host: host_of(&loaded.stack),
        ground: &ground,
        desired: DesiredState::Stack(&judged.desired),
        text: Some(&loaded.text),
        cas: cas.as_ref(),
        now: session.now,
    };
    let survey = fresh_survey(session, &mut place, &request, arguments.consent.accept_drift)?;
    consent::say_doubts(session, &survey.doubts);
    reach::confirm(session, (&loaded, &judged), (&ground, &survey))?;
    let asking = Asking { arguments: &arguments.validators, loaded: &loaded, judged: &judged };
    let validation = asking.about_changes(&survey.plan)?;
    heed(session, &validation, &judged)?;
    let subject = Subject {
        file: Some(loaded.document.source().to_string()),
        place: &place,
        ground: &ground,
        survey: &survey,
        stack: Some((&loaded.text, &judged)),
        as_root: reach::as_root("apply", &stack),
        validation: Some(&validation),
    };
    let how = HowShown { full: arguments.consent.full, approved: arguments.consent.auto_approve };
    let view = show(session, &subject, how)?;
    consent::say_notes(session, survey.notes());
    reviewed(arguments, (saved.as_ref(), &judged), &survey)?;
    if survey.plan.is_empty() {
        reach::refuse_nothing_own(&survey, &stack)?;
        return Ok(Exit::Fine);
    }
    let granted = consent::Granted::of(&arguments.consent, arguments.adopt);
    consent::refuse(&survey, granted)?;
    clock::refuse_wrong(session, &survey)?;
    reach::refuse_issuing(&survey, &judged, &ground)?;
    let unproven = unproven(&place, arguments.no_prove);
    if unproven.is_none() {
        proving::possible(&judged.wiring, &ground)?;
    }
    consent::ask(session, granted, &view.question("Do you want to make these changes?"))?;
    let outcome = carry_out(session, &mut place, (&request, &survey), (granted, &asking, unproven))
        .map_err(|error| refused(session, error, &judged))?;
    Ok(told(session, (&loaded, &judged), (&place, &stack), (&survey, outcome)))
}

/// Whether it is what was reviewed: by a digest, or as it was saved.
///
/// # Errors
/// It is not.
fn reviewed(
    arguments: &ApplyArguments,
    (saved, judged): (Option<&SavedPlan>, &CheckedStack<'_>),
    survey: &Survey,
) -> Result<(), Stop> {
    expect(arguments.expect.as_deref(), survey)?;
    saved.map_or(Ok(()), |saved| saved.hold(&judged.desired, survey))
}

/// How it ended, and what to do next.
fn told(
    session: &mut Session,
    (loaded, judged): (&Loaded, &CheckedStack<'_>),
    named: (&HostChoice, &Path),
    (survey, outcome): (&Survey, Outcome),
) -> Exit {
    let kept = matches!(&outcome, Outcome::Kept { .. });
    let first = matches!(&outcome, Outcome::Kept { generation, .. } if *generation == GenerationNumber(1));
    let exit = consent::ended(session, survey, ("Apply", outcome));
    readers::say_not_shown(session, kept, &judged.topology.readers);
    if first {
        next_steps(session, loaded, named);
    }
    exit
}
