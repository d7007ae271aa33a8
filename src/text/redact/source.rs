//! The texts that findings point into.

use super::tree::Marked;
use super::{Hidden, TextFormat, ranges::merged, ranges::whole};
use crate::diagnostic::SourceName;
use crate::text::foreign::foreign_in_place;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The texts that marks point into, for drawing their lines: of each only what may be shown. What is secret in
/// them is looked for once, and not before somebody asks.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    texts: BTreeMap<SourceName, RedactSource>,
    hidden: OnceLock<Hidden>,
}

impl FromIterator<(SourceName, RedactSource)> for Sources {
    fn from_iter<T: IntoIterator<Item = (SourceName, RedactSource)>>(texts: T) -> Self {
        Self { texts: texts.into_iter().collect(), hidden: OnceLock::new() }
    }
}

impl Extend<(SourceName, RedactSource)> for Sources {
    fn extend<T: IntoIterator<Item = (SourceName, RedactSource)>>(&mut self, texts: T) {
        self.hidden.take();
        self.texts.extend(texts);
    }
}

impl Sources {
    /// A text by its name.
    pub fn get(&self, name: &SourceName) -> Option<&RedactSource> {
        self.texts.get(name)
    }

    /// Every text with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&SourceName, &RedactSource)> {
        self.texts.iter()
    }

    /// The secret values of all of them, so that nothing that is said of them repeats one. A password that is
    /// a plain word of the same files, `temporal` beside a service `temporal`, is hidden at its place alone.
    pub fn hidden(&self) -> &Hidden {
        self.hidden.get_or_init(|| {
            let mut hidden = Hidden::default();
            self.texts.values().for_each(|source| source.hides(&mut hidden));
            hidden.leave_words_of(self.texts.values().map(|source| source.in_place().text));
            hidden
        })
    }
}

/// A text with its format. The text itself never comes out: only what may be shown of it.
#[derive(Clone, Debug)]
pub struct RedactSource {
    format: TextFormat,
    text: String,
    marked: OnceLock<Option<Marked>>,
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
        Self { format, text: text.into(), marked: OnceLock::new() }
    }

    fn marked(&self) -> Option<&Marked> {
        self.marked.get_or_init(|| self.format.mark(&self.text)).as_ref()
    }

    /// The text with the same lines and columns, and a star for every byte that is hidden.
    pub fn in_place(&self) -> InPlace {
        let marked = self.marked();
        let unparsed = marked.is_none();
        let hidden = marked.map_or_else(|| whole(&self.text), |marked| merged(marked.hidden.clone()));
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
        if let Some(marked) = self.marked() {
            let as_hidden = !matches!(self.format, TextFormat::ForeignEnvironment | TextFormat::Proxy);
            let raw =
                marked.hidden.iter().filter(|_| as_hidden).map(|range| self.text[range.clone()].to_owned());
            hidden.add(marked.values.iter().cloned().chain(raw));
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
