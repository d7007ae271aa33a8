//! Somebody wants an end: Ctrl-C, SIGTERM, a terminal that closes.

use super::TrialError;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set by a signal, looked at wherever a trial waits.
#[derive(Clone, Debug)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on these signals end nothing by themselves.
    ///
    /// # Errors
    /// The system refuses.
    pub fn watch() -> Result<Self, TrialError> {
        let flag = Arc::new(AtomicBool::new(false));
        let ignored = ignored();
        // Who starts a trial by `nohup` wants it to outlive the terminal.
        let hangup = Some(SIGHUP).filter(|signal| ignored >> (signal - 1) & 1 == 0);
        for signal in [SIGINT, SIGTERM, SIGQUIT].into_iter().chain(hangup) {
            signal_hook::flag::register(signal, Arc::clone(&flag)).map_err(TrialError::Signals)?;
        }
        Ok(Self(flag))
    }

    /// Whether one came.
    pub fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Forgets it, so that the next one is seen: who asks twice does not want to wait.
    pub fn forget(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// The signals that this process was started to ignore, one bit each, the lowest for signal 1.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}
