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
    /// Everything else, dates among it.
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
