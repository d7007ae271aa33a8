//! A stack run for real in a throw-away directory: real engines as child processes on free loopback
//! ports, without root and without systemd.
//!
//! Constraint: nothing outlives a trial, however it ends. Three means see to that, none of them
//! code of ours that has to run at the end: each engine asks the kernel to be killed with the
//! process that started it; a sweeper in a process group of its own waits on a pipe whose other end
//! that process and every engine hold, and removes the directory when the last of them is gone; and
//! the next trial removes what even a killed sweeper left. The pieces stand here, the order of a
//! trial in the verb `try`, their only caller beside `status`, `logs` and `prove`.
#![expect(clippy::disallowed_methods, reason = "a trial has its own directory and its own children")]

mod child;
mod directory;
mod engine;
mod interrupt;
mod log;
mod moved;
mod own_store;
mod ports;
mod ready;
mod state;
mod wire;
mod write;

pub use child::{become_engine, become_sweeper};
pub use directory::{TrialDirectory, base};
pub use engine::{Ended, Launch, RunningEngine};
pub use interrupt::Interrupt;
pub use log::{Follower, PORT_TAKEN, newest_lines, told_cause};
pub use moved::{Ports, managed, moved, stores};
pub use own_store::{OwnStore, unspoken};
pub use ports::free_ports;
pub use ready::{NotReady, Probe};
pub use state::{FoundTrial, Running, TrialState, announce, running};
pub use wire::{store_id, ways};
pub use write::write;

use std::path::PathBuf;

/// What the machine refused a trial.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// A system call on a file or directory failed.
    #[error("cannot {operation} {}: {cause}", .path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The directory for trials cannot be trusted.
    #[error("{} is not a directory of this user alone: {what}", .path.display())]
    Base {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A process could not be started or waited for.
    #[error("cannot {operation} {name}: {cause}")]
    Process {
        /// What was tried.
        operation: &'static str,
        /// Which process.
        name: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The system gave no free ports.
    #[error("cannot find free ports on loopback: {0}")]
    Ports(std::io::Error),
    /// Signals could not be watched for.
    #[error("cannot watch for signals: {0}")]
    Signals(std::io::Error),
    /// The sweeper did not do its part.
    #[error("the sweeper of {} {what}", .directory.display())]
    Sweeper {
        /// The trial's directory.
        directory: PathBuf,
        /// What it said or did.
        what: String,
    },
    /// Certificates could not be issued.
    #[error(transparent)]
    Pki(#[from] crate::pki::PkiError),
}

impl TrialError {
    fn io(operation: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Io { operation, path, cause }
    }
}
