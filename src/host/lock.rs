//! One run at a time: an advisory lock on a file of the state, with its holder written in it, and one on
//! the directory in which the states of all stacks stand, which share directories and files with each other.
//!
//! A lock counts as long as what was locked still has its name: `destroy` takes the names away at its
//! very end, and whoever waited at one of them must not work beside the next run.

#![expect(clippy::disallowed_methods, reason = "this is the one place: who is at work is looked for here")]

use super::disk::Disk;
use super::walk::fault;
use super::{HostError, LocalDisk, LocalRoot, ticks};
use crate::model::forms;
use crate::model::names::{TargetPath, UserName};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{
    AtFlags, Dir, FileType, FlockOperation, Mode as Bits, OFlags, flock, fstat, ftruncate, openat, statat,
};
use rustix::io::{Errno, dup};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Write};

/// The file of a state that is locked.
const NAME: &str = "lock";
/// No holder's words are longer.
const LONGEST: u64 = 4096;
/// How often a lock is tried that lost its name while it was taken.
const TRIES: u32 = 50;

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Process id.
    pub pid: u32,
    /// User name.
    pub user: String,
    /// The verb that is running.
    pub verb: String,
    /// Since when: RFC 3339, UTC.
    pub time: String,
}

impl Holder {
    /// A holder as it is written in a lock, which may be somebody else's to write; `None` where it is not
    /// there yet.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(bytes).ok().map(Self::told)
    }

    /// What is told of a holder that somebody else names: words of ours and nothing more.
    #[must_use]
    pub(super) fn told(self) -> Self {
        let or_unknown = |text: String, known: bool| if known { text } else { "unknown".to_owned() };
        let is_user = UserName::new(self.user.as_str()).is_plain();
        let (is_verb, is_time) = (forms::is_verb(&self.verb), forms::is_time(&self.time));
        Self {
            pid: self.pid,
            user: or_unknown(self.user, is_user),
            verb: or_unknown(self.verb, is_verb),
            time: or_unknown(self.time, is_time),
        }
    }

    /// Whether that process is there, and one of this program: the file stays when a run is over.
    pub fn is_alive(&self) -> bool {
        let name = |pid: &str| std::fs::read(format!("/proc/{pid}/comm")).ok();
        self.pid != std::process::id()
            && name("self").is_some_and(|own| name(&self.pid.to_string()) == Some(own))
    }

    /// The words in a lock file; `None` where they are not written yet.
    fn written_in(file: &File) -> Option<Self> {
        let mut text = Vec::new();
        // What cannot be read tells no more than what is not there.
        dup(file).map(File::from).ok()?.take(LONGEST).read_to_end(&mut text).ok()?;
        Self::read(&text)
    }
}

/// A lock that is held; given back when the value goes, and by the system when the process dies.
#[derive(Debug)]
pub struct Lock {
    /// `None`: a child that works with a user's rights holds it, for as long as it lives.
    _held: Option<(OwnedFd, File)>,
}

impl Lock {
    /// One that another process of ours holds.
    pub(super) fn held_elsewhere() -> Self {
        Self { _held: None }
    }
}

/// How one try to take a lock ended.
enum Tried {
    Taken(Lock),
    Held(Option<Holder>),
    /// What was locked, or a directory above it, had lost its name by then.
    Gone,
}

impl LocalRoot {
    /// Takes the lock of a state, making its directories where they are missing.
    pub(super) fn take_lock(
        &mut self,
        state: &TargetPath,
        holder: &Holder,
    ) -> Result<Result<Lock, Option<Holder>>, HostError> {
        let mut last = HostError::Changed { path: state.join(NAME) };
        for _ in 0..TRIES {
            let tried = self.try_lock(state, holder);
            self.disk.let_go();
            match tried {
                Ok(Tried::Taken(lock)) => return Ok(Ok(lock)),
                Ok(Tried::Held(by)) => return Ok(Err(by)),
                Ok(Tried::Gone) => {}
                // Whoever gives everything back takes directories away; they are made anew.
                Err(fault) if fault.is_gone() => last = fault,
                Err(fault) => return Err(fault),
            }
        }
        Err(last)
    }

    fn try_lock(&mut self, state: &TargetPath, holder: &Holder) -> Result<Tried, HostError> {
        let mut made = self.make_directories(&state.parent())?;
        let Some(all) = self.disk.lock_directory(&state.parent())? else {
            return Ok(Tried::Held(self.disk.holder_below(&state.parent())));
        };
        if !self.disk.has_name(&state.parent(), &all)? {
            return Ok(Tried::Gone);
        }
        made.extend(self.make_directories(state)?);
        let path = state.join(NAME);
        let file = self.disk.open_lock(&path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) if self.disk.has_name(&path, &file)? => {}
            Ok(()) => return Ok(Tried::Gone),
            Err(Errno::WOULDBLOCK) => return Ok(Tried::Held(Holder::written_in(&file))),
            Err(errno) => return Err(fault("lock", &self.disk.shown(&path), errno)),
        }
        self.note_made(state, &made)?;
        self.disk.write_holder(&path, &file, holder)?;
        Ok(Tried::Taken(Lock { _held: Some((all, file)) }))
    }
}

impl LocalDisk {
    /// The directory, locked; `None` where somebody else holds it.
    fn lock_directory(&self, path: &TargetPath) -> Result<Option<OwnedFd>, HostError> {
        let fail = |operation, errno| fault(operation, &self.shown(path), errno);
        let directory = self.walk().directory(path.as_str())?.ok_or_else(|| fail("lock", Errno::NOENT))?;
        // The walk lets go of its own descriptor, and the lock would stay with any copy of it.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let own =
            openat(directory.as_fd(), ".", flags, Bits::empty()).map_err(|errno| fail("lock", errno))?;
        match flock(&own, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(own)),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(errno) => Err(fail("lock", errno)),
        }
    }

    /// The lock file itself: never through a link, and no file that has another name too, since its words
    /// are overwritten.
    fn open_lock(&self, path: &TargetPath) -> Result<File, HostError> {
        let (directory, name) = self.walk().parent("lock", path)?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let fail = |errno| fault("lock", &self.shown(path), errno);
        let strange = |what| HostError::Strange { path: self.shown(path), what };
        let file = match openat(directory.as_fd(), name, flags, Bits::from_raw_mode(0o600)) {
            Err(Errno::LOOP) => return Err(strange("a link")),
            Err(Errno::ISDIR) => return Err(strange("a directory")),
            Err(Errno::NXIO) => return Err(strange("a socket")),
            opened => opened.map_err(fail)?,
        };
        let stat = fstat(&file).map_err(fail)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(strange("something that is no file"));
        }
        match stat.st_nlink {
            0 => Err(fail(Errno::NOENT)),
            1 => Ok(file.into()),
            _ => Err(strange("a file with another name beside this one")),
        }
    }

    /// Whether a path, walked to anew, still leads to what is open.
    fn has_name(&self, path: &TargetPath, open: &impl AsFd) -> Result<bool, HostError> {
        self.let_go();
        let fail = |errno| fault("look at", &self.shown(path), errno);
        let is = fstat(open).map_err(fail)?;
        let Some(directory) = self.walk().directory(path.parent().as_str())? else { return Ok(false) };
        match statat(directory.as_fd(), path.file_name(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(named) => Ok((named.st_dev, named.st_ino) == (is.st_dev, is.st_ino)),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(false),
            Err(errno) => Err(fail(errno)),
        }
    }

    fn write_holder(&self, path: &TargetPath, mut file: &File, holder: &Holder) -> Result<(), HostError> {
        let io = |cause| HostError::Io { operation: "write", path: self.shown(path), cause };
        let text = serde_json::to_string(holder).map_err(std::io::Error::other).map_err(io)?;
        ftruncate(file, 0).map_err(|errno| io(errno.into()))?;
        file.write_all(text.as_bytes()).map_err(io)
    }

    /// Who is at work on one of the stacks whose states stand in a directory, as far as that can be read.
    fn holder_below(&self, states: &TargetPath) -> Option<Holder> {
        let directory = self.walk().directory(states.as_str()).ok()??;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let names =
            Dir::read_from(directory.as_fd()).ok()?.flatten().map(|entry| entry.file_name().to_owned());
        let holders = names.filter_map(|name| {
            let state = openat(directory.as_fd(), name, flags | OFlags::DIRECTORY, Bits::empty()).ok()?;
            let lock = openat(state, NAME, flags, Bits::empty()).ok()?;
            let written = fstat(&lock).ok()?.st_mtime;
            Some((written, Holder::written_in(&lock.into())?))
        });
        let holders = holders.filter(|(_, holder)| ticks(holder.pid).is_some());
        holders.max_by_key(|(written, _)| *written).map(|(_, holder)| holder)
    }
}
