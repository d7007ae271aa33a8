//! Secrets that are known by their values: a server that was given one may repeat it, in whatever form.
//!
//! Found as it is, in base64 at any place of what was encoded, in hexadecimal digits, and behind escapes of
//! URLs, JSON, Go and HTML, escapes inside of escapes included. What is found is replaced before anything of
//! the text is cut off: the first half of a secret is one too.

use super::line::{REDACTED, redact_cut};
use super::ranges::merged;
use crate::text::secret::{may_show, sounds_secret};
use std::fmt;
use std::ops::Range;

/// How often a text is decoded.
const DEPTH: usize = 3;
/// A shorter value may be any word: it is found only where it is one (bytes).
const SURE: usize = 4;
/// A shorter value of a name that does not sound secret is none; of a longer one so much of its beginning is
/// as secret as all of it, where somebody cut it off (bytes).
const LONG: usize = 8;
/// Words before a secret that say how it is meant.
const SCHEMES: [&str; 5] = ["apikey", "basic", "bearer", "digest", "token"];
/// The digits of base64, the last two as in URLs.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Values that nobody may see, in the forms in which they may come back.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KnownSecrets {
    values: Vec<Vec<u8>>,
}

impl fmt::Debug for KnownSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KnownSecrets({})", self.values.len())
    }
}

impl KnownSecrets {
    /// Adds a header that was sent. One that says who sends or what is sent is no secret.
    pub fn add_header(&mut self, name: &str, value: &str) {
        if may_show(name, value) || !sounds_secret(name) && value.len() < LONG {
            return;
        }
        let (scheme, rest) = value.split_once(' ').unwrap_or(("", value));
        let scheme = scheme.to_ascii_lowercase();
        self.add(if SCHEMES.contains(&scheme.as_str()) { rest } else { value });
        if scheme == "basic"
            && let Some(user) = decoded64(rest.trim())
        {
            self.add_user(&user);
        }
    }

    /// Adds what stands before the host of a URL.
    pub fn add_url(&mut self, url: &str) {
        let authority = url.split_once("://").map_or("", |(_, rest)| rest);
        let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
        if let Some((user, _)) = authority.rsplit_once('@') {
            self.add_user(user);
            let plain = View::of(user.as_bytes()).decoded().bytes;
            self.add_user(&String::from_utf8_lossy(&plain));
        }
    }

    /// `user:password`, where the password alone is a secret too.
    fn add_user(&mut self, user: &str) {
        self.add(user);
        if let Some((_, password)) = user.split_once(':') {
            self.add(password);
        }
    }

    fn add(&mut self, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut forms = vec![value.as_bytes().to_vec()];
        if value.len() >= SURE {
            forms.extend([hex.to_uppercase().into_bytes(), hex.into_bytes()]);
            forms.extend((0..3).map(|shift| encoded64(value.as_bytes(), shift)));
        }
        self.values.extend(forms.into_iter().map(|form| form.into_iter().map(alike).collect()));
        self.values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.values.dedup();
    }

    /// A text without these values, as one line of no more than so many characters in which nothing else has
    /// the shape of a secret.
    pub fn line(&self, text: &str, most: usize) -> String {
        redact_cut(self.replaced(text).trim(), most)
    }

    fn replaced(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut from = 0;
        for range in self.found(text) {
            shown.push_str(&text[from..range.start]);
            shown.push_str(REDACTED);
            from = range.end;
        }
        shown.push_str(&text[from..]);
        shown
    }

    fn found(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if self.values.is_empty() {
            return found;
        }
        let mut view = View::of(text.as_bytes());
        for _ in 0..=DEPTH {
            for value in &self.values {
                view.find(value, &mut found);
            }
            let next = view.decoded();
            if next.bytes.len() == view.bytes.len() {
                break;
            }
            view = next;
        }
        let border = |mut at: usize, back: bool| {
            while !text.is_char_boundary(at) {
                at = if back { at - 1 } else { at + 1 };
            }
            at
        };
        merged(found.into_iter().map(|range| border(range.start, true)..border(range.end, false)).collect())
    }
}

/// Bytes that are written for each other: a blank as `+`, and the two alphabets of base64.
fn alike(byte: u8) -> u8 {
    match byte {
        b'+' | b'-' => b' ',
        b'/' => b'_',
        byte => byte,
    }
}

/// Bytes as they read, and where each begins in the text that they were made from; one place more is the
/// end of it.
struct View {
    bytes: Vec<u8>,
    at: Vec<usize>,
}

impl View {
    fn of(text: &[u8]) -> Self {
        Self { bytes: text.to_vec(), at: (0..=text.len()).collect() }
    }

    /// What it reads as where its escapes are resolved.
    fn decoded(&self) -> Self {
        let mut next = Self { bytes: Vec::with_capacity(self.bytes.len()), at: Vec::new() };
        let mut from = 0;
        while from < self.bytes.len() {
            let (letter, length) = escape(&self.bytes[from..]);
            for byte in letter {
                next.bytes.push(byte);
                next.at.push(self.at[from]);
            }
            from += length;
        }
        next.at.push(self.at[self.bytes.len()]);
        next
    }

    fn find(&self, value: &[u8], found: &mut Vec<Range<usize>>) {
        for start in 0..self.bytes.len() {
            let pairs = self.bytes[start..].iter().zip(value);
            let end = start + pairs.take_while(|(one, other)| alike(**one) == **other).count();
            let whole = end - start == value.len() && (value.len() >= SURE || self.is_word(start, end));
            if whole || end - start >= LONG {
                found.push(self.at[start]..self.at[end]);
            }
        }
    }

    fn is_word(&self, start: usize, end: usize) -> bool {
        let ends = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
        ends(start.checked_sub(1).and_then(|before| self.bytes.get(before))) && ends(self.bytes.get(end))
    }
}

/// The character that a text begins with, and how long it is written.
fn escape(text: &[u8]) -> (Vec<u8>, usize) {
    let hex = |range: Range<usize>| {
        let digits = text.get(range).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let found = match text {
        [b'%', ..] => hex(1..3).map(|code| (byte(code), 3)),
        [b'\\', b'x', ..] => hex(2..4).map(|code| (byte(code), 4)),
        [b'\\', b'u', ..] => hex(2..6).map(|code| (letter(code), 6)),
        [b'\\', b'n', ..] => Some((vec![b'\n'], 2)),
        [b'\\', b't', ..] => Some((vec![b'\t'], 2)),
        [b'\\', b'r', ..] => Some((vec![b'\r'], 2)),
        [b'\\', plain @ (b'"' | b'\'' | b'\\' | b'/'), ..] => Some((vec![*plain], 2)),
        [b'&', rest @ ..] => entity(rest),
        _ => None,
    };
    found.unwrap_or_else(|| (vec![text[0]], 1))
}

fn byte(code: u32) -> Vec<u8> {
    u8::try_from(code).into_iter().collect()
}

fn letter(code: u32) -> Vec<u8> {
    char::from_u32(code).unwrap_or('\u{fffd}').to_string().into_bytes()
}

/// `&quot;`, `&#34;`, `&#x22;`: what stands behind the sign, with it in the length.
fn entity(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    let end = rest.iter().take(9).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&rest[..end]).ok()?;
    let code = match name {
        "quot" => 34,
        "amp" => 38,
        "apos" => 39,
        "lt" => 60,
        "gt" => 62,
        _ => match name.strip_prefix('#')? {
            number if number.starts_with(['x', 'X']) => u32::from_str_radix(&number[1..], 16).ok()?,
            number => number.parse().ok()?,
        },
    };
    Some((letter(code), end + 2))
}

/// The digits of base64 that a value alone decides, so many bytes behind a border of three.
fn encoded64(value: &[u8], shift: usize) -> Vec<u8> {
    let bits: Vec<bool> =
        value.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect();
    let skipped = (6 - shift * 8 % 6) % 6;
    let digit = |six: &[bool]| DIGITS[six.iter().fold(0, |digit, bit| digit * 2 + usize::from(*bit))];
    bits[skipped..].chunks_exact(6).map(digit).collect()
}

/// What base64 of either alphabet holds.
fn decoded64(text: &str) -> Option<String> {
    let mut bits = Vec::new();
    for digit in text.trim_end_matches('=').bytes() {
        let digit = match digit {
            b'+' => b'-',
            b'/' => b'_',
            digit => digit,
        };
        let value = DIGITS.iter().position(|one| *one == digit)?;
        bits.extend((0..6).rev().map(|bit| value >> bit & 1 == 1));
    }
    let byte = |eight: &[bool]| eight.iter().fold(0_u8, |byte, bit| byte * 2 + u8::from(*bit));
    String::from_utf8(bits.chunks_exact(8).map(byte).collect()).ok()
}

#[cfg(test)]
mod tests {
    use super::KnownSecrets;

    #[test]
    fn a_value_is_found_as_it_is_written() {
        let mut secrets = KnownSecrets::default();
        secrets.add_header("authorization", "Bearer Zq7xPl/nt9");
        secrets.add_header("x-scope-orgid", "team-of-many");
        secrets.add_header("x-cell", "short");
        for (text, expected) in [
            ("got Zq7xPl/nt9.", "got (redacted)."),
            ("got Zq7xPl%2Fnt9, Zq7xPl%252fnt9", "got (redacted), (redacted)"),
            ("got WnE3eFBsL250OQ==", "got (redacted)Q=="),
            ("got team-of-many, short, 100%", "got team-of-many, short, 100%"),
            ("gr\u{fc}\u{df} Zq7xPl\\/nt9\u{fc}", "gr\u{fc}\u{df} (redacted)\u{fc}"),
        ] {
            assert_eq!(secrets.line(text, 100), expected);
        }
        assert_eq!(
            secrets.line(&format!("{}Zq7xPl/nt9", "x".repeat(95)), 100),
            format!("{}(reda...", "x".repeat(95))
        );
    }
}
