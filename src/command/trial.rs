//! `try`: a stack run for real in a throw-away directory, and proven; and the processes that a trial starts.

use crate::cli::{Child, TryArguments};
use crate::exit::Exit;
use crate::workflow::session::{Session, Stop};
use crate::workflow::trial;

pub(super) fn run(session: &mut Session, arguments: &TryArguments) -> Result<Exit, Stop> {
    trial::run(session, arguments)
}

/// The other processes: this binary, started again by itself.
pub(super) fn child(child: &Child) -> Result<Exit, Stop> {
    trial::child(child)
}
