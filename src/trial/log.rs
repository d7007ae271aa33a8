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
    path.with_extension("1")
}

/// The newest text of a log, whole lines, oldest first; `None` where there is no log.
pub fn newest_lines(path: &Path) -> Option<String> {
    let newest = tail(path, NEWEST);
    // Just after the change to a new file most of the newest is in the older one.
    let room = NEWEST.saturating_sub(newest.as_ref().map_or(0, |newest| newest.len() as u64));
    let before = tail(&older(path), room);
    let bytes = match (before, newest) {
        (Some(before), newest) => [before, newest.unwrap_or_default()].concat(),
        (None, newest) => newest?,
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let cut = (bytes.len() as u64) >= NEWEST;
    let whole = if cut { text.split_once('\n').map_or("", |(_, rest)| rest) } else { text.as_str() };
    Some(whole.to_owned())
}

/// The last bytes of a file, at most so many.
fn tail(path: &Path, most: u64) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(most))).ok()?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// A reader of a log that goes on: whole lines, across the change to a new file, and to the last one
/// after it was removed.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    /// What is read now.
    file: Option<File>,
    /// A line that has not ended yet.
    begun: Vec<u8>,
}

impl Follower {
    /// Begins with the newest that the log holds.
    pub fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), file: None, begun: Vec::new() }
    }

    /// The lines that are new since the last call.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&mut self) -> Result<String, TrialError> {
        let path = self.path.clone();
        self.advance().map_err(TrialError::io("read", path))?;
        let whole = self.begun.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let lines: Vec<u8> = self.begun.drain(..whole).collect();
        Ok(String::from_utf8_lossy(&lines).into_owned())
    }

    fn advance(&mut self) -> std::io::Result<()> {
        let now = open(&self.path)?;
        let Some(held) = self.file.take() else {
            self.file = now.map(|file| self.begin(file)).transpose()?;
            return Ok(());
        };
        // After `now` was looked for: where that is another file, nobody writes to this one any more.
        (&held).take(LARGEST).read_to_end(&mut self.begun)?;
        let same = match &now {
            Some(now) => now.metadata()?.ino() == held.metadata()?.ino(),
            None => true,
        };
        self.file = Some(held);
        if let Some(now) = now.filter(|_| !same) {
            (&now).take(LARGEST).read_to_end(&mut self.begun)?;
            self.file = Some(now);
        }
        Ok(())
    }

    /// Reads the end of a file that may already be long, from its first whole line on.
    fn begin(&mut self, mut file: File) -> std::io::Result<File> {
        let start = file.metadata()?.len().saturating_sub(NEWEST);
        file.seek(SeekFrom::Start(start))?;
        (&file).take(LARGEST).read_to_end(&mut self.begun)?;
        let whole = self.begun.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        self.begun.drain(..if start > 0 { whole } else { 0 });
        Ok(file)
    }
}

/// A file, if it is there.
fn open(path: &Path) -> std::io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
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
    ("permission denied", "a file or directory is not open to this user"),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that was said is read once, in order, also across changes to a new file.
    #[test]
    fn a_follower_reads_every_line_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let (said, mut says) = std::io::pipe().unwrap();
        let kept = path.clone();
        let writer = std::thread::spawn(move || keep(said, &kept));
        let mut follower = Follower::of(&path);
        while !path.exists() {}
        follower.read().unwrap();
        let mut read = String::new();
        let line = |number: u32| format!("{number:0>99}\n");
        for block in 0..100 {
            let lines: String = (block * 1000..block * 1000 + 1000).map(line).collect();
            says.write_all(lines.as_bytes()).unwrap();
            let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
            while !read.ends_with(&line(block * 1000 + 999)) && std::time::Instant::now() < end {
                read.push_str(&follower.read().unwrap());
            }
        }
        drop(says);
        writer.join().unwrap().unwrap();
        assert!(read == (0..100_000).map(line).collect::<String>(), "{} bytes", read.len());
        assert!(
            path.metadata().unwrap().len() <= LARGEST && older(&path).metadata().unwrap().len() <= LARGEST
        );
        let newest = newest_lines(&path).unwrap();
        assert!(newest.ends_with(&line(99_999)) && newest.lines().all(|one| one.len() == 99));
    }
}
