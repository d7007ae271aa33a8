//! What stands at a path of a disk, with one look at it.

use super::walk::{Care, DirectoryWalk, fault, is_name};
use super::{HostError, LARGEST_FILE, LocalDisk};
use crate::model::names::{Mode, TargetPath};
use crate::model::observed::{Ids, Look, OUT_OF_SIGHT, ObservedDirectory, ObservedFile, PathState};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode as Bits, OFlags, Stat, fstat, openat, readlinkat, statat};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::io::Read;

/// Every word for something that is never touched.
pub(super) const OTHERS: [&str; 6] =
    ["a file above 8 MiB", "a fifo", "a socket", "a device", "something unknown", OUT_OF_SIGHT];

impl LocalDisk {
    pub(super) fn standing(
        &self,
        walk: &mut DirectoryWalk,
        path: &TargetPath,
        look: Look,
    ) -> Result<PathState, HostError> {
        let fail = |operation, errno| fault(operation, &self.shown(path), errno);
        let directory = match walk.directory(path.parent().as_str()) {
            Err(fault) if self.care == Care::Guarded && fault.is_refused() => {
                return Ok(PathState::Other(OUT_OF_SIGHT));
            }
            directory => directory?,
        };
        let name = path.file_name();
        let Some(directory) = directory.filter(|_| is_name(name)) else { return Ok(PathState::Absent) };
        // Almost every path is a regular file: opening it first saves a call. A fifo is not waited for.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        match openat(directory.as_fd(), name, flags, Bits::empty()) {
            Ok(file) => {
                let stat = fstat(&file).map_err(|errno| fail("look at", errno))?;
                if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
                    return self.opened(file, &stat, path);
                }
                let file = walk.remember(path, file);
                let entries = match look {
                    Look::Plain => None,
                    Look::Names => Some(self.names(&file, path)?),
                };
                let (mode, ids) = rights(&stat);
                Ok(PathState::Directory(ObservedDirectory { mode, ids, entries }))
            }
            // No file system has names as long as some that a record may hold.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG) => Ok(PathState::Absent),
            Err(Errno::LOOP | Errno::NXIO) => self.unopened(&directory, path),
            Err(Errno::ACCESS) if self.care == Care::Guarded => self.unreadable(&directory, path, look),
            Err(errno) => Err(fail("read", errno)),
        }
    }

    /// A link, or something that cannot be opened as a file.
    fn unopened(&self, directory: impl AsFd, path: &TargetPath) -> Result<PathState, HostError> {
        let stat = self.stat(&directory, path)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::Symlink {
            return Ok(PathState::Other(kind(&stat)));
        }
        let to = readlinkat(directory, path.file_name(), Vec::new())
            .map_err(|errno| fault("read the link", &self.shown(path), errno))?;
        Ok(PathState::Link { to: to.to_string_lossy().into_owned() })
    }

    /// Of a directory that may not be listed its rights are seen all the same.
    fn unreadable(
        &self,
        directory: impl AsFd,
        path: &TargetPath,
        look: Look,
    ) -> Result<PathState, HostError> {
        let stat = self.stat(&directory, path)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::Directory || look == Look::Names {
            return Ok(PathState::Other(OUT_OF_SIGHT));
        }
        let (mode, ids) = rights(&stat);
        Ok(PathState::Directory(ObservedDirectory { mode, ids, entries: None }))
    }

    fn stat(&self, directory: impl AsFd, path: &TargetPath) -> Result<Stat, HostError> {
        statat(directory, path.file_name(), AtFlags::SYMLINK_NOFOLLOW)
            .map_err(|errno| fault("look at", &self.shown(path), errno))
    }

    fn opened(&self, file: OwnedFd, stat: &Stat, path: &TargetPath) -> Result<PathState, HostError> {
        let length = u64::try_from(stat.st_size).unwrap_or(u64::MAX);
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile if length > LARGEST_FILE => Ok(PathState::Other("a file above 8 MiB")),
            FileType::RegularFile => {
                let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
                std::fs::File::from(file)
                    .take(LARGEST_FILE)
                    .read_to_end(&mut bytes)
                    .map_err(|cause| HostError::Io { operation: "read", path: self.shown(path), cause })?;
                let (mode, ids) = rights(stat);
                Ok(PathState::File(ObservedFile { bytes, mode, ids, links: stat.st_nlink }))
            }
            _ => Ok(PathState::Other(kind(stat))),
        }
    }

    fn names(&self, directory: impl AsFd, path: &TargetPath) -> Result<BTreeSet<String>, HostError> {
        let fail = |errno| fault("list", &self.shown(path), errno);
        let mut names = BTreeSet::new();
        for entry in rustix::fs::Dir::read_from(directory).map_err(fail)? {
            let name = entry.map_err(fail)?.file_name().to_string_lossy().into_owned();
            if name != "." && name != ".." {
                names.insert(name);
            }
        }
        Ok(names)
    }
}

fn rights(stat: &Stat) -> (Mode, Ids) {
    (Mode(stat.st_mode & 0o7777), Ids { uid: stat.st_uid, gid: stat.st_gid })
}

fn kind(stat: &Stat) -> &'static str {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Fifo => "a fifo",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        _ => "something unknown",
    }
}
