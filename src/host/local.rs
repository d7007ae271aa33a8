//! A directory of this machine as a disk, by descriptors relative to opened directories.
//!
//! Every path is reached component by component; a symbolic link is looked at, never followed. Files
//! are 0600 from the first byte. What a default access list of their directory gave them is taken away before
//! they get their mode through the open descriptor, so that neither it nor the umask matters.

use super::HostError;
use super::disk::{Disk, DiskRights, Naming};
use super::walk::{Care, DirectoryWalk, fault, shown};
use crate::model::names::{HostName, Mode, TargetPath};
use crate::model::observed::{Ids, Inventory, Observed};
use crate::model::step::Like;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{
    AtFlags, Mode as Bits, OFlags, RenameFlags, fchmod, fchown, fstat, fsync, mkdirat, openat, renameat_with,
    statat, unlinkat,
};
use rustix::io::Errno;
use std::cell::{RefCell, RefMut};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A directory of this machine, seen as the root of a host.
#[derive(Debug)]
pub struct LocalDisk {
    root: PathBuf,
    host: HostName,
    pub(super) care: Care,
    made: bool,
    walk: RefCell<DirectoryWalk>,
}

impl LocalDisk {
    /// The root of a host at a directory, which need not be there yet.
    pub fn at(root: impl Into<PathBuf>, host: HostName) -> Self {
        Self::with(root.into(), host, Care::Plain)
    }

    /// A root in which others are at work at the same time: `/` of a live machine. A directory of an
    /// unprivileged user leads to nobody else's, a link is followed on the way only where root alone
    /// could have made it, and what may not be read is no fault but is seen as such.
    pub fn guarded(root: impl Into<PathBuf>, host: HostName) -> Self {
        Self::with(root.into(), host, Care::Guarded)
    }

    fn with(root: PathBuf, host: HostName, care: Care) -> Self {
        let walk = RefCell::new(DirectoryWalk::below(root.clone(), care));
        Self { root, host, care, made: false, walk }
    }

    /// The directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn walk(&self) -> RefMut<'_, DirectoryWalk> {
        self.walk.borrow_mut()
    }

    pub(super) fn shown(&self, path: &TargetPath) -> String {
        shown(&self.root, path.as_str())
    }

    /// On a live machine an unprivileged user may have given another's file a name in a directory of theirs:
    /// its rights are not changed.
    fn refuse_other_names(&self, file: &OwnedFd, path: &TargetPath) -> Result<(), HostError> {
        let stat = fstat(file).map_err(|errno| fault("look at", &self.shown(path), errno))?;
        if self.care == Care::Guarded && stat.st_nlink != 1 {
            return Err(HostError::Changed { path: path.clone() });
        }
        Ok(())
    }

    /// Writes a new file and everything about it before anybody knows its name for good.
    fn write_new(
        &self,
        (path, bytes): (&TargetPath, &[u8]),
        rights: DiskRights,
        like: Option<&Like>,
    ) -> Result<(), HostError> {
        let fail = |operation, errno| fault(operation, &self.shown(path), errno);
        let mut walk = self.walk();
        let (directory, name) = walk.parent("create", path)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let descriptor = openat(directory.as_fd(), name, flags, Bits::from_raw_mode(0o600))
            .map_err(|errno| fail("create", errno))?;
        let mut file = std::fs::File::from(descriptor);
        file.write_all(bytes).map_err(|cause| HostError::Io {
            operation: "write",
            path: self.shown(path),
            cause,
        })?;
        super::attributes::clear(&file).map_err(|errno| fail("set the rights of", errno))?;
        if let Some(like) = like {
            self.take_over(&mut walk, &file, path, like)?;
        }
        give(&file, rights).map_err(|errno| fail("set the rights of", errno))?;
        fsync(&file).map_err(|errno| fail("synchronize", errno))
    }

    /// Owner (of a file that is not ours) and attributes of the file that is replaced.
    fn take_over(
        &self,
        walk: &mut DirectoryWalk,
        file: &std::fs::File,
        path: &TargetPath,
        like: &Like,
    ) -> Result<(), HostError> {
        let fail = |operation, errno| fault(operation, &self.shown(path), errno);
        let (directory, name) = walk.parent("read", &like.path)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let old =
            openat(directory.as_fd(), name, flags, Bits::empty()).map_err(|errno| fail("read", errno))?;
        if like.owner {
            let (was, is) = (
                fstat(&old).map_err(|errno| fail("look at", errno))?,
                fstat(file).map_err(|errno| fail("look at", errno))?,
            );
            if (was.st_uid, was.st_gid) != (is.st_uid, is.st_gid) {
                let owner = Some(rustix::fs::Uid::from_raw(was.st_uid));
                let group = Some(rustix::fs::Gid::from_raw(was.st_gid));
                fchown(file, owner, group).map_err(|errno| fail("keep the owner of", errno))?;
            }
        }
        super::attributes::copy(&old, file).map_err(|errno| fail("keep the attributes of", errno))
    }
}

/// The owner first: a change of owner takes bits of the mode away. What came of it is looked at.
fn give(file: &impl AsFd, rights: DiskRights) -> rustix::io::Result<()> {
    if let Some(Ids { uid, gid }) = rights.ids {
        fchown(file, Some(rustix::fs::Uid::from_raw(uid)), Some(rustix::fs::Gid::from_raw(gid)))?;
    }
    fchmod(file, Bits::from_raw_mode(rights.mode.0))?;
    if fstat(file)?.st_mode & 0o7777 == rights.mode.0 { Ok(()) } else { Err(Errno::PERM) }
}

impl Disk for LocalDisk {
    fn let_go(&self) {
        self.walk().end();
    }

    fn look(&self, inventory: &Inventory) -> Result<Observed, HostError> {
        let mut walk = self.walk();
        let mut observed =
            Observed { host: self.host.clone(), at: std::collections::BTreeMap::new(), machine: None };
        for (path, look) in &inventory.paths {
            observed.at.insert(path.clone(), self.standing(&mut walk, path, *look)?);
        }
        Ok(observed)
    }

    /// A root that is missing is made under another name first, so that it is never seen without its
    /// `.gitignore`.
    fn make_root(&mut self) -> Result<(), HostError> {
        if !self.made && !self.root.is_dir() {
            super::new_root::make(&self.root)?;
        }
        self.made = true;
        Ok(())
    }

    fn make_directory(&mut self, path: &TargetPath, rights: DiskRights) -> Result<(), HostError> {
        let fail = |operation, errno| fault(operation, &self.shown(path), errno);
        let (directory, name) = self.walk().parent("make directory", path)?;
        self.walk().forget(path);
        mkdirat(directory.as_fd(), name, Bits::from_raw_mode(0o700))
            .map_err(|errno| fail("make directory", errno))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let made = openat(directory.as_fd(), name, flags, Bits::empty())
            .map_err(|errno| fail("open directory", errno))?;
        super::attributes::clear(&made)
            .and_then(|()| give(&made, rights))
            .map_err(|errno| fail("set the rights of", errno))?;
        fsync(&made).map_err(|errno| fail("synchronize", errno))
    }

    fn create(
        &mut self,
        path: &TargetPath,
        bytes: &[u8],
        rights: DiskRights,
        like: Option<&Like>,
    ) -> Result<(), HostError> {
        self.write_new((path, bytes), rights, like)
    }

    fn append(&mut self, path: &TargetPath, bytes: &[u8]) -> Result<bool, HostError> {
        let fail = |operation, errno| fault(operation, &self.shown(path), errno);
        let (directory, name) = self.walk().parent("append to", path)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let descriptor = openat(directory.as_fd(), name, flags, Bits::from_raw_mode(0o600))
            .map_err(|errno| fail("append to", errno))?;
        let fresh = fstat(&descriptor).map_err(|errno| fail("look at", errno))?.st_size == 0;
        let mut file = std::fs::File::from(descriptor);
        file.write_all(bytes).map_err(|cause| HostError::Io {
            operation: "append to",
            path: self.shown(path),
            cause,
        })?;
        fsync(&file).map_err(|errno| fail("synchronize", errno))?;
        Ok(fresh)
    }

    fn rename(&mut self, from: &TargetPath, to: &TargetPath, naming: Naming) -> Result<(), HostError> {
        let mut walk = self.walk();
        let (from_directory, from_name) = walk.parent("rename", from)?;
        let (to_directory, to_name) = walk.parent("rename", to)?;
        walk.forget(from);
        walk.forget(to);
        let flags = match naming {
            Naming::New => RenameFlags::NOREPLACE,
            Naming::Exchange => RenameFlags::EXCHANGE,
            Naming::Over => RenameFlags::empty(),
        };
        let fail = |errno| {
            let visible = if naming == Naming::Exchange { to } else { from };
            fault("rename", &self.shown(visible), errno)
        };
        match renameat_with(from_directory.as_fd(), from_name, to_directory.as_fd(), to_name, flags) {
            // A file system that cannot refuse to overwrite is looked at first.
            Err(Errno::INVAL) if naming == Naming::New => {
                match statat(to_directory.as_fd(), to_name, AtFlags::SYMLINK_NOFOLLOW) {
                    Err(Errno::NOENT) => {
                        let none = RenameFlags::empty();
                        renameat_with(from_directory.as_fd(), from_name, to_directory.as_fd(), to_name, none)
                            .map_err(fail)
                    }
                    Ok(_) => Err(fail(Errno::EXIST)),
                    Err(errno) => Err(fail(errno)),
                }
            }
            done => done.map_err(fail),
        }
    }

    fn set_mode(&mut self, path: &TargetPath, mode: Mode) -> Result<(), HostError> {
        let fail = |operation, errno| fault(operation, &self.shown(path), errno);
        let (directory, name) = self.walk().parent("set the mode of", path)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file =
            openat(directory.as_fd(), name, flags, Bits::empty()).map_err(|errno| fail("open", errno))?;
        self.refuse_other_names(&file, path)?;
        fchmod(&file, Bits::from_raw_mode(mode.0)).map_err(|errno| fail("set the mode of", errno))?;
        fsync(&file).map_err(|errno| fail("synchronize", errno))
    }

    fn set_owner(&mut self, path: &TargetPath, ids: Ids) -> Result<(), HostError> {
        let fail = |operation, errno| fault(operation, &self.shown(path), errno);
        let (directory, name) = self.walk().parent("set the owner of", path)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file =
            openat(directory.as_fd(), name, flags, Bits::empty()).map_err(|errno| fail("open", errno))?;
        self.refuse_other_names(&file, path)?;
        let mode = Mode(fstat(&file).map_err(|errno| fail("look at", errno))?.st_mode & 0o7777);
        give(&file, DiskRights { mode, ids: Some(ids) }).map_err(|errno| fail("set the owner of", errno))?;
        fsync(&file).map_err(|errno| fail("synchronize", errno))
    }

    fn link(&mut self, path: &TargetPath, to: &str) -> Result<(), HostError> {
        let (directory, name) = self.walk().parent("link", path)?;
        rustix::fs::symlinkat(to, directory.as_fd(), name)
            .map_err(|errno| fault("link", &self.shown(path), errno))
    }

    fn remove_file(&mut self, path: &TargetPath) -> Result<(), HostError> {
        let (directory, name) = self.walk().parent("remove", path)?;
        unlinkat(directory.as_fd(), name, AtFlags::empty())
            .map_err(|errno| fault("remove", &self.shown(path), errno))
    }

    fn remove_directory(&mut self, path: &TargetPath) -> Result<(), HostError> {
        let (directory, name) = self.walk().parent("remove directory", path)?;
        self.walk().forget(path);
        unlinkat(directory.as_fd(), name, AtFlags::REMOVEDIR)
            .map_err(|errno| fault("remove directory", &self.shown(path), errno))
    }

    fn sync(&mut self, directory: &TargetPath) -> Result<(), HostError> {
        match self.walk().directory(directory.as_str())? {
            Some(open) => fsync(&open).map_err(|errno| fault("synchronize", &self.shown(directory), errno)),
            None => Ok(()),
        }
    }

    fn free_space(&self) -> Result<u64, HostError> {
        free_space_at(&self.root)
    }
}

/// Bytes that can still be written at a path, or where the nearest directory above it is.
pub(super) fn free_space_at(path: &Path) -> Result<u64, HostError> {
    let existing = path.ancestors().find(|directory| directory.is_dir()).unwrap_or(Path::new("."));
    let stat = rustix::fs::statvfs(existing)
        .map_err(|errno| fault("look at the free space of", &path.display(), errno))?;
    // A file system without blocks, as in /proc, does not know; writing will tell.
    if stat.f_blocks == 0 {
        return Ok(u64::MAX);
    }
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}
