//! Values that were hidden in a text, so that no message repeats them.

use super::line::{REDACTED, redact_line, without_secrets};
use std::collections::BTreeSet;

/// A shorter value is replaced in messages only where quotes stand around it: it may be any word.
const SURE: usize = 8;

/// Secret values that were found.
#[derive(Clone, Debug, Default)]
pub struct Hidden(BTreeSet<String>);

impl Hidden {
    pub(super) fn add(&mut self, values: impl IntoIterator<Item = String>) {
        let whole = values.into_iter().map(|value| value.trim().to_owned());
        self.0.extend(whole.filter(|value| value.chars().count() > 1));
    }

    /// Takes those away that are plain words and stand in what is shown of the texts anyway.
    pub(super) fn leave_words_of(&mut self, shown: impl Iterator<Item = String>) {
        let plain = |value: &&String| value.bytes().all(|byte| byte.is_ascii_lowercase());
        let mut plain: BTreeSet<String> = self.0.iter().filter(plain).cloned().collect();
        if plain.is_empty() {
            return;
        }
        for text in shown {
            for word in text.split(|letter: char| !letter.is_alphanumeric()) {
                if plain.remove(word) {
                    self.0.remove(word);
                }
            }
        }
    }

    /// One line that is made of what others wrote, without these values and without what looks like a secret.
    pub fn line(&self, text: &str) -> String {
        redact_line(&self.replace(text))
    }

    /// The same of a message of several lines.
    pub fn message(&self, text: &str) -> String {
        without_secrets(&self.replace(text))
    }

    /// A message without these values.
    pub fn replace(&self, message: &str) -> String {
        let mut message = message.to_owned();
        // Longer ones first: one may hold another.
        let mut values: Vec<&String> =
            self.0.iter().filter(|value| message.contains(value.as_str())).collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        for value in values {
            if value.len() >= SURE {
                message = message.replace(value.as_str(), REDACTED);
                continue;
            }
            for quotes in ["``", "\"\"", "''"] {
                let (open, close) = quotes.split_at(1);
                message =
                    message.replace(&format!("{open}{value}{close}"), &format!("{open}{REDACTED}{close}"));
            }
        }
        message
    }
}
