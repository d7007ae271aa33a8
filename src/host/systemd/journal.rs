//! What units wrote to the journal.
//!
//! Entries are asked for by their fields: `journalctl --user-unit` as root finds nothing of a user's unit,
//! and `--user` as the user nothing where the journal is in memory (both measured on systemd 252). Fields
//! that begin with `_` are the journal's own word; no program can claim them.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place: a journal that goes on is a child's output"
)]

use crate::host::run::FIXED_ENVIRONMENT;
use crate::host::{Accounts, CommandLine, HostError, run_here};
use crate::model::names::{Scope, UserName};
use crate::model::units::UnitId;
use crate::text::{redact_cut, redact_line};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

const JOURNALCTL: &str = "/usr/bin/journalctl";
/// How long the journal may take.
const ANSWER: Duration = Duration::from_secs(5);
/// How many lines are wanted of a run that failed.
const LINES: &str = "12";
/// How many are wanted by somebody who reads them.
const MANY: &str = "100";
/// The most that is shown of a line in passing.
const LONGEST: usize = 300;

/// The newest lines of one run, oldest first. The id of the run is asked for, and no unit: it is exact,
/// and the same for both scopes.
///
/// # Errors
/// The journal cannot be asked.
pub fn last_words(invocation: &str) -> Result<Vec<String>, HostError> {
    let run = format!("_SYSTEMD_INVOCATION_ID={invocation}");
    let arguments = ["--quiet", "--no-pager", "--output=cat", "--lines", LINES, &run];
    let ran = run_here(&CommandLine::new(JOURNALCTL, arguments), ANSWER)?;
    let lines = String::from_utf8_lossy(&ran.stdout).lines().map(plain).collect::<Vec<_>>();
    Ok(lines.into_iter().filter(|line| !line.is_empty()).collect())
}

/// The journal of one unit, with what its manager says of it; as much of it as this user may read.
#[derive(Clone, Debug)]
pub struct UnitJournal {
    /// What an entry must match.
    matches: Vec<String>,
}

impl UnitJournal {
    /// Of a unit of this machine.
    ///
    /// # Errors
    /// There is no user of its scope.
    pub fn of(unit: &UnitId) -> Result<Self, HostError> {
        let name = &unit.name;
        let matches = match &unit.scope {
            Scope::System => {
                vec![
                    format!("_SYSTEMD_UNIT={name}"),
                    "+".to_owned(),
                    "_PID=1".to_owned(),
                    format!("UNIT={name}"),
                ]
            }
            Scope::User(user) => {
                let own = format!("_UID={}", uid(user)?);
                vec![
                    own.clone(),
                    format!("_SYSTEMD_USER_UNIT={name}"),
                    "+".to_owned(),
                    own,
                    format!("USER_UNIT={name}"),
                ]
            }
        };
        Ok(Self { matches })
    }

    /// The newest lines, oldest first; those of the last seconds alone, where so many are named.
    ///
    /// # Errors
    /// The journal cannot be asked.
    pub fn newest(&self, seconds: Option<u32>) -> Result<Vec<String>, HostError> {
        let since = seconds.map(|seconds| format!("--since=-{seconds}s"));
        let arguments = self.arguments().chain(since.as_deref());
        let ran = run_here(&CommandLine::new(JOURNALCTL, arguments), ANSWER)?;
        Ok(String::from_utf8_lossy(&ran.stdout).lines().map(redact_line).collect())
    }

    /// The same, and then what is written from now on.
    ///
    /// # Errors
    /// The journal cannot be asked.
    pub fn follow(&self) -> Result<Followed, HostError> {
        let fail = |what: String| HostError::Program { program: JOURNALCTL.to_owned(), what };
        let mut child = Command::new(JOURNALCTL)
            .args(self.arguments())
            .arg("--follow")
            .env_clear()
            .envs(FIXED_ENVIRONMENT)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|cause| fail(format!("could not be started: {cause}")))?;
        let said = child.stdout.take().ok_or_else(|| fail("has no output".to_owned()))?;
        Ok(Followed { child, said: BufReader::new(said) })
    }

    fn arguments(&self) -> impl Iterator<Item = &str> {
        let fixed = ["--quiet", "--no-pager", "--output=cat", "--lines", MANY];
        fixed.into_iter().chain(self.matches.iter().map(String::as_str))
    }
}

/// A journal that goes on. It ends with this value.
#[derive(Debug)]
pub struct Followed {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Iterator for Followed {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut line = Vec::new();
        // An end and a fault are the same to whoever follows: there is no more.
        let read = self.said.read_until(b'\n', &mut line).unwrap_or(0);
        (read > 0).then(|| redact_line(&String::from_utf8_lossy(&line)))
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        // Where it has ended already there is nothing to end.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn uid(user: &UserName) -> Result<u32, HostError> {
    let person = Accounts::of_this_machine()?.user(user)?;
    person.map(|person| person.uid).ok_or_else(|| HostError::Scope {
        user: user.clone(),
        what: "there is no such user".to_owned(),
        errno: None,
    })
}

/// A line in passing, too short to fill the screen.
pub(super) fn plain(line: &str) -> String {
    redact_cut(line, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::UnitName;

    #[test]
    fn lines_of_others_do_not_move_the_cursor() {
        assert_eq!(plain("a\u{1b}[2Jb\u{7}\tc\u{202e}d \r"), "a<U+001B>[2Jb<U+0007> c<U+202E>d");
        assert_eq!(plain(&"x".repeat(LONGEST)).len(), LONGEST);
        assert_eq!(plain(&"x".repeat(LONGEST + 1)), "x".repeat(LONGEST) + "...");
    }

    #[test]
    fn a_unit_is_found_by_fields_that_no_program_claims() {
        let matches = |scope, name: &str| {
            UnitJournal::of(&UnitId { scope, name: UnitName::new(name) }).unwrap().matches.join(" ")
        };
        assert_eq!(
            matches(Scope::System, "tempo.service"),
            "_SYSTEMD_UNIT=tempo.service + _PID=1 UNIT=tempo.service"
        );
        assert_eq!(
            matches(Scope::User(UserName::new("root")), "a.service"),
            "_UID=0 _SYSTEMD_USER_UNIT=a.service + _UID=0 USER_UNIT=a.service"
        );
    }
}
