//! What a run of a unit wrote to the journal.

use crate::target::{CommandLine, TargetError, run_here};
use std::time::Duration;

/// How long the journal may take.
const ANSWER: Duration = Duration::from_secs(5);
/// How many lines are wanted.
const LINES: &str = "12";
/// The most that is shown of a line.
const LONGEST: usize = 300;

/// The newest lines of one run, oldest first. The id of the run is asked for, and no unit: it is exact,
/// and the one way that works for a user's unit as well (`_SYSTEMD_INVOCATION_ID` is the journal's own
/// word; no program can claim it).
///
/// # Errors
/// The journal cannot be asked.
pub fn last_words(invocation: &str) -> Result<Vec<String>, TargetError> {
    let run = format!("_SYSTEMD_INVOCATION_ID={invocation}");
    let arguments = ["--quiet", "--no-pager", "--output=cat", "--lines", LINES, &run];
    let ran = run_here(&CommandLine::new("/usr/bin/journalctl", arguments), ANSWER)?;
    let lines = String::from_utf8_lossy(&ran.stdout).lines().map(plain).collect::<Vec<_>>();
    Ok(lines.into_iter().filter(|line| !line.is_empty()).collect())
}

/// A line of somebody else's, fit to be shown: nothing in it moves the cursor, turns the direction of
/// writing or fills the screen.
pub(super) fn plain(line: &str) -> String {
    let harmful = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let line = line.replace('\t', " ");
    let mut letters = line.trim_end().chars().filter(|letter| !harmful(*letter));
    let shown: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() { shown + "..." } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_others_do_not_move_the_cursor() {
        assert_eq!(plain("a\u{1b}[2Jb\u{7}\tc\u{202e}d \r"), "a[2Jb cd");
        assert_eq!(plain(&"x".repeat(LONGEST)).len(), LONGEST);
        assert_eq!(plain(&"x".repeat(LONGEST + 1)), "x".repeat(LONGEST) + "...");
    }
}
