//! Secrets in environment files: lines `NAME=VALUE`, whose values may go on over several lines.

use super::tree::Marked;
use super::{comment, free, ranges::lines, ranges::merged, ranges::whole};
use crate::format::marker::is_marker;
use crate::text::secret::{may_show, sounds_secret};
use std::cell::RefCell;
use std::ops::Range;

/// Settings of an SDK that findings speak of, or that traces show to everybody; they are no secret but for what their values hold.
const EXPORTER: &[&str] = &[
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_OTLP_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_INSECURE",
    "OTEL_EXPORTER_OTLP_TRACES_INSECURE",
    "OTEL_SDK_DISABLED",
    "OTEL_SERVICE_NAME",
    "OTEL_TRACES_EXPORTER",
    "OTEL_TRACES_SAMPLER",
];

/// What must not be shown of an environment file whose lines are of ours or of a program that we know.
pub(super) fn own(text: &str) -> Marked {
    let mut marked = each(text, true, |line, value| {
        let name = name_of(&line[..value.start]);
        let written = line[value.clone()].trim();
        if sounds_secret(name) && !may_show(name, written.trim_matches(['"', '\''])) {
            return vec![value];
        }
        free::secrets(&line[value.clone()])
            .into_iter()
            .map(|part| value.start + part.start..value.start + part.end)
            .collect()
    });
    marked.values = marked.hidden.iter().map(|range| bare(&text[range.clone()])).collect();
    marked
}

/// A value without blanks and quotes around it.
fn bare(value: &str) -> String {
    value.trim().trim_matches(['"', '\'']).to_owned()
}

/// Directives of proxies that findings point at.
const DIRECTIVES: &[&str] =
    &["bind", "grpc_pass", "listen", "location", "proxy_pass", "reverse_proxy", "server", "to", "upstream"];

/// What must not be shown of a proxy's file: everything but the directives that are read, and a site's address.
pub(super) fn proxy(text: &str) -> Marked {
    let mut marked = Marked::default();
    for (start, line) in lines(text) {
        let body = line.trim();
        let first = body.split([' ', '\t', '{', ';']).next().unwrap_or_default();
        let is_address = body.ends_with('{') && !body.contains(['=', '$', '\'']);
        match DIRECTIVES.contains(&first) || is_address {
            true => {
                let hidden = free::secrets(line).into_iter();
                let hidden: Vec<Range<usize>> =
                    hidden.map(|part| start + part.start..start + part.end).collect();
                marked.values.extend(hidden.iter().map(|range| bare(&text[range.clone()])));
                marked.hidden.extend(hidden);
            }
            false => marked.hidden.push(start..start + line.len()),
        }
    }
    marked.hidden = merged(marked.hidden);
    marked
}

/// What must not be shown of an application's file: everything but the settings of its exporter. Of other
/// lines no more is seen than that they are there.
pub(super) fn foreign(text: &str) -> Marked {
    // A Compose project takes names of hosts from such a file as well: that a value is hidden where it stands
    // makes it no secret that nothing else may repeat.
    let repeated = RefCell::new(Vec::new());
    let mut marked = each(text, false, |line, value| {
        let written = bare(&line[value.clone()]);
        let sounds = sounds_secret(name_of(&line[..value.start]));
        if sounds && !may_show(name_of(&line[..value.start]), &written) || !free::secrets(&written).is_empty()
        {
            repeated.borrow_mut().push(written);
        }
        let name = name_of(&line[..value.start]);
        if EXPORTER.contains(&name) {
            let hidden = free::secrets(&line[value.clone()]);
            return if hidden.is_empty() { Vec::new() } else { vec![value] };
        }
        if name.starts_with("OTEL_") { vec![value] } else { whole(line) }
    });
    let alone = |line: &&str| !line.contains('=');
    marked.values = text.lines().filter(alone).map(bare).chain(repeated.into_inner()).collect();
    marked
}

/// Goes through the assignments. `judge` sees one with all lines of its value, and where the value stands
/// in it; it says which bytes of it are hidden. What is no assignment is hidden whole, but for harmless
/// comments where they are of interest.
fn each(text: &str, comments: bool, judge: impl Fn(&str, Range<usize>) -> Vec<Range<usize>>) -> Marked {
    let mut marked = Marked::default();
    let mut next = 0;
    for (start, line) in lines(text) {
        if start < next {
            continue;
        }
        let body = line.trim_start_matches('\u{feff}').trim();
        if body.is_empty() || is_marker(body) {
            continue;
        }
        let sign = line.find('=').filter(|_| !body.starts_with(['#', ';']));
        let Some(sign) = sign else {
            let harmless = comments && body.starts_with(['#', ';']) && !comment::sounds(body);
            if !harmless {
                marked.hidden.push(start..start + line.len());
            }
            continue;
        };
        let from = start + sign + 1;
        let end = from + value_length(&text[from..]);
        next = end;
        let hidden = judge(&text[start..end], sign + 1..end - start);
        marked.hidden.extend(hidden.into_iter().map(|part| start + part.start..start + part.end));
    }
    marked.hidden = merged(marked.hidden);
    marked
}

/// How long a value is: to the end of its line or, where it opens a quote, of the line that closes it.
fn value_length(rest: &str) -> usize {
    let line = rest.find('\n').unwrap_or(rest.len());
    let value = rest[..line].trim_start();
    let Some(quote) = value.chars().next().filter(|letter| matches!(letter, '"' | '\'')) else {
        return line;
    };
    let from = line - value.len() + 1;
    let mut escaped = false;
    for (at, letter) in rest[from..].char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            letter if letter == quote => {
                let at = from + at;
                return at + rest[at..].find('\n').unwrap_or(rest.len() - at);
            }
            _ => {}
        }
    }
    // A quote that does not close swallows the file.
    rest.len()
}

fn name_of(before: &str) -> &str {
    let name = before.trim_start_matches('\u{feff}').trim().trim_end_matches('=').trim_end();
    name.strip_prefix("export ").map_or(name, str::trim_start)
}
