//! What runs of a stack on this machine: a trial that is held, else whatever is at its own addresses.

use super::load::{load, load_name};
use super::session::{Session, Stop};
use crate::component::wire;
use crate::diagnostic::{Findings, SourceName};
use crate::model::names::{StackName, TargetPath};
use crate::stack;
use crate::stack::Stack;
use crate::trial::{FoundTrial, moved, running};
use crate::wiring::Wiring;
use std::path::{Path, PathBuf};

/// A stack with the addresses and paths that it has where it runs.
#[derive(Debug)]
pub struct There {
    /// The stack; of a trial the one that it began with, moved.
    pub stack: Stack,
    /// The trial, where one runs.
    pub trial: Option<FoundTrial>,
}

impl There {
    /// What runs of the stack that an argument names.
    ///
    /// # Errors
    /// Faults of the file; where a trial runs, of its name alone.
    pub fn find(session: &mut Session, argument: &Path) -> Result<Self, Stop> {
        Self::of(session, &load_name(argument)?, argument)
    }

    /// The same of a stack whose name is known.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn of(session: &mut Session, name: &StackName, argument: &Path) -> Result<Self, Stop> {
        let Some(found) = running(name).into_iter().next() else {
            return Ok(Self { stack: load(argument)?.stack, trial: None });
        };
        let text = found.stack_text().map_err(|error| Stop::machine(&error))?;
        if load(argument).is_ok_and(|loaded| loaded.text != text) {
            session.say("note: the stack was changed after this trial began; what follows is of the trial\n");
        }
        let source = SourceName(found.directory.join("stack.toml").display().to_string());
        let (document, loaded) = stack::load(source, &text);
        let stop = |findings: Findings| Stop::Findings(findings, document.sources());
        let (stack, _) = loaded.map_err(stop)?;
        let (wiring, _) = wire(&stack).map_err(stop)?;
        let gone = || {
            Stop::Because(
                crate::exit::Exit::Machine,
                format!("the trial of `{name}` was begun by another version"),
            )
        };
        let ports = found.ports(&wiring.listeners).ok_or_else(gone)?;
        let directory = TargetPath::new(found.directory.display().to_string());
        let stack = moved(&wiring, &directory, &ports, &found.own_stores());
        Ok(Self { stack, trial: Some(found) })
    }

    /// Its wiring.
    ///
    /// # Errors
    /// Faults of the stack.
    pub fn wiring(&self) -> Result<Wiring<'_>, Stop> {
        let stop = |findings| Stop::Findings(findings, crate::text::Sources::default());
        wire(&self.stack).map(|(wiring, _)| wiring).map_err(stop)
    }

    /// The CA that this tool trusts: the one that Grafana, or else any other client, is given.
    pub fn ca(&self, wiring: &Wiring<'_>) -> PathBuf {
        if let Some(trial) = &self.trial {
            return trial.directory.join("ca.crt");
        }
        ca_file(wiring)
    }
}

/// The first CA of a stack on this machine that can be read: that of Grafana, else of another
/// application, else of an engine.
pub fn ca_file(wiring: &Wiring<'_>) -> PathBuf {
    let clients = wiring.clients.values().map(|place| &place.certificates);
    let engines = wiring.engines.values().map(|place| &place.certificates);
    let mut files = clients.chain(engines).map(|directory| PathBuf::from(directory.join("ca.crt").as_str()));
    let first = files.next().unwrap_or_default();
    if first.is_file() { first } else { files.find(|file| file.is_file()).unwrap_or(first) }
}
