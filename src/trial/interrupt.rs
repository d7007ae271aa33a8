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
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
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
