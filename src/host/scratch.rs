//! A private directory for files that programs shall look at, and that nobody keeps.
//!
//! It is removed when it is closed, also when a program failed. What a killed run left behind is found
//! by its name and its lock, and removed by the next run.
#![expect(clippy::disallowed_methods, reason = "this is the one place: what is made here is removed here")]

use super::HostError;
use rustix::fs::{FlockOperation, Mode, OFlags, flock, fstat, open};
use std::fs::{DirBuilder, Permissions};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

/// What all such directories are called, with a number behind it.
const NAME: &str = "tracewright-scratch-";
/// How many names are tried.
const TRIES: u32 = 1000;

/// The directory, with mode 0700. The lock on it tells that its run is alive.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    lock: OwnedFd,
}

impl Scratch {
    /// Makes one below `parent`, and removes those of runs that are dead.
    ///
    /// # Errors
    /// The parent is no directory that can be written to.
    pub fn below(parent: &Path) -> Result<Self, HostError> {
        sweep(parent);
        let pid = std::process::id();
        for number in 0..TRIES {
            let path = parent.join(format!("{NAME}{pid}-{number}"));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {}
                Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => continue,
                Err(cause) => return Err(fault("create", &path, cause)),
            }
            // Whoever sweeps between the two calls takes it for dead; then the next name is tried.
            if let Some(lock) = lock(&path) {
                return Ok(Self { path, lock });
            }
        }
        Err(fault("create", &parent.join(NAME), std::io::ErrorKind::AlreadyExists.into()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file with mode 0600 below it, with the directories on the way.
    ///
    /// # Errors
    /// The system refused.
    pub fn write(&self, relative: &Path, bytes: &[u8]) -> Result<PathBuf, HostError> {
        let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
        assert!(inside, "a file of a scratch directory stays below it: {}", relative.display());
        let path = self.path.join(relative);
        let directory = path.parent().unwrap_or(&self.path);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .and_then(|()| std::fs::write(&path, bytes))
            .and_then(|()| std::fs::set_permissions(&path, Permissions::from_mode(0o600)))
            .map_err(|cause| fault("write", &path, cause))?;
        Ok(path)
    }

    /// Removes it with all that is in it.
    ///
    /// # Errors
    /// The system refused; the next run tries again.
    pub fn close(self) -> Result<(), HostError> {
        let removed = std::fs::remove_dir_all(&self.path).map_err(|cause| fault("remove", &self.path, cause));
        drop(self.lock);
        removed
    }
}

fn fault(operation: &'static str, path: &Path, cause: std::io::Error) -> HostError {
    HostError::Io { operation, path: path.display().to_string(), cause }
}

/// The lock of a directory that still stands there and that nobody else holds.
fn lock(path: &Path) -> Option<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = open(path, flags, Mode::empty()).ok()?;
    flock(&directory, FlockOperation::NonBlockingLockExclusive).ok()?;
    let (held, there) = (fstat(&directory).ok()?, path.symlink_metadata().ok()?);
    (held.st_ino == there.ino() && held.st_dev == there.dev()).then_some(directory)
}

/// Removes what dead runs of this user left. What cannot be removed stays for the next run.
fn sweep(parent: &Path) {
    let own = rustix::process::geteuid().as_raw();
    for name in super::file_names(parent).iter().filter(|name| name.starts_with(NAME)) {
        let path = parent.join(name);
        let ours = path.symlink_metadata().is_ok_and(|there| there.is_dir() && there.uid() == own);
        if let Some(_held) = ours.then(|| lock(&path)).flatten() {
            let _stays = std::fs::remove_dir_all(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn it_is_private_and_gone_afterwards() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = Scratch::below(parent.path()).unwrap();
        let file = scratch.write(Path::new("etc/tempo/config.yml"), b"a: 1\n").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
        assert_eq!(mode(scratch.path()), 0o700);
        assert_eq!(mode(&file), 0o600);
        let second = Scratch::below(parent.path()).unwrap();
        assert!(file.exists(), "a living run's directory is left alone");
        scratch.close().unwrap();
        second.close().unwrap();
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_run_left_is_removed() {
        let parent = tempfile::tempdir().unwrap();
        let dead = parent.path().join(format!("{NAME}1-0"));
        fs::create_dir_all(dead.join("etc")).unwrap();
        fs::create_dir(parent.path().join("another")).unwrap();
        std::os::unix::fs::symlink("another", parent.path().join(format!("{NAME}2-0"))).unwrap();
        let scratch = Scratch::below(parent.path()).unwrap();
        assert!(!dead.exists());
        assert!(parent.path().join("another").exists());
        scratch.close().unwrap();
    }

    #[test]
    fn a_parent_that_is_none_is_named() {
        let fault = Scratch::below(Path::new("/nonexistent")).unwrap_err().to_string();
        assert!(fault.starts_with("cannot create /nonexistent/tracewright-scratch-"), "{fault}");
    }
}
