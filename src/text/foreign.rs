//! Foreign text: what a file, a child, a host or the network said, made harmless for a terminal.
//!
//! Whatever moves the cursor, changes colours, turns the direction of writing, or is not to be seen is
//! replaced by something visible. Nothing is left out: a text that would read otherwise than it is shows
//! that it would.

use crate::model::forms::misleads;
use std::borrow::Cow;

/// A text of several lines: newlines and tabs stay, every other character that misleads is written as
/// `<U+001B>`.
pub fn foreign(text: &str) -> Cow<'_, str> {
    written_out(text, |letter| misleads(letter) && letter != '\n' && letter != '\t')
}

/// The same as one line: line ends and tabs become blanks, those at its end are dropped.
pub fn foreign_line(text: &str) -> String {
    let joined: String = text
        .trim_end()
        .chars()
        .map(|letter| if matches!(letter, '\n' | '\r' | '\t') { ' ' } else { letter })
        .collect();
    foreign(&joined).into_owned()
}

/// The same, with colours that were put in by us: sequences that only choose how letters look stay.
pub fn foreign_styled(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut safe = foreign(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let style = part.strip_prefix('[').and_then(|rest| {
            let end = rest.find(|letter: char| !(letter.is_ascii_digit() || letter == ';'))?;
            rest[end..].starts_with('m').then_some(end + "[m".len())
        });
        let (style, rest) = part.split_at(style.unwrap_or(0));
        safe.push_str(if style.is_empty() { "<U+001B>" } else { "\u{1b}" });
        safe.push_str(style);
        safe.push_str(&foreign(rest));
    }
    safe
}

/// A text of which a workflow of GitHub Actions obeys nothing: it takes a line of a log that begins with `::`, and
/// `##[` wherever that stands, for a command.
pub fn no_commands(text: Cow<'_, str>) -> Cow<'_, str> {
    let begins = |line: &str| line.trim_start().starts_with("::");
    if !text.contains("##[") && !text.lines().any(begins) {
        return text;
    }
    let defused = |line: &str| {
        let line = line.replace("##[", "## [");
        if begins(&line) { line.replacen("::", ": :", 1) } else { line }
    };
    Cow::Owned(text.split_inclusive('\n').map(defused).collect())
}

/// The first characters of a text, as many whole words as fit where words are short; three dots tell that there are
/// more.
pub fn cut(text: &str, most: usize) -> String {
    let Some((end, next)) = text.char_indices().nth(most) else { return text.to_owned() };
    let whole = &text[..end];
    let word = whole.rfind(' ').filter(|at| next != ' ' && *at > end / 2);
    whole[..word.unwrap_or(end)].trim_end_matches([' ', ':', ',', ';']).to_owned() + "..."
}

/// The same without moving a byte, for texts that positions point into: what misleads becomes a visible
/// character of the same length.
pub fn foreign_in_place(text: &str) -> Cow<'_, str> {
    let stays = |letter: char| !misleads(letter) || matches!(letter, '\n' | '\r' | '\t');
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }
    let visible = |letter: char| match letter.len_utf8() {
        _ if stays(letter) => letter.to_string(),
        1 => "?".to_owned(),
        2 => "\u{bf}".to_owned(),
        3 => "\u{fffd}".to_owned(),
        _ => "\u{fffd}?".to_owned(),
    };
    Cow::Owned(text.chars().map(visible).collect())
}

/// A JSON document whose texts a terminal does not obey: JSON itself escapes no more than the first 32
/// characters. Outside of its texts a document has none of these.
pub fn json_safe(document: &str) -> Cow<'_, str> {
    let risky = |letter: char| misleads(letter) && letter != '\n';
    if !document.chars().any(risky) {
        return Cow::Borrowed(document);
    }
    let mut safe = String::with_capacity(document.len());
    for letter in document.chars() {
        if risky(letter) {
            let mut units = [0; 2];
            safe.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            safe.push(letter);
        }
    }
    Cow::Owned(safe)
}

fn written_out(text: &str, risky: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&risky) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if risky(letter) {
            safe.push_str(&format!("<U+{:04X}>", u32::from(letter)));
        } else {
            safe.push(letter);
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_misleads_is_seen() {
        assert_eq!(foreign("a\u{1b}[2J\u{9b}1m\tb\r\nc"), "a<U+001B>[2J<U+009B>1m\tb<U+000D>\nc");
        assert_eq!(foreign("x\u{202e}y\u{2066}z\u{200b}\u{2028}"), "x<U+202E>y<U+2066>z<U+200B><U+2028>");
        assert_eq!(
            foreign("gr\u{fc}\u{df} dich \u{65e5}\u{672c}\n"),
            "gr\u{fc}\u{df} dich \u{65e5}\u{672c}\n"
        );
        assert_eq!(foreign_line(" a\u{7}\nb\t "), " a<U+0007> b");
        assert_eq!(
            foreign_styled("\u{1b}[1;31ma\u{1b}[0m\u{1b}[2J\u{1b}"),
            "\u{1b}[1;31ma\u{1b}[0m<U+001B>[2J<U+001B>"
        );
        assert_eq!((cut("abc", 3), cut("abcd", 3)), ("abc".to_owned(), "abc...".to_owned()));
        assert_eq!(cut("503: Ingester not ready: waiting", 25), "503: Ingester not ready...");
        assert_eq!(cut("one two", 3), "one...");
    }

    #[test]
    fn a_log_holds_no_commands() {
        let said = |text: &str| no_commands(Cow::Borrowed(text)).into_owned();
        assert_eq!(
            said("  ::add-mask::x\na ::b\n::set-output name=a::b"),
            "  : :add-mask::x\na ::b\n: :set-output name=a::b"
        );
        assert_eq!(said("a ##[add-path]/x\r\n"), "a ## [add-path]/x\r\n");
        assert_eq!(said("nothing: it\nstays"), "nothing: it\nstays");
    }

    #[test]
    fn nothing_moves_in_place() {
        let text = "\u{1b}a\u{9b}\u{202e}\u{e0041}b\u{feff}\n\t";
        let safe = foreign_in_place(text);
        assert_eq!(safe.len(), text.len());
        assert_eq!(safe, "?a\u{bf}\u{fffd}\u{fffd}?b\u{fffd}\n\t");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({ "path": "a\u{202e}b\u{9b}\u{e0041}\u{1b}" });
        let shown = json_safe(&value.to_string()).into_owned();
        assert!(shown.is_ascii(), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
