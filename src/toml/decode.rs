//! One value by its kind. The kind decides what is read; nothing is found by trying.

use super::foreign::our_value;
use super::kind::Table;
use super::language::{ListenerTable, RawStack};
use super::meant::{fraction, meant};
use super::raw::{RawHosts, RawSendTo, RawTable, RawTargets, RawValue};
use super::schema::{KeyStatus, Schema, ValueKind, Word, listed};
use super::shape;
use super::shape::misshapen::{Misshapen, WayOut};
use super::walk::{TableWalk, WrittenKey, in_text_order};
use crate::diagnostic::{Code, Finding, KeyPart, KeyPath, Place};
use crate::model::dataflow::Signal;
use crate::text::{nearest, sounds_secret};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::de::{DeInteger, DeTable, DeValue};

/// Decodes a value that is not made of further values.
pub(super) fn single(
    walk: &mut TableWalk<'_>,
    kind: ValueKind,
    written: &WrittenKey<'_, '_>,
) -> Option<RawValue> {
    match (kind, written.value.get_ref()) {
        (ValueKind::Flag(not_yet), DeValue::Boolean(flag)) => match not_yet {
            Some((refused, instead)) if refused == *flag => {
                not_yet_value(walk, written, &flag.to_string(), instead)
            }
            _ => Some(RawValue::Flag(*flag)),
        },
        (ValueKind::Whole(least, most), DeValue::Integer(number)) => {
            whole(walk, (least, most), number, written)
        }
        (ValueKind::Fraction, DeValue::Float(_) | DeValue::Integer(_)) => {
            let typed = &walk.document.text()[written.value.span()];
            match fraction(typed) {
                Some(number) => Some(RawValue::Text(number)),
                None => outside(walk, "above 0 and up to 1", written),
            }
        }
        (ValueKind::Port, DeValue::Integer(number)) => {
            port(walk, number, written).map(|port| RawValue::Whole(port.into()))
        }
        (ValueKind::Version, DeValue::Float(_) | DeValue::Integer(_)) => version_not_text(walk, written),
        (ValueKind::Bind, DeValue::Array(_)) => {
            let title = "a list of bind addresses is planned, not written yet";
            let found = Finding::error(Code("not-yet"), title).at(written.value_place(), "");
            walk.push(found.help("bind = \"any\""))
        }
        (ValueKind::Hosts, DeValue::Array(items)) => {
            let names = items.iter().enumerate().map(|(index, value)| {
                let path = written.path.join(&index.to_string());
                single(walk, ValueKind::Name, &WrittenKey { path, value, ..*written })
            });
            let names: Vec<Option<RawValue>> = names.collect();
            let names: Option<Vec<String>> =
                names.into_iter().map(|name| name.map(RawValue::into_text)).collect();
            names.map(|names| RawValue::Hosts(RawHosts::Listed(names)))
        }
        (ValueKind::Hosts, DeValue::String(text)) if text == "all" => Some(RawValue::Hosts(RawHosts::All)),
        (ValueKind::Hosts, DeValue::String(text)) => walk.push(
            Finding::error(Code("host-list"), "`hosts` takes a list, or \"all\"")
                .at(written.value_place(), "")
                .help(format!("host = \"{text}\"")),
        ),
        (ValueKind::SendTo, _) => send_to(walk, written).map(RawValue::SendTo),
        (ValueKind::Choice(code, words), DeValue::String(text)) => choice(walk, (code, words), text, written),
        (kind, DeValue::String(text)) if is_text(kind) => {
            let shaped = shaped(kind, text, written)
                .map_err(|wrong| without_curly_quotes(wrong, (kind, text), written));
            shaped.map_err(|wrong| misshapen(walk, wrong, written, written.value_place())).ok()
        }
        (kind, _) => wrong_type(walk, kind, written),
    }
}

/// Whether a value of this kind is written as a text.
fn is_text(kind: ValueKind) -> bool {
    !matches!(
        kind,
        ValueKind::Flag(_)
            | ValueKind::Whole(..)
            | ValueKind::Fraction
            | ValueKind::Port
            | ValueKind::List(_)
            | ValueKind::Map(_)
            | ValueKind::Table(_)
            | ValueKind::Named(..)
    )
}

fn shaped(kind: ValueKind, text: &str, written: &WrittenKey<'_, '_>) -> Result<RawValue, Misshapen> {
    let plain = || shape::text(text, &format!("`{}`", written.name));
    match kind {
        ValueKind::Duration => shape::duration(text, written.example).map(RawValue::Duration),
        ValueKind::DurationOrNever if text == "never" => Ok(RawValue::DurationOrNever(None)),
        ValueKind::DurationOrNever => {
            shape::duration(text, written.example).map(|time| RawValue::DurationOrNever(Some(time)))
        }
        ValueKind::Size(rule) => shape::size(text, written.example, rule).map(RawValue::Bytes),
        ValueKind::Version => shape::version(text).map(RawValue::Text),
        ValueKind::Bind => shape::bind(text).map(RawValue::Bind),
        ValueKind::Path => plain().and_then(|text| shape::path(&text)).map(RawValue::Text),
        ValueKind::Name => shape::name(text).map(RawValue::Text),
        ValueKind::Dial => shape::dial(text).map(RawValue::Dial),
        ValueKind::Secret => shape::secret(text, written.name).map(RawValue::Text),
        _ => plain().map(RawValue::Text),
    }
}

/// A value that is sound but for the quotes of a word processor around it.
fn without_curly_quotes(
    wrong: Misshapen,
    (kind, text): (ValueKind, &str),
    written: &WrittenKey<'_, '_>,
) -> Misshapen {
    let bare = text.trim_matches(shape::CURLY_QUOTES);
    if bare == text || matches!(kind, ValueKind::Secret | ValueKind::Header) {
        return wrong;
    }
    match shaped(kind, bare, written) {
        Ok(_) => Misshapen::curly(wrong.code, wrong.title, bare),
        Err(inside) => inside,
    }
}

/// The keys that a listener's short shapes stand for.
const PORT: &str = ListenerTable::SCHEMA.named("port");
const BIND: &str = ListenerTable::SCHEMA.named("bind");
/// The flag of a listener that has the name of the root's preset.
const TLS: &str = ListenerTable::SCHEMA.named(RawStack::SCHEMA.named("tls"));

/// A listener in one of its three shapes, chosen by the TOML type.
pub(super) fn listener(
    walk: &mut TableWalk<'_>,
    schema: &'static Schema,
    written: &WrittenKey<'_, '_>,
) -> Option<RawTable> {
    let short = |port: u16| {
        let mut raw = RawTable::new(written.path.clone(), schema);
        raw.insert(PORT, RawValue::Whole(port.into()));
        raw
    };
    match written.value.get_ref() {
        DeValue::Integer(number) => port(walk, number, written).map(short),
        DeValue::String(text) => match shape::listener(text, written.example) {
            Ok((bind, port)) => {
                let mut raw = short(port);
                raw.insert(BIND, RawValue::Bind(bind));
                Some(raw)
            }
            Err(wrong) => {
                misshapen(walk, wrong, written, written.value_place());
                None
            }
        },
        DeValue::Table(table) => {
            let raw = walk.table(written.path.clone(), table, schema);
            raw.is_sound().then_some(raw)
        }
        _ => {
            let found =
                Finding::error(Code("listener-shape"), "a listener is a port, \"bind:port\" or a table");
            let found = found.at(written.value_place(), "");
            let found = advised(walk, found, ValueKind::Listener(schema), written);
            walk.push(found)
        }
    }
}

fn whole(
    walk: &mut TableWalk<'_>,
    (least, most): (u64, u64),
    number: &DeInteger<'_>,
    written: &WrittenKey<'_, '_>,
) -> Option<RawValue> {
    let value = u64::from_str_radix(number.as_str(), number.radix()).ok();
    match value.filter(|value| (least..=most).contains(value)) {
        Some(value) => Some(RawValue::Whole(value)),
        None => outside(walk, &format!("between {least} and {most}"), written),
    }
}

fn outside(walk: &mut TableWalk<'_>, bounds: &str, written: &WrittenKey<'_, '_>) -> Option<RawValue> {
    let found = Finding::error(Code("number-range"), format!("`{}` is not {bounds}", written.name));
    walk.push(found.at(written.value_place(), "").help(for_example(written)))
}

/// The key's example, said to be one.
fn for_example(written: &WrittenKey<'_, '_>) -> String {
    format!("for example: {}", written.example)
}

/// With what was meant by a value of the wrong type, else with the key's example, where that is harmless.
fn advised(walk: &TableWalk<'_>, found: Finding, kind: ValueKind, written: &WrittenKey<'_, '_>) -> Finding {
    let value = &walk.document.text()[written.value.span()];
    let fits = |kind, text: &str| shaped(kind, text, written).is_ok();
    let meant = meant(kind, written.value.get_ref(), value, &fits).filter(|_| !sounds_secret(written.name));
    match meant {
        Some(meant) if written.is_item() => found.help(meant),
        Some(meant) => found.help(format!("{} = {meant}", written.name)),
        None if written.harmless => found.help(for_example(written)),
        None => found.help(format!("{} takes {}", written.name, kind.noun())),
    }
}

fn port(walk: &mut TableWalk<'_>, number: &DeInteger<'_>, written: &WrittenKey<'_, '_>) -> Option<u16> {
    let value = u16::from_str_radix(number.as_str(), number.radix()).ok().filter(|port| *port != 0);
    if value.is_none() {
        misshapen(walk, shape::port_range(&number.to_string()), written, written.value_place());
    }
    value
}

fn version_not_text(walk: &mut TableWalk<'_>, written: &WrittenKey<'_, '_>) -> Option<RawValue> {
    let typed = walk.document.text()[written.value.span()].to_owned();
    let read = typed.replace('_', "").parse::<f64>().map(|number| number.to_string());
    let label = match read {
        Ok(read) if read != typed => format!("TOML reads this number as {read}"),
        _ => String::new(),
    };
    // No release of an engine has a first number of three digits: it is the second of the collector's.
    let quoted = match typed.contains('.') {
        true => typed,
        false if typed.len() == 3 => format!("0.{typed}"),
        false => format!("{typed}.0"),
    };
    walk.push(
        Finding::error(Code("version-not-text"), format!("{} must be written in quotes", written.name))
            .at(written.value_place(), label)
            .help(format!("{} = \"{quoted}\"", written.name)),
    )
}

fn choice(
    walk: &mut TableWalk<'_>,
    (code, words): (&'static str, &'static [Word]),
    text: &str,
    written: &WrittenKey<'_, '_>,
) -> Option<RawValue> {
    let Some(word) = words.iter().find(|word| word.text == text) else {
        let known: Vec<&str> = words.iter().filter(|word| word.is_rendered()).map(|word| word.text).collect();
        let title = match code {
            "protocol-text" => format!("unknown protocol `{text}`"),
            _ => format!("unknown value `{}` of `{}`", text, written.name),
        };
        let found = Finding::error(Code(code), title).at(written.value_place(), "");
        let near = our_value(written.name, text)
            .or_else(|| nearest(text, known.iter().copied()))
            .or_else(|| known.iter().copied().find(|word| word.starts_with(text) && !text.is_empty()));
        return walk.push(match near {
            Some(near) if written.is_item() => found.help(format!("\"{near}\"")),
            Some(near) => found.help(format!("{} = \"{near}\"", written.name)),
            None => found.help(format!(
                "{} takes {}",
                written.name,
                listed(known.iter().map(|word| format!("\"{word}\"")).collect())
            )),
        });
    };
    match word.status {
        KeyStatus::NotYet(instead) => not_yet_value(walk, written, &format!("\"{text}\""), instead),
        _ => Some(RawValue::Text(text.to_owned())),
    }
}

fn not_yet_value(
    walk: &mut TableWalk<'_>,
    written: &WrittenKey<'_, '_>,
    value: &str,
    instead: &str,
) -> Option<RawValue> {
    let title = format!("`{} = {value}` is planned, not written yet", written.name);
    walk.push(Finding::error(Code("not-yet"), title).at(written.value_place(), "").help(instead))
}

fn wrong_type(walk: &mut TableWalk<'_>, kind: ValueKind, written: &WrittenKey<'_, '_>) -> Option<RawValue> {
    if matches!(kind, ValueKind::Secret) {
        misshapen(walk, shape::not_a_reference(written.name), written, written.value_place());
        return None;
    }
    let (code, title) = match kind {
        ValueKind::Duration | ValueKind::DurationOrNever => {
            ("duration-unit", "a duration is one number and one unit".into())
        }
        ValueKind::Size(_) => ("size-unit", "a size is one whole number and one unit".into()),
        ValueKind::Flag(_) if written.name == TLS => {
            ("listener-tls", "a listener takes true or false".into())
        }
        ValueKind::Hosts => ("host-list", "`hosts` takes a list, or \"all\"".into()),
        _ => ("value-type", format!("`{}` takes {}", written.name, kind.noun())),
    };
    let found = Finding::error(Code(code), title).at(written.value_place(), "");
    let found = match (kind, written.value.get_ref()) {
        (ValueKind::Flag(_), _) if code == "listener-tls" => {
            found.help("tls = true").help("presets stand on top of the file, above the first table")
        }
        (ValueKind::Duration | ValueKind::DurationOrNever | ValueKind::Size(_), DeValue::Integer(number)) => {
            let unit = written
                .example
                .trim_end_matches('"')
                .trim_start_matches(|letter: char| !letter.is_ascii_digit());
            let unit = unit.trim_start_matches(|letter: char| letter.is_ascii_digit());
            found.help(format!("{} = \"{number}{unit}\"", written.name))
        }
        _ => advised(walk, found, kind, written),
    };
    walk.push(found)
}

/// Records a text that has not the shape of its kind.
pub(super) fn misshapen(
    walk: &mut TableWalk<'_>,
    wrong: Misshapen,
    written: &WrittenKey<'_, '_>,
    place: Place,
) {
    let whole = written.value.span();
    let names_a_table = wrong.code == "name-shape" && place == written.key_place();
    let is_plain = written.is_item() || place == written.key_place();
    let part = wrong.part.and_then(|part| part_of_text(walk, &whole, written, part));
    let place = part.map_or(place, |span| walk.document.mark(span).into());
    let mut found = Finding::error(Code(wrong.code), wrong.title).at(place, wrong.label);
    for way in wrong.ways {
        let help = match way {
            WayOut::Value(value) if names_a_table => {
                format!("`[{}]`", with_last(&written.path, value.trim_matches('"')))
            }
            WayOut::Value(value) if is_plain => value,
            WayOut::Value(value) => format!("{} = {value}", written.name),
            WayOut::Words(words) => words,
            WayOut::Example if written.harmless && !written.example.is_empty() => for_example(written),
            WayOut::Example => continue,
        };
        found = found.help(help);
    }
    walk.faults.push(found);
}

/// A path with another last part.
fn with_last(path: &KeyPath, last: &str) -> KeyPath {
    KeyPath(path.0[..path.0.len() - 1].to_vec()).join(last)
}

/// The range of a part of a quoted text, where what is written is what is meant (no escapes).
fn part_of_text(
    walk: &TableWalk<'_>,
    whole: &Range<usize>,
    written: &WrittenKey<'_, '_>,
    part: Range<usize>,
) -> Option<Range<usize>> {
    let text = written.value.get_ref().as_str()?;
    let inside = whole.start + 1..whole.end.checked_sub(1)?;
    let verbatim = walk.document.text().get(inside.clone())? == text;
    verbatim.then(|| inside.start + part.start..inside.start + part.end)
}

/// What a table by signal takes.
const SIGNALS: [(&str, Signal); 3] =
    [("traces", Signal::Traces), ("metrics", Signal::Metrics), ("logs", Signal::Logs)];

/// The value as written; `None` where something of it is faulty.
fn send_to(walk: &mut TableWalk<'_>, written: &WrittenKey<'_, '_>) -> Option<RawSendTo> {
    match written.value.get_ref() {
        DeValue::Table(table) => by_signal(walk, table, written).map(RawSendTo::BySignal),
        _ => targets(walk, written).map(RawSendTo::All),
    }
}

fn by_signal(
    walk: &mut TableWalk<'_>,
    table: &DeTable<'_>,
    written: &WrittenKey<'_, '_>,
) -> Option<BTreeMap<Signal, RawTargets>> {
    if table.is_empty() {
        let title = format!("`{}` names no signal", written.name);
        let found = Finding::error(Code("text-empty"), title).at(written.value_place(), "");
        return walk.push(found.help(format!("{} = {{ traces = \"tempo\" }}", written.name)));
    }
    let entries = in_text_order(table).into_iter().map(|(key, value)| {
        let name: &str = key.get_ref();
        let path = written.path.join(name);
        let found =
            targets(walk, &WrittenKey { path: path.clone(), name, value, example: "", harmless: true });
        let Some((_, signal)) = SIGNALS.iter().find(|(word, _)| *word == name) else {
            let unknown = Finding::error(Code("unknown-key"), format!("`{name}` is no signal"));
            let unknown = unknown.at((path, KeyPart::Key), "");
            let words = || SIGNALS.iter().map(|(word, _)| *word);
            return walk.push(match nearest(name, words()) {
                Some(near) => unknown.help(format!("did you mean `{near}`?")),
                None => unknown.help(listed(words().map(|word| format!("`{word}`")).collect())),
            });
        };
        Some((*signal, found?))
    });
    let entries: Vec<_> = entries.collect();
    entries.into_iter().collect()
}

fn targets(walk: &mut TableWalk<'_>, written: &WrittenKey<'_, '_>) -> Option<RawTargets> {
    match written.value.get_ref() {
        DeValue::String(text) => {
            reference(walk, text, written).map(|name| RawTargets { names: vec![name], listed: false })
        }
        DeValue::Array(items) if items.is_empty() => {
            let found = Finding::error(Code("text-empty"), format!("`{}` is empty", written.name));
            walk.push(found.at(written.value_place(), "").help("leave it out to get the default"))
        }
        DeValue::Array(items) => {
            let names = items.iter().enumerate().map(|(index, value)| {
                let item = WrittenKey { path: written.path.join(&index.to_string()), value, ..*written };
                match item.value.get_ref() {
                    DeValue::String(text) => reference(walk, text, &item),
                    _ => no_target(walk, &item),
                }
            });
            let names: Vec<_> = names.collect();
            let names: Option<Vec<_>> = names.into_iter().collect();
            twice(walk, names?, written).map(|names| RawTargets { names, listed: true })
        }
        _ => no_target(walk, written),
    }
}

/// A list that names a target twice would send everything to it twice.
fn twice(walk: &mut TableWalk<'_>, names: Vec<String>, written: &WrittenKey<'_, '_>) -> Option<Vec<String>> {
    let Some(at) = (1..names.len()).find(|at| names[..*at].contains(&names[*at])) else { return Some(names) };
    let place = (written.path.join(&at.to_string()), KeyPart::Value);
    let found = Finding::error(Code("duplicate-key"), format!("`{}` is sent to twice", names[at]));
    walk.push(found.at(place, "").help("keep one of them"))
}

fn reference(walk: &mut TableWalk<'_>, text: &str, written: &WrittenKey<'_, '_>) -> Option<String> {
    let shaped = shape::text(text, &format!("`{}`", written.name));
    shaped.map_err(|wrong| misshapen(walk, wrong, written, written.value_place())).ok()
}

fn no_target<T>(walk: &mut TableWalk<'_>, written: &WrittenKey<'_, '_>) -> Option<T> {
    let noun = ValueKind::SendTo.noun();
    let found = Finding::error(Code("value-type"), format!("`{}` takes {noun}", written.name));
    walk.push(found.at(written.value_place(), "").help("for example: send_to = \"tempo\""))
}
