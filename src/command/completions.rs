//! `completions`: what a shell needs to complete verbs and flags.

use super::man::shown;
use crate::cli::CompletionsArguments;
use crate::exit::Exit;
use crate::workflow::session::{Session, Stop};

pub(super) fn run(session: &mut Session, arguments: &CompletionsArguments) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut shown(), "tracewright", &mut script);
    session.print(&String::from_utf8_lossy(&script));
    Ok(Exit::Fine)
}
