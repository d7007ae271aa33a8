//! The host that a verb works on: below `--root`, with the user and the clock of this run.

#![expect(clippy::disallowed_methods, reason = "the names of users are read here")]

use super::judge::Environment;
use super::session::with_causes;
use super::{Exit, Session, Stop};
use crate::apply::ApplyError;
use crate::cli::RootArgument;
use crate::plan::{Inventory, Standing};
use crate::stack::{HostName, Stack};
use crate::target::{Holder, LocalDisk, LocalRoot, Target};
use std::path::Path;
use std::time::SystemTime;

/// The folder that a verb works below.
///
/// # Errors
/// Usage: without `--root` nothing is touched.
pub fn root(argument: &RootArgument) -> Result<&Path, Stop> {
    argument.root.as_deref().ok_or_else(|| {
        let text = "this host itself is never touched for now: name a folder to work below, `--root DIR`";
        Stop::Because(Exit::Usage, text.to_owned())
    })
}

/// The root of a host at a folder.
pub fn target(root: &Path, host: &HostName) -> LocalRoot {
    LocalRoot::on(LocalDisk::at(root, host.clone()))
}

/// The environment files of the stack's applications as they stand on a host.
///
/// # Errors
/// The host cannot be looked at.
pub fn environment(target: &LocalRoot, stack: &Stack) -> Result<Environment, Stop> {
    let paths = stack.apps.values().filter_map(|app| app.env_file.clone());
    let observed = target.observe(&Inventory::of(paths)).map_err(|error| stopped(&error.into()))?;
    let file = |(path, standing)| match standing {
        Standing::File(file) => Some((path, file.bytes)),
        _ => None,
    };
    Ok(observed.at.into_iter().filter_map(file).collect())
}

/// Who runs this verb, for the lock, the journal and the history.
pub fn holder(session: &Session, verb: &str) -> Holder {
    Holder { pid: std::process::id(), user: user(), verb: verb.to_owned(), time: rfc3339(session.now) }
}

/// `2026-11-01T12:00:00Z`.
fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let seconds = i64::try_from(seconds).unwrap_or_default();
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// The name of this process's user; its number where the machine knows no name.
fn user() -> String {
    let uid = rustix::process::getuid().as_raw().to_string();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_owned())
    });
    named.unwrap_or(uid)
}

/// How a refusal or fault of the transaction ends the verb.
pub fn stopped(error: &ApplyError) -> Stop {
    let exit = match error {
        ApplyError::Locked(_) => Exit::Locked,
        ApplyError::Stale { .. } | ApplyError::Drift(_) => Exit::Drift,
        ApplyError::Refused(_)
        | ApplyError::Invalid(_)
        | ApplyError::NotAdopted(_)
        | ApplyError::NoGeneration(_)
        | ApplyError::NothingApplied => Exit::Refused,
        ApplyError::Incomplete(_) => Exit::Incomplete,
        _ => Exit::Machine,
    };
    let help = match error {
        ApplyError::Drift(_) => "\n  help: `plan` shows what was changed; `--accept-drift` overwrites it",
        ApplyError::NotAdopted(_) => "\n  help: `--adopt` takes them over; `rollback --to 0` gives them back",
        ApplyError::Stale { .. } => "\n  help: look at the plan again",
        ApplyError::Incomplete(_) => {
            "\n  help: put these paths as the last generation had them, or move them away, and run the verb again"
        }
        _ => "",
    };
    Stop::Because(exit, with_causes(error) + help)
}
