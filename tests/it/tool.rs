//! Running the real binary, as a user would.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The binary with an empty environment, in a directory of the test's own.
pub fn tracewright(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracewright"));
    command.args(arguments).current_dir(directory).env_clear().stdin(Stdio::null());
    command
}

/// Everything it printed, and its exit code.
pub fn said(output: &Output) -> (String, i32) {
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (text, output.status.code().expect("not killed"))
}
