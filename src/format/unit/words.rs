//! Words, specifiers, patterns and variables in the value of a directive, as systemd 252 reads them.

use super::lines::is_blank;
use std::iter::Peekable;
use std::str::Chars;

/// What a backslash is, which depends on the directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backslash {
    /// Begins an escape as in C; itself where what follows is none.
    Escape,
    /// Takes the next character as it is: lists of paths, the value of a variable in a command line.
    Next,
}

/// Words separated by blanks, quotes taken away. Of a quote that does not close, systemd reads nothing more.
pub fn words(text: &str, backslash: Backslash) -> Vec<String> {
    let mut letters = text.chars().peekable();
    std::iter::from_fn(|| next_word(&mut letters, backslash)).collect()
}

/// The words of the first command of a command line: a lone `;` ends it.
pub fn command(text: &str) -> Vec<String> {
    let mut letters = text.chars().peekable();
    let mut all = Vec::new();
    loop {
        skip_blanks(&mut letters);
        let rest: String = letters.clone().take(3).collect();
        let ends = |rest: &str| rest.chars().next().is_none_or(is_blank);
        if rest.strip_prefix(';').is_some_and(ends) {
            return all;
        }
        if rest.strip_prefix("\\;").is_some_and(ends) {
            letters.nth(1);
            all.push(";".to_owned());
            continue;
        }
        match next_word(&mut letters, Backslash::Escape) {
            Some(word) => all.push(word),
            None => return all,
        }
    }
}

fn skip_blanks(letters: &mut Peekable<Chars<'_>>) {
    while letters.next_if(|letter| is_blank(*letter)).is_some() {}
}

fn next_word(letters: &mut Peekable<Chars<'_>>, backslash: Backslash) -> Option<String> {
    skip_blanks(letters);
    letters.peek()?;
    let mut word = String::new();
    let mut quote = None;
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            ('\\', _) if backslash == Backslash::Next => word.extend(letters.next()),
            ('\\', _) if backslash == Backslash::Escape => escape(letters, &mut word),
            (letter, Some(open)) if letter == open => quote = None,
            (letter, Some(_)) => word.push(letter),
            ('"' | '\'', None) => quote = Some(letter),
            (letter, None) if is_blank(letter) => return Some(word),
            (letter, None) => word.push(letter),
        }
    }
    quote.is_none().then_some(word)
}

/// What stands behind a backslash, put at the end of a word.
fn escape(letters: &mut Peekable<Chars<'_>>, word: &mut String) {
    let simple = [
        ('a', '\u{7}'),
        ('b', '\u{8}'),
        ('f', '\u{c}'),
        ('n', '\n'),
        ('r', '\r'),
        ('t', '\t'),
        ('v', '\u{b}'),
    ];
    let kept = [('s', ' '), ('\\', '\\'), ('"', '"'), ('\'', '\'')];
    let Some(letter) = letters.peek().copied() else { return word.push('\\') };
    if let Some((_, meant)) = simple.iter().chain(&kept).find(|(name, _)| *name == letter) {
        letters.next();
        return word.push(*meant);
    }
    let (skip, digits, radix) = match letter {
        'x' => (1, 2, 16),
        'u' => (1, 4, 16),
        'U' => (1, 8, 16),
        _ => (0, 3, 8),
    };
    let number: String = letters.clone().skip(skip).take(digits).collect();
    let code = (number.len() == digits).then(|| u32::from_str_radix(&number, radix).ok()).flatten();
    match code.and_then(char::from_u32).filter(|found| *found != '\0') {
        Some(found) => {
            letters.nth(skip + digits - 1);
            word.push(found);
        }
        None => word.push('\\'),
    }
}

/// The one path that a pattern stands for; `None` where it may stand for several.
pub fn unpatterned(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '*' | '?' | '[' => return None,
            '\\' => out.extend(letters.next()),
            letter => out.push(letter),
        }
    }
    Some(out)
}

/// An argument with what `value` makes of its variables put in; `$$` is a dollar sign. `None` where that
/// would be longer than so many bytes.
pub fn put_in(word: &str, longest: usize, value: impl Fn(&str) -> String) -> Option<String> {
    let mut out = String::new();
    let mut rest = word;
    // Where no brace closes, none closes behind it either.
    let mut closes = true;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let inside = after.strip_prefix('{').filter(|_| closes);
        let variable = inside.and_then(|inside| inside.split_once('}'));
        closes &= inside.is_none() || variable.is_some();
        if out.len() > longest {
            return None;
        }
        rest = match (after.strip_prefix('$'), variable) {
            (Some(after), _) => {
                out.push('$');
                after
            }
            (None, Some((name, after))) => {
                out.push_str(&value(name));
                after
            }
            (None, None) => {
                out.push('$');
                after
            }
        };
    }
    out.push_str(rest);
    Some(out).filter(|out| out.len() <= longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_is_what_the_directive_makes_of_it() {
        let text = r#"a\x41\s"b\"c" 'd\e' \q"#;
        assert_eq!(words(text, Backslash::Escape), [r#"aA b"c"#, r"d\e", r"\q"]);
        assert_eq!(words(r#"a\ b "c\"d""#, Backslash::Next), ["a b", r#"c"d"#]);
        assert_eq!(words(r#"a "b c"#, Backslash::Escape), ["a"]);
    }

    #[test]
    fn a_lone_semicolon_ends_a_command() {
        assert_eq!(command(r#"a ";" \; ;b ; c"#), ["a", ";", ";", ";b"]);
        assert_eq!(command(r"\x3b a"), [";", "a"]);
    }

    #[test]
    fn dollars_and_patterns() {
        let value = |name: &str| if name == "A" { "1".to_owned() } else { String::new() };
        assert_eq!(put_in("$$A ${A} $A ${B}x ${ $", 99, value).as_deref(), Some("$A 1 $A x ${ $"));
        assert_eq!(put_in("${A}${A}", 1, value), None);
        assert_eq!(unpatterned(r"/a\*\\b"), Some(r"/a*\b".to_owned()));
        assert_eq!(unpatterned("/a*"), None);
    }
}
