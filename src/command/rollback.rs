//! `rollback`: an apply whose wish is an earlier generation.

use crate::apply::{DesiredState, Outcome, SurveyRequest};
use crate::cli;
use crate::exit::Exit;
use crate::model::names::HostName;
use crate::model::prior::GenerationNumber;
use crate::workflow::back::{Back, go_back, recovered, say_newer};
use crate::workflow::change::unproven;
use crate::workflow::consent;
use crate::workflow::consent::Granted;
use crate::workflow::host::HostChoice;
use crate::workflow::load::load_name;
use crate::workflow::session::{Session, Stop};

pub(super) fn run(session: &mut Session, arguments: &cli::RollbackArguments) -> Result<Exit, Stop> {
    let name = load_name(&arguments.stack.stack)?;
    let host = HostName::this();
    let mut place = HostChoice::of(&arguments.root, &host)?;
    let ground = place.ground_back(&name, &arguments.stack.stack)?;
    let desired = DesiredState::Generation(arguments.to.map(GenerationNumber));
    let request = SurveyRequest {
        stack: &name,
        host: &host,
        ground: &ground,
        desired,
        text: None,
        cas: None,
        now: session.now,
    };
    let granted = Granted::of(&arguments.consent, true);
    recovered(session, &mut place, &request)?;
    let back = Back {
        question: "Do you want to go back?",
        full: arguments.full,
        granted,
        unproven: unproven(&place, arguments.no_prove),
    };
    let Some((seen, outcome)) = go_back(session, &mut place, &request, &back)? else { return Ok(Exit::Fine) };
    let kept = matches!(outcome, Outcome::Kept { .. });
    let exit = consent::ended(session, &seen, ("Rollback", outcome));
    if kept {
        say_newer(session, (&seen, &arguments.stack.stack), &place);
    }
    Ok(exit)
}
