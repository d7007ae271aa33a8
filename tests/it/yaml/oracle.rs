//! `tests/yaml/main.go` as a child that is asked over pipes.

use crate::support::repository;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

pub struct Oracle {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    /// Builds and starts it; `None`, and the promise is listed as not run, where there is no Go.
    pub fn start(promise: &str) -> Option<Self> {
        let directory = repository().join("tests/yaml");
        let binary = repository().join("target/tests-yaml");
        let built =
            Command::new("go").args(["build", "-o"]).arg(&binary).arg(".").current_dir(directory).output();
        match built {
            Ok(output) if output.status.success() => {}
            Ok(output) => {
                let reason =
                    String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default().to_owned();
                println!("promise: {promise} | 0 | not run: go-yaml cannot be built: {reason}");
                return None;
            }
            Err(_) => {
                println!("promise: {promise} | 0 | not run: no go");
                return None;
            }
        }
        let mut child = Command::new(binary).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Some(Self { child, input, output })
    }

    /// What yaml.v2 and yaml.v3 make of a document.
    pub fn ask(&mut self, text: &str) -> [String; 2] {
        let input = self.input.as_mut().unwrap();
        let mut message = u32::try_from(text.len()).unwrap().to_be_bytes().to_vec();
        message.extend_from_slice(text.as_bytes());
        input.write_all(&message).unwrap();
        input.flush().unwrap();
        [(); 2].map(|()| {
            let mut line = String::new();
            self.output.read_line(&mut line).unwrap();
            line.trim_end_matches('\n').to_owned()
        })
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.input.take();
        self.child.wait().unwrap();
    }
}
