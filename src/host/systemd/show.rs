//! What `systemctl show` prints, as values. Pure.
//!
//! It exits with 0 for units that nobody knows, and its answer has one block for each name that was
//! asked for, in that order, with the properties in an order of its own (systemd 252). `Id` is not
//! asked for: for an alias it is the name of another unit.

use crate::model::names::TargetPath;
use crate::model::units::{Load, ObservedUnit, UnitRun};
use std::collections::BTreeMap;
use std::time::Duration;

/// The properties that are read.
pub(super) const PROPERTIES: &str = "LoadState,ActiveState,SubState,Result,FragmentPath,DropInPaths,\
    InvocationID,NRestarts,MainPID,Job,ExecMainCode,ExecMainStatus,TimeoutStartUSec,TimeoutStopUSec";

/// One unit, as its manager shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// As much of it as a plan needs.
    pub unit: ObservedUnit,
    /// What it does.
    pub state: ActiveState,
    /// The id of its newest run, which may be over.
    pub invocation: Option<String>,
    /// How its newest run went.
    pub outcome: RunOutcome,
    /// How long its start, and its stop, may take; `None`: for ever.
    pub patience: [Option<Duration>; 2],
}

/// What a unit does (`ActiveState`, `SubState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActiveState {
    /// It runs.
    Active,
    /// It waits for its automatic restart: its process has ended.
    AwaitsRestart,
    /// On its way to another state.
    Changing,
    /// It does not run, and did not fail.
    Inactive,
    /// It failed.
    Failed,
}

/// How a run went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RunOutcome {
    /// systemd's word for it (`Result`): `success`, `exit-code`, `timeout`.
    pub result: String,
    /// The exit status of its main process, and whether that is the number of a signal; `None` while it
    /// has not ended.
    pub ended: Option<(i32, bool)>,
}

/// Reads the answer for so many units.
///
/// # Errors
/// It is not such an answer, and what is wrong with it.
pub(super) fn read(printed: &[u8], units: usize) -> Result<Vec<Shown>, String> {
    let printed = String::from_utf8_lossy(printed);
    let blocks: Vec<&str> = printed.split("\n\n").filter(|block| !block.trim().is_empty()).collect();
    if blocks.len() != units {
        return Err(format!("systemctl told of {} units and was asked for {units}", blocks.len()));
    }
    blocks.into_iter().map(block).collect()
}

fn block(text: &str) -> Result<Shown, String> {
    let properties: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once('=')).collect();
    let text = |name: &str| properties.get(name).copied().filter(|value| !value.is_empty());
    let needed = |name: &str| text(name).ok_or_else(|| format!("systemctl did not tell {name}"));
    let number = |name: &str| text(name).and_then(|value| value.parse::<u32>().ok()).unwrap_or(0);
    let (state, result) = (state(needed("ActiveState")?, text("SubState")), text("Result"));
    let outcome = RunOutcome {
        result: result.unwrap_or("success").to_owned(),
        ended: ended(number("ExecMainCode"), number("ExecMainStatus")),
    };
    let invocation = text("InvocationID").map(str::to_owned);
    let unit = ObservedUnit {
        load: load(needed("LoadState")?),
        run: match state {
            ActiveState::Inactive => UnitRun::Stopped,
            ActiveState::Failed => UnitRun::Failed(outcome.result.clone()),
            _ => UnitRun::Running(invocation.clone().unwrap_or_default()),
        },
        restarts: number("NRestarts"),
        busy: text("Job").is_some_and(|job| job != "0"),
        pid: Some(number("MainPID")).filter(|pid| *pid != 0),
        fragment: text("FragmentPath").map(TargetPath::new),
        drop_ins: text("DropInPaths")
            .into_iter()
            .flat_map(str::split_whitespace)
            .map(TargetPath::new)
            .collect(),
    };
    let patience = ["TimeoutStartUSec", "TimeoutStopUSec"].map(|name| text(name).and_then(time_span));
    Ok(Shown { unit, state, invocation, outcome, patience })
}

fn load(word: &str) -> Load {
    match word {
        "loaded" | "merged" => Load::Loaded,
        "not-found" => Load::NotFound,
        "masked" => Load::Masked,
        other => Load::Faulty(other.to_owned()),
    }
}

fn state(active: &str, sub: Option<&str>) -> ActiveState {
    match (active, sub) {
        ("active", _) => ActiveState::Active,
        ("inactive", _) => ActiveState::Inactive,
        ("failed", _) => ActiveState::Failed,
        // `auto-restart-queued` since 254.
        ("activating", Some(sub)) if sub.starts_with("auto-restart") => ActiveState::AwaitsRestart,
        _ => ActiveState::Changing,
    }
}

/// `ExecMainCode` is the `si_code` of `SIGCHLD`: 1 exited, 2 killed, 3 killed with a core dump.
fn ended(code: u32, status: u32) -> Option<(i32, bool)> {
    (code != 0).then(|| (i32::try_from(status).unwrap_or(i32::MAX), code != 1))
}

impl RunOutcome {
    /// `exit-code, status 203: there is no such program`.
    pub(super) fn words(&self) -> String {
        let result = &self.result;
        match self.ended {
            None => result.clone(),
            Some((signal, true)) => format!("{result}, signal {signal}"),
            Some((status, false)) => match before_its_program(status) {
                Some(meaning) => format!("{result}, status {status}: {meaning}"),
                None => format!("{result}, status {status}"),
            },
        }
    }
}

/// What systemd's own exit statuses mean: it failed before the program was started (`systemd.exec(5)`).
fn before_its_program(status: i32) -> Option<&'static str> {
    Some(match status {
        200 => "its working directory cannot be entered",
        203 => "its program cannot be started",
        216 => "its group does not exist, or may not be taken",
        217 => "its user does not exist, or may not be taken",
        218 => "its capabilities cannot be set",
        226 => "a path that its sandbox names does not exist",
        228 => "its filter of system calls cannot be set",
        238 => "its state directory cannot be made",
        243 => "a credential of its cannot be read",
        _ => return None,
    })
}

/// A span of time as systemd prints it: `1min 30s`, `500ms`; `None` for `infinity`.
fn time_span(text: &str) -> Option<Duration> {
    text.split_whitespace().try_fold(Duration::ZERO, |sum, part| {
        let unit = part.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(part.len());
        let number: u64 = part[..unit].parse().ok()?;
        let micros: u64 = match &part[unit..] {
            "us" => 1,
            "ms" => 1_000,
            "s" => 1_000_000,
            "min" => 60_000_000,
            "h" => 3_600_000_000,
            "d" => 86_400_000_000,
            "w" => 604_800_000_000,
            "month" => 2_629_800_000_000,
            "y" => 31_557_600_000_000,
            // Nothing has no unit.
            "" if number == 0 => 0,
            _ => return None,
        };
        sum.checked_add(Duration::from_micros(number.checked_mul(micros)?))
    })
}

#[cfg(test)]
mod tests;
