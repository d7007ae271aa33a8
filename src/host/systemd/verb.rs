//! Steps about services: start, stop, reload, linger.
//!
//! A verb is put into the manager's queue with `--no-block`, and its end is looked for with a deadline
//! of our own. That makes each step safe to do again after a run that was killed in the middle of it: what that
//! run asked for goes on without it, so the job is waited for before anything is asked anew. A start done
//! twice gives one more run of the same definition, a stop done twice finds nothing to stop, and reading the
//! unit files again, or lingering, changes nothing the second time.

use super::journal::last_words;
use super::manager::{ServiceManager, first_line};
use super::show::{ActiveState, Shown};
use crate::host::{CommandLine, HostError, run_here};
use crate::model::names::{Scope, UserName};
use crate::model::step::Step;
use crate::model::units::UnitId;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The pause before each look at a unit that is on its way. A collector is restarted in 20 to 35 ms, and opens
/// its listener 70 ms after that: a look before then would take the processor that it needs.
const PAUSE: Duration = Duration::from_millis(100);
/// What is waited longer than the unit's own patience.
const MARGIN: Duration = Duration::from_secs(10);
/// The patience of a unit that has none of its own.
const ENDLESS: Duration = Duration::from_secs(300);
/// How long reading all unit files, with their generators, may take.
const RELOAD: Duration = Duration::from_secs(60);
/// How long a user's manager may take to start.
const USER_MANAGER: Duration = Duration::from_secs(60);

/// How far a verb is.
#[derive(Debug, PartialEq, Eq)]
enum Progress {
    /// Under way.
    Waiting,
    /// At its end.
    Done,
    /// It will not get there, and why.
    Failed(String),
}

impl ServiceManager {
    /// Carries out a step about services of this scope and waits for its end: [`Step::ReloadManager`],
    /// [`Step::Start`], [`Step::Stop`], and for the system's manager [`Step::Linger`]. A started unit runs;
    /// whether it is ready, and stays, is for others to see.
    ///
    /// # Errors
    /// The manager refuses, does not answer, or the unit does not get there within its own time-outs;
    /// with the words of its journal.
    pub fn perform(&self, step: &Step) -> Result<(), HostError> {
        match step {
            Step::ReloadManager { .. } => self.reload(),
            Step::Start { unit, .. } => self.start(unit),
            Step::Stop { unit, .. } => self.stop(unit),
            Step::Linger { user } if *self.scope() == Scope::System => self.linger(user),
            _ => Err(HostError::NoServices),
        }
    }

    fn reload(&self) -> Result<(), HostError> {
        let ran = self.run(["daemon-reload"], RELOAD)?;
        if ran.code == Some(0) {
            return Ok(());
        }
        Err(HostError::Program {
            program: "systemctl daemon-reload".to_owned(),
            what: first_line(&ran.stderr),
        })
    }

    /// `restart` is the verb for both: of a unit that does not run it is a start.
    fn start(&self, unit: &UnitId) -> Result<(), HostError> {
        let before = self.at_rest(unit)?;
        self.forget_failures(unit)?;
        self.enqueue("restart", unit)?;
        self.wait(unit, &before, |now| after_start(now, before.invocation.as_deref()))
    }

    fn stop(&self, unit: &UnitId) -> Result<(), HostError> {
        let before = self.at_rest(unit)?;
        if before.unit.run.is_running() {
            self.enqueue("stop", unit)?;
            self.wait(unit, &before, after_stop)?;
        }
        // A stop that took the whole time-out leaves the unit failed, which nobody wants to read of.
        self.forget_failures(unit)
    }

    /// Waits until no job is under way: one of somebody else's, or of a run of ours that was killed.
    fn at_rest(&self, unit: &UnitId) -> Result<Shown, HostError> {
        let now = self.look(unit)?;
        if !now.unit.busy {
            return Ok(now);
        }
        self.wait(unit, &now, |now| if now.unit.busy { Progress::Waiting } else { Progress::Done })?;
        self.look(unit)
    }

    /// Our own restarts count against the start limit, and one too many leaves the unit stopped. That it
    /// fails for a unit that is not loaded does not matter.
    fn forget_failures(&self, unit: &UnitId) -> Result<(), HostError> {
        self.ask(["reset-failed", "--", unit.name.as_str()]).map(|_| ())
    }

    fn enqueue(&self, verb: &str, unit: &UnitId) -> Result<(), HostError> {
        let ran = self.ask([verb, "--no-block", "--", unit.name.as_str()])?;
        if ran.code == Some(0) {
            return Ok(());
        }
        let said = first_line(&ran.stderr);
        let why = said.strip_prefix(&format!("Failed to {verb} {}: ", unit.name)).unwrap_or(&said);
        Err(self.fault(unit, format!("cannot {verb}: {why}")))
    }

    /// Looks until a verb is at its end. A look that fails is not the end: the manager may be starting
    /// itself anew.
    fn wait(
        &self,
        unit: &UnitId,
        before: &Shown,
        progress: impl Fn(&Shown) -> Progress,
    ) -> Result<(), HostError> {
        let patience = patience(before);
        let end = Instant::now() + patience;
        loop {
            sleep(PAUSE);
            let late = Instant::now() >= end;
            match self.look(unit) {
                Ok(now) => match progress(&now) {
                    Progress::Done => return Ok(()),
                    Progress::Failed(how) => return Err(self.failed(unit, &now, how)),
                    Progress::Waiting if late => {
                        let seconds = patience.as_secs();
                        return Err(self.fault(unit, format!("is still on its way after {seconds} s")));
                    }
                    Progress::Waiting => {}
                },
                Err(fault) if late => return Err(fault),
                Err(_) => {}
            }
        }
    }

    /// How a unit failed, with what it wrote, as far as this user may read it.
    fn failed(&self, unit: &UnitId, now: &Shown, how: String) -> HostError {
        let said = now.invocation.as_deref().map(last_words);
        let lines = match said {
            None => Vec::new(),
            Some(Ok(lines)) => lines,
            Some(Err(fault)) => vec![format!("(no journal: {})", fault.what())],
        };
        let lines: String = lines.iter().map(|line| format!("\n    {line}")).collect();
        self.fault(unit, how + &lines)
    }

    /// Lingering takes effect a moment after it was asked for; starting the manager's unit waits for it.
    fn linger(&self, user: &UserName) -> Result<(), HostError> {
        let asked = ["--no-ask-password", "enable-linger", user.as_str()];
        loginctl(user, &asked)?;
        let uid = loginctl(user, &["show-user", "--property=UID", "--value", user.as_str()])?;
        let unit = format!("user@{}.service", uid.trim());
        let ran = self.run(["start", "--", &unit], USER_MANAGER)?;
        if ran.code == Some(0) {
            return Ok(());
        }
        Err(HostError::Program {
            program: unit,
            what: format!("does not start: {}", first_line(&ran.stderr)),
        })
    }
}

fn loginctl(user: &UserName, arguments: &[&str]) -> Result<String, HostError> {
    let command = CommandLine::new("/usr/bin/loginctl", arguments.iter().copied());
    let ran = run_here(&command, MARGIN)?;
    if ran.code == Some(0) {
        return Ok(String::from_utf8_lossy(&ran.stdout).into_owned());
    }
    let what = format!("does not let {user} linger: {}", first_line(&ran.stderr));
    Err(HostError::Program { program: "loginctl".to_owned(), what })
}

/// How long a start or stop may take: a restart is a stop and a start, each with its own time-out, after
/// which the manager ends it by itself.
fn patience(unit: &Shown) -> Duration {
    let each = unit.patience.iter().map(|patience| patience.unwrap_or(ENDLESS));
    each.fold(MARGIN, Duration::saturating_add)
}

/// A unit has been started when the job is gone and it has another run than before. Only a main process
/// that has ended leaves it elsewhere.
fn after_start(now: &Shown, before: Option<&str>) -> Progress {
    let words = now.outcome.words();
    match now.state {
        _ if now.unit.busy => Progress::Waiting,
        ActiveState::Active if now.invocation.as_deref() == before => {
            Progress::Failed("was not started anew: its job was taken back by somebody else".to_owned())
        }
        ActiveState::Active if now.unit.restarts == 0 => Progress::Done,
        ActiveState::Changing => Progress::Waiting,
        ActiveState::Active | ActiveState::AwaitsRestart => {
            Progress::Failed(format!("does not stay up ({words})"))
        }
        ActiveState::Inactive => Progress::Failed(format!("ended right after its start ({words})")),
        ActiveState::Failed => Progress::Failed(format!("failed to start ({words})")),
    }
}

fn after_stop(now: &Shown) -> Progress {
    match now.state {
        _ if now.unit.busy => Progress::Waiting,
        ActiveState::Inactive | ActiveState::Failed => Progress::Done,
        ActiveState::Changing => Progress::Waiting,
        ActiveState::Active | ActiveState::AwaitsRestart => {
            Progress::Failed("was started again by somebody else".to_owned())
        }
    }
}

#[cfg(test)]
mod tests;
