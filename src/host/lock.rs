//! One run at a time: an advisory lock on a file of the state, with its holder written in it.

#![expect(clippy::disallowed_methods, reason = "this is the door: who is at work is looked for here")]

use super::HostError;
use crate::model::names::TargetPath;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

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
    /// Whether that process is there, and one of this program: the file stays when a run is over.
    pub fn is_alive(&self) -> bool {
        let name = |pid: &str| std::fs::read(format!("/proc/{pid}/comm")).ok();
        self.pid != std::process::id()
            && name("self").is_some_and(|own| name(&self.pid.to_string()) == Some(own))
    }
}

/// A lock that is held; given back when the value goes, and by the system when the process dies.
#[derive(Debug)]
pub struct Lock {
    /// `None`: a child that works with a user's rights holds it, for as long as it lives.
    _file: Option<File>,
}

impl Lock {
    /// One that another process of ours holds.
    pub(super) fn held_elsewhere() -> Self {
        Self { _file: None }
    }

    /// Takes the lock of a state folder, which must be there. `Err(holder)` inside `Ok`: somebody else
    /// holds it; `None` where they have not written who they are yet.
    pub fn take(
        root: &Path,
        state: &TargetPath,
        holder: &Holder,
    ) -> Result<Result<Self, Option<Holder>>, HostError> {
        let path = root.join(state.as_str().trim_start_matches('/')).join("lock");
        let io = |operation| {
            let path = path.display().to_string();
            move |cause| HostError::Io { operation, path, cause }
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(io("open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                file.read_to_string(&mut text).map_err(io("read"))?;
                return Ok(Err(serde_json::from_str(&text).ok()));
            }
            Err(TryLockError::Error(cause)) => return Err(io("lock")(cause)),
        }
        let text = serde_json::to_string(holder).map_err(std::io::Error::other).map_err(io("write"))?;
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(text.as_bytes()))
            .map_err(io("write"))?;
        Ok(Ok(Self { _file: Some(file) }))
    }
}
