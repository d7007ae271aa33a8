//! Starting a program: nothing goes through a shell, the environment is fixed, the output is capped,
//! and there is always a deadline.
#![expect(clippy::disallowed_methods, reason = "this is the one place: children are started here alone")]

use super::HostError;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The most that is kept of a stream.
pub(super) const LARGEST_OUTPUT: u64 = 256 * 1024;
/// What every program finds in its environment.
pub(super) const FIXED_ENVIRONMENT: [(&str, &str); 2] =
    [("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), ("LC_ALL", "C.UTF-8")];
/// How long the output of a program that has ended may take to arrive.
const LAST_BYTES: Duration = Duration::from_millis(200);

/// The hidden verb by which this binary becomes a program that the kernel ends with its parent; behind it
/// stand the parent's process id, the program and its arguments.
pub const TIED: [&str; 2] = ["trial-child", "engine"];

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    /// Path of the program.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables beside the fixed ones.
    pub environment: Vec<(String, String)>,
}

impl CommandLine {
    /// A program with arguments and the fixed environment.
    pub fn new<'a>(program: impl Into<String>, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let arguments = arguments.into_iter().map(str::to_owned).collect();
        Self { program: program.into(), arguments, environment: Vec::new() }
    }

    /// The same, ended with the thread that waits for it, however this process ends: the launcher, this
    /// binary, sees to it before it becomes the program.
    pub fn tied(self, launcher: &Path) -> Self {
        let parent = std::process::id().to_string();
        let head = TIED.map(str::to_owned).into_iter().chain([parent, self.program]);
        let arguments = head.chain(self.arguments).collect();
        Self { program: launcher.display().to_string(), arguments, environment: self.environment }
    }
}

/// What a program left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

/// Runs a program on this machine and waits for its end, no longer than `deadline`. Whatever it started
/// ends with it.
pub fn run_here(command: &CommandLine, deadline: Duration) -> Result<Ran, HostError> {
    let fail = |what: String| HostError::Program { program: command.program.clone(), what };
    let end = Instant::now() + deadline;
    let mut child = spawn(command).map_err(|cause| fail(format!("could not be started: {cause}")))?;
    let (stdout, stderr) = (drain(child.stdout.take()), drain(child.stderr.take()));
    let in_time = ends(&child, end).map_err(|cause| fail(format!("could not be waited for: {cause}")))?;
    // The whole group: a grandchild that holds the output open would keep us reading. The child is not
    // reaped yet, so the number is still its own.
    kill_process_group(Pid::from_child(&child), Signal::KILL)
        .map_err(|cause| fail(format!("could not be ended: {cause}")))?;
    let status = child.wait().map_err(|cause| fail(format!("could not be waited for: {cause}")))?;
    let late = || fail(format!("did not end within {} s", deadline.as_secs_f32()));
    if !in_time {
        return Err(late());
    }
    let read = |stream: &Receiver<std::io::Result<Vec<u8>>>| {
        let left = end.saturating_duration_since(Instant::now()).max(LAST_BYTES);
        let bytes = stream.recv_timeout(left).map_err(|_| late())?;
        bytes.map_err(|cause| fail(format!("could not be read: {cause}")))
    };
    Ok(Ran { code: status.code(), stdout: read(&stdout)?, stderr: read(&stderr)? })
}

fn spawn(command: &CommandLine) -> std::io::Result<Child> {
    Command::new(&command.program)
        .args(&command.arguments)
        .env_clear()
        .envs(FIXED_ENVIRONMENT)
        .envs(command.environment.iter().map(|(name, value)| (name, value)))
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Whether it ends in time. It is left to be reaped.
fn ends(child: &Child, end: Instant) -> std::io::Result<bool> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    loop {
        if waitid(WaitId::Pid(Pid::from_child(child)), options)?.is_some() {
            return Ok(true);
        }
        if Instant::now() >= end {
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Keeps the start of a stream and reads the rest away, so that the program never waits for us.
fn drain(stream: Option<impl Read + Send + 'static>) -> Receiver<std::io::Result<Vec<u8>>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        let read = stream.map_or(Ok(0), |mut stream| {
            stream.by_ref().take(LARGEST_OUTPUT).read_to_end(&mut kept)?;
            std::io::copy(&mut stream, &mut std::io::sink())
        });
        // Whoever waited for it may have given up.
        let _nobody = sender.send(read.map(|_| kept));
    });
    receiver
}
