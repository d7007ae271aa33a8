//! Secrets in unit files and drop-ins: in command lines, in the environment, in credentials.

use super::tree::Marked;
use super::{comment, free, ranges::lines, ranges::merged};
use crate::text::secret::{may_show, sounds_secret};
use std::ops::Range;

/// What must not be shown of a unit. A line that is no assignment is not shown.
pub(super) fn secrets(text: &str) -> Marked {
    let mut marked = Marked::default();
    let mut open: Option<(String, Letters)> = None;
    for (start, line) in lines(text) {
        let body = line.trim();
        if body.starts_with(['#', ';']) {
            if comment::sounds(body) || open.as_ref().is_some_and(|(key, _)| sounds_secret(key)) {
                marked.hidden.push(start + line.len() - line.trim_start().len() + 1..start + line.len());
            }
            continue;
        }
        let (key, from, mut letters) = match open.take() {
            Some((key, letters)) => (key, start, letters),
            None if body.is_empty() || body.starts_with('[') && body.ends_with(']') => continue,
            None => match line.find('=') {
                Some(sign) => (line[..sign].trim().to_owned(), start + sign + 1, Letters::default()),
                None => {
                    marked.hidden.push(start..start + line.len());
                    continue;
                }
            },
        };
        let value = &text[from.min(start + line.len())..start + line.len()];
        let more = value.strip_suffix('\\');
        letters.push(more.unwrap_or(value), from);
        match more {
            Some(_) => {
                letters.0.push((' ', start + line.len()..start + line.len()));
                open = Some((key, letters));
            }
            None => judge(&key, &letters, &mut marked),
        }
    }
    if let Some((key, letters)) = open {
        judge(&key, &letters, &mut marked);
    }
    marked.hidden = merged(marked.hidden);
    marked
}

/// The letters of a value that may go on over several lines, each with its place in the file.
#[derive(Default)]
struct Letters(Vec<(char, Range<usize>)>);

impl Letters {
    fn push(&mut self, text: &str, from: usize) {
        self.0.extend(
            text.char_indices().map(|(at, letter)| (letter, from + at..from + at + letter.len_utf8())),
        );
    }

    /// A value without escapes and quotes, in its words.
    fn words(&self) -> Vec<Letters> {
        let mut words = Vec::new();
        let mut word: Option<Letters> = None;
        let mut quote = None;
        let mut letters = self.0.iter().peekable();
        while let Some((letter, at)) = letters.next() {
            match (*letter, quote) {
                ('\\', _) => {
                    let taken: Vec<_> = escape(&mut letters);
                    let end = taken.last().map_or(at.end, |(_, last)| last.end);
                    let meant = unescaped(&taken.iter().map(|(letter, _)| *letter).collect::<String>());
                    word.get_or_insert_default().0.extend(meant.map(|meant| (meant, at.start..end)));
                }
                (letter, Some(open)) if letter == open => quote = None,
                (letter, Some(_)) => word.get_or_insert_default().0.push((letter, at.clone())),
                ('"' | '\'', None) => {
                    quote = Some(*letter);
                    word.get_or_insert_default();
                }
                (letter, None) if letter.is_whitespace() => words.extend(word.take()),
                (letter, None) => word.get_or_insert_default().0.push((letter, at.clone())),
            }
        }
        words.extend(word);
        words
    }

    fn text(&self) -> String {
        self.0.iter().map(|(letter, _)| *letter).collect()
    }

    /// The places of a part of the text, line by line.
    fn places(&self, part: &Range<usize>) -> Vec<Range<usize>> {
        let mut at = 0;
        let inside = self.0.iter().filter(|(letter, _)| {
            at += letter.len_utf8();
            at > part.start && at <= part.end
        });
        merged(inside.map(|(_, place)| place.clone()).collect())
    }
}

/// What belongs to a backslash: `xHH`, `uHHHH`, three octal digits, or one letter.
fn escape<'l>(
    letters: &mut std::iter::Peekable<impl Iterator<Item = &'l (char, Range<usize>)>>,
) -> Vec<(char, Range<usize>)> {
    let mut taken: Vec<(char, Range<usize>)> = letters.next().cloned().into_iter().collect();
    let (digits, radix) = match taken.first().map(|(letter, _)| *letter) {
        Some('x') => (2, 16),
        Some('u') => (4, 16),
        Some('U') => (8, 16),
        Some('0'..='7') => (2, 8),
        _ => (0, 10),
    };
    while taken.len() <= digits && letters.peek().is_some_and(|(letter, _)| letter.is_digit(radix)) {
        taken.extend(letters.next().cloned());
    }
    taken
}

fn unescaped(escape: &str) -> Option<char> {
    let code = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match escape.chars().next()? {
        'x' | 'u' | 'U' if escape.len() > 1 => code(&escape[1..], 16),
        '0'..='7' if escape.len() > 1 => code(escape, 8),
        's' => Some(' '),
        'n' => Some('\n'),
        't' => Some('\t'),
        letter => Some(letter),
    }
}

/// Hides what is secret in one assignment.
fn judge(key: &str, value: &Letters, marked: &mut Marked) {
    let whole = value.text();
    let mut hide = |letters: &Letters, part: Range<usize>| {
        marked.values.push(letters.text()[part.clone()].to_owned());
        marked.hidden.extend(letters.places(&part));
    };
    if key.starts_with("SetCredential") {
        if let Some((name, _)) = whole.split_once(':') {
            hide(value, name.len() + 1..whole.len());
        }
        return;
    }
    if sounds_secret(key) && !may_show(key, &whole) {
        hide(value, 0..whole.len());
        return;
    }
    // Names and paths alone.
    if ["PassEnvironment", "UnsetEnvironment", "LoadCredential", "ImportCredential"]
        .iter()
        .any(|name| key.starts_with(name))
    {
        return;
    }
    let words = value.words();
    let mut before: Option<String> = None;
    for word in &words {
        let text = word.text();
        let flag = text.trim_start_matches('-');
        let assigned = flag.split_once('=').filter(|(name, _)| !name.contains(char::is_whitespace));
        if before.take().is_some_and(|before| free::follows(&before, &text)) {
            hide(word, 0..text.len());
        } else if let Some((_, secret)) =
            assigned.filter(|(name, value)| sounds_secret(name) && !may_show(name, value))
        {
            hide(word, text.len() - secret.len()..text.len());
        } else {
            for part in free::secrets(&text) {
                hide(word, part);
            }
        }
        before = text.starts_with('-').then_some(text);
    }
    // `Bearer VALUE` and the like, over several words; an assignment among them ends with its word.
    const BEFORE: &str = "x ";
    for part in free::secrets(&format!("{BEFORE}{whole}")) {
        hide(value, part.start.saturating_sub(BEFORE.len())..part.end - BEFORE.len());
    }
}
