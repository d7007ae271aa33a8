//! Comments: somebody's former settings, and what they thought of them.

use super::{free, ranges::lines};
use crate::text::secret::sounds_secret;
use std::ops::Range;

/// The comments among the bytes that no value takes, and which of them must not be shown.
///
/// `taken` are the bytes of keys and values, in order; `below` those of secret entries, whose comments
/// are secret too. A sign of a comment begins one at the start of a line, behind a blank, or anywhere
/// (`anywhere`: TOML).
pub(super) fn secrets(
    text: &str,
    taken: &[Range<usize>],
    below: &[Range<usize>],
    anywhere: bool,
) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut deeper: Option<usize> = None;
    let mut next = 0;
    for (start, line) in lines(text) {
        let end = start + line.len();
        while taken.get(next).is_some_and(|range| range.end <= start) {
            next += 1;
        }
        let inside = |at: usize| {
            taken[next..].iter().take_while(|range| range.start <= at).any(|range| range.contains(&at))
        };
        let begins = |at: usize| anywhere || at == 0 || line[..at].ends_with([' ', '\t']);
        let sign = line.match_indices('#').map(|(at, _)| at).find(|at| begins(*at) && !inside(start + at));
        let Some(sign) = sign else {
            if !line.trim().is_empty() {
                deeper = None;
            }
            continue;
        };
        let body = &line[sign + 1..];
        let indent = sign + 1 + body.len() - body.trim_start().len();
        if deeper.is_some_and(|above| indent <= above) {
            deeper = None;
        }
        let secret = sounds(body);
        let touches = |range: &Range<usize>| range.start < end && start < range.end.max(range.start + 1);
        if secret || deeper.is_some() || below.iter().any(touches) {
            found.push(start + sign + 1..end);
            deeper = deeper.or(Some(indent).filter(|_| line[..sign].trim().is_empty()));
        }
    }
    found
}

/// Whether a comment speaks of a secret, or holds one.
pub(super) fn sounds(body: &str) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    body.split(|letter| !is_name(letter)).any(sounds_secret) || !free::secrets(body).is_empty()
}
