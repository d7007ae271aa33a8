//! A pager for a plan that is longer than the terminal, chosen as git chooses one.
//!
//! It is a comfort and nothing else: one that cannot be started has the plan printed as it is, one that is left before
//! its end has shown enough, and neither changes how the tool ends. It runs to its end before anything is asked, so
//! a question never stands below a plan that somebody still reads. What it is called is the user's own word, as in
//! git: it goes through a shell.

#![expect(
    clippy::disallowed_methods,
    reason = "whose terminal it is says how it is read: the user's environment"
)]

use crate::report::page::width;
use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};

/// What everybody has.
const USUAL: &str = "less";
/// What a shell says of a program that it cannot start.
const NOT_STARTED: [i32; 2] = [126, 127];

/// A pager, and the terminal that it would page.
#[derive(Debug)]
pub(super) struct Pager {
    command: String,
    columns: usize,
    rows: usize,
}

impl Pager {
    /// The pager of the human at this terminal; none where no human is (a pipe, a job in CI), where the terminal is
    /// dumb, and where the human wants none: `TRACEWRIGHT_PAGER`, `PAGER`, else `less`; empty and `cat` are none.
    pub(super) fn of_this_process() -> Option<Self> {
        let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok().filter(|size| size.ws_row > 0)?;
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_none_or(|value| value == "dumb" || value.is_empty());
        if dumb || set("CI") || !std::io::stdin().is_terminal() {
            return None;
        }
        let named = ["TRACEWRIGHT_PAGER", "PAGER"].into_iter().find_map(|name| std::env::var(name).ok());
        let command = named.unwrap_or_else(|| USUAL.to_owned());
        let is_one = !matches!(command.trim(), "" | "cat");
        let (columns, rows) = (usize::from(size.ws_col).max(1), usize::from(size.ws_row));
        is_one.then_some(Self { command, columns, rows })
    }

    /// Shows a text that is longer than the terminal; whether that was done.
    pub(super) fn shows(&self, text: &str) -> bool {
        let rows = text.lines().map(|line| width(line).div_ceil(self.columns).max(1)).sum::<usize>();
        // One row is the prompt's.
        rows >= self.rows && self.runs(text)
    }

    fn runs(&self, text: &str) -> bool {
        let mut command = Command::new("sh");
        command.args(["-c", &self.command]).stdin(Stdio::piped()).env("LESSSECURE", "1");
        // Short texts end by themselves, colours are colours, an interrupt ends it with this process, and what was
        // shown last stays above the question.
        for (name, value) in [("LESS", "FRXK"), ("LV", "-c")] {
            if std::env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        let Ok(mut child) = command.spawn() else { return false };
        if let Some(mut stdin) = child.stdin.take() {
            // Whoever leaves before the end has seen enough.
            let _left_early = stdin.write_all(text.as_bytes());
        }
        let ended = child.wait().ok().and_then(|status| status.code());
        ended.is_some_and(|code| !NOT_STARTED.contains(&code))
    }
}
