//! Durations and sizes: one whole number, one unit.

use super::super::schema::SizeRule;
use super::misshapen::{Misshapen, Shaped, quoted};
use super::repair;
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
        let (label, meant) = match only_number {
            true => ("the unit is missing", Some(with_unit_of(number, example))),
            false => ("units are ms, s, m, h and d", repair::duration(text)),
        };
        return Err(wrong().label(label).or_meant(meant.filter(|meant| duration(meant, example).is_ok())));
    };
    let total = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    match total.map(Duration::from_millis) {
        Some(Duration::ZERO) => Err(Misshapen::new("number-range", "a duration is above zero").or_example()),
        Some(total) if total <= LONGEST => Ok(total),
        _ => Err(Misshapen::new("number-range", "a duration is at most 36500d").or("36500d")),
    }
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
        let only_number = unit.is_empty() && !number.is_empty();
        let meant = if only_number { Some(with_unit_of(number, example)) } else { repair::size(text) };
        return Err(Misshapen::new("size-unit", "a size is one whole number and one unit")
            .label("units are B, kB, MB, GB, KiB, MiB and GiB")
            .or_meant(meant.and_then(|meant| sound_size(meant, example, rule))));
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    match bytes.filter(|bytes| i64::try_from(*bytes).is_ok()) {
        None => Err(Misshapen::new("number-range", "a size is below 8 EiB").or_example()),
        Some(0) if !rule.zero => Err(Misshapen::new("number-range", "a size is above zero").or_example()),
        Some(bytes) if rule.whole_mib && !bytes.is_multiple_of(MIB) => Err(inexact(text, bytes)),
        Some(bytes) => Ok(bytes),
    }
}

/// What was meant, or what is nearest to it where the engine counts in whole MiB.
fn sound_size(meant: String, example: &str, rule: SizeRule) -> Option<String> {
    match size(&meant, example, rule) {
        Ok(_) => Some(meant),
        Err(wrong) => wrong.first_value(),
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
    use proptest::prelude::*;

    /// The value that is proposed; empty where there is only an example.
    fn value(wrong: &Misshapen) -> String {
        wrong.first_value().unwrap_or_default()
    }

    #[test]
    fn durations() {
        let read = |text| duration(text, "retention = \"336h\"");
        for (text, milliseconds) in [("500ms", 500), ("5s", 5000), ("15m", 900_000), ("48h", 172_800_000)] {
            assert_eq!(read(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        assert_eq!(read("14d"), read("336h"));
        for (text, code, proposed) in [
            ("48", "duration-unit", "48h"),
            ("1h30m", "duration-unit", "90m"),
            ("1m30s", "duration-unit", "90s"),
            ("1s500ms", "duration-unit", "1500ms"),
            ("1.5h", "duration-unit", "90m"),
            ("5 s", "duration-unit", "5s"),
            ("-5s", "duration-unit", ""),
            ("5S", "duration-unit", "5s"),
            ("2w", "duration-unit", "336h"),
            ("", "duration-unit", ""),
            ("h", "duration-unit", ""),
            ("0s", "number-range", ""),
            ("36501d", "number-range", "36500d"),
            ("99999999999999999999d", "number-range", "36500d"),
        ] {
            let wrong = read(text).expect_err(text);
            assert_eq!((wrong.code, &*value(&wrong)), (code, proposed), "{text}");
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
            ("500MB", mib, "size-inexact", "477MiB"),
            ("500 MB", mib, "size-unit", "477MiB"),
            ("512M", plain, "size-unit", "512MiB"),
            ("0B", plain, "number-range", ""),
            ("512", plain, "size-unit", "512MiB"),
            ("512mib", plain, "size-unit", "512MiB"),
            ("5KB", plain, "size-unit", "5kB"),
            ("1.5GiB", plain, "size-unit", "1536MiB"),
            ("MiB", plain, "size-unit", ""),
            ("9999999999GiB", plain, "number-range", ""),
        ] {
            let wrong = read(text, rule).expect_err(text);
            assert_eq!((wrong.code, &*value(&wrong)), (code, proposed), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_proposed_is_right(text in "[0-9]{0,4}(ms|s|m|h|d|w|)[0-9]{0,3}(ms|s|m|h|)", bytes in "[0-9]{1,12}(B|kB|MB|MiB|mib|)") {
            let proposed = duration(&text, "retention = \"336h\"").err().and_then(|wrong| wrong.first_value());
            if let Some(proposed) = proposed {
                prop_assert!(duration(&proposed, "").is_ok(), "{text}: {proposed}");
            }
            let rule = SizeRule { whole_mib: true, zero: true };
            let proposed = size(&bytes, "memory_limit = \"512MiB\"", rule).err().and_then(|wrong| wrong.first_value());
            if let Some(proposed) = proposed {
                prop_assert!(size(&proposed, "", rule).is_ok(), "{bytes}: {proposed}");
            }
        }
    }
}
