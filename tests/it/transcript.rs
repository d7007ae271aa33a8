//! The form of all transcripts: pages whose console blocks show commands and what each of them printed.
//!
//! A line in a block ```` ```console ```` that begins with a prompt is a command; what follows it, up to
//! the next command or the end of the block, is what it printed. Called by `cmd` and by `host`.

use crate::support::bless;
use std::path::Path;

/// The page with the outputs that its commands have now: `output` runs one, given its prompt.
pub fn run(page: &str, prompts: &[&str], mut output: impl FnMut(&str, &str) -> String) -> String {
    let mut now = String::new();
    let (mut in_console, mut in_output) = (false, false);
    for line in page.lines() {
        if line == "```console" {
            in_console = true;
        } else if line == "```" {
            (in_console, in_output) = (false, false);
        }
        let command = prompts
            .iter()
            .filter(|_| in_console)
            .find_map(|prompt| line.strip_prefix(prompt).map(|command| (*prompt, command)));
        in_output = command.is_some() || in_output;
        if command.is_some() || !in_output {
            now.push_str(line);
            now.push('\n');
        }
        if let Some((prompt, command)) = command {
            now.push_str(&output(prompt, command));
        }
    }
    now
}

/// What a command printed, as a page shows it: ends with a newline, and with the exit code (`? 3`) where
/// that is not 0.
pub fn shown(mut text: String, code: Option<i32>) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match code {
        Some(0) => text,
        code => text + &format!("? {}\n", code.map_or("killed".into(), |code| code.to_string())),
    }
}

/// Compares a page with what it shows now, or writes it anew; the difference where there is one.
pub fn judge(page: &Path, shown: &str, now: &str) -> Option<String> {
    if bless() {
        std::fs::write(page, now).unwrap();
        return None;
    }
    let diff = similar::TextDiff::from_lines(shown, now);
    (now != shown).then(|| format!("{}:\n{}", page.display(), diff.unified_diff()))
}
