//! An engine as a child process.

use super::log::{keep, newest_lines};
use super::{Interrupt, TrialDirectory, TrialError};
use crate::host::TIED;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process, kill_process_group, waitid,
};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
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
    /// Its own directory; its log stands there.
    pub home: PathBuf,
}

/// A running engine.
#[derive(Debug)]
pub struct RunningEngine {
    /// What it is called in the stack.
    pub name: String,
    child: Child,
    log: PathBuf,
    writer: Option<JoinHandle<std::io::Result<()>>>,
}

/// How an engine ended by itself.
#[derive(Clone, Copy, Debug)]
pub struct Ended(WaitIdStatus);

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0.exit_status(), self.0.terminating_signal()) {
            (Some(status), _) => write!(f, "ended by itself with status {status}"),
            (None, Some(signal)) => write!(f, "was ended by signal {signal}"),
            (None, None) => write!(f, "ended"),
        }
    }
}

impl RunningEngine {
    /// Starts it, through this binary, so that it ends with this process. Only to be called from
    /// the main thread: the kernel ends the engine when the thread that started it ends.
    ///
    /// # Errors
    /// No process can be started.
    pub fn start(launch: &Launch, directory: &TrialDirectory) -> Result<Self, TrialError> {
        let fault = |cause| TrialError::Process { operation: "start", name: launch.name.clone(), cause };
        let (said, says) = std::io::pipe().map_err(fault)?;
        let child = Command::new("/proc/self/exe")
            .args(TIED)
            .arg(std::process::id().to_string())
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
            .stdin(directory.hold()?)
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

    /// How it ended, if it did. Its number stays its own until it is stopped.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub fn ended(&mut self) -> Result<Option<Ended>, TrialError> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let ended = waitid(WaitId::Pid(Pid::from_child(&self.child)), options);
        ended.map(|status| status.map(Ended)).map_err(|error| self.waiting(error.into()))
    }

    /// The newest it said, after it has ended: all of it.
    pub fn last_words(&mut self) -> String {
        self.settle();
        newest_lines(&self.log).unwrap_or_default()
    }

    /// Asks it to end, waits so long, and ends it with everything that it started.
    ///
    /// # Errors
    /// It cannot be signalled or waited for.
    pub fn stop(&mut self, grace: Duration, impatient: &Interrupt) -> Result<(), TrialError> {
        let pid = Pid::from_child(&self.child);
        let asked = kill_process(pid, Signal::TERM);
        let end = Instant::now() + grace;
        while asked.is_ok() && Instant::now() < end && !impatient.came() && self.ended()?.is_none() {
            thread::sleep(Duration::from_millis(5));
        }
        // The whole group: what an engine started holds the trial's directory too. It is not reaped yet,
        // so the number is still its own.
        kill_process_group(pid, Signal::KILL).map_err(|error| self.waiting(error.into()))?;
        self.child.wait().map_err(|cause| self.waiting(cause))?;
        self.settle();
        Ok(())
    }

    /// Waits until its log holds all that it said.
    fn settle(&mut self) {
        if let Some(writer) = self.writer.take_if(|writer| settles(writer)) {
            // A log that could not be written is shown as far as it was.
            let _lost = writer.join();
        }
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
