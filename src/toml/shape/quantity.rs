//! Durations and sizes: one whole number, one unit.

use super::super::schema::SizeRule;
use super::misshapen::{Misshapen, Shaped, quoted};
use std::time::Duration;

/// The longest duration of the language: longer ones do not fit what the engines count in.
const LONGEST: Duration = Duration::from_secs(36_500 * 86_400);

const DURATION_UNITS: &[(&str, u64)] =
    &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// `"90m"`. A number alone gets the unit of the example in the proposal.
pub(in crate::toml) fn duration(text: &str, example: &str) -> Shaped<Duration> {
    let wrong = || Misshapen::new("duration-unit", "a duration is one number and one unit");
    let (number, unit) = split_number(text);
    let factor = DURATION_UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let Some(factor) = factor.filter(|_| !number.is_empty()) else {
        let only_number = unit.is_empty() && !number.is_empty();
        return Err(match compound(text) {
            Some(sum) => wrong().or(if_sound(spell_duration(sum), example)),
            None if only_number => {
                wrong().label("the unit is missing").or(if_sound(with_unit_of(number, example), example))
            }
            None => wrong().label("units are ms, s, m, h and d").or(quoted(example)),
        });
    };
    let total = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    match total.map(Duration::from_millis) {
        Some(Duration::ZERO) => {
            Err(Misshapen::new("number-range", "a duration is above zero").or(quoted(example)))
        }
        Some(total) if total <= LONGEST => Ok(total),
        _ => Err(Misshapen::new("number-range", "a duration is at most 36500d").or(quoted(example))),
    }
}

/// What was meant, unless it would be refused too: then the example.
fn if_sound(meant: String, example: &str) -> String {
    if duration(&meant, example).is_ok() { meant } else { quoted(example).to_owned() }
}

/// `1h30m` as milliseconds, where every part is sound.
fn compound(text: &str) -> Option<u64> {
    let (mut rest, mut sum) = (text, 0_u64);
    while !rest.is_empty() {
        let (number, tail) = split_number(rest);
        let end = tail.find(|letter: char| letter.is_ascii_digit()).unwrap_or(tail.len());
        let factor = DURATION_UNITS.iter().find(|(name, _)| *name == &tail[..end])?.1;
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(factor)?)?;
        rest = &tail[end..];
    }
    (sum > 0).then_some(sum)
}

/// In the largest unit that holds it exactly, days left out: `"90m"`, not `"1.5h"`.
fn spell_duration(milliseconds: u64) -> String {
    let units = DURATION_UNITS[..4].iter().rev();
    let exact = units.clone().find(|(_, factor)| milliseconds.is_multiple_of(*factor));
    let (unit, factor) = exact.expect("every number is a multiple of one millisecond");
    format!("{}{unit}", milliseconds / factor)
}

fn split_number(text: &str) -> (&str, &str) {
    text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()))
}

/// A number with the unit that the example has.
fn with_unit_of(number: &str, example: &str) -> String {
    format!("{number}{}", split_number(quoted(example)).1)
}

const SIZE_UNITS: &[(&str, u64)] = &[
    ("B", 1),
    ("kB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", MIB),
    ("GiB", 1 << 30),
];
const MIB: u64 = 1 << 20;

/// `"512MiB"`.
pub(in crate::toml) fn size(text: &str, example: &str, rule: SizeRule) -> Shaped<u64> {
    let (number, unit) = split_number(text);
    let factor = SIZE_UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let Some(factor) = factor.filter(|_| !number.is_empty()) else {
        let meant = SIZE_UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit));
        let value = match meant {
            Some((unit, _)) if !number.is_empty() => format!("{number}{unit}"),
            None if unit.is_empty() && !number.is_empty() => with_unit_of(number, example),
            _ => quoted(example).to_owned(),
        };
        return Err(Misshapen::new("size-unit", "a size is one whole number and one unit")
            .label("units are B, kB, MB, GB, KiB, MiB and GiB")
            .or(value));
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    match bytes.filter(|bytes| i64::try_from(*bytes).is_ok()) {
        None => Err(Misshapen::new("number-range", "a size is below 8 EiB").or(quoted(example))),
        Some(0) if !rule.zero => {
            Err(Misshapen::new("number-range", "a size is above zero").or(quoted(example)))
        }
        Some(bytes) if rule.whole_mib && !bytes.is_multiple_of(MIB) => Err(inexact(text, bytes)),
        Some(bytes) => Ok(bytes),
    }
}

fn inexact(text: &str, bytes: u64) -> Misshapen {
    let (number, unit) = split_number(text);
    let above = bytes / MIB + 1;
    let wrong = Misshapen::new("size-inexact", format!("{number} {unit} is not a whole number of MiB"))
        .or(format!("{above}MiB"));
    match above.checked_next_power_of_two() {
        Some(round) if round != above => wrong.or(format!("{round}MiB")),
        _ => wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toml::shape::misshapen::WayOut;
    use proptest::prelude::*;

    fn value(wrong: &Misshapen) -> &str {
        match wrong.ways.first() {
            Some(WayOut::Value(value)) => value,
            other => panic!("no value: {other:?}"),
        }
    }

    #[test]
    fn durations() {
        let read = |text| duration(text, "retention = \"336h\"");
        for (text, milliseconds) in [("500ms", 500), ("5s", 5000), ("15m", 900_000), ("48h", 172_800_000)] {
            assert_eq!(read(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        assert_eq!(read("14d"), read("336h"));
        for (text, code, proposed) in [
            ("48", "duration-unit", "\"48h\""),
            ("1h30m", "duration-unit", "\"90m\""),
            ("1m30s", "duration-unit", "\"90s\""),
            ("1s500ms", "duration-unit", "\"1500ms\""),
            ("1.5h", "duration-unit", "\"336h\""),
            ("5 s", "duration-unit", "\"336h\""),
            ("-5s", "duration-unit", "\"336h\""),
            ("5S", "duration-unit", "\"336h\""),
            ("2w", "duration-unit", "\"336h\""),
            ("", "duration-unit", "\"336h\""),
            ("h", "duration-unit", "\"336h\""),
            ("0s", "number-range", "\"336h\""),
            ("36501d", "number-range", "\"336h\""),
            ("99999999999999999999d", "number-range", "\"336h\""),
        ] {
            let wrong = read(text).expect_err(text);
            assert_eq!((wrong.code, value(&wrong)), (code, proposed), "{text}");
        }
    }

    #[test]
    fn sizes() {
        let plain = SizeRule { whole_mib: false, zero: false };
        let mib = SizeRule { whole_mib: true, zero: true };
        let read = |text, rule| size(text, "memory_limit = \"512MiB\"", rule);
        for (text, bytes) in
            [("2048B", 2048), ("5MB", 5_000_000), ("2GiB", 2 << 30), ("64KiB", 65536), ("1kB", 1000)]
        {
            assert_eq!(read(text, plain), Ok(bytes), "{text}");
        }
        assert_eq!(read("0B", mib), Ok(0));
        assert_eq!(read("512MiB", mib), Ok(512 << 20));
        for (text, rule, code, proposed) in [
            ("500MB", mib, "size-inexact", "\"477MiB\""),
            ("0B", plain, "number-range", "\"512MiB\""),
            ("512", plain, "size-unit", "\"512MiB\""),
            ("512mib", plain, "size-unit", "\"512MiB\""),
            ("5KB", plain, "size-unit", "\"5kB\""),
            ("1.5GiB", plain, "size-unit", "\"512MiB\""),
            ("MiB", plain, "size-unit", "\"512MiB\""),
            ("9999999999GiB", plain, "number-range", "\"512MiB\""),
        ] {
            let wrong = read(text, rule).expect_err(text);
            assert_eq!((wrong.code, value(&wrong)), (code, proposed), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_proposed_is_right(text in "[0-9]{0,4}(ms|s|m|h|d|w|)[0-9]{0,3}(ms|s|m|h|)", bytes in "[0-9]{1,12}(B|kB|MB|MiB|mib|)") {
            if let Err(wrong) = duration(&text, "retention = \"336h\"") {
                prop_assert!(duration(value(&wrong).trim_matches('"'), "").is_ok());
            }
            let rule = SizeRule { whole_mib: true, zero: true };
            if let Err(wrong) = size(&bytes, "memory_limit = \"512MiB\"", rule) {
                let proposed = value(&wrong).trim_matches('"');
                prop_assert!(size(proposed, "x = \"1MiB\"", rule).is_ok() || wrong.code == "size-unit", "{bytes}: {proposed}");
            }
        }
    }
}
