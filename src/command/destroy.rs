//! `destroy`: back to what stood there before the first apply, and the state goes too.

use crate::apply::{self, NoProver, Outcome, Request, Wish};
use crate::cli;
use crate::model::names::HostName;
use crate::model::prior::GenerationNumber;
use crate::workflow::back::{Back, go_back, recovered};
use crate::workflow::consent::Granted;
use crate::workflow::host::Place;
use crate::workflow::load::load_name;
use crate::workflow::session::{Exit, Session, Stop};
use crate::workflow::{consent, host};

pub(super) fn run(session: &mut Session, arguments: &cli::Destroy) -> Result<Exit, Stop> {
    let name = load_name(&arguments.stack.stack)?;
    let host = HostName::this();
    let mut place = Place::of(&arguments.root, &host)?;
    let ground = place.ground_back(&name, &arguments.stack.stack)?;
    let wish = Wish::Generation(Some(GenerationNumber(0)));
    let request = Request {
        stack: &name,
        host: &host,
        ground: &ground,
        wish,
        text: None,
        authorities: None,
        now: session.now,
    };
    let granted = Granted::of(&arguments.consent, true);
    let nobody = NoProver("nothing of the stack is left to prove".to_owned());
    let back = Back { question: "Do you want to give everything back?", granted, unproven: Some(nobody) };
    recovered(session, &mut place, &request)?;
    let stopped = |error| host::stopped(&error);
    // What the first apply left that was taken back is a state that remembers nothing.
    let remembers = !apply::remembers_nothing(place.target(), &ground).map_err(stopped)?;
    let gone = if remembers { go_back(session, &mut place, &request, &back)? } else { None };
    if let Some((seen, outcome)) = gone {
        let Outcome::Kept { notes, .. } = outcome else {
            return Ok(consent::ended(session, &seen, ("Destroy", outcome)));
        };
        consent::say_notes(session, &notes);
        let (added, changed, destroyed) = seen.plan.counts();
        session.print(&format!(
            "\nDestroy complete! {added} added, {changed} changed, {destroyed} destroyed.\n"
        ));
    }
    let holder = host::holder(session, "destroy");
    apply::forget(place.exclusive(), &ground, &holder).map_err(stopped)?;
    session.print(&format!("Nothing of `{name}` is left {}, its state included.\n", place.shown()));
    Ok(Exit::Fine)
}
