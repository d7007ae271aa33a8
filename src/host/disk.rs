//! The few operations on a file system that steps are made of.
//!
//! Small on purpose: a test can stand in for the disk and lose what was not synchronized, or run out of
//! room at any operation.

use super::HostError;
use crate::model::names::{Mode, TargetPath};
use crate::model::observed::{Ids, Inventory, Observed};
use crate::model::step::Like;

/// What happens to something that already has the new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// Nothing may stand there.
    New,
    /// The two exchange their names, at once; a disk that cannot says that it is unsupported.
    Exchange,
    /// It is overwritten; only for files of the state.
    Over,
}

/// Who may do what with something that is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskRights {
    /// Its permission bits.
    pub mode: Mode,
    /// Its owner; `None`: whoever makes it.
    pub ids: Option<Ids>,
}

impl From<Mode> for DiskRights {
    fn from(mode: Mode) -> Self {
        Self { mode, ids: None }
    }
}

/// A file system below one root. Nothing follows a symbolic link; nothing is durable before
/// [`Disk::sync`].
pub trait Disk {
    /// Lets go of the directories that were reached for a look or a step: before the next, others may put
    /// other directories in their places.
    fn let_go(&self) {}
    /// Looks at paths.
    fn look(&self, inventory: &Inventory) -> Result<Observed, HostError>;
    /// Makes the root itself where it is missing.
    fn make_root(&mut self) -> Result<(), HostError>;
    /// Makes a directory with exactly these rights.
    fn make_directory(&mut self, path: &TargetPath, rights: DiskRights) -> Result<(), HostError>;
    /// Makes a file that is not there, 0600 from the first byte, then of exactly these rights, and
    /// synchronizes it.
    fn create(
        &mut self,
        path: &TargetPath,
        bytes: &[u8],
        rights: DiskRights,
        like: Option<&Like>,
    ) -> Result<(), HostError>;
    /// Adds to a file, making it (0600) where it is missing, and synchronizes it. Whether it was empty: then
    /// its name may not be durable yet.
    fn append(&mut self, path: &TargetPath, bytes: &[u8]) -> Result<bool, HostError>;
    /// Gives another name.
    fn rename(&mut self, from: &TargetPath, to: &TargetPath, naming: Naming) -> Result<(), HostError>;
    /// Changes the mode of a file and synchronizes it.
    fn set_mode(&mut self, path: &TargetPath, mode: Mode) -> Result<(), HostError>;
    /// Changes the owner of a file and synchronizes it.
    fn set_owner(&mut self, path: &TargetPath, ids: Ids) -> Result<(), HostError>;
    /// Makes a symbolic link where nothing stands.
    fn link(&mut self, path: &TargetPath, to: &str) -> Result<(), HostError>;
    /// Removes a file or link.
    fn remove_file(&mut self, path: &TargetPath) -> Result<(), HostError>;
    /// Removes an empty directory.
    fn remove_directory(&mut self, path: &TargetPath) -> Result<(), HostError>;
    /// Makes the names in a directory durable.
    fn sync(&mut self, directory: &TargetPath) -> Result<(), HostError>;
    /// Bytes that can still be written.
    fn free_space(&self) -> Result<u64, HostError>;
}
