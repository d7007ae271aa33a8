//! Arguments -> verb -> exit code, and nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    tracewright::command::run(std::env::args_os())
}
