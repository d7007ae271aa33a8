//! Lines, words and specifiers as systemd splits them.

/// Lines with `\` at their end joined; comments left out.
pub fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        let comment = line.trim_start().starts_with(['#', ';']);
        if comment {
            continue;
        }
        let mut whole = open.take().unwrap_or_default();
        match line.strip_suffix('\\') {
            Some(part) => {
                whole.push_str(part);
                whole.push(' ');
                open = Some(whole);
            }
            None => {
                whole.push_str(line);
                lines.push(whole);
            }
        }
    }
    lines.extend(open);
    lines
}

/// Words separated by spaces; quotes hold a word together, `\` takes the next character as it is.
pub fn words(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (c, quote) {
            ('\\', _) => word.get_or_insert_default().extend(characters.next()),
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => all.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    all.extend(word);
    all
}

/// A text with its folder specifiers put in; `None` where one is not known here.
pub fn specified(text: &str, home: Option<&str>) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match (characters.next()?, home) {
            ('%', _) => out.push('%'),
            ('h', Some(home)) => out.push_str(home),
            ('h', None) => out.push_str("/root"),
            ('E', None) => out.push_str("/etc"),
            ('S', None) => out.push_str("/var/lib"),
            ('E', Some(home)) => out.push_str(&format!("{home}/.config")),
            _ => return None,
        }
    }
    Some(out)
}
