//! Secrets in a text that has no format: a line of a log, an error, a value, a comment.
//!
//! Found by how secrets are written everywhere: `NAME=VALUE`, `name: value`, `--flag VALUE`, user info
//! in URLs, `Bearer VALUE`, private keys, and the shapes of well-known tokens.

use super::ranges::{merged, whole};
use crate::text::secret::{may_show, sounds_secret};
use std::ops::Range;

/// A longer text is not looked into, and not shown (bytes).
const LONGEST: usize = 100_000;

/// The byte ranges of a text that must not be shown, in order, not touching each other.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if text.len() > LONGEST {
        return whole(text);
    }
    private_keys(text, &mut found);
    user_info(text, &mut found);
    assignments(text, &mut found);
    flags(text, &mut found);
    schemes(text, &mut found);
    tokens(text, &mut found);
    merged(found)
}

/// From the line that opens a private key to the one that closes it, or to the end.
fn private_keys(text: &str, found: &mut Vec<Range<usize>>) {
    const OPEN: &str = "-----BEGIN ";
    if text.len() < OPEN.len() || !text.contains('-') {
        return;
    }
    for (start, _) in text.match_indices(OPEN) {
        let rest = &text[start..];
        let label = rest[OPEN.len()..].split("-----").next().unwrap_or_default();
        if label.contains("PRIVATE KEY") {
            let close = rest.find("-----END ").map(|at| at + "-----END ".len());
            let end = close.and_then(|at| rest[at..].find("-----").map(|more| at + more + "-----".len()));
            found.push(start..start + end.unwrap_or(rest.len()));
        }
    }
}

/// What stands before the `@` of `scheme://user:password@host` and of `user:password@host`.
fn user_info(text: &str, found: &mut Vec<Range<usize>>) {
    if !text.contains('@') {
        return;
    }
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`' | '<' | '>');
    for (at, _) in text.match_indices("://") {
        let start = at + "://".len();
        let rest = &text[start..];
        let url = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let ca = &url[..url.find(['/', '?', '#']).unwrap_or(url.len())];
        // A password with a slash in it is wrong, and written all the same.
        let port = ca.split_once(':').is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        let plain = port && (text[..at].ends_with("http") || text[..at].ends_with("https"));
        let whole = ca.rfind('@').or_else(|| url.rfind('@').filter(|_| !plain && ca.contains(':')));
        if let Some(end) = whole.filter(|end| *end > 0) {
            found.push(start..start + end);
        }
    }
    for (at, _) in text.match_indices('@') {
        let word = text[..at].rfind(|letter: char| ends(letter) || matches!(letter, ',' | '(' | '=' | '@'));
        let word = word.map_or(0, |before| before + text[before..].chars().next().map_or(0, char::len_utf8));
        let before = &text[word..at];
        let digest = text[at..].starts_with("@sha256:");
        if !digest
            && !before.contains("://")
            && before.find(':').is_some_and(|colon| colon + 1 < before.len())
        {
            found.push(word..at);
        }
    }
}

/// The values of names that sound secret: behind `=` or `:`, on one line.
fn assignments(text: &str, found: &mut Vec<Range<usize>>) {
    for (at, sign) in text.char_indices().filter(|(_, letter)| matches!(letter, '=' | ':')) {
        if found.last().is_some_and(|last: &Range<usize>| last.contains(&at)) {
            continue;
        }
        let Some(name) = name_before(text, at) else { continue };
        // What is said of a file: `/srv/x/secret: No space left on device`.
        let of_a_file = sign == ':' && text[name.clone()].starts_with('/');
        if of_a_file || !sounds_secret(&text[name.clone()]) {
            continue;
        }
        let rest = &text[at + 1..];
        let more = rest.len() - rest.trim_start_matches([' ', '\t', '>', '-', '=', ':', '+']).len();
        let start = at + 1 + if rest.starts_with("//") { continue } else { more };
        let alone = text[..name.start].rsplit('\n').next().is_none_or(|line| {
            let line = line.trim_start_matches(['#', ';', ' ', '\t', '-', '"', '\'']);
            matches!(line, "" | "export " | "set ")
        });
        let end = start + value_length(&text[start..], sign, alone);
        let quotes = text[start..end].trim_start_matches('\\');
        let start = if quotes.starts_with(['"', '\'', '`']) { end - quotes.len() + 1 } else { start };
        if !may_show(&text[name], text[start..end].trim_matches(['"', '\''])) {
            found.push(start..end);
        }
    }
}

/// The name that ends before a sign; quotes, blanks and a closing bracket may stand between.
fn name_before(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text[..at].trim_end_matches([' ', '\t']);
    let before = before
        .trim_end_matches(['"', '\'', '\\', ']', '`', '?', '+', '>', ')'])
        .trim_end_matches([' ', '\t']);
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/');
    let start = before.trim_end_matches(is_name).len();
    (start < before.len()).then_some(start..before.len())
}

/// How long a value is that begins here: to its closing quote or bracket, to the next blank or
/// assignment; to the end of the line behind a colon, or where the assignment is all of the line.
fn value_length(rest: &str, sign: char, alone: bool) -> usize {
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let quoted = line.trim_start_matches('\\');
    if let Some(quote) = quoted.chars().next().filter(|letter| matches!(letter, '"' | '\'' | '`')) {
        let from = line.len() - quoted.len() + 1;
        // A quote that does not close swallows what follows.
        return closing(rest, from, quote).unwrap_or(rest.len());
    }
    if line.starts_with(['{', '[', '|', '>']) {
        return rest.len();
    }
    // A connection string has blanks in its values: `Password=a b;Port=1`.
    let unquoted = line.find(['"', '\'', '`']).unwrap_or(line.len());
    let mut semicolons = line[..unquoted].match_indices(';').map(|(at, _)| at);
    if let Some(end) = semicolons.find(|at| is_end(&line[*at..], ';', alone)) {
        return end;
    }
    let mut length = 0;
    for word in line.split_inclusive([' ', '\t']) {
        let plain = word.trim_end_matches([' ', '\t']);
        let end = plain.char_indices().find(|(at, letter)| is_end(&line[length + at..], *letter, alone));
        if let Some((at, _)) = end {
            return length + at;
        }
        length += plain.len();
        let scheme = matches!(
            plain.to_ascii_lowercase().as_str(),
            "bearer" | "basic" | "token" | "digest" | "apikey" | "negotiate" | "aws4-hmac-sha256"
        );
        if !(scheme || alone || sign == ':') {
            return length;
        }
        length += word.len() - plain.len();
    }
    line.trim_end().len()
}

/// Whether a value ends before this sign: a quote that was opened further left, or another assignment.
fn is_end(from: &str, letter: char, alone: bool) -> bool {
    match letter {
        '"' | '\'' | '`' => !alone,
        '&' | ';' | ',' | '|' => {
            let next = from[letter.len_utf8()..].trim_start();
            let name = next
                .trim_start_matches(['"', '\''])
                .find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ' ')));
            name.is_some_and(|end| {
                let sign = next.trim_start_matches(['"', '\''])[end..].trim_start_matches(['"', '\'']);
                end > 0 && sign.starts_with(['=', ':'])
            })
        }
        _ => false,
    }
}

fn closing(rest: &str, from: usize, quote: char) -> Option<usize> {
    let mut escaped = from > 1;
    for (at, letter) in rest[from..].char_indices() {
        match letter {
            _ if escaped && from == 1 => escaped = false,
            '\\' if from == 1 => escaped = true,
            letter if letter == quote => return Some(from + at),
            _ => {}
        }
    }
    None
}

/// `--password VALUE`, `-u user:password`.
fn flags(text: &str, found: &mut Vec<Range<usize>>) {
    let mut before: Option<&str> = None;
    for word in text.split_ascii_whitespace() {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        if let Some(flag) = before.take()
            && follows(flag, word)
        {
            let quote = word.chars().next().filter(|letter| matches!(letter, '"' | '\''));
            let length = match quote {
                Some(quote) => closing(&text[start..], 1, quote).map_or(text.len() - start, |end| end + 1),
                None => word.len(),
            };
            found.push(start..start + length);
        }
        before = word.starts_with('-').then_some(word);
    }
}

/// Whether the word behind a flag is a secret.
pub(super) fn follows(flag: &str, word: &str) -> bool {
    let name = flag.trim_start_matches('-');
    if name.is_empty() || name.len() == flag.len() || name.contains('=') {
        return false;
    }
    let user =
        matches!(name, "u" | "U" | "user" | "proxy-user") && word.contains(':') && !word.contains("://");
    user || (sounds_secret(name)
        && !word.starts_with("--")
        && !may_show(name, word.trim_matches(['"', '\''])))
}

/// `Bearer VALUE` and `Basic VALUE`.
fn schemes(text: &str, found: &mut Vec<Range<usize>>) {
    // A blank, or what stands for one, is between a scheme and its value.
    if !text.contains([' ', '+', '%']) {
        return;
    }
    let lower = text.to_ascii_lowercase();
    for scheme in ["bearer", "basic", "negotiate", "token"] {
        for (at, _) in lower.match_indices(scheme) {
            let bounded = !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            let rest = &text[at + scheme.len()..];
            let value = rest.trim_start_matches(' ');
            let blanks = rest.len() - value.len();
            let encoded = ["%20", "+"].iter().find_map(|blank| value.strip_prefix(blank)).unwrap_or(value);
            let skipped = blanks + value.len() - encoded.len();
            let is_value = |letter: char| letter.is_ascii_alphanumeric() || "-._~+/=".contains(letter);
            let length = encoded.find(|letter| !is_value(letter)).unwrap_or(encoded.len());
            if bounded && skipped > 0 && looks_random(&encoded[..length], scheme) {
                let start = at + scheme.len() + skipped;
                found.push(start..start + length);
            }
        }
    }
}

/// Whether a word behind the name of a scheme is a value and no prose.
fn looks_random(word: &str, scheme: &str) -> bool {
    let digit = word.contains(|letter: char| letter.is_ascii_digit() || "=+/_".contains(letter));
    let mixed = word.chars().skip(1).any(|letter| letter.is_ascii_uppercase())
        && word.chars().any(|letter| letter.is_ascii_lowercase());
    match scheme {
        "bearer" => {
            word.len() >= 4 && !matches!(word, "token" | "tokens" | "auth" | "authentication" | "scheme")
        }
        _ => word.len() >= 8 && (digit || mixed),
    }
}

/// Tokens that are known by their beginning alone.
fn tokens(text: &str, found: &mut Vec<Range<usize>>) {
    const KNOWN: [&str; 24] = [
        "ghp_",
        "gho_",
        "ghs_",
        "ghu_",
        "github_pat_",
        "glpat-",
        "xoxb-",
        "xoxp-",
        "xoxa-",
        "xapp-",
        "AKIA",
        "ASIA",
        "glsa_",
        "glc_",
        "eyJ",
        "sk-",
        "sk_live_",
        "AIza",
        "ya29.",
        "hvs.",
        "npm_",
        "NRAK-",
        "dt0c01.",
        "LS0tLS1CRUdJTi",
    ];
    /// No token is shorter (bytes).
    const SHORTEST: usize = 16;
    if text.len() < SHORTEST {
        return;
    }
    let may_begin = |letter: char| KNOWN.iter().any(|known| known.starts_with(letter));
    for (start, _) in text.match_indices(may_begin) {
        let rest = &text[start..];
        if !KNOWN.iter().any(|known| rest.starts_with(known)) {
            continue;
        }
        let bounded = !text[..start].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        let is_token = |letter: char| letter.is_ascii_alphanumeric() || "_-.+/=".contains(letter);
        let length = rest.find(|letter| !is_token(letter)).unwrap_or(rest.len());
        if bounded && length >= SHORTEST {
            found.push(start..start + length);
        }
    }
    const HOOKS: &str = "hooks.slack.com/";
    for (at, _) in text.match_indices(HOOKS) {
        let start = at + HOOKS.len();
        let rest = &text[start..];
        let length =
            rest.find(|letter: char| letter.is_whitespace() || "\"'`".contains(letter)).unwrap_or(rest.len());
        found.push(start..start + length);
    }
}

#[cfg(test)]
mod tests {
    use super::secrets;

    fn shown(text: &str) -> String {
        let mut shown = text.to_owned();
        for range in secrets(text).into_iter().rev() {
            shown.replace_range(range, "#");
        }
        shown
    }

    #[test]
    fn secrets_are_found_as_they_are_written() {
        for (text, expected) in [
            ("http://u:p@h:1/x", "http://#@h:1/x"),
            ("a https://ghp@h b http://h/x", "a https://#@h b http://h/x"),
            ("postgres://u:p/x@h/db", "postgres://#@h/db"),
            ("u:p@tcp(h:3306)/db", "#@tcp(h:3306)/db"),
            ("Server=h;Password=a b;Port=1", "Server=h;Password=#;Port=1"),
            ("host=h password=x port=1", "host=h password=# port=1"),
            ("http://h/?token=x&port=1", "http://h/?token=#&port=1"),
            ("{\"password\":\"x y\",\"port\":1}", "{\"password\":\"#\",\"port\":1}"),
            ("msg=\"auth: password: x\" port=1", "msg=\"auth: password: #\" port=1"),
            ("Authorization: Bearer abc", "Authorization: #"),
            ("-H 'Authorization: Bearer abc' http://h", "-H 'Authorization: #' http://h"),
            ("got Bearer abc-1 from h", "got Bearer # from h"),
            ("run --password x --port 1", "run --password # --port 1"),
            ("run --password=x --port 1", "run --password=# --port 1"),
            ("run --password 'a b' --port 1", "run --password # --port 1"),
            ("curl -u me:x h", "curl -u # h"),
            ("password = two words", "password = #"),
            ("${env:TOKEN:-x}", "${env:TOKEN:-#"),
            ("x -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- y", "x # y"),
            ("key eyJhbGciOiJIUzI1NiJ9.e30.x", "key #"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn ordinary_text_stays() {
        for text in [
            "http://127.0.0.1:4317/v1/traces",
            "port=4317 compression: gzip",
            "key_file: /etc/x.key",
            "--config=/etc/tempo/config.yml -config.expand-env=true",
            "monkey=1",
            "me@example.org",
            "grafana/tempo:2.10@sha256:0123456789abcdef",
            "token=${env:TOKEN}",
            "basic auth is off",
            "Bearer token",
            "retention: 336h",
            "/srv/shop/.env",
            "a:b c@d",
            "-----BEGIN CERTIFICATE-----\nabc",
            "num_tokens: 128",
            "path=/etc/secret/file",
            "cannot write /srv/x/secret: No space left on device",
            "[::1]:4317",
            "http://h:4318/a@b",
        ] {
            assert_eq!(shown(text), text);
        }
    }
}
