//! Text in the columns of a terminal: words wrap below where they began, and no line is longer.

use super::push;
use unicode_width::UnicodeWidthChar;

/// How a page is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageStyle {
    /// Its columns.
    pub columns: usize,
    /// Whether words have colours.
    pub colour: bool,
}

impl PageStyle {
    /// What is drawn where there is no terminal.
    pub const PLAIN: Self = Self { columns: 80, colour: false };
}

/// How a word looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    /// As the terminal has it.
    #[default]
    Plain,
    /// What comes, and what holds.
    Added,
    /// What leaves, and what is broken.
    Removed,
    /// What is changed, and what wants attention.
    Changed,
    /// Headings and names.
    Strong,
    /// What is said beside.
    Faint,
}

impl Ink {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Added => Some("32"),
            Self::Removed => Some("31"),
            Self::Changed => Some("33"),
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
        }
    }
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span(pub Ink, pub String);

/// Text without a colour of its own.
pub fn plain(text: impl Into<String>) -> Span {
    Span(Ink::Plain, text.into())
}

/// Text in a colour.
pub fn inked(ink: Ink, text: impl Into<String>) -> Span {
    Span(ink, text.into())
}

/// A page that grows line by line.
#[derive(Debug)]
pub struct Page {
    style: PageStyle,
    text: String,
}

/// A narrower page is drawn as if it had so many columns.
const LEAST_COLUMNS: usize = 20;

impl Page {
    /// An empty page.
    pub fn new(style: PageStyle) -> Self {
        Self { style: PageStyle { columns: style.columns.max(LEAST_COLUMNS), ..style }, text: String::new() }
    }

    /// What was written.
    pub fn into_text(self) -> String {
        self.text
    }

    /// An empty line, but for the first and after another.
    pub fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Text as it is, whatever its width: lines of files.
    pub fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A line that begins in a column, and goes on, where it is too long, in another one.
    pub fn line(&mut self, (first, rest): (usize, usize), spans: &[Span]) {
        self.aligned((first, rest), spans, None);
    }

    /// The same with a text at the right end: of the same line where it fits, else of the next one.
    pub fn aligned(&mut self, (first, rest): (usize, usize), spans: &[Span], right: Option<&str>) {
        let most = self.style.columns / 2;
        let (first, rest) = (first.min(most), rest.min(most));
        let mut at = self.begin(first);
        let mut fresh = true;
        for (span, word) in words(spans) {
            for (index, piece) in pieces(word, self.style.columns - rest).into_iter().enumerate() {
                if fresh && piece.is_empty() {
                    continue;
                }
                let blank = usize::from(!fresh && index == 0);
                if !fresh && at + blank + width(piece) > self.style.columns {
                    self.end();
                    at = self.begin(rest);
                } else if blank == 1 {
                    self.text.push(' ');
                    at += 1;
                }
                self.ink(span.0, piece);
                at += width(piece);
                fresh = false;
            }
        }
        if let Some(right) = right.filter(|right| width(right) <= self.style.columns) {
            let from = self.style.columns - width(right);
            if at + 2 > from {
                self.end();
                at = 0;
            }
            push(&mut self.text, format_args!("{:1$}", "", from - at));
            self.ink(Ink::Faint, right);
        }
        self.end();
    }

    fn begin(&mut self, column: usize) -> usize {
        push(&mut self.text, format_args!("{:column$}", ""));
        column
    }

    fn end(&mut self) {
        let end = self.text.trim_end_matches(' ').len();
        self.text.truncate(end);
        self.text.push('\n');
    }

    fn ink(&mut self, ink: Ink, text: &str) {
        match ink.code().filter(|_| self.style.colour) {
            Some(code) => {
                push(&mut self.text, format_args!("\x1b[{code}m{text}\x1b[0m"));
            }
            None => self.text.push_str(text),
        }
    }
}

/// The words of a line, each with its colour; pieces are joined by one blank. Two blanks between words are
/// kept: they are columns.
fn words(spans: &[Span]) -> impl Iterator<Item = (&Span, &str)> {
    spans.iter().flat_map(|span| span.1.split(' ').map(move |word| (span, word)))
}

/// A word that is longer than a line, in pieces that are not: it ends a line behind a `/`, `.`, `,` or `-`
/// where there is one.
fn pieces(word: &str, most: usize) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = word;
    while width(rest) > most {
        let (mut end, mut at, mut good) = (0, 0, None);
        for (index, letter) in rest.char_indices() {
            at += letter.width().unwrap_or(0);
            if at > most {
                break;
            }
            end = index + letter.len_utf8();
            if matches!(letter, '/' | '.' | ',' | '-' | ':') && at * 2 > most {
                good = Some(end);
            }
        }
        let end = good.unwrap_or(end).max(rest.chars().next().map_or(0, char::len_utf8));
        found.push(&rest[..end]);
        rest = &rest[end..];
    }
    found.push(rest);
    found
}

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(|letter| letter.width().unwrap_or(0)).sum()
}
