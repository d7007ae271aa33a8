//! `apply`: the plan, one question, one transaction.

use crate::apply::{DesiredState, Outcome, SurveyRequest};
use crate::cli::ApplyArguments;
use crate::exit::Exit;
use crate::model::prior::GenerationNumber;
use crate::workflow::change::{carry_out, expect, fresh_survey, next_steps, refused, unproven};
use crate::workflow::host::HostChoice;
use crate::workflow::judge::judge;
use crate::workflow::load::load;
use crate::workflow::review::{Subject, show};
use crate::workflow::session::{Session, Stop};
use crate::workflow::survey::host_of;
use crate::workflow::validation::{Asking, heed};
use crate::workflow::{ca, clock, consent, host, proving, reach, readers};

pub(super) fn run(session: &mut Session, arguments: &ApplyArguments) -> Result<Exit, Stop> {
    let loaded = load(&arguments.stack.stack)?;
    let mut place = HostChoice::to_write(&arguments.root, host_of(&loaded.stack))?;
    let judged = judge(
        session,
        &loaded,
        &host::environment(place.target(), &loaded.stack, &arguments.root.left_out)?,
    )?;
    judged.refuse(session)?;
    let ground = place.ground(&loaded.stack.name, Some(&judged.wiring), &arguments.root.left_out)?;
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
        as_root: reach::as_root("apply", &arguments.stack.stack),
        validation: Some(&validation),
    };
    let view = show(session, &subject, arguments.consent.full)?;
    consent::say_notes(session, survey.notes());
    expect(arguments.expect.as_deref(), &survey)?;
    if survey.plan.is_empty() {
        reach::refuse_nothing_own(&survey, &arguments.stack.stack)?;
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
    let kept = matches!(&outcome, Outcome::Kept { .. });
    let first = matches!(&outcome, Outcome::Kept { generation, .. } if *generation == GenerationNumber(1));
    let exit = consent::ended(session, &survey, ("Apply", outcome));
    readers::say_not_shown(session, kept, &judged.topology.readers);
    if first {
        next_steps(session, &loaded, (&place, &arguments.stack.stack));
    }
    Ok(exit)
}
