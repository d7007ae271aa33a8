//! How a run of the tool ends: one table of exit codes, from which `--help` is printed and against which
//! the README is held.

use std::process::ExitCode;

/// How a verb ended, by its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Fine, or nothing to do.
    Fine,
    /// The machine failed us.
    Machine,
    /// Changes are pending.
    Changes,
    /// An error finding, or refused.
    Refused,
    /// Drift was not accepted, or the digest differs.
    Drift,
    /// It was applied, did not work, and was taken back.
    TakenBack,
    /// A rollback is incomplete.
    Incomplete,
    /// Somebody else holds the lock.
    Locked,
    /// Wrong usage.
    Usage,
}

/// Every exit code: how a verb ended, the number of the process, and what it means.
pub const EXITS: &[(Exit, u8, &str)] = &[
    (Exit::Fine, 0, "fine, or nothing to do"),
    (Exit::Machine, 1, "the machine failed us, or a proof failed"),
    (
        Exit::Changes,
        2,
        "changes are pending, or not everything could be looked at (only `plan --detailed-exitcode`)",
    ),
    (Exit::Refused, 3, "a finding that is an error, or refused: not approved, no terminal"),
    (
        Exit::Drift,
        4,
        "drift that was not accepted, or not the plan that was reviewed: `--expect`, a saved plan",
    ),
    (Exit::TakenBack, 5, "applied, did not work, and taken back: the old state runs again"),
    (Exit::Incomplete, 6, "a rollback is incomplete; a human is needed"),
    (Exit::Locked, 7, "somebody else holds the lock"),
    (Exit::Usage, 64, "wrong usage"),
];

impl Exit {
    /// The number of the process: the first row of [`EXITS`] that names it.
    pub fn number(self) -> u8 {
        EXITS.iter().find(|row| row.0 == self).map_or(1, |row| row.1)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// The table as `--help` shows it.
pub fn help() -> String {
    let rows: Vec<String> =
        EXITS.iter().map(|(_, number, meaning)| format!("  {number:<3} {meaning}")).collect();
    format!("Exit codes:\n{}", rows.join("\n"))
}
