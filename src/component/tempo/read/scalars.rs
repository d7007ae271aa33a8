//! Scalars by Tempo's rule: `go.yaml.in/yaml/v2`, strict. An unquoted `yes` is true, a quoted one is
//! refused; a port may be written `0xC80` or `3_200`.

use crate::format::page::FileReading;
use crate::format::yaml::{Node, YamlEntry};

/// A bool; `false` where it is missing or null. A text that is none is a fault.
pub fn flag(page: &mut FileReading<'_>, block: &Node, key: &str, setting: &str) -> bool {
    let Some((text, entry)) = page.text(block, &[key], setting) else { return false };
    match boolean(&text.text) {
        Some(value) if !text.quoted => value,
        _ => {
            page.fault(
                entry.place(),
                format!("cannot be read as a bool: `{key}` is `true` or `false`, not quoted"),
            );
            false
        }
    }
}

/// The words of yaml.v2's `resolveTable`.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// A number that a key holds, and where.
pub enum Number<'n> {
    /// Not written.
    Missing,
    /// Written as this.
    Is(u64, &'n YamlEntry),
    /// Written, and not to be told from here, or refused: it is in the page's lists.
    Unreadable,
}

/// A whole number; null is 0, as yaml.v2 has it.
pub fn number<'n>(page: &mut FileReading<'_>, block: &'n Node, key: &str, setting: &str) -> Number<'n> {
    let Some(entry) = block.entry(key) else { return Number::Missing };
    if entry.value.is_null() {
        return Number::Is(0, entry);
    }
    let Some((text, entry)) = page.text(block, &[key], setting) else { return Number::Unreadable };
    match integer(&text.text) {
        Some(value) if !text.quoted => Number::Is(value, entry),
        _ => {
            page.fault(
                entry.place(),
                format!("cannot be read as a number: `{key}` is a whole number, not quoted"),
            );
            Number::Unreadable
        }
    }
}

fn integer(text: &str) -> Option<u64> {
    let plain = text.replace('_', "");
    let digits = plain.strip_prefix('+').unwrap_or(&plain);
    let radix =
        |prefix: &str, radix| digits.strip_prefix(prefix).map(|rest| u64::from_str_radix(rest, radix).ok());
    radix("0x", 16)
        .or_else(|| radix("0X", 16))
        .or_else(|| radix("0b", 2))
        .or_else(|| radix("0o", 8))
        .or_else(|| {
            digits
                .strip_prefix('0')
                .filter(|rest| !rest.is_empty())
                .map(|rest| u64::from_str_radix(rest, 8).ok())
        })
        .unwrap_or_else(|| digits.parse().ok())
}
