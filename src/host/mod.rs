//! The only listener to the world: observing a host and carrying out steps on it.
//!
//! Everything to the left of this module is a function of values; everything that touches a file or
//! starts a program goes through [`Host`]. A new kind of host is one more implementation of it.
//! Called by `apply` and `command`.

mod accounts;
mod attributes;
mod ca;
mod disk;
mod live;
mod local;
mod lock;
mod look;
mod new_root;
mod own;
mod perform;
mod processes;
mod programs;
mod replaceable;
mod run;
mod scope;
mod scratch;
mod sockets;
mod systemd;
mod tree;
mod walk;

pub use accounts::{Accounts, Person};
pub use ca::CaDirectory;
pub use disk::{Disk, DiskRights, Naming};
pub use live::LiveHost;
pub use local::LocalDisk;
pub use lock::{Holder, Lock};
pub use perform::Root;
pub use processes::{Process, started, ticks};
pub use programs::{file_names, is_program};
pub use replaceable::{Replaceable, replaceable};
pub use run::{CommandLine, Ran, TIED, run_here};
pub use scope::{believed, serve_scope};
pub use scratch::Scratch;
pub use sockets::{all_listening, listening, real, sockets};
pub use systemd::{Followed, ServiceManager, UnitJournal, last_words};
pub use tree::DirectoryTree;

use crate::model::names::{TargetPath, UserName};
use crate::model::observed::{Inventory, Observed};
use crate::model::step::Step;
use crate::model::units::UnitId;
use std::time::Duration;

/// The largest file that is looked into; a larger one is never touched.
pub const LARGEST_FILE: u64 = 8 * 1024 * 1024;

/// One host.
pub trait Host {
    /// Looks at paths, all in one request. Follows no symbolic link.
    fn observe(&self, inventory: &Inventory) -> Result<Observed, HostError>;
    /// Carries out one step, durably: when it returns, a power loss does not undo it.
    fn perform(&mut self, step: &Step) -> Result<(), HostError>;
    /// Runs a program, with a fixed environment and a deadline.
    fn run(&mut self, command: &CommandLine, deadline: Duration) -> Result<Ran, HostError>;
    /// Bytes that can still be written.
    fn free_space(&self) -> Result<u64, HostError>;
    /// The same host with nothing but the rights of one user: not a step of it is anybody else's to do.
    ///
    /// # Errors
    /// This process has nobody who works with the rights of that user.
    fn only(&mut self, user: &UserName) -> Result<Box<dyn Host + '_>, HostError> {
        let what = "nobody here works with this user's rights".to_owned();
        Err(HostError::Scope { user: user.clone(), what, errno: None })
    }
    /// The newest lines that one run of a unit logged, oldest first; none where nothing runs.
    fn last_words(&self, _invocation: &str) -> Result<Vec<String>, HostError> {
        Ok(Vec::new())
    }
}

/// A target on which one run at a time may write.
pub trait Exclusive: Host {
    /// Takes the lock of a state directory, making the directory where it is missing. `Err(holder)` inside
    /// `Ok`: somebody else holds it; `None` where they have not written who they are yet.
    fn lock(
        &mut self,
        state: &TargetPath,
        holder: &Holder,
    ) -> Result<Result<Lock, Option<Holder>>, HostError>;
}

impl Exclusive for LocalRoot {
    fn lock(
        &mut self,
        state: &TargetPath,
        holder: &Holder,
    ) -> Result<Result<Lock, Option<Holder>>, HostError> {
        self.take_lock(state, holder)
    }
}

/// A directory below which everything happens, as a local machine has it.
pub type LocalRoot = Root<LocalDisk>;

/// What the machine refused.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
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
    /// A symbolic link, or something that is no directory, stands where a directory is needed.
    #[error("cannot {operation} {path}: {at} is no directory")]
    NoDirectory {
        /// What was tried.
        operation: &'static str,
        /// The path that was wanted.
        path: String,
        /// The part of it that is no directory.
        at: String,
    },
    /// Something stands where a file of ours belongs.
    #[error("cannot use {path}: {what} stands there")]
    Strange {
        /// The path as the person knows it, the root included.
        path: String,
        /// What it is.
        what: &'static str,
    },
    /// On the way to a path a directory of an unprivileged user leads into one of somebody else.
    #[error(
        "cannot go through {at}: it belongs to user {owner} and stands in a directory of user {user}, who could put another in its place"
    )]
    Swappable {
        /// The directory.
        at: String,
        /// Number of its owner.
        owner: u32,
        /// Number of the user above it.
        user: u32,
    },
    /// A directory for keys that would be committed.
    #[error("{directory} is inside the git work tree {tree}: private keys do not belong there")]
    InWorkTree {
        /// The directory.
        directory: String,
        /// The work tree.
        tree: String,
    },
    /// A directory for keys in which others may change names.
    #[error("{directory} is no directory for private keys: {at} {what}")]
    Shared {
        /// The directory.
        directory: String,
        /// It, or a directory above it.
        at: String,
        /// What lets others in.
        what: String,
    },
    /// What was to be done with the rights of a user was not.
    #[error("for {user}: {what}")]
    Scope {
        /// The user.
        user: UserName,
        /// What went wrong.
        what: String,
        /// What the system said, as far as the process that has these rights tells.
        errno: Option<i32>,
    },
    /// The process with the rights of a user was ended from outside. What it had begun may be done or not;
    /// the next request finds another one in its place.
    #[error("for {user}: the process with this user's rights ended in the middle")]
    Died {
        /// The user.
        user: UserName,
    },
    /// A step about services on a target where none run.
    #[error("no services run below a root directory")]
    NoServices,
    /// A unit did not get to where a step wanted it, or its manager refused.
    #[error("{unit} {what}")]
    Unit {
        /// The unit.
        unit: UnitId,
        /// What went wrong, and what the unit wrote itself, on lines of its own.
        what: String,
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

impl HostError {
    /// What went wrong, without the name of the program or unit.
    pub fn what(&self) -> String {
        match self {
            Self::Program { what, .. } | Self::Unit { what, .. } => what.clone(),
            _ => self.to_string(),
        }
    }

    /// Whether this process lacks the rights.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Io { cause, .. } if cause.kind() == std::io::ErrorKind::PermissionDenied)
    }

    /// Whether the place itself was missing.
    pub(super) fn is_gone(&self) -> bool {
        match self {
            Self::NoDirectory { .. } => true,
            Self::Io { cause, .. } => cause.kind() == std::io::ErrorKind::NotFound,
            _ => false,
        }
    }

    /// Whether something had the name already.
    pub(super) fn is_taken(&self) -> bool {
        matches!(self, Self::Io { cause, .. } if cause.kind() == std::io::ErrorKind::AlreadyExists)
    }

    /// Whether the file system does not know the operation.
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Io { cause, .. }
            if matches!(cause.kind(), std::io::ErrorKind::Unsupported | std::io::ErrorKind::InvalidInput))
    }

    /// Whether the file system may not be written to.
    pub fn is_read_only(&self) -> bool {
        matches!(self, Self::Io { cause, .. } if cause.kind() == std::io::ErrorKind::ReadOnlyFilesystem)
    }

    /// Whether the file system had no room left.
    pub fn is_full(&self) -> bool {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        let kind = match self {
            Self::Io { cause, .. } => cause.kind(),
            Self::Scope { errno: Some(errno), .. } => std::io::Error::from_raw_os_error(*errno).kind(),
            _ => return false,
        };
        matches!(kind, StorageFull | QuotaExceeded)
    }
}
