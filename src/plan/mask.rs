//! Secret values never appear in a diff: adopted files hold other people's secrets.
//!
//! Works line by line on YAML and on `KEY=VALUE` text, by the name of the key. Errs on the side of
//! hiding: a value that is no secret but has a secret's name is masked too.

/// What stands for a hidden value.
const MASK: &str = "(masked)";

/// Parts of a key's name that make its value a secret, in lower case without `-` and `_`.
const SECRET: [&str; 11] = [
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
    "authorization",
    "apikey",
    "credential",
    "headers",
    "privatekey",
    "accesskey",
];

/// The text with secret values replaced.
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // The column of a key whose whole subtree is secret.
    let mut below: Option<usize> = None;
    let mut in_key = false;
    for line in text.split_inclusive('\n') {
        let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
        let indent = body.len() - body.trim_start_matches(' ').len();
        let blank = body.trim().is_empty();
        let left = |outer| indent < outer || indent == outer && !body[indent..].starts_with("- ");
        if !blank && below.is_some_and(left) {
            below = None;
        }
        in_key |= body.contains("-----BEGIN ") && body.contains("PRIVATE KEY");
        let masked = match () {
            () if blank => body.to_owned(),
            () if in_key || below.is_some() => hide_below(body, indent),
            () => hide_line(body, indent, &mut below),
        };
        in_key &= !body.contains("-----END ");
        out.push_str(&masked);
        out.push_str(end);
    }
    out
}

/// A line below a secret key: its own key stays readable, nothing else does.
fn hide_below(body: &str, indent: usize) -> String {
    match key_of(&body[indent..]) {
        Some((key, separator, value)) if key.bytes().all(|byte| is_key_byte(byte) || byte == b'"') => {
            hide_value(&body[..indent], key, separator, value)
        }
        _ => format!("{}{MASK}", &body[..indent]),
    }
}

fn hide_line(body: &str, indent: usize, below: &mut Option<usize>) -> String {
    let rest = &body[indent..];
    match key_of(rest) {
        Some((key, separator, value)) if is_secret(key) && !rest.starts_with('#') => {
            *below = Some(if rest.starts_with("- ") { indent + 2 } else { indent });
            hide_value(&body[..indent], key, separator, value)
        }
        _ => hide_user_info(body),
    }
}

fn hide_value(indent: &str, key: &str, separator: &str, value: &str) -> String {
    let shown = if value.is_empty() || is_reference(value) || is_opening(value) { value } else { MASK };
    format!("{indent}{key}{separator}{shown}")
}

/// Key, separator with the blanks after it, value.
fn key_of(rest: &str) -> Option<(&str, &str, &str)> {
    let from = if rest.starts_with("- ") { 2 } else { 0 };
    let at = from + rest[from..].find([':', '='])?;
    if rest[at..].starts_with(':') && !matches!(rest.as_bytes().get(at + 1), None | Some(b' ')) {
        return None;
    }
    let value = rest[at + 1..].trim_start();
    Some((&rest[..at], &rest[at..rest.len() - value.len()], value))
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b' ' | b'\'' | b'/')
}

fn is_secret(key: &str) -> bool {
    let plain: String =
        key.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    SECRET.iter().any(|secret| plain.contains(secret)) && !plain.ends_with("file") && !plain.ends_with("path")
}

/// Whether a value is only a reference that the engine resolves at its start.
fn is_reference(value: &str) -> bool {
    let bare = value.trim_matches(['"', '\'']);
    let inside = ["${", "$__env{", "$__file{"].iter().find_map(|open| bare.strip_prefix(open));
    inside
        .and_then(|inside| inside.strip_suffix('}'))
        .is_some_and(|name| !name.contains(['$', '{', ':', '}']))
        || bare.strip_prefix("${env:").is_some_and(|name| name.ends_with('}') && !name.contains(":-"))
        || bare.strip_prefix("${file:").is_some_and(|name| name.ends_with('}'))
}

/// Whether a value only opens a subtree or a block scalar.
fn is_opening(value: &str) -> bool {
    matches!(value, "|" | "|-" | "|+" | ">" | ">-" | ">+" | "{}" | "[]")
}

/// Hides the password in `scheme://user:password@host`.
fn hide_user_info(body: &str) -> String {
    let Some(start) = body.find("://").map(|at| at + 3) else { return body.to_owned() };
    let host_end = body[start..].find(['/', ' ', '"', '\'']).map_or(body.len(), |at| start + at);
    let authority = &body[start..host_end];
    match authority.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
        Some((user, host)) => format!("{}{user}:{MASK}@{host}{}", &body[..start], &body[host_end..]),
        None => body.to_owned(),
    }
}
