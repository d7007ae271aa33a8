//! The texts that findings point into.

use super::{Hidden, TextFormat, ranges::merged, ranges::whole};
use crate::diagnostic::SourceName;
use crate::text::foreign::foreign_in_place;
use std::collections::BTreeMap;

/// The texts that marks point into, for drawing their lines: of each only what may be shown.
#[derive(Clone, Debug, Default)]
pub struct Sources(pub BTreeMap<SourceName, RedactSource>);

impl Sources {
    /// The secret values of all of them, so that nothing that is said of them repeats one. A password that is
    /// a plain word of the same files, `temporal` beside a service `temporal`, is hidden at its place alone.
    pub fn hidden(&self) -> Hidden {
        let mut hidden = Hidden::default();
        self.0.values().for_each(|source| source.hides(&mut hidden));
        hidden.leave_words_of(self.0.values().map(|source| source.in_place().text));
        hidden
    }
}

/// A text with its format. The text itself never comes out: only what may be shown of it.
#[derive(Clone, Debug)]
pub struct RedactSource {
    format: TextFormat,
    text: String,
}

/// What may be shown of a source, every byte at its place.
#[derive(Clone, Debug)]
pub struct InPlace {
    /// The text: hidden bytes are stars.
    pub text: String,
    /// Whether nothing of it is shown, because it cannot be parsed.
    pub unparsed: bool,
}

impl RedactSource {
    /// A text that is judged as this format.
    pub fn new(format: TextFormat, text: impl Into<String>) -> Self {
        Self { format, text: text.into() }
    }

    /// The text with the same lines and columns, and a star for every byte that is hidden.
    pub fn in_place(&self) -> InPlace {
        let marked = self.format.mark(&self.text);
        let unparsed = marked.is_none();
        let hidden = marked.map_or_else(|| whole(&self.text), |marked| merged(marked.hidden));
        let mut shown = String::with_capacity(self.text.len());
        let mut from = 0;
        for range in hidden {
            shown.push_str(&self.text[from..range.start]);
            stars(&self.text[range.clone()], &mut shown);
            from = range.end;
        }
        shown.push_str(&self.text[from..]);
        InPlace { text: foreign_in_place(&shown).into_owned(), unparsed }
    }

    /// Adds the values that it hides.
    pub fn hides(&self, hidden: &mut Hidden) {
        if let Some(marked) = self.format.mark(&self.text) {
            let as_hidden = !matches!(self.format, TextFormat::ForeignEnvironment | TextFormat::Proxy);
            let raw =
                marked.hidden.iter().filter(|_| as_hidden).map(|range| self.text[range.clone()].to_owned());
            hidden.add(marked.values.into_iter().chain(raw));
        }
    }

    /// Line and column of a byte, both counted from 1, columns in characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset.min(self.text.len())).unwrap_or(&self.text);
        let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count());
        (before.matches('\n').count() + 1, column + 1)
    }
}

/// A star for each byte. Line ends and the blanks that lines begin with stay: they tell nothing.
fn stars(hidden: &str, shown: &mut String) {
    let mut begins = true;
    for letter in hidden.chars() {
        begins = letter == '\n' || begins && letter.is_ascii_whitespace();
        match letter {
            '\n' | '\r' | '\t' => shown.push(letter),
            ' ' if begins => shown.push(letter),
            _ => shown.push_str(&"*".repeat(letter.len_utf8())),
        }
    }
}
