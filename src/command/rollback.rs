//! `rollback`: an apply whose wish is an earlier generation.

use crate::apply::{DesiredState, Outcome, SurveyRequest};
use crate::cli;
use crate::exit::Exit;
use crate::model::names::HostName;
use crate::model::prior::GenerationNumber;
use crate::workflow::back::{Back, WentBack, go_back, recovered, say_newer};
use crate::workflow::change::unproven;
use crate::workflow::consent;
use crate::workflow::consent::Granted;
use crate::workflow::host::HostChoice;
use crate::workflow::load::name_of;
use crate::workflow::session::{Session, Stop};
use std::path::Path;

pub(super) fn run(session: &mut Session, arguments: &cli::RollbackArguments) -> Result<Exit, Stop> {
    refuse_number(&arguments.stack.stack)?;
    let name = name_of(&arguments.stack)?;
    let host = HostName::this();
    let mut place = HostChoice::to_write(&arguments.root, &host)?;
    let ground = place.ground_back(&name, &arguments.stack.stack, &arguments.root.left_out)?;
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
    recovered(session, &mut place, &request, arguments.consent.accept_drift)?;
    let back = Back {
        question: "Do you want to go back?",
        full: arguments.consent.full,
        granted,
        unproven: unproven(&place, arguments.no_prove),
    };
    let Some(WentBack { seen, outcome, .. }) = go_back(session, &mut place, &request, &back)? else {
        return Ok(Exit::Fine);
    };
    let kept = matches!(outcome, Outcome::Kept { .. });
    let exit = consent::ended(session, &seen, ("Rollback", outcome));
    if kept {
        say_newer(session, (&seen, &arguments.stack.stack), &place);
    }
    Ok(exit)
}

/// A generation that was typed where the stack belongs.
///
/// # Errors
/// It was.
fn refuse_number(stack: &Path) -> Result<(), Stop> {
    let typed = stack.to_str().filter(|text| text.parse::<u64>().is_ok());
    match typed.filter(|_| !stack.exists()) {
        None => Ok(()),
        Some(number) => Err(Stop::Because(
            Exit::Usage,
            format!(
                "there is no stack `{number}`\n  help: `tracewright rollback --to {number}` goes back to generation {number}"
            ),
        )),
    }
}
