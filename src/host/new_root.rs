//! Making a root directory that is missing: 0700 and with a `.gitignore` before it gets its name.
//!
//! Its parent may be anybody's, `/tmp` for one. So it is made under a name that nobody can know before, and
//! all that is done in it goes by its descriptor. What a killed run left is removed by the next.

use super::HostError;
use super::walk::fault;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{
    AtFlags, FlockOperation, Mode as Bits, OFlags, RenameFlags, fchmod, flock, fstat, fsync, mkdirat, open,
    openat, renameat_with, unlinkat,
};
use rustix::io::{Errno, Result};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::path::Path;

/// What the directory is called until it is whole, with a random number behind it.
const STAGED: &str = ".tracewright-new-";
/// What a root directory of ours tells git: it holds private keys.
pub(super) const IGNORE_ALL: &[u8] = b"*\n";
pub(super) const IGNORE: &str = ".gitignore";
const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Makes the root, and the directories above it. One that somebody else makes meanwhile will do.
pub(super) fn make(root: &Path) -> std::result::Result<(), HostError> {
    let fail = |errno| fault("make directory", &root.display(), errno);
    let above = root.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(above).map_err(|cause| {
        let path = above.display().to_string();
        HostError::Io { operation: "make directory", path, cause }
    })?;
    let name = root.file_name().and_then(|name| name.to_str()).ok_or_else(|| fail(Errno::EXIST))?;
    let above = open(above, DIRECTORY.difference(OFlags::NOFOLLOW), Bits::empty()).map_err(fail)?;
    sweep(&above, name);
    let number = RandomState::new().build_hasher().finish();
    let staged = format!("{name}{STAGED}{number:016x}");
    let done = stage(&above, &staged).and_then(|_held| {
        match renameat_with(&above, &*staged, &above, name, RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) if root.is_dir() => remove(&above, &staged),
            done => done,
        }
    });
    done.and_then(|()| fsync(&above)).map_err(|errno| {
        // The first fault is the one that is told; the next run sweeps what stays.
        let _stays = remove(&above, &staged);
        fail(errno)
    })
}

/// The directory with its file, durable, and open: as long as it is, its lock says that this run is alive.
fn stage(above: &OwnedFd, staged: &str) -> Result<OwnedFd> {
    mkdirat(above, staged, Bits::from_raw_mode(0o700))?;
    let directory = openat(above, staged, DIRECTORY, Bits::empty())?;
    flock(&directory, FlockOperation::NonBlockingLockExclusive)?;
    super::attributes::clear(&directory)?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let ignore = openat(&directory, IGNORE, flags, Bits::from_raw_mode(0o600))?;
    let mut file = std::fs::File::from(ignore);
    file.write_all(IGNORE_ALL).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    fchmod(&file, Bits::from_raw_mode(0o644))?;
    fsync(&file)?;
    fchmod(&directory, Bits::from_raw_mode(0o755))?;
    fsync(&directory)?;
    Ok(directory)
}

fn remove(above: &OwnedFd, staged: &str) -> Result<()> {
    let directory = openat(above, staged, DIRECTORY, Bits::empty())?;
    match unlinkat(&directory, IGNORE, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => unlinkat(above, staged, AtFlags::REMOVEDIR),
        refused => refused,
    }
}

/// Removes what dead runs of this user left. What cannot be removed stays for the next run.
fn sweep(above: &OwnedFd, name: &str) {
    let (prefix, own) = (format!("{name}{STAGED}"), rustix::process::geteuid().as_raw());
    let Ok(entries) = rustix::fs::Dir::read_from(above.as_fd()) else { return };
    let names = entries.flatten().filter_map(|entry| entry.file_name().to_str().ok().map(str::to_owned));
    for left in names.filter(|left| left.starts_with(&prefix)) {
        let Ok(directory) = openat(above, &*left, DIRECTORY, Bits::empty()) else { continue };
        let ours = fstat(&directory).is_ok_and(|stat| stat.st_uid == own);
        if ours && flock(&directory, FlockOperation::NonBlockingLockExclusive).is_ok() {
            let _stays = remove(above, &left);
        }
    }
}
