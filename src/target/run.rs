//! Starting a program: nothing goes through a shell, the environment is fixed, the output is capped,
//! and there is always a deadline.
#![expect(clippy::disallowed_methods, reason = "this is the door: children are started here alone")]

use super::TargetError;
use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The most that is kept of a stream.
const LARGEST_OUTPUT: u64 = 256 * 1024;

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// Path of the program.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
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

/// Runs a program on this machine and waits for its end.
pub fn run_here(command: &CommandLine, deadline: Duration) -> Result<Ran, TargetError> {
    let fail = |what: String| TargetError::Program { program: command.program.clone(), what };
    let mut child = Command::new(&command.program)
        .args(&command.arguments)
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| fail(format!("could not be started: {cause}")))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = (thread::spawn(|| drain(stdout)), thread::spawn(|| drain(stderr)));
    let end = Instant::now() + deadline;
    let status = loop {
        match child.try_wait().map_err(|cause| fail(format!("could not be waited for: {cause}")))? {
            Some(status) => break status,
            None if Instant::now() >= end => {
                child.kill().map_err(|cause| fail(format!("could not be ended: {cause}")))?;
                child.wait().map_err(|cause| fail(format!("could not be waited for: {cause}")))?;
                return Err(fail(format!("did not end within {} s", deadline.as_secs())));
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    let read = |stream: thread::JoinHandle<std::io::Result<Vec<u8>>>| {
        stream
            .join()
            .unwrap_or_else(|_| Err(std::io::Error::other("the reader ended early")))
            .map_err(|cause| fail(format!("could not be read: {cause}")))
    };
    Ok(Ran { code: status.code(), stdout: read(stdout)?, stderr: read(stderr)? })
}

/// Keeps the start of a stream and reads the rest away, so that the program never waits for us.
fn drain(stream: Option<impl Read>) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    if let Some(mut stream) = stream {
        stream.by_ref().take(LARGEST_OUTPUT).read_to_end(&mut kept)?;
        std::io::copy(&mut stream, &mut std::io::sink())?;
    }
    Ok(kept)
}
