//! `rollback`: an apply whose wish is an earlier generation.

use super::consent::{self, Granted};
use super::load::load_name;
use super::plan::{digests, place};
use super::{Exit, Session, Stop, host};
use crate::apply::{Judges, Request, Wish, survey};
use crate::cli::Rollback;
use crate::plan::{GenerationNumber, GoalSource};
use crate::report::plan::{Frame, text};
use crate::stack::HostName;

pub(super) fn run(session: &mut Session, arguments: &Rollback) -> Result<Exit, Stop> {
    let root = host::root(&arguments.root)?;
    let name = load_name(&arguments.stack.stack)?;
    let host = HostName::this();
    let mut target = host::target(root, &host);
    let wish = Wish::Generation(arguments.to.map(GenerationNumber));
    let request = Request { stack: &name, host: &host, wish, authorities: None, now: session.now };
    let stop = |error| host::stopped(&error);
    let mut seen = survey(&target, &request).map_err(stop)?;
    if seen.pending.is_some() {
        consent::recover(session, &mut target, &request, "rollback")?;
        seen = survey(&target, &request).map_err(stop)?;
    }
    let to = match &seen.plan.source {
        GoalSource::Generation(number, _) => number.to_string(),
        GoalSource::Stack(_) => String::new(),
    };
    let place = place(root);
    let digests = digests(&seen);
    session.print(&text(&seen.plan, &Frame { place: &place, dataflow: "", digests: &digests }));
    if seen.plan.is_empty() {
        return Ok(Exit::Fine);
    }
    let granted = Granted::of(&arguments.consent, true);
    consent::refuse(&seen, granted)?;
    consent::ask(session, granted, "Do you want to go back?")?;
    let verb = format!("rollback to {to}");
    let outcome = consent::carry_out(session, &mut target, (&request, &seen), (granted, &verb, Judges::NONE))
        .map_err(stop)?;
    Ok(consent::ended(session, &seen, ("Rollback", outcome)))
}
