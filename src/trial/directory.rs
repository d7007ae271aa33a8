//! The directory of a trial, and who removes it.
//!
//! It is called `STACK.PID`, or `STACK.PID.kept` where nobody may remove it. While its trial lives,
//! that holds a lock on it.

use super::TrialError;
use crate::host::file_names;
use crate::model::names::{StackName, TargetPath};
use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, PipeWriter};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The directory below which this user's trials stand: in the directory for temporary files, so that
/// `status` and `logs` find them from another terminal.
pub fn base() -> PathBuf {
    let user = rustix::process::getuid().as_raw();
    std::env::temp_dir().join(format!("tracewright-{user}"))
}

/// The end of the name of a directory that stays.
const KEPT: &str = ".kept";

/// The directory of one trial.
#[derive(Debug)]
pub struct TrialDirectory {
    path: PathBuf,
    /// What a trial and all its engines hold; when the last of them is gone, the directory goes.
    leash: Option<PipeWriter>,
    sweeper: Option<Child>,
    /// Says that its trial lives.
    lock: OwnedFd,
}

impl TrialDirectory {
    /// Makes the directory of a trial of this stack. One that is `kept` is never removed.
    ///
    /// # Errors
    /// The base is not this user's alone, or the machine refuses.
    pub fn make(stack: &StackName, kept: bool) -> Result<Self, TrialError> {
        let base = base();
        let ending = if kept { KEPT } else { "" };
        let path = base.join(format!("{stack}.{}{ending}", std::process::id()));
        sweep();
        // The sweeper of another trial may remove the empty base just now.
        let mut tries = 3;
        loop {
            prepare(&base)?;
            tries -= 1;
            match Self::try_make(&path, kept) {
                Err(_) if tries > 0 && !base.exists() => {}
                made => return made,
            }
        }
    }

    fn try_make(path: &Path, kept: bool) -> Result<Self, TrialError> {
        if kept {
            make(path)?;
            return Ok(Self { path: path.to_owned(), leash: None, sweeper: None, lock: lock(path)? });
        }
        let starting =
            |cause| TrialError::Process { operation: "start", name: "the sweeper".to_owned(), cause };
        let (held, leash) = std::io::pipe().map_err(starting)?;
        let mut sweeper = Command::new("/proc/self/exe")
            .args(["trial-child", "sweeper"])
            .arg(path)
            // The Ctrl-C of a terminal goes to its whole process group.
            .process_group(0)
            .current_dir("/")
            .stdin(held)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(starting)?;
        let mut said = String::new();
        let stdout = sweeper.stdout.take().expect("it was asked for above");
        BufReader::new(stdout).read_line(&mut said).map_err(starting)?;
        if said.trim_end() == "made" {
            let lock = lock(path)?;
            return Ok(Self { path: path.to_owned(), leash: Some(leash), sweeper: Some(sweeper), lock });
        }
        sweeper.wait().map_err(starting)?;
        // The base was perhaps made for this one alone; other trials keep it.
        let _stays = path.parent().map(fs::remove_dir);
        Err(TrialError::Sweeper {
            directory: path.to_owned(),
            what: format!("cannot start: {}", said.trim_end()),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where it is, as paths are written in a stack.
    ///
    /// # Errors
    /// The directory for temporary files has a name that no stack may hold.
    pub fn target(&self) -> Result<TargetPath, TrialError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
        let text = self.path.to_str().filter(|text| text.starts_with('/') && text.bytes().all(plain));
        let fault = || TrialError::Base {
            path: self.path.clone(),
            what: "its name holds more than letters, digits and `/._-`; name another in `TMPDIR`".to_owned(),
        };
        text.map(TargetPath::new).ok_or_else(fault)
    }

    /// What a child holds as its standard input, to keep the directory as long as it lives.
    pub(super) fn hold(&self) -> Result<Stdio, TrialError> {
        match &self.leash {
            None => Ok(Stdio::null()),
            Some(leash) => leash.try_clone().map(Stdio::from).map_err(TrialError::io("hold", &self.path)),
        }
    }

    /// Removes the directory, or leaves it where it is kept. Its engines must have ended.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn close(mut self) -> Result<(), TrialError> {
        drop((self.leash.take(), self.lock));
        let Some(mut sweeper) = self.sweeper.take() else { return Ok(()) };
        let status = sweeper.wait().map_err(TrialError::io("wait for the sweeper of", &self.path))?;
        // A sweeper that was killed leaves its work to us.
        if status.success() { Ok(()) } else { remove(&self.path) }
    }
}

/// A directory that stands below the base.
pub(super) struct StandingTrial {
    /// Where it is.
    pub(super) path: PathBuf,
    stack: String,
    pid: u32,
    kept: bool,
}

impl StandingTrial {
    fn of(base: &Path, name: &str) -> Option<Self> {
        let plain = name.strip_suffix(KEPT);
        let (stack, pid) = plain.unwrap_or(name).rsplit_once('.')?;
        Some(Self {
            path: base.join(name),
            stack: stack.to_owned(),
            pid: pid.parse().ok()?,
            kept: plain.is_some(),
        })
    }

    /// Whether it belongs to a trial of this stack.
    pub(super) fn is_of(&self, stack: &StackName) -> bool {
        self.stack == stack.as_str()
    }
}

/// All directories of trials, running or not; none where the base is not this user's alone.
pub(super) fn standing() -> Vec<StandingTrial> {
    let base = base();
    let names = if judge(&base).is_ok() { file_names(&base) } else { Vec::new() };
    names.iter().filter_map(|name| StandingTrial::of(&base, name)).collect()
}

fn lock(directory: &Path) -> Result<OwnedFd, TrialError> {
    let fault = |error: rustix::io::Errno| TrialError::io("lock", directory)(error.into());
    let opened = open(directory, OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty());
    let opened = opened.map_err(fault)?;
    flock(&opened, FlockOperation::NonBlockingLockExclusive).map_err(fault)?;
    Ok(opened)
}

/// Removes what trials left whose sweeper was killed with them. What cannot be removed stays for the
/// next trial.
fn sweep() {
    for left in standing().into_iter().filter(|left| !left.kept) {
        // Both: one that has not yet locked its directory lives; one that lives in another process
        // namespace has locked it.
        if !Path::new("/proc").join(left.pid.to_string()).exists() && lock(&left.path).is_ok() {
            let _stays = fs::remove_dir_all(&left.path);
        }
    }
}

/// The base, made where it is missing. In a directory that everybody writes to, somebody else may have
/// made it first, to read keys or to lead us astray.
fn prepare(base: &Path) -> Result<(), TrialError> {
    match fs::DirBuilder::new().mode(0o700).create(base) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(TrialError::io("make", base)(error)),
    }
    judge(base)
}

fn judge(base: &Path) -> Result<(), TrialError> {
    let seen = fs::symlink_metadata(base).map_err(TrialError::io("look at", base))?;
    let user = rustix::process::getuid().as_raw();
    let wrong = if !seen.is_dir() {
        "it is no directory".to_owned()
    } else if seen.uid() != user {
        format!("it belongs to user {}", seen.uid())
    } else if seen.mode() & 0o077 != 0 {
        format!("its mode is {:04o}", seen.mode() & 0o7777)
    } else {
        return Ok(());
    };
    Err(TrialError::Base { path: base.to_owned(), what: format!("{wrong}; name another in `TMPDIR`") })
}

/// Makes a trial's directory; nothing may stand there.
pub(super) fn make(directory: &Path) -> Result<(), TrialError> {
    fs::DirBuilder::new().mode(0o700).create(directory).map_err(TrialError::io("make", directory))
}

/// Removes a trial's directory, and the base with the last of them.
pub(super) fn remove(directory: &Path) -> Result<(), TrialError> {
    match fs::remove_dir_all(directory) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(TrialError::io("remove", directory)(error)),
    }
    match directory.parent().map(fs::remove_dir) {
        None | Some(Ok(())) => Ok(()),
        // Other trials stand there, or their sweeper was faster.
        Some(Err(error)) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotFound) => {
            Ok(())
        }
        Some(Err(error)) => Err(TrialError::io("remove the directory of", directory)(error)),
    }
}
