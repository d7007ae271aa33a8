//! How evidence is put into words: one line, bounded, without what a terminal would obey. What of it is secret
//! is hidden once it is whole (`secrets`), and only then it is cut to what is shown.

use crate::text::foreign_line;
use std::error::Error;
use std::time::Duration;

/// The longest line of evidence that is shown, in characters.
pub(super) const LINE: usize = 400;
/// So much of what somebody said is looked at, in characters.
const LONGEST: usize = 20_000;

/// Foreign text as one bounded line: what a peer or a log said may be long or hostile.
pub(super) fn line(text: &str) -> String {
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end);
    foreign_line(text[..end].trim())
}

/// An error and what it was caused by.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = error.source();
    }
    line(&text)
}

/// `850 ms`, `12.4 s`.
pub(super) fn duration(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

/// `span 2`, `spans 0 and 2`, `spans 0-99 and 200-299`: numbers in rising order, runs drawn
/// together.
pub(super) fn numbered(items: &str, numbers: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let shown: Vec<String> = runs
        .iter()
        .map(|&(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") })
        .collect();
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{items} {} and {last}", rest.join(", ")),
        _ if numbers.len() > 1 => format!("{items} {}", shown.concat()),
        _ => format!("{} {}", items.trim_end_matches('s'), shown.concat()),
    }
}

/// The error inside a line of a collector's log, or the whole line.
pub(super) fn log_error(text: &str) -> String {
    let quoted = text.split_once("\"error\": \"").map(|(_, rest)| rest.replace("\\\"", "'"));
    match quoted.as_deref().and_then(|rest| rest.split_once('"')) {
        Some((error, _)) => line(error),
        None => line(text),
    }
}

/// A fault of TLS. Times are dates, not seconds.
pub(super) fn tls(error: &rustls::Error) -> String {
    use rustls::CertificateError as E;
    match error {
        rustls::Error::InvalidCertificate(E::UnknownIssuer) => {
            "its certificate was issued by nobody who is trusted".to_owned()
        }
        rustls::Error::InvalidCertificate(E::ExpiredContext { time, not_after }) => {
            format!("its certificate ended {}, and it is {} here", date(*not_after), date(*time))
        }
        rustls::Error::InvalidCertificate(E::NotValidYetContext { time, not_before }) => {
            format!("its certificate begins {}, and it is {} here", date(*not_before), date(*time))
        }
        rustls::Error::InvalidCertificate(E::NotValidForNameContext { expected, presented }) => {
            let names: Vec<&str> = presented.iter().map(|name| bare_name(name)).collect();
            format!("its certificate is for {}, and not for {}", names.join(", "), expected.to_str())
        }
        rustls::Error::AlertReceived(alert) => format!("it ended TLS with the alert {alert:?}"),
        other => line(&other.to_string()),
    }
}

/// The name inside of `DnsName("tempo.internal")`.
fn bare_name(shown: &str) -> &str {
    shown.split_once('(').map_or(shown, |(_, name)| name.trim_end_matches(')').trim_matches('"'))
}

fn date(time: rustls::pki_types::UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| format!("at second {seconds}"), |time| time.to_string())
}

/// `host:port` of a URL.
pub(super) fn host_of(url: &str) -> String {
    url.parse::<http::Uri>()
        .ok()
        .and_then(|url| url.authority().map(ToString::to_string))
        .unwrap_or_else(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_drawn_together() {
        assert_eq!(numbered("points", &[7]), "point 7");
        assert_eq!(numbered("spans", &[7, 8, 9]), "spans 7-9");
        assert_eq!(numbered("spans", &[0, 1, 2, 5, 8, 9]), "spans 0-2, 5 and 8-9");
    }

    #[test]
    fn foreign_text_is_one_bounded_line() {
        assert_eq!(line(" a\u{1b}[31m\nb\t"), "a<U+001B>[31m b");
        assert_eq!(line(&"x".repeat(50_000)).chars().count(), LONGEST);
    }

    #[test]
    fn the_error_of_a_log_line_is_taken_out() {
        let logged = r#"2026 info Exporting failed. {"kind": "exporter", "error": "desc = \"EOF\"", "interval": "2s"}"#;
        assert_eq!(log_error(logged), "desc = 'EOF'");
        assert_eq!(log_error("no error in it"), "no error in it");
    }
}
