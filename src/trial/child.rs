//! What this binary does when it starts itself again, by the hidden verb `trial-child`: for a trial, and
//! to become a validator that ends with it.

use super::TrialError;
use super::directory::{make, remove};
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Becomes a program that the kernel kills together with `parent`, the process that starts it.
/// Returns only where that fails.
pub fn become_engine(parent: u32, program: &Path, arguments: &[OsString]) -> std::io::Error {
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        return error.into();
    }
    // It may have died before the line above.
    if getppid().map(Pid::as_raw_nonzero).is_none_or(|pid| pid.get().cast_unsigned() != parent) {
        return std::io::Error::other("who started it has ended");
    }
    Command::new(program).args(arguments).exec()
}

/// Makes the directory of a trial, says so, waits until nobody holds the other end of its standard
/// input any more, and removes the directory.
///
/// # Errors
/// The directory cannot be removed. Why it cannot be made is said where the trial listens.
pub fn become_sweeper(directory: &Path) -> Result<(), TrialError> {
    let made = make(directory);
    let said = made.as_ref().map_or_else(ToString::to_string, |()| "made".to_owned());
    // Where nobody listens any more, the wait below ends at once.
    let _gone = std::io::stdout().write_all(format!("{said}\n").as_bytes());
    if made.is_err() {
        return Ok(());
    }
    let mut nothing = [0; 64];
    let mut input = std::io::stdin().lock();
    loop {
        match input.read(&mut nothing) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
    }
    remove(directory)
}
