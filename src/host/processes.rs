//! Processes, as the kernel tells of them to everybody: when one was started, and whether it still is.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place: what the kernel tells of processes is read here"
)]

use serde::{Deserialize, Serialize};
use std::fs::read_to_string;
use std::time::{Duration, SystemTime};

/// The kernel counts the start of a process in hundredths of a second since the boot, on every machine
/// that the engines are built for (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// One process, told apart from all that get its number later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// When it was started, in ticks of the kernel since the boot.
    pub started: u64,
}

impl Process {
    /// This one; `None` where the kernel tells of no processes.
    pub fn this() -> Option<Self> {
        Self::of(std::process::id())
    }

    /// The one that has this number now.
    pub fn of(pid: u32) -> Option<Self> {
        ticks(pid).map(|started| Self { pid, started })
    }

    /// Whether it is there, and another than this one.
    pub fn is_at_work(self) -> bool {
        self.pid != std::process::id() && ticks(self.pid) == Some(self.started)
    }
}

/// When a process was started, by the clock as it is set now and to a few hundredths of a second; `None`
/// where there is no such process, or none that this user may know of.
pub fn started(pid: u32) -> Option<SystemTime> {
    let ticks = u32::try_from(ticks(pid)?).ok()?;
    let (uptime, now) = (read_to_string("/proc/uptime").ok()?, SystemTime::now());
    let up = Duration::try_from_secs_f64(uptime.split_whitespace().next()?.parse().ok()?).ok()?;
    now.checked_sub(up.checked_sub(TICK.checked_mul(ticks)?)?)
}

/// When a process was started, in ticks of the kernel since the boot; `None` where there is none, or only
/// its remains.
pub fn ticks(pid: u32) -> Option<u64> {
    read(&read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The second field is the name in brackets and may hold anything (`proc_pid_stat(5)`).
fn read(stat: &str) -> Option<u64> {
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let (state, started) = (fields.first()?, fields.get(19)?);
    (*state != "Z").then(|| started.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_a_start() {
        let (start, now) = (started(std::process::id()).unwrap(), SystemTime::now());
        assert!(start < now + TICK * 5, "{start:?} {now:?}");
        assert!(started(1).is_none_or(|first| first <= start));
        assert_eq!(started(u32::MAX), None);
        assert!(Process::this().is_some_and(|this| !this.is_at_work()));
        let started = ticks(1).unwrap();
        assert!(Process { pid: 1, started }.is_at_work());
        assert!(!Process { pid: 1, started: started + 1 }.is_at_work());
        assert_eq!(read("7 (a) b) S 1 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 4711 0"), Some(4711));
        assert_eq!(read("7 (a) S 1"), None);
    }
}
