//! The only door to the world: observing a host and carrying out steps on it.
//!
//! Everything to the left of this module is a function of values; everything that touches a file or
//! starts a program goes through [`Target`]. A new kind of host is one more implementation of it.
//! Called by `apply` and `command`.

mod attributes;
mod authority;
mod disk;
mod local;
mod lock;
mod perform;
mod programs;
mod run;
mod scratch;
mod tree;
mod walk;

pub use authority::AuthorityFolder;
pub use disk::{Disk, Naming};
pub use local::LocalDisk;
pub use lock::{Holder, Lock};
pub use perform::Root;
pub use programs::{file_names, is_program};
pub use run::{CommandLine, Ran, TIED, run_here};
pub use scratch::Scratch;
pub use tree::FolderTree;

use crate::plan::{Inventory, Observed, Step};
use crate::stack::TargetPath;
use std::time::Duration;

/// The largest file that is looked into; a larger one is never touched.
pub const LARGEST_FILE: u64 = 8 * 1024 * 1024;

/// One host.
pub trait Target {
    /// Looks at paths, all in one request. Follows no symbolic link.
    fn observe(&self, inventory: &Inventory) -> Result<Observed, TargetError>;
    /// Carries out one step, durably: when it returns, a power loss does not undo it.
    fn perform(&mut self, step: &Step) -> Result<(), TargetError>;
    /// Runs a program, with a fixed environment and a deadline.
    fn run(&mut self, command: &CommandLine, deadline: Duration) -> Result<Ran, TargetError>;
    /// Bytes that can still be written.
    fn free_space(&self) -> Result<u64, TargetError>;
}

/// A folder below which everything happens, as a local machine has it.
pub type LocalRoot = Root<LocalDisk>;

/// What the machine refused.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// A system call failed.
    #[error("cannot {operation} {path}: {cause}")]
    Io {
        /// What was tried: "create", "rename".
        operation: &'static str,
        /// The path as the person knows it, the root included.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// What stood at a path was not what the plan saw.
    #[error("{path} was changed by somebody else in the meantime")]
    Changed {
        /// The path.
        path: TargetPath,
    },
    /// A symbolic link, or something that is no folder, stands where a folder is needed.
    #[error("cannot {operation} {path}: {at} is no folder")]
    NoFolder {
        /// What was tried.
        operation: &'static str,
        /// The path that was wanted.
        path: String,
        /// The part of it that is no folder.
        at: String,
    },
    /// A folder for keys that would be committed.
    #[error("{folder} is inside the git work tree {tree}: private keys do not belong there")]
    InWorkTree {
        /// The folder.
        folder: String,
        /// The work tree.
        tree: String,
    },
    /// A program could not be started or did not end in time.
    #[error("{program} {what}")]
    Program {
        /// Which one.
        program: String,
        /// What went wrong.
        what: String,
    },
}

impl TargetError {
    /// What went wrong, without the name of the program.
    pub fn what(&self) -> String {
        match self {
            Self::Program { what, .. } => what.clone(),
            _ => self.to_string(),
        }
    }

    /// Whether the file system does not know the operation.
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Io { cause, .. }
            if matches!(cause.kind(), std::io::ErrorKind::Unsupported | std::io::ErrorKind::InvalidInput))
    }

    /// Whether the file system had no room left.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Io { cause, .. } if cause.kind() == std::io::ErrorKind::StorageFull
            || cause.kind() == std::io::ErrorKind::QuotaExceeded)
    }
}
