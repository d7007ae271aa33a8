//! A declared key in words: its type, its default, what it says. The same words for `explain` and for the
//! reference page.

use crate::toml::schema::{Key, KeyDefault, KeyStatus, SizeRule, ValueKind, Word, listed};

impl ValueKind {
    /// What a value of this kind is called in the reference.
    pub fn type_name(&self) -> String {
        match self {
            Self::Flag(_) => "true or false".into(),
            Self::Whole(least, most) if *most < u64::from(u32::MAX) => {
                format!("whole number, {least} to {most}")
            }
            Self::Whole(least, _) => format!("whole number from {least} on"),
            Self::Fraction => "number above 0, up to 1".into(),
            Self::Text | Self::Header => "text".into(),
            Self::Name => "name".into(),
            Self::Choice(..) => "word".into(),
            Self::Duration => "duration".into(),
            Self::DurationOrNever => "duration, or `\"never\"`".into(),
            Self::Size(SizeRule { whole_mib: true, .. }) => "size in whole MiB".into(),
            Self::Size(_) => "size".into(),
            Self::Version => "version".into(),
            Self::Port => "port".into(),
            Self::Bind => "bind address".into(),
            Self::Dial => "`\"name\"` or `\"name:port\"`".into(),
            Self::Path => "path".into(),
            Self::Secret => "secret".into(),
            Self::SendTo => "reference, list of references, or a table of them by signal".into(),
            Self::Hosts => "list of names, or `\"all\"`".into(),
            Self::Listener(_) => "listener".into(),
            Self::List(of) => format!("list, each a {}", of.type_name()),
            Self::Map(of) => format!("table of your own keys, each value a {}", of.type_name()),
            Self::Table(_) => "table".into(),
            Self::Named(..) => "tables by names of your own".into(),
            Self::Anything => "not understood yet".into(),
        }
    }

    /// The words it takes, rendered or not.
    pub fn words(&self) -> &'static [Word] {
        match self {
            Self::Choice(_, words) => words,
            _ => &[],
        }
    }
}

impl Key {
    /// Type, default and age, in one line.
    pub fn facts(&self) -> String {
        let default = match self.default {
            _ if self.required => ", required".to_owned(),
            KeyDefault::None => String::new(),
            KeyDefault::Value(value) => format!(", default `{value}`"),
            KeyDefault::Words(words) => format!(", default: {words}"),
        };
        let (kind, since) = (self.kind.type_name(), self.since);
        match self.status {
            KeyStatus::Rendered => format!("{kind}{default}; since {since}"),
            KeyStatus::NotYet(_) => "planned, not written yet".to_owned(),
            KeyStatus::Refused(refusal) => format!("refused: {}", refusal.title),
        }
    }

    /// The paragraphs about it: what it says, what it decides, its words.
    pub fn paragraphs(&self) -> Vec<String> {
        let mut all = vec![self.help.trim().to_owned()];
        match self.status {
            KeyStatus::Rendered => {}
            KeyStatus::NotYet("") => all.push(format!("Leave `{}` out.", self.name)),
            KeyStatus::NotYet(instead) => all.push(format!("Instead: {}.", code(instead))),
            KeyStatus::Refused(refusal) => all.push(format!("Instead: {}.", refusal.help)),
        }
        if !self.renders.is_empty() {
            all.push(format!("Renders: {}.", self.renders));
        }
        let words = self.kind.words();
        all.extend(
            words
                .iter()
                .filter(|word| word.is_rendered())
                .map(|word| format!("- `\"{}\"`: {}", word.text, word.help.trim())),
        );
        let planned: Vec<_> = words
            .iter()
            .filter(|word| !word.is_rendered())
            .map(|word| format!("`\"{}\"`", word.text))
            .collect();
        if !planned.is_empty() {
            all.push(format!("- planned, not written yet: {}", listed(planned).replace(" or ", " and ")));
        }
        all
    }
}

/// What can be typed, marked as such where it is not marked yet.
fn code(text: &str) -> String {
    if text.contains('`') { text.to_owned() } else { format!("`{text}`") }
}

/// A text in lines of at most so many columns; lines after the first begin with an indent. What stands
/// between backquotes stays in one line.
pub(super) fn wrapped(text: &str, columns: usize, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for word in words(text) {
        let last = lines.last_mut().expect("there is always a line");
        if !last.trim().is_empty() && last.chars().count() + 1 + word.chars().count() > columns {
            lines.push(format!("{indent}{word}"));
        } else {
            if !last.trim().is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join("\n")
}

/// The words of a text; code is one word, with whatever stands against it.
fn words(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut is_code) = (Vec::new(), 0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '`' => is_code = !is_code,
            ' ' if !is_code => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}
