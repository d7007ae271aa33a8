//! `plan`: what apply would change. Creates nothing, takes no lock.

use crate::apply::Survey;
use crate::cli::{PlanArguments, PlanFormat};
use crate::exit::Exit;
use crate::report;
use crate::workflow::host::HostChoice;
use crate::workflow::judge::judge;
use crate::workflow::load::load;
use crate::workflow::review::{Subject, full, json, markdown, review};
use crate::workflow::session::{Session, Stop};
use crate::workflow::survey::{host_of, look, say_pending};
use crate::workflow::validation::{Asking, heed};
use crate::workflow::{base, clock, consent, host, reach};

pub(super) fn run(session: &mut Session, arguments: &PlanArguments) -> Result<Exit, Stop> {
    if let Some(base) = &arguments.base {
        return base::run(session, arguments, base);
    }
    let loaded = load(&arguments.stack.stack)?;
    let place = HostChoice::of(&arguments.root, host_of(&loaded.stack))?;
    let judged = judge(
        session,
        &loaded,
        &host::environment(place.target(), &loaded.stack, &arguments.root.left_out)?,
    )?;
    judged.refuse(session)?;
    let ground = place.ground(&loaded.stack.name, Some(&judged.wiring), &arguments.root.left_out)?;
    let survey = look(session, (&place, &ground), (&loaded, &judged))?;
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
        as_root: reach::as_root("plan", &arguments.stack.stack),
        validation: Some(&validation),
    };
    let view = review(session, &subject)?;
    let text = match arguments.format {
        PlanFormat::Text if arguments.full => full(&subject),
        PlanFormat::Text => report::review::text(&view, session.page()),
        PlanFormat::Markdown => markdown(&view, &judged),
        PlanFormat::Json => json(session, view, &subject),
    };
    session.print(&text);
    let doubt = clock::doubt(session.now, &survey);
    consent::say_notes(session, &survey.notes().iter().cloned().chain(doubt).collect::<Vec<_>>());
    say_pending(session, &survey);
    Ok(exit(&survey, arguments.detailed_exitcode))
}

fn exit(survey: &Survey, detailed: bool) -> Exit {
    match (survey.plan.refused().next(), survey.plan.is_settled() && survey.pending.is_none(), detailed) {
        (Some(_), ..) => Exit::Refused,
        (None, false, true) => Exit::Changes,
        _ => Exit::Fine,
    }
}
