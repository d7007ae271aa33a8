//! `logs`: what the engines of a trial say, or those that run as services of this host.

use crate::cli::LogsArguments;
use crate::exit::Exit;
use crate::trial::running;
use crate::workflow::load::name_of;
use crate::workflow::logs::{of_host, of_trial};
use crate::workflow::session::{Session, Stop};

pub(super) fn run(session: &mut Session, arguments: &LogsArguments) -> Result<Exit, Stop> {
    let name = name_of(&arguments.stack)?;
    match running(&name).into_iter().next() {
        Some(found) => of_trial(session, &found, arguments),
        None => of_host(session, &name, arguments),
    }
}
