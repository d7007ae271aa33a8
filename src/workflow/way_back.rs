//! What a rollback or a destroy would change: the plan of it, and nothing else. Writes nothing, takes no lock.

use super::consent;
use super::forms::PlanForms;
use super::host::{self, HostChoice};
use super::load::name_of;
use super::review::{self, Subject, full};
use super::session::{Session, Stop};
use super::steady::steady_survey;
use super::survey::say_pending;
use crate::apply::{self, DesiredState, Survey, SurveyRequest};
use crate::cli::{NamedStackArgument, PlanArguments, PlanFormat};
use crate::model::names::HostName;
use crate::model::prior::GenerationNumber;

/// Shows the way back to a generation; what was seen of the host, or `None` where nothing of the stack is
/// there.
///
/// # Errors
/// The generation is not there, or the state cannot be read.
pub(crate) fn show(
    session: &mut Session,
    arguments: &PlanArguments,
    to: GenerationNumber,
) -> Result<Option<Survey>, Stop> {
    let stack = NamedStackArgument { stack: arguments.stack.stack.clone(), name: arguments.name.clone() };
    let name = name_of(&stack)?;
    let host = HostName::this();
    let place = HostChoice::of(&arguments.root, &host)?;
    let ground = place.ground_back(&name, &stack.stack, &arguments.root.left_out)?;
    let stopped = |error| host::stopped(&error);
    let nothing = to == GenerationNumber(0)
        && (apply::is_absent(place.target(), &ground).map_err(stopped)?
            || apply::remembers_nothing(place.target(), &ground).map_err(stopped)?);
    if nothing {
        let view = review::nothing(session, (&name, &host), place.shown());
        let forms = PlanForms { view: &view, full: &String::new, judged: None, back: None };
        // A person is told it in a line; for a program it is a plan with nothing in it, like any other.
        match (arguments.format, arguments.graph) {
            (PlanFormat::Text, None) => forms.print_line(session, &view.headline)?,
            _ => forms.print(session, arguments)?,
        }
        return Ok(None);
    }
    let request = SurveyRequest {
        stack: &name,
        host: &host,
        ground: &ground,
        desired: DesiredState::Generation(Some(to)),
        text: None,
        cas: None,
        now: session.now,
    };
    let survey = steady_survey(place.target(), &request)?;
    consent::say_doubts(session, &survey.doubts);
    let subject = Subject {
        file: None,
        place: &place,
        ground: &ground,
        survey: &survey,
        stack: None,
        as_root: String::new(),
        validation: None,
    };
    let reviewed = review::review(session, &subject)?;
    let forms = PlanForms {
        view: &reviewed.view,
        full: &|| full(&subject),
        judged: None,
        back: reviewed.back.as_ref(),
    };
    forms.print(session, arguments)?;
    say_pending(session, &survey);
    Ok(Some(survey))
}
