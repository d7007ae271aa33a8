//! What was meant by a value of the wrong type: the value that was written, in the type that its key takes.

use super::kind::Table;
use super::language::{BatchTable, ListenerTable};
use super::schema::{Schema, ValueKind, Word};
use toml::de::DeValue;

/// The switch of whatever is on by default.
const ENABLED: &str = ListenerTable::SCHEMA.named(BatchTable::SCHEMA.named("enabled"));

/// Whether a text has the shape of a kind.
pub(super) type Fits<'f> = &'f dyn Fn(ValueKind, &str) -> bool;

/// The same value in the type of a kind, as TOML; `None` where that cannot be told. `written` is the
/// value as it stands in the file. Nothing of headers and secrets is repeated.
pub(super) fn meant(kind: ValueKind, value: &DeValue<'_>, written: &str, fits: Fits<'_>) -> Option<String> {
    match (kind, value) {
        (ValueKind::Whole(least, most), DeValue::String(text)) => whole(text, least..=most),
        (ValueKind::Port, DeValue::String(text)) => whole(text, 1..=u16::MAX.into()),
        (ValueKind::Fraction, DeValue::String(text)) => fraction(text),
        (ValueKind::Flag(_), value) => flag(value).map(|flag| flag.to_string()),
        (ValueKind::Choice(_, words), value) => word(words, value, written).map(quoted),
        (ValueKind::Text, DeValue::Integer(_) | DeValue::Float(_)) => Some(quoted(written)),
        (ValueKind::List(of), value) => entry(*of, value, written, fits).map(|entry| format!("[{entry}]")),
        (ValueKind::Listener(schema), DeValue::Boolean(_)) | (ValueKind::Table(schema), _) => {
            only_key(schema, value, written, fits).map(|key| format!("{{ {key} }}"))
        }
        (kind, DeValue::Array(items)) if items.len() == 1 => {
            let inside = written.trim_start_matches('[').trim_end_matches(']').trim();
            entry(kind, items[0].get_ref(), inside, fits)
        }
        _ => None,
    }
}

fn quoted(text: impl Into<String>) -> String {
    format!("\"{}\"", text.into())
}

fn whole(text: &str, bounds: std::ops::RangeInclusive<u64>) -> Option<String> {
    let number = text.trim().parse::<u64>().ok()?;
    bounds.contains(&number).then(|| number.to_string())
}

/// A number above 0, up to 1, in its shortest form; a percentage is the number it stands for.
pub(super) fn fraction(text: &str) -> Option<String> {
    let text = text.trim();
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse::<f64>().ok()? / 100.0,
        None => text.replace('_', "").parse().ok()?,
    };
    (number > 0.0 && number <= 1.0).then(|| number.to_string())
}

fn flag(value: &DeValue<'_>) -> Option<bool> {
    let text = match value {
        DeValue::String(text) => text.to_lowercase(),
        DeValue::Integer(number) => number.to_string(),
        _ => return None,
    };
    match text.trim() {
        "true" | "yes" | "on" | "enabled" | "1" => Some(true),
        "false" | "no" | "off" | "disabled" | "0" => Some(false),
        _ => None,
    }
}

/// `false` is `off` where there is such a word; a number is the word that is spelled like it.
fn word(words: &[Word], value: &DeValue<'_>, written: &str) -> Option<&'static str> {
    let known = |text: &str| words.iter().find(|word| word.text == text && word.is_rendered());
    let word = match value {
        DeValue::Boolean(false) => known("off"),
        DeValue::Integer(_) | DeValue::Float(_) => known(written),
        _ => None,
    };
    word.map(|word| word.text)
}

/// The value itself, where a key of this kind takes it.
fn entry(kind: ValueKind, value: &DeValue<'_>, written: &str, fits: Fits<'_>) -> Option<String> {
    let taken = match (kind, value) {
        (ValueKind::Flag(None), DeValue::Boolean(_)) => true,
        (ValueKind::Whole(least, most), DeValue::Integer(_)) => whole(written, least..=most).is_some(),
        (ValueKind::Fraction, DeValue::Float(_) | DeValue::Integer(_)) => fraction(written).is_some(),
        (ValueKind::Port | ValueKind::Listener(_), DeValue::Integer(_)) => {
            whole(written, 1..=u16::MAX.into()).is_some()
        }
        (ValueKind::Choice(_, words), DeValue::String(text)) => words.iter().any(|word| word.text == text),
        (
            ValueKind::Path
            | ValueKind::Name
            | ValueKind::Version
            | ValueKind::Duration
            | ValueKind::DurationOrNever
            | ValueKind::Text,
            DeValue::String(text),
        ) => fits(kind, text),
        _ => false,
    };
    taken.then(|| written.to_owned())
}

/// The one key of a table that takes the value: `{ enabled = false }` for `false`. A port goes to the
/// listener that has it by default, else to the first.
fn only_key(schema: &Schema, value: &DeValue<'_>, written: &str, fits: Fits<'_>) -> Option<String> {
    let rendered = schema.rendered();
    let takes = rendered.filter(|key| match (value, key.kind) {
        (DeValue::Boolean(_), _) => key.name == ENABLED,
        (DeValue::String(_), ValueKind::Text | ValueKind::Name) => false,
        (_, kind) => entry(kind, value, written, fits).is_some(),
    });
    let typed: Vec<String> = takes.clone().map(|key| format!("{} = {written}", key.name)).collect();
    let listeners = takes.clone().all(|key| matches!(key.kind, ValueKind::Listener(_)));
    let usual = takes.clone().find(|key| typed.contains(&key.example.to_owned()));
    match (typed.as_slice(), usual) {
        ([only], _) => Some(only.clone()),
        (_, Some(usual)) if listeners => Some(usual.example.to_owned()),
        ([first, ..], None) if listeners => Some(first.clone()),
        _ => None,
    }
}
