//! Reaching a path below a root without following a symbolic link anywhere.

use super::TargetError;
use crate::stack::TargetPath;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{Mode as Bits, OFlags, openat};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

/// How a folder on the way is opened: never through a link.
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The open folders of one walk, so that a folder is opened once for all that stands in it.
pub(super) struct Walk<'a> {
    root: &'a Path,
    open: BTreeMap<String, Option<Rc<OwnedFd>>>,
}

impl<'a> Walk<'a> {
    pub(super) fn below(root: &'a Path) -> Self {
        Self { root, open: BTreeMap::new() }
    }

    /// A folder, or `None` where it, or one on the way, is missing or is no folder.
    pub(super) fn folder(&mut self, path: &str) -> Result<Option<Rc<OwnedFd>>, TargetError> {
        if let Some(known) = self.open.get(path) {
            return Ok(known.clone());
        }
        let opened = match path.rsplit_once('/') {
            None | Some(("", "")) => self.open_root()?,
            Some((parent, name)) => {
                let parent = if parent.is_empty() { "/" } else { parent };
                match self.folder(parent)? {
                    None => None,
                    Some(parent) => self.open_in(&parent, name, path)?,
                }
            }
        };
        self.open.insert(path.to_owned(), opened.clone());
        Ok(opened)
    }

    /// Keeps a folder that was opened to be looked at, for what stands in it.
    pub(super) fn remember(&mut self, path: &TargetPath, folder: OwnedFd) -> Rc<OwnedFd> {
        let folder = Rc::new(folder);
        self.open.insert(path.as_str().to_owned(), Some(Rc::clone(&folder)));
        folder
    }

    fn open_root(&self) -> Result<Option<Rc<OwnedFd>>, TargetError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::open(self.root, flags, Bits::empty()) {
            Ok(folder) => Ok(Some(Rc::new(folder))),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(fault("open folder", &self.root.display(), errno)),
        }
    }

    fn open_in(&self, parent: &OwnedFd, name: &str, path: &str) -> Result<Option<Rc<OwnedFd>>, TargetError> {
        match openat(parent.as_fd(), name, FOLDER, Bits::empty()) {
            Ok(folder) => Ok(Some(Rc::new(folder))),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
            Err(errno) => Err(fault("open folder", &shown(self.root, path), errno)),
        }
    }

    /// The folder that a path stands in, which must be there, and the path's name in it.
    pub(super) fn parent<'p>(
        &mut self,
        operation: &'static str,
        path: &'p TargetPath,
    ) -> Result<(Rc<OwnedFd>, &'p str), TargetError> {
        let parent = path.parent();
        let name = path.file_name();
        // A name that is a way out of the folder never comes from a judged path; the state could hold one.
        let usable = !matches!(name, "" | "." | "..") && path.as_str().split('/').all(|part| part != "..");
        match self.folder(parent.as_str())?.filter(|_| usable) {
            Some(folder) => Ok((folder, name)),
            None => Err(TargetError::NoFolder {
                operation,
                path: shown(self.root, path.as_str()),
                at: shown(self.root, parent.as_str()),
            }),
        }
    }
}

/// A path as the person knows it.
pub(super) fn shown(root: &Path, path: &str) -> String {
    root.join(path.trim_start_matches('/')).display().to_string()
}

pub(super) fn fault(operation: &'static str, path: &impl ToString, errno: Errno) -> TargetError {
    TargetError::Io { operation, path: path.to_string(), cause: errno.into() }
}
