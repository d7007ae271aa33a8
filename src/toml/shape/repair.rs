//! What was meant by a quantity written another way: the reader's own number, in the language's units.

/// Words for units of time, in milliseconds; a month has 30 days and a year 365.
const DURATION_WORDS: &[(&[&str], u64)] = &[
    (&["ms", "msec", "msecs", "millisecond", "milliseconds"], 1),
    (&["s", "sec", "secs", "second", "seconds"], 1000),
    (&["m", "min", "mins", "minute", "minutes"], 60_000),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600_000),
    (&["d", "day", "days"], DAY),
    (&["w", "week", "weeks"], 7 * DAY),
    (&["month", "months"], 30 * DAY),
    (&["y", "year", "years"], 365 * DAY),
];
const DAY: u64 = 86_400_000;

/// `2 days` as `48h`, `1h30m` as `90m`, `1.5h` as `90m`; `None` where a part is no number and unit.
pub(super) fn duration(text: &str) -> Option<String> {
    let (mut rest, mut sum) = (text.trim(), 0_u64);
    while !rest.is_empty() {
        let (number, word, after) = first_part(rest);
        // A capital `M` is a month to some and a minute to others.
        let word = if word == "M" { return None } else { word.to_lowercase() };
        let factor = DURATION_WORDS.iter().find(|(words, _)| words.contains(&&*word))?.1;
        sum = sum.checked_add(scaled(number, factor)?)?;
        rest = after.trim_start_matches([' ', ',']);
    }
    (sum > 0).then(|| spelled(sum))
}

/// In the largest unit that holds it exactly; days only from two months on: `90m`, `48h`, `180d`.
fn spelled(milliseconds: u64) -> String {
    let units = [("d", DAY, 60), ("h", 3_600_000, 1), ("m", 60_000, 1), ("s", 1000, 1)];
    let fits = |(_, factor, least): &&(&str, u64, u64)| {
        milliseconds.is_multiple_of(*factor) && milliseconds / factor >= *least
    };
    match units.iter().find(fits) {
        Some((unit, factor, _)) => format!("{}{unit}", milliseconds / factor),
        None => format!("{milliseconds}ms"),
    }
}

/// Words for units of size, each with the language's own and the next smaller one of its kind.
const SIZE_WORDS: &[(&[&str], &str, (&str, u64))] = &[
    (&["b", "byte", "bytes"], "B", ("B", 1)),
    (&["kb"], "kB", ("B", 1000)),
    (&["mb"], "MB", ("kB", 1000)),
    (&["gb"], "GB", ("MB", 1000)),
    (&["k", "ki", "kib"], "KiB", ("B", 1024)),
    (&["m", "mi", "mib"], "MiB", ("KiB", 1024)),
    (&["g", "gi", "gib"], "GiB", ("MiB", 1024)),
];

/// `512M` as `512MiB`, `64 mib` as `64MiB`, `1.5GiB` as `1536MiB`.
pub(super) fn size(text: &str) -> Option<String> {
    let (number, word, after) = first_part(text.trim());
    let word = word.to_lowercase();
    let (_, unit, (smaller, factor)) = SIZE_WORDS.iter().find(|(words, ..)| words.contains(&&*word))?;
    match scaled(number, 1) {
        _ if !after.is_empty() => None,
        Some(whole) => Some(format!("{whole}{unit}")),
        None => scaled(number, *factor).map(|count| format!("{count}{smaller}")),
    }
}

/// A number, the word behind it and the rest.
fn first_part(text: &str) -> (&str, &str, &str) {
    let end =
        |text: &str, inside: fn(char) -> bool| text.find(|letter| !inside(letter)).unwrap_or(text.len());
    let (number, tail) = text.split_at(end(text, |letter| letter.is_ascii_digit() || letter == '.'));
    let tail = tail.trim_start();
    let (word, after) = tail.split_at(end(tail, char::is_alphabetic));
    (number, word, after)
}

/// A decimal number times a factor, where that is whole.
fn scaled(number: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 3 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction: u64 = format!("{fraction:0<3}").parse().ok()?;
    let thousandths = whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(fraction)?;
    let product = thousandths.checked_mul(factor)?;
    product.is_multiple_of(1000).then_some(product / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, meant) in [
            ("2 days", Some("48h")),
            ("3w", Some("504h")),
            ("6 months", Some("180d")),
            ("20y", Some("7300d")),
            ("1 min", Some("1m")),
            ("5 sec", Some("5s")),
            ("5S", Some("5s")),
            ("1h30m", Some("90m")),
            ("1 hour, 30 minutes", Some("90m")),
            ("1.5h", Some("90m")),
            ("1s500ms", Some("1500ms")),
            ("1M", None),
            ("-5s", None),
            ("0 s", None),
            ("soon", None),
            ("h", None),
            ("5", None),
            ("99999999999999999999 days", None),
        ] {
            assert_eq!(duration(text).as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn sizes() {
        for (text, meant) in [
            ("512M", Some("512MiB")),
            ("64mib", Some("64MiB")),
            ("500 MB", Some("500MB")),
            ("5KB", Some("5kB")),
            ("1.5GiB", Some("1536MiB")),
            ("2Gi", Some("2GiB")),
            ("1.3B", None),
            ("big", None),
            ("5 MB 3", None),
        ] {
            assert_eq!(size(text).as_deref(), meant, "{text}");
        }
    }
}
