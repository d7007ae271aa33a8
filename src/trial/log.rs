//! What engines say, kept within bounds.

use super::TrialError;
use std::fs::File;
use std::io::{PipeReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A log file grows no larger; then it becomes the older one of two.
const LARGEST: u64 = 4 << 20;
/// How much of the newest is looked at.
const NEWEST: u64 = 64 << 10;

/// Writes what a child says to `path` until the child and all of its own children have ended. The
/// older half is kept beside it, ending in `.1`.
pub(super) fn keep(mut said: PipeReader, path: &Path) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    let mut written = 0;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = match said.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if written + read as u64 > LARGEST {
            std::fs::rename(path, older(path))?;
            file = File::create(path)?;
            written = 0;
        }
        file.write_all(&buffer[..read])?;
        written += read as u64;
    }
}

fn older(path: &Path) -> PathBuf {
    path.with_extension("log.1")
}

/// The newest text of a log, whole lines, oldest first; `None` where there is no log.
pub fn newest_lines(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let start = length.saturating_sub(NEWEST);
    file.seek(SeekFrom::Start(start)).ok()?;
    let mut bytes = Vec::new();
    file.take(NEWEST).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let whole = if start == 0 { text.as_str() } else { text.split_once('\n').map_or("", |(_, rest)| rest) };
    Some(whole.to_owned())
}

/// A reader of a log that goes on: whole lines, across the change to a new file.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    /// The file that is read, by its inode, and how far.
    at: Option<(u64, u64)>,
}

impl Follower {
    /// Begins with the newest that the log holds.
    pub fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), at: None }
    }

    /// The lines that are new since the last call; none where the log has gone.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&mut self) -> Result<String, TrialError> {
        let fault = |cause| TrialError::io("read", &self.path)(cause);
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(String::new()),
            Err(error) => return Err(fault(error)),
        };
        let metadata = file.metadata().map_err(fault)?;
        let first = self.at.is_none();
        let start = match self.at {
            None => metadata.len().saturating_sub(NEWEST),
            Some((inode, read)) if inode == metadata.ino() => read,
            Some(_) => 0,
        };
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(start)).map_err(fault)?;
        file.take(LARGEST).read_to_end(&mut bytes).map_err(fault)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        self.at = Some((metadata.ino(), start + whole as u64));
        let text = String::from_utf8_lossy(&bytes[..whole]).into_owned();
        // It may begin within a line.
        let cut = if first && start > 0 { text.find('\n').map_or(0, |end| end + 1) } else { 0 };
        Ok(text[cut..].to_owned())
    }
}

/// What is known of fragments that engines and the system say when they end.
const CAUSES: &[(&str, &str)] = &[
    ("address already in use", PORT_TAKEN),
    ("Exec format error", "the binary is for another kind of machine"),
    ("cannot execute binary file", "the binary is for another kind of machine"),
    ("cannot allocate memory", "the machine has no memory left"),
    ("no space left on device", "the disk is full"),
    ("too many open files", "the limit of open files is too low: `ulimit -n`"),
    ("permission denied", "a file or folder is not open to this user"),
    ("failed parsing config", "this version does not know a key of its configuration"),
    ("invalid keys", "this version does not know a key of its configuration"),
    ("unknown type", "this build has not a component that the configuration names"),
];

/// The cause that makes the caller choose other ports.
pub const PORT_TAKEN: &str = "another process took a port in the meantime";

/// The cause that a log names, if it is a known one.
pub fn told_cause(log: &str) -> Option<&'static str> {
    CAUSES.iter().find(|(fragment, _)| log.contains(fragment)).map(|(_, cause)| *cause)
}
