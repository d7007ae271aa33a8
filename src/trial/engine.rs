//! An engine as a child process.

use super::log::{keep, newest_lines};
use super::{Folder, Interrupt, TrialError};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How an engine is started.
#[derive(Clone, Debug)]
pub struct Launch {
    /// What it is called in the stack: `collector.main`.
    pub name: String,
    /// Its executable.
    pub binary: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its own folder; its log stands there.
    pub home: PathBuf,
}

/// A running engine.
#[derive(Debug)]
pub struct Engine {
    /// What it is called in the stack.
    pub name: String,
    child: Child,
    log: PathBuf,
    writer: Option<JoinHandle<std::io::Result<()>>>,
}

/// How an engine ended by itself.
#[derive(Clone, Copy, Debug)]
pub struct Ended(ExitStatus);

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ended by itself ({})", self.0)
    }
}

impl Engine {
    /// Starts it, through this binary, so that it ends with this process. Only to be called from
    /// the main thread: the kernel ends the engine when the thread that started it ends.
    ///
    /// # Errors
    /// No process can be started.
    pub fn start(launch: &Launch, folder: &Folder) -> Result<Self, TrialError> {
        let fault = |cause| TrialError::Process { operation: "start", name: launch.name.clone(), cause };
        let (said, says) = std::io::pipe().map_err(fault)?;
        let child = Command::new("/proc/self/exe")
            .args(["trial-child", "engine", &std::process::id().to_string()])
            .arg(&launch.binary)
            .args(&launch.arguments)
            // What the machine's user has set must not change what is tried.
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", &launch.home)
            .env("TMPDIR", &launch.home)
            // The Ctrl-C of a terminal goes to its whole process group; engines end in our order.
            .process_group(0)
            .current_dir(&launch.home)
            .stdin(folder.hold()?)
            .stdout(says.try_clone().map_err(fault)?)
            .stderr(says)
            .spawn()
            .map_err(fault)?;
        let log = launch.home.join("log");
        let path = log.clone();
        let writer = thread::spawn(move || keep(said, &path));
        Ok(Self { name: launch.name.clone(), child, log, writer: Some(writer) })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its log file.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// How it ended, if it did.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub fn ended(&mut self) -> Result<Option<Ended>, TrialError> {
        self.child.try_wait().map(|status| status.map(Ended)).map_err(|cause| self.waiting(cause))
    }

    /// The newest it said, after it has ended: all of it.
    pub fn last_words(&mut self) -> String {
        if let Some(writer) = self.writer.take_if(|writer| settles(writer)) {
            // A log that could not be written is shown as far as it was.
            let _lost = writer.join();
        }
        newest_lines(&self.log).unwrap_or_default()
    }

    /// Asks it to end, waits so long, and ends it.
    ///
    /// # Errors
    /// It cannot be signalled or waited for.
    pub fn stop(&mut self, grace: Duration, impatient: &Interrupt) -> Result<(), TrialError> {
        if self.ended()?.is_some() {
            return Ok(());
        }
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).map_err(|error| self.waiting(error.into()))?;
        let end = Instant::now() + grace;
        while Instant::now() < end && !impatient.came() {
            if self.ended()?.is_some() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(5));
        }
        // The whole group, before its number is free again.
        kill_process_group(pid, Signal::KILL).map_err(|error| self.waiting(error.into()))?;
        self.child.wait().map(drop).map_err(|cause| self.waiting(cause))
    }

    fn waiting(&self, cause: std::io::Error) -> TrialError {
        TrialError::Process { operation: "end", name: self.name.clone(), cause }
    }
}

/// Whether the writer of a log comes to its end soon: something that an engine started may hold the
/// pipe for longer than it.
fn settles(writer: &JoinHandle<std::io::Result<()>>) -> bool {
    let end = Instant::now() + Duration::from_millis(500);
    while !writer.is_finished() && Instant::now() < end {
        thread::sleep(Duration::from_millis(5));
    }
    writer.is_finished()
}
