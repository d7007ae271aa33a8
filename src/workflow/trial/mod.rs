//! `try`: a stack run for real in a throw-away directory, and proven.
//!
//! The order of a trial: find the engines, choose free ports, move the stack, judge it again, write
//! it, start listeners before clients, prove, stop, remove. The pieces are in [`crate::trial`].

mod binaries;
mod hold;
mod round;

use super::judge::judge;
use super::load::load;
use super::readers::HostFiles;
use super::session::{Session, Stop};
use super::stages::Stages;
use crate::cli::{Child, TryArguments};
use crate::exit::Exit;
use crate::trial::{Interrupt, RunningEngine, TrialDirectory, TrialError, become_engine, become_sweeper};
use round::{Round, RoundEnd};
use std::time::Duration;

/// How often other ports are tried where one was taken at the wrong moment.
const ROUNDS: u32 = 4;
/// How long an engine may take to end where its data are kept. Tempo does not end within 30 s after
/// a query; killed after 3 s it has lost nothing (seen on 2.10.8 and 3.0.3).
const GRACE_KEPT: Duration = Duration::from_secs(3);
/// The same where they are thrown away.
const GRACE: Duration = Duration::from_millis(300);

pub(crate) fn run(session: &mut Session, arguments: &TryArguments) -> Result<Exit, Stop> {
    let loaded = load(&arguments.stack.stack)?;
    let judged = judge(session, &loaded, &HostFiles::default())?;
    judged.refuse(session)?;
    let binaries = binaries::find_all(&judged.wiring, &arguments.engines, &arguments.stores)?;
    let stores = binaries::find_stores(&judged.wiring, &arguments.engines, &arguments.stores)?;
    let interrupt = Interrupt::watch().map_err(|error| Stop::machine(&error))?;
    let directory =
        TrialDirectory::make(&loaded.stack.name, arguments.keep).map_err(|error| Stop::machine(&error))?;
    let grace = if arguments.keep { GRACE_KEPT } else { GRACE };
    session.say(&format!("trying `{}` in `{}`\n", loaded.stack.name, directory.path().display()));
    let mut trial = Trial { stages: Stages::new(session), directory, engines: Vec::new(), interrupt, grace };
    let (text, patience) = (loaded.text.as_str(), Duration::from_secs(arguments.ready_within));
    let mut more = 1..ROUNDS;
    let outcome = loop {
        let mut round = Round { trial: &mut trial, binaries: &binaries, stores: &stores, text, patience };
        match round.run(&judged.wiring, arguments.hold) {
            Err(RoundEnd::PortTaken(_)) if more.next().is_some() => {
                if let Err(error) = trial.stop() {
                    break Err(error.into());
                }
            }
            ended => break ended,
        }
    };
    trial.end(outcome, arguments.keep)
}

/// Everything that runs, and everything that must be gone at the end.
struct Trial<'s> {
    stages: Stages<'s>,
    directory: TrialDirectory,
    /// In the order in which they were started.
    engines: Vec<RunningEngine>,
    interrupt: Interrupt,
    grace: Duration,
}

impl Trial<'_> {
    /// Stops what runs, clients before listeners.
    fn stop(&mut self) -> Result<(), TrialError> {
        let mut first = Ok(());
        while let Some(mut engine) = self.engines.pop() {
            self.stages.waiting("stop", &engine.name);
            let stopped = engine.stop(self.grace, &self.interrupt);
            first = first.and(stopped);
        }
        first
    }

    /// The one way out: stops, removes, and says how it went.
    fn end(mut self, outcome: Result<Exit, RoundEnd>, keep: bool) -> Result<Exit, Stop> {
        // What failed is said while its log is still there.
        let said = match outcome {
            Ok(exit) => Ok(exit),
            Err(trouble) => Err(trouble.told(&mut self.engines)),
        };
        // Who asks for an end now does not want to wait for it.
        self.interrupt.forget();
        self.stages.begin("stop", "");
        let stopped = self.stop();
        let path = self.directory.path().display().to_string();
        let closed = self.directory.close();
        let what = if keep {
            format!("stopped; its files are left in `{path}`")
        } else {
            "stopped and removed".to_owned()
        };
        match stopped.and(closed) {
            Ok(()) => self.stages.done("stop", &format!("{what} in {}", self.stages.took())),
            Err(error) => {
                self.stages.clear();
                self.stages.session.say(&format!("error: {error}\n"));
                return said.and(Ok(Exit::Machine));
            }
        }
        said
    }
}

/// The other processes: this binary, started again by itself.
pub(crate) fn child(child: &Child) -> Result<Exit, Stop> {
    match child {
        Child::Engine { parent, program, arguments } => {
            let error = become_engine(*parent, program, arguments);
            Err(Stop::Because(Exit::Machine, format!("`{}` cannot be run: {error}", program.display())))
        }
        Child::Sweeper { directory } => match become_sweeper(directory) {
            Ok(()) => Ok(Exit::Fine),
            Err(error) => Err(Stop::machine(&error)),
        },
    }
}
