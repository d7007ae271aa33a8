//! One line of what somebody said, which has no format.

use super::free;
use crate::text::foreign::{cut, foreign_line};

/// What stands for a hidden value.
pub(super) const REDACTED: &str = "(redacted)";

/// One line of what a program, a host or the network said: without secrets, as far as their shape tells,
/// and without what a terminal would obey.
pub fn redact_line(text: &str) -> String {
    foreign_line(&without_secrets(text))
}

/// The same, no longer than so many characters. Of a text without end only the beginning is looked at.
pub fn redact_cut(text: &str, most: usize) -> String {
    /// So far behind the last character that is shown a secret may be told by what follows it (bytes).
    const FURTHER: usize = 10_000;
    let end = (most * 4 + FURTHER).min(text.len());
    let end = (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    cut(&redact_line(&text[..end]), most)
}

/// A text without a format, with `(redacted)` for what has the shape of a secret.
pub(super) fn without_secrets(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for range in free::secrets(text) {
        shown.push_str(&text[from..range.start]);
        shown.push_str(REDACTED);
        from = range.end;
    }
    shown.push_str(&text[from..]);
    shown
}
