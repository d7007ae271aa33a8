//! `plan`: what apply would change. Creates nothing but the file that a plan is saved in, takes no lock.

use crate::apply::Survey;
use crate::cli::PlanArguments;
use crate::exit::Exit;
use crate::model::prior::GenerationNumber;
use crate::workflow::forms::PlanForms;
use crate::workflow::host::HostChoice;
use crate::workflow::judge::judge;
use crate::workflow::load::load;
use crate::workflow::review::{Subject, full, review};
use crate::workflow::saved::{ToSave, save};
use crate::workflow::session::{Session, Stop};
use crate::workflow::survey::{host_of, look, say_pending};
use crate::workflow::validation::{Asking, heed};
use crate::workflow::{base, clock, consent, host, reach, way_back};

pub(super) fn run(session: &mut Session, arguments: &PlanArguments) -> Result<Exit, Stop> {
    if let Some(base) = &arguments.base {
        return base::run(session, arguments, base);
    }
    if let Some(to) = arguments.to.or(arguments.destroy.then_some(0)) {
        let survey = way_back::show(session, arguments, GenerationNumber(to))?;
        return Ok(survey.map_or(Exit::Fine, |survey| exit(&survey, arguments.detailed_exitcode)));
    }
    ahead(session, arguments)
}

/// What the stack asks for.
fn ahead(session: &mut Session, arguments: &PlanArguments) -> Result<Exit, Stop> {
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
    let view = review(session, &subject)?.view;
    let forms =
        PlanForms { view: &view, full: &|| full(&subject), judged: Some((&judged, &validation)), back: None };
    forms.print(session, arguments)?;
    let doubt = clock::doubt(session.now, &survey);
    consent::say_notes(session, &survey.notes().iter().cloned().chain(doubt).collect::<Vec<_>>());
    say_pending(session, &survey);
    if let Some(out) = &arguments.out {
        let (stack, root) = (&*arguments.stack.stack, &arguments.root);
        save(session, out, &ToSave { stack, root, desired: &judged.desired, survey: &survey })?;
    }
    Ok(exit(&survey, arguments.detailed_exitcode))
}

fn exit(survey: &Survey, detailed: bool) -> Exit {
    match (survey.plan.refused().next(), survey.plan.is_settled() && survey.pending.is_none(), detailed) {
        (Some(_), ..) => Exit::Refused,
        (None, false, true) => Exit::Changes,
        _ => Exit::Fine,
    }
}
