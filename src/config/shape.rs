//! Texts with a shape of their own: durations, sizes, versions, addresses, paths, names, secrets.
//!
//! Each is one function from the text to its value or to a [`Misshapen`], which says what is wrong
//! and what to type; where it stands in the file is known to the caller alone.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;
use std::time::Duration;

/// What is wrong with a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misshapen {
    pub(super) code: &'static str,
    pub(super) title: String,
    /// Beside the caret; may be empty.
    pub(super) label: String,
    /// Values that could be typed instead, in their quotes; the caller puts the key before them.
    pub(super) values: Vec<String>,
    /// Other ways out, whole.
    pub(super) help: Vec<String>,
    /// Which part of the text, where it is not the whole.
    pub(super) part: Option<Range<usize>>,
}

impl Misshapen {
    fn new(code: &'static str, title: impl Into<String>) -> Self {
        Self {
            code,
            title: title.into(),
            label: String::new(),
            values: Vec::new(),
            help: Vec::new(),
            part: None,
        }
    }

    fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    fn or(mut self, value: impl Into<String>) -> Self {
        self.values.push(format!("\"{}\"", value.into()));
        self
    }

    fn part(mut self, part: Range<usize>) -> Self {
        self.part = Some(part);
        self
    }
}

type Shaped<T> = Result<T, Misshapen>;

/// The longest duration of the language: longer ones do not fit what the engines count in.
const LONGEST: Duration = Duration::from_secs(36_500 * 86_400);

const DURATION_UNITS: &[(&str, u64)] =
    &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// `"90m"`. A number alone gets the unit of the example in the proposal.
pub(super) fn duration(text: &str, example: &str) -> Shaped<Duration> {
    let wrong = || Misshapen::new("duration-unit", "a duration is one number and one unit");
    let (number, unit) = split_number(text);
    let factor = DURATION_UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let Some(factor) = factor.filter(|_| !number.is_empty()) else {
        return Err(match (number, unit, compound(text)) {
            (_, _, Some(sum)) => wrong().or(spell_duration(sum)),
            ("", _, None) | (_, _, None) if !unit.is_empty() => {
                wrong().label("units are ms, s, m, h and d").or(quoted(example))
            }
            _ => wrong().label("the unit is missing").or(format!("{number}{}", unit_of(example))),
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

/// The value of `key = "value"`.
fn quoted(example: &str) -> &str {
    example.split('"').nth(1).unwrap_or(example)
}

fn unit_of(example: &str) -> &str {
    split_number(quoted(example)).1
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
pub(super) fn size(text: &str, example: &str, rule: super::schema::SizeRule) -> Shaped<u64> {
    let (number, unit) = split_number(text);
    let factor = SIZE_UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let Some(factor) = factor.filter(|_| !number.is_empty()) else {
        let nearest = SIZE_UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit));
        let unit = nearest.map_or_else(|| unit_of(example), |(name, _)| *name);
        let value = if number.is_empty() { quoted(example).into() } else { format!("{number}{unit}") };
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

/// `"0.159"` or `"2.10.8"`: numbers with dots between them, two or three.
pub(super) fn version(text: &str, example: &str) -> Shaped<String> {
    let parts: Vec<&str> = text.split('.').collect();
    let number =
        |part: &&str| !part.is_empty() && part.len() <= 5 && part.bytes().all(|byte| byte.is_ascii_digit());
    if matches!(parts.len(), 2 | 3) && parts.iter().all(number) {
        return Ok(text.to_owned());
    }
    let wrong = Misshapen::new("version-text", "a version is a release line, or a release within it");
    let bare = text.trim_start_matches(['v', 'V']);
    let typed = if bare == text { None } else { version(bare, example).ok() };
    Err(wrong.or(typed.as_deref().unwrap_or_else(|| quoted(example))))
}

/// `[a-z][a-z0-9-]{0,31}`, and neither `all` nor `this`.
pub(super) fn name(text: &str) -> Shaped<String> {
    const RESERVED: [&str; 2] = ["all", "this"];
    let shaped = text.len() <= 32
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if shaped && !RESERVED.contains(&text) {
        return Ok(text.to_owned());
    }
    if shaped {
        return Err(Misshapen::new("name-shape", format!("`{text}` is reserved and names nothing")));
    }
    if text.is_empty() {
        return Err(Misshapen::new("text-empty", "a name is empty").or("shop"));
    }
    let wrong = Misshapen::new("name-shape", format!("`{}` is not a name", text.escape_debug()))
        .label("a letter, then letters, digits and `-`, in lower case, at most 32");
    let mended: String = text
        .chars()
        .map(|letter| letter.to_ascii_lowercase())
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .skip_while(|letter| !letter.is_ascii_lowercase())
        .take(32)
        .collect();
    let mended = mended.trim_end_matches('-');
    Err(if mended.is_empty() { wrong } else { wrong.or(mended) })
}

/// `"loopback"`, `"any"` or an IP literal.
pub(super) fn bind(text: &str) -> Shaped<IpAddr> {
    match text {
        "loopback" => Ok(Ipv4Addr::LOCALHOST.into()),
        "any" => Ok(Ipv4Addr::UNSPECIFIED.into()),
        _ => text.parse().map_err(|_| {
            let wrong =
                Misshapen::new("listener-text", "a bind address is `loopback`, `any` or an IP address")
                    .or("loopback")
                    .or("any");
            if text == "localhost" { wrong.label("localhost may be ::1") } else { wrong }
        }),
    }
}

/// `"bind:port"`, IPv6 as `"[::1]:4317"`.
pub(super) fn listener(text: &str, example: &str) -> Shaped<(IpAddr, u16)> {
    let Some((host, number)) = text.rsplit_once(':') else {
        let usual: String = example.chars().filter(char::is_ascii_digit).collect();
        let meant = match (port(text), bind(text)) {
            (Ok(port), _) => format!("loopback:{port}"),
            (_, Ok(_)) => format!("{text}:{usual}"),
            _ => format!("loopback:{usual}"),
        };
        return Err(Misshapen::new("listener-text", "a listener in quotes is `bind:port`").or(meant));
    };
    let port = port(number).map_err(|wrong| wrong.part(host.len() + 1..text.len()))?;
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = match literal {
        Some(inner) => inner.parse::<std::net::Ipv6Addr>().map(IpAddr::V6).ok(),
        None if host.contains(':') => None,
        None => bind(host).ok(),
    };
    address.map(|address| (address, port)).ok_or_else(|| {
        let wrong = Misshapen::new("listener-text", "a bind address is `loopback`, `any` or an IP address");
        let wrong = match host {
            "localhost" => wrong.label("localhost may be ::1"),
            "" => wrong.label("which addresses?"),
            _ if host.parse::<std::net::Ipv6Addr>().is_ok() => {
                return wrong
                    .label("IPv6 stands in brackets")
                    .part(0..host.len())
                    .or(format!("[{host}]:{port}"));
            }
            _ => wrong,
        };
        wrong.part(0..host.len()).or(format!("loopback:{port}")).or(format!("any:{port}"))
    })
}

/// Digits between 1 and 65535.
fn port(text: &str) -> Shaped<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u16>().ok().filter(|port| digits && *port != 0) {
        Some(port) => Ok(port),
        None => Err(port_range(text)),
    }
}

/// A number that is not a port.
pub(super) fn port_range(text: &str) -> Misshapen {
    Misshapen::new("port-range", format!("port {} is not between 1 and 65535", text.escape_debug()))
}

/// `"name"` or `"name:port"`; the name is a DNS name or an IP literal.
pub(super) fn dial(text: &str) -> Shaped<(String, Option<u16>)> {
    let wrong = || Misshapen::new("dial-text", "`dial` is the name or address that diallers use");
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok((address.to_string(), None));
    }
    let (host, number) = match text.rsplit_once(':') {
        Some((host, number)) => (host, Some(number)),
        None => (text, None),
    };
    let number = match number {
        Some(digits) => Some(port(digits).map_err(|found| found.part(host.len() + 1..text.len()))?),
        None => None,
    };
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inner {
        Some(literal) if literal.parse::<std::net::Ipv6Addr>().is_ok() => Ok((literal.to_owned(), number)),
        None if is_dns_name(host) => Ok((host.to_owned(), number)),
        _ => Err(wrong().label("neither a host name nor an IP address").or("tempo.lan:4317")),
    }
}

/// Letters, digits and `-` in labels of at most 63, joined by dots.
pub fn is_dns_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// An absolute path, or one below `~/`, in the only spelling it has.
pub(super) fn path(text: &str, example: &str) -> Shaped<String> {
    let Some(below) = text.strip_prefix("~/").or_else(|| text.strip_prefix('/')) else {
        let wrong = Misshapen::new("path-relative", "a path on the host is absolute");
        let bare = text.trim_start_matches("./");
        let below = !bare.is_empty() && !bare.starts_with(['.', '~']) || bare.starts_with(".env");
        return Err(wrong.or(if below { format!("/srv/{bare}") } else { quoted(example).to_owned() }));
    };
    if below.split('/').any(|part| part == "..") {
        return Err(Misshapen::new("path-shape", "a path on the host goes without `..`").or(quoted(example)));
    }
    let parts: Vec<&str> = below.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.is_empty() {
        let title = "a path on the host names a file or a folder below `/`";
        return Err(Misshapen::new("path-shape", title).or(quoted(example)));
    }
    let root = &text[..text.len() - below.len()];
    let only_spelling = format!("{root}{}", parts.join("/"));
    if only_spelling == text {
        return Ok(only_spelling);
    }
    Err(Misshapen::new("path-shape", "a path on the host has one spelling").or(only_spelling))
}

/// `"env:NAME"`, `"file:/abs/path"` or `"credential:NAME"`; the value itself is never shown.
pub(super) fn secret(text: &str, name: &str) -> Shaped<String> {
    let word = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
    };
    let sound = match text.split_once(':') {
        Some(("env", name)) => word(name),
        Some(("credential", name)) => is_credential_name(name),
        Some(("file", file)) => file.starts_with('/') && path(file, "").is_ok(),
        _ => false,
    };
    if sound {
        return Ok(text.to_owned());
    }
    Err(not_a_reference(name))
}

/// A value stands where a reference to a secret should.
pub(super) fn not_a_reference(name: &str) -> Misshapen {
    let variable: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect();
    let mut wrong = Misshapen::new("secret-value", "a secret is a reference, not a value")
        .label("not shown")
        .or(format!("env:{variable}"));
    wrong.help.push("and name the file that sets it in `service.environment_files`".into());
    wrong
}

/// A name that `LoadCredential=` and a file name both take.
pub fn is_credential_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && !name.starts_with('.')
}

/// A text as it is: not empty, no control character.
pub(super) fn text(text: &str, what: &str) -> Shaped<String> {
    if text.is_empty() {
        return Err(
            Misshapen::new("text-empty", format!("{what} is empty")).label("leave it out to get the default")
        );
    }
    match text.chars().find(|letter| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')) {
        None => Ok(text.to_owned()),
        Some(letter) => {
            let without: String = text.chars().filter(|letter| !letter.is_control()).collect();
            let without = if text.starts_with('/') { without.replace("//", "/") } else { without };
            Err(Misshapen::new("text-control", format!("{what} holds {}", name_of_control(letter)))
                .or(without.trim()))
        }
    }
}

fn name_of_control(letter: char) -> String {
    match letter {
        '\n' => "a newline".into(),
        '\r' => "a carriage return".into(),
        '\t' => "a tab".into(),
        '\0' => "a zero byte".into(),
        '\u{1b}' => "an escape character".into(),
        other => format!("the control character U+{:04X}", u32::from(other)),
    }
}

/// Whether a header of this name usually carries a secret.
pub fn looks_secret(header: &str) -> bool {
    const WORDS: [&str; 6] = ["authorization", "api-key", "apikey", "token", "secret", "password"];
    let header = header.to_ascii_lowercase();
    WORDS.iter().any(|word| header.contains(word))
}
