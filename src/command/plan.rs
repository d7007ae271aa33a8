//! `plan`: what apply would change. Creates nothing, takes no lock.

use crate::apply::Survey;
use crate::cli::{Format, PlanArguments};
use crate::exit::Exit;
use crate::report::document::{DataflowReport, engines};
use crate::report::plan::PlanFrame;
use crate::report::{plan, plan_json, verdict};
use crate::workflow::host::HostChoice;
use crate::workflow::judge::judge;
use crate::workflow::load::load;
use crate::workflow::session::{Session, Stop};
use crate::workflow::survey::{digests, host_of, look, say_pending};
use crate::workflow::validation::{Asking, heed};
use crate::workflow::{clock, consent, host, reach};

pub(super) fn run(session: &mut Session, arguments: &PlanArguments) -> Result<Exit, Stop> {
    let loaded = load(&arguments.stack.stack)?;
    let place = HostChoice::of(&arguments.root, host_of(&loaded.stack))?;
    let judged = judge(session, &loaded, &host::environment(place.target(), &loaded.stack)?)?;
    judged.refuse(session)?;
    let ground = place.ground(&loaded.stack.name, Some(&judged.wiring))?;
    let survey = look(session, (&place, &ground), (&loaded, &judged))?;
    consent::say_doubts(session, &survey.doubts);
    reach::confirm(session, (&loaded, &judged), (&ground, &survey))?;
    let asking = Asking { arguments: &arguments.validators, loaded: &loaded, judged: &judged };
    let validation = asking.about_changes(&survey.plan)?;
    heed(session, &validation, &judged)?;
    let dataflow = verdict::dataflow(&judged.topology, &judged.verdict, &validation);
    let digests = digests(&survey);
    match arguments.format {
        Format::Text => {
            let as_root = reach::as_root("plan", &arguments.stack.stack);
            let frame = PlanFrame {
                place: &place.shown(),
                dataflow: &dataflow,
                digests: &digests,
                as_root: &as_root,
            };
            session.print(&plan::text(&survey.plan, &frame));
        }
        Format::Json => {
            let dataflow = DataflowReport::of(&judged.topology, &judged.verdict, &validation);
            let engines = engines(&validation);
            session.print(&plan_json::text(&survey.plan, &digests, &dataflow, &engines));
        }
    }
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
