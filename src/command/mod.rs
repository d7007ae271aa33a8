//! The verbs, one a file: each a short list of stage calls. This module parses the arguments, runs
//! the verb and turns its outcome into an exit code; what
//! several verbs share is `workflow`.

mod apply;
mod asked;
mod check;
mod completions;
mod destroy;
mod explain;
mod graph;
mod history;
mod init;
mod logs;
mod man;
mod plan;
mod prove;
mod render;
mod rollback;
mod schema;
mod status;
mod trial;
mod usage;

use crate::exit::Exit;
use crate::workflow::session::{Session, Stop};

use crate::cli::{Cli, Verb};
use crate::host::serve_scope;
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command line and says how it ended. The only entry point of the binary.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let asks_json = usage::asks_json(&arguments);
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage::say(error, asks_json),
    };
    let mut session = Session::of_this_process(cli.colour, !cli.no_pager);
    session.ask(asked::asked(&cli.verb));
    let outcome = match &cli.verb {
        Verb::Init(arguments) => init::run(&mut session, arguments),
        Verb::Check(arguments) => check::run(&mut session, arguments),
        Verb::Render(arguments) => render::run(&mut session, arguments),
        Verb::Plan(arguments) => plan::run(&mut session, arguments),
        Verb::Apply(arguments) => apply::run(&mut session, arguments),
        Verb::Rollback(arguments) => rollback::run(&mut session, arguments),
        Verb::Destroy(arguments) => destroy::run(&mut session, arguments),
        Verb::History(arguments) => history::run(&mut session, arguments),
        Verb::Graph(arguments) => graph::run(&mut session, arguments),
        Verb::Explain(arguments) => explain::run(&mut session, arguments),
        Verb::Schema(arguments) => schema::run(&mut session, arguments),
        Verb::Try(arguments) => trial::run(&mut session, arguments),
        Verb::Prove(arguments) => prove::run(&mut session, arguments),
        Verb::Status(arguments) => status::run(&mut session, arguments),
        Verb::Logs(arguments) => logs::run(&mut session, arguments),
        Verb::Completions(arguments) => completions::run(&mut session, arguments),
        Verb::Man(arguments) => man::run(&mut session, arguments),
        Verb::Version => {
            session.print(concat!("tracewright ", env!("CARGO_PKG_VERSION"), "\n"));
            Ok(Exit::Fine)
        }
        Verb::TrialChild(child) => trial::child(child),
        Verb::ScopeChild { uid } => {
            serve_scope(*uid).map(|()| Exit::Fine).map_err(|error| Stop::machine(&error))
        }
    };
    let exit = outcome.unwrap_or_else(|stop| session.stopped(stop));
    session.finish(exit)
}
