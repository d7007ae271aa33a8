//! The few operations on a file system that steps are made of.
//!
//! Small on purpose: a test can stand in for the disk and lose what was not synchronized, or run out of
//! room at any operation.

use super::TargetError;
use crate::plan::{Inventory, Like, Observed};
use crate::stack::{Mode, TargetPath};

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

/// A file system below one root. Nothing follows a symbolic link; nothing is durable before
/// [`Disk::sync`].
pub trait Disk {
    /// Looks at paths.
    fn look(&self, inventory: &Inventory) -> Result<Observed, TargetError>;
    /// Makes the root itself where it is missing.
    fn make_root(&mut self) -> Result<(), TargetError>;
    /// Makes a folder with exactly this mode.
    fn make_folder(&mut self, path: &TargetPath, mode: Mode) -> Result<(), TargetError>;
    /// Makes a file that is not there, 0600 from the first byte, then of exactly this mode, and
    /// synchronizes it.
    fn create(
        &mut self,
        path: &TargetPath,
        bytes: &[u8],
        mode: Mode,
        like: Option<&Like>,
    ) -> Result<(), TargetError>;
    /// Adds to a file, making it (0600) where it is missing, and synchronizes it.
    fn append(&mut self, path: &TargetPath, bytes: &[u8]) -> Result<(), TargetError>;
    /// Gives another name.
    fn rename(&mut self, from: &TargetPath, to: &TargetPath, naming: Naming) -> Result<(), TargetError>;
    /// Changes the mode of a file and synchronizes it.
    fn set_mode(&mut self, path: &TargetPath, mode: Mode) -> Result<(), TargetError>;
    /// Removes a file or link.
    fn remove_file(&mut self, path: &TargetPath) -> Result<(), TargetError>;
    /// Removes an empty folder.
    fn remove_folder(&mut self, path: &TargetPath) -> Result<(), TargetError>;
    /// Makes the names in a folder durable.
    fn sync(&mut self, folder: &TargetPath) -> Result<(), TargetError>;
    /// Bytes that can still be written.
    fn free_space(&self) -> Result<u64, TargetError>;
}
