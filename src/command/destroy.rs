//! `destroy`: back to what stood there before the first apply, and the state goes too.

use crate::apply::{self, ApplyError, DesiredState, NoProver, Outcome, SurveyRequest};
use crate::cli;
use crate::exit::Exit;
use crate::model::ground::Ground;
use crate::model::names::{HostName, StackName};
use crate::model::prior::GenerationNumber;
use crate::workflow::back::{Back, forget, go_back, recovered, say_gone};
use crate::workflow::consent::Granted;
use crate::workflow::host::HostChoice;
use crate::workflow::load::name_of;
use crate::workflow::session::{Session, Stop};
use crate::workflow::{consent, host};

pub(super) fn run(session: &mut Session, arguments: &cli::DestroyArguments) -> Result<Exit, Stop> {
    let name = name_of(&arguments.stack)?;
    let host = HostName::this();
    let mut place = HostChoice::to_write(&arguments.root, &host)?;
    let ground = place.ground_back(&name, &arguments.stack.stack, &arguments.root.left_out)?;
    let desired = DesiredState::Generation(Some(GenerationNumber(0)));
    let request = SurveyRequest {
        stack: &name,
        host: &host,
        ground: &ground,
        desired,
        text: None,
        cas: None,
        now: session.now,
    };
    let granted = Granted { forget: true, ..Granted::of(&arguments.consent, true) };
    let nobody = NoProver("nothing of the stack is left to prove".to_owned());
    let back = Back {
        question: "Do you want to give everything back?",
        full: arguments.consent.full,
        granted,
        unproven: Some(nobody),
    };
    recovered(session, &mut place, &request, arguments.consent.accept_drift)?;
    let stopped = |error| host::stopped(&error);
    if apply::is_absent(place.target(), &ground).map_err(stopped)? {
        say_absent(session, &name, (&place, &ground));
        return Ok(Exit::Fine);
    }
    // What the first apply left that was taken back is a state that remembers nothing.
    let remembers = !apply::remembers_nothing(place.target(), &ground).map_err(stopped)?;
    let gone = if remembers { go_back(session, &mut place, &request, &back)? } else { None };
    let stays = gone.as_ref().is_some_and(|gone| gone.stays);
    match gone.map(|gone| (gone.seen, gone.outcome)) {
        Some((_, Outcome::Kept { left: Some(left), .. })) => {
            return Err(stopped(ApplyError::Unfinished(left)));
        }
        Some((seen, Outcome::Kept { notes, .. })) => say_gone(session, &seen, &notes),
        Some((seen, outcome)) => return Ok(consent::ended(session, &seen, ("Destroy", outcome))),
        None => forget(&mut place, &ground, &host::holder(session, "destroy")).map_err(stopped)?,
    }
    let nothing = if stays { "But for what stays, nothing" } else { "Nothing" };
    say_what_is_left(session, &ground, (nothing, &name, &place.shown()));
    Ok(Exit::Fine)
}

fn say_what_is_left(
    session: &mut Session,
    ground: &Ground,
    (nothing, name, place): (&str, &StackName, &str),
) {
    let left_out: Vec<_> = ground.left_out().map(ToString::to_string).collect();
    session.print(&if left_out.is_empty() {
        format!("{nothing} of `{name}` is left {place}, its state included.\n")
    } else {
        let who = left_out.join(", ");
        format!(
            "{nothing} of `{name}` is left {place} but the part of {who}.\n  help: `tracewright destroy` as {who} gives that back\n"
        )
    });
}

/// Nothing to give back is what was asked for: a second `destroy` ends as the first did.
fn say_absent(session: &mut Session, name: &StackName, (place, ground): (&HostChoice, &Ground)) {
    let place = place.shown();
    session.print(&if ground.is_everything() {
        format!("Nothing of `{name}` is {place}: it was not applied, or everything was given back.\n")
    } else {
        format!("Nothing of `{name}` {place} is yours to give back.\n")
    });
}
