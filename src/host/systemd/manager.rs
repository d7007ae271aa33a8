//! Whose manager it is, how it is reached, and what it knows of its units.

use super::show::{self, Shown};
use crate::host::{CommandLine, HostError, Ran, run_here};
use crate::model::names::{Scope, UserName};
use crate::model::units::{Manager, ObservedUnit, UnitId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// How long one answer may take. A manager that does not answer within it is taken for frozen.
const ANSWER: Duration = Duration::from_secs(10);
/// What `systemctl` says where no manager runs.
const NOBODY: &str = "Failed to connect to bus: No such file or directory";

/// The manager of one scope.
#[derive(Clone, Debug)]
pub struct ServiceManager {
    scope: Scope,
    /// The number of the user whose manager it is.
    uid: Option<u32>,
}

impl ServiceManager {
    /// The system's manager.
    pub fn system() -> Self {
        Self { scope: Scope::System, uid: None }
    }

    /// The manager of the user whose rights this process has.
    pub fn of_user(user: UserName, uid: u32) -> Self {
        Self { scope: Scope::User(user), uid: Some(uid) }
    }

    /// Whose manager it is.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether it answers, and what it knows of those of these units that are its own.
    ///
    /// # Errors
    /// The place of its socket cannot be looked at. That it does not answer is an answer.
    pub fn observe(
        &self,
        units: &BTreeSet<UnitId>,
    ) -> Result<(Manager, BTreeMap<UnitId, ObservedUnit>), HostError> {
        if !self.runs()? {
            return Ok((Manager::Absent, BTreeMap::new()));
        }
        let own: Vec<&UnitId> = units.iter().filter(|unit| unit.scope == self.scope).collect();
        Ok(match self.show(&own) {
            Ok(shown) => {
                let units = own.into_iter().cloned().zip(shown.into_iter().map(|shown| shown.unit));
                (Manager::Running, units.collect())
            }
            // It went away since its socket was looked at.
            Err(why) if why.contains(NOBODY) => (Manager::Absent, BTreeMap::new()),
            Err(why) => (Manager::Silent(why), BTreeMap::new()),
        })
    }

    /// Whether its socket is there: `sd_booted(3)` for the system, the private socket of a user, which is
    /// there also without a D-Bus of the user's session.
    fn runs(&self) -> Result<bool, HostError> {
        let path = match self.uid {
            None => "/run/systemd/system".to_owned(),
            Some(uid) => format!("{}/systemd/private", runtime_directory(uid)),
        };
        Path::new(&path).try_exists().map_err(|cause| HostError::Io { operation: "look at", path, cause })
    }

    /// What it shows of these units, one for one; why it does not otherwise. Without units it is only
    /// asked whether it answers.
    fn show(&self, units: &[&UnitId]) -> Result<Vec<Shown>, String> {
        let names = units.iter().map(|unit| unit.name.as_str());
        let arguments = ["show", "--property", show::PROPERTIES, "--"].into_iter().chain(names);
        let ran = self.ask(arguments).map_err(|fault| fault.what())?;
        if ran.code != Some(0) {
            return Err(first_line(&ran.stderr));
        }
        if units.is_empty() { Ok(Vec::new()) } else { show::read(&ran.stdout, units.len()) }
    }

    /// What it shows of one unit.
    pub(super) fn look(&self, unit: &UnitId) -> Result<Shown, HostError> {
        let one = |mut shown: Vec<Shown>| shown.pop().expect("one unit was asked for, and one was read");
        self.show(&[unit]).map(one).map_err(|what| self.fault(unit, format!("cannot be looked at: {what}")))
    }

    /// Asks this manager for something that it answers at once.
    pub(super) fn ask<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Result<Ran, HostError> {
        self.run(arguments, ANSWER)
    }

    /// Runs `systemctl` for this manager.
    pub(super) fn run<'a>(
        &self,
        arguments: impl IntoIterator<Item = &'a str>,
        deadline: Duration,
    ) -> Result<Ran, HostError> {
        let scope = self.uid.map(|_| "--user");
        let arguments = ["--no-ask-password"].into_iter().chain(scope).chain(arguments);
        let mut command = CommandLine::new("/usr/bin/systemctl", arguments);
        command.environment = self.environment();
        run_here(&command, deadline)
    }

    /// What a program needs to find this manager.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        self.uid.map(|uid| ("XDG_RUNTIME_DIR".to_owned(), runtime_directory(uid))).into_iter().collect()
    }

    /// What went wrong with a unit.
    pub(super) fn fault(&self, unit: &UnitId, what: impl Into<String>) -> HostError {
        HostError::Unit { unit: unit.clone(), what: what.into() }
    }
}

fn runtime_directory(uid: u32) -> String {
    format!("/run/user/{uid}")
}

/// The first line of what a program said, fit to be shown.
pub(super) fn first_line(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    said.lines().next().map_or("it did not say why".to_owned(), super::journal::plain)
}
