//! What a scalar is to the engines' libraries: their tables of words, and Go's numbers.

use super::{Scalar, YamlLibrary};

/// A scalar's value where nothing asks for a certain type.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved {
    /// Nothing.
    Null,
    /// `true`, and with yaml.v2 also `yes`.
    Bool(bool),
    /// What fits Go's `int64` or `uint64`.
    Integer(i128),
    /// Any other number.
    Float(f64),
    /// A date, with or without a time of day; every key of a configuration takes it as a text.
    Date,
    /// Everything else.
    Text,
}

impl Scalar {
    /// What the engine's library makes of it.
    pub fn resolve(&self, dialect: YamlLibrary) -> Resolved {
        if self.quoted { Resolved::Text } else { plain(&self.text, dialect) }
    }
}

fn plain(text: &str, dialect: YamlLibrary) -> Resolved {
    if let Some(word) = word(text, dialect) {
        return word;
    }
    match text.as_bytes().first() {
        Some(b'.') => fraction(text).map_or(Resolved::Text, Resolved::Float),
        Some(b'0'..=b'9') if dialect == YamlLibrary::V3 && is_date(text) => Resolved::Date,
        Some(b'0'..=b'9' | b'+' | b'-') => number(&text.replace('_', ""), dialect),
        _ => Resolved::Text,
    }
}

fn word(text: &str, dialect: YamlLibrary) -> Option<Resolved> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "true" | "True" | "TRUE" => Resolved::Bool(true),
        "false" | "False" | "FALSE" => Resolved::Bool(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if dialect == YamlLibrary::V2 => {
            Resolved::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if dialect == YamlLibrary::V2 => {
            Resolved::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Resolved::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

/// `.5`, `.5_0`: what Go's `ParseFloat` takes that begins with a point.
fn fraction(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let apart = (0..bytes.len()).all(|at| bytes[at] != b'_' || (at > 0 && digit(at - 1) && digit(at + 1)));
    if apart { float(&text.replace('_', "")) } else { None }
}

fn number(plain: &str, dialect: YamlLibrary) -> Resolved {
    if let Some(value) = integer(plain) {
        return Resolved::Integer(value);
    }
    if let Some(value) = float(plain) {
        return Resolved::Float(value);
    }
    let (sign, rest) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let radix = match rest.get(..2) {
        Some("0b") => 2,
        Some("0o") if dialect == YamlLibrary::V3 => 8,
        _ => return Resolved::Text,
    };
    // Behind the prefix the libraries take another sign: `0b-1`.
    let value = i128::from_str_radix(&format!("{sign}{}", &rest[2..]), radix).ok();
    value.filter(|value| fits(*value)).map_or(Resolved::Text, Resolved::Integer)
}

/// Go's `ParseInt` and `ParseUint` with base 0, of a text without underscores.
fn integer(plain: &str) -> Option<i128> {
    let (negative, digits) = match plain.as_bytes().first()? {
        b'-' => (true, &plain[1..]),
        b'+' => (false, &plain[1..]),
        _ => (false, plain),
    };
    let lower = digits.get(..2).map(str::to_ascii_lowercase);
    let (radix, digits) = match lower.as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some(two) if two.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative { -value } else { value };
    // `ParseUint` takes no sign.
    let limit = if plain.starts_with('+') { i128::from(i64::MAX) } else { i128::from(u64::MAX) };
    Some(value).filter(|value| fits(*value) && *value <= limit)
}

fn fits(value: i128) -> bool {
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value)
}

/// A decimal number that is finite: `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
fn float(text: &str) -> Option<f64> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    text.parse::<f64>().ok().filter(|value| is_number && value.is_finite())
}

/// Whether Go's `time.Parse` takes a text in one of the four layouts that yaml.v3 tries.
fn is_date(text: &str) -> bool {
    let Some((year, rest)) = text.split_once('-').filter(|(year, _)| year.len() == 4) else { return false };
    let end = rest.find(['T', 't', ' ']).unwrap_or(rest.len());
    let (date, time) = rest.split_at(end);
    let Some((month, day)) = date.split_once('-') else { return false };
    let (Some(year), Some(month), Some(day)) = (year.parse::<u32>().ok(), short(month), short(day)) else {
        return false;
    };
    let days = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    if !(1..=days).contains(&day) || !text[..4].bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    match time.strip_prefix(' ') {
        _ if time.is_empty() => true,
        Some(clock) => is_clock(clock.trim_start_matches(' ')),
        None => is_zoned(&time[1..]),
    }
}

/// A number of one or two digits.
fn short(text: &str) -> Option<u32> {
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// `12:05:07.25`.
fn is_clock(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(3, ':').collect();
    let [hour, minute, second] = parts[..] else { return false };
    let (whole, fraction) = second.split_at(second.find(['.', ',']).unwrap_or(second.len()));
    let is_fraction = fraction.is_empty()
        || (fraction.len() > 1 && fraction[1..].bytes().all(|byte| byte.is_ascii_digit()));
    let below = |text, limit| short(text).is_some_and(|value| value < limit);
    below(hour, 24) && below(minute, 60) && below(whole, 60) && is_fraction
}

/// `12:05:07Z`, `12:05:07.25+01:00`.
fn is_zoned(text: &str) -> bool {
    if let Some(clock) = text.strip_suffix('Z') {
        return is_clock(clock);
    }
    let Some(at) = text.rfind(['+', '-']) else { return false };
    let (clock, zone) = text.split_at(at);
    let Some((hours, minutes)) = zone[1..].split_once(':') else { return false };
    let two = |text: &str, most| text.len() == 2 && short(text).is_some_and(|value| value <= most);
    is_clock(clock) && two(hours, 24) && two(minutes, 60)
}
