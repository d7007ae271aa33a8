//! The text of a judged file as a finding may show it: every byte at its place, secrets starred out.
//!
//! A finding draws the lines it speaks of and those between two of its marks, in files that belong to
//! other people. An environment file holds an application's secrets; a configuration may hold tokens
//! in headers. Used by whoever renders the findings of [`super::check`].

use crate::model::dataflow::ProgramKind;

/// Words in a key whose value is not shown.
const SECRET: &[&str] =
    &["password", "passwd", "token", "secret", "authorization", "api_key", "apikey", "api-key", "credential"];

/// Settings of an exporter whose values findings need to show and that are no secret.
const PLAIN: &[&str] = &[
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_OTLP_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_INSECURE",
    "OTEL_EXPORTER_OTLP_TRACES_INSECURE",
    "OTEL_SDK_DISABLED",
    "OTEL_TRACES_EXPORTER",
    "OTEL_TRACES_SAMPLER",
];

/// The text with everything starred out that is nobody's business: of the same length, with the same
/// lines, so that marks still fit.
pub fn shown_text(kind: ProgramKind, text: &str) -> String {
    match kind {
        ProgramKind::App | ProgramKind::Prometheus => {
            text.split_inclusive('\n').map(environment_line).collect()
        }
        ProgramKind::Collector | ProgramKind::Tempo | ProgramKind::Grafana => yaml(text),
    }
}

/// Our markers, and known settings of the exporter, are shown; of other lines only that they are there.
fn environment_line(line: &str) -> String {
    let body = line.trim();
    if body.starts_with("# >>> tracewright ") || body.starts_with("# <<< tracewright ") {
        return line.to_owned();
    }
    if body.starts_with('[') || body.starts_with("ExecStart=") && is_plain_command(body) {
        return line.to_owned();
    }
    let body = body.strip_prefix("Environment=").map_or(body, |rest| rest.trim_matches('"'));
    match body.split_once('=') {
        Some((key, value)) if PLAIN.contains(&key) && !value.contains('@') => line.to_owned(),
        Some((key, _)) if key.starts_with("OTEL_") => after(line, '='),
        _ => starred(line),
    }
}

/// Whether a command line holds flags alone, and none that sounds secret.
fn is_plain_command(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    !line.contains('@') && !SECRET.iter().any(|word| line.contains(word))
}

/// Values of keys that sound secret, and everything below `headers`, are starred out.
fn yaml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut hidden_below: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let body = line.trim_start();
        let indent = line.len() - body.len();
        if !body.trim_end().is_empty() && hidden_below.is_some_and(|above| indent <= above) {
            hidden_below = None;
        }
        let key = body.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let is_block = body
            .split_once(':')
            .is_some_and(|(_, value)| matches!(value.trim(), "" | "|" | ">" | "|-" | ">-"));
        let hides =
            key.trim_matches(['"', '\'']) == "headers" || SECRET.iter().any(|word| key.contains(word));
        if hidden_below.is_some() {
            out.push_str(&starred(line));
        } else if hides && is_block {
            hidden_below = Some(indent);
            out.push_str(line);
        } else if hides
            || SECRET.iter().any(|word| body.to_ascii_lowercase().contains(word)) && body.contains('{')
        {
            out.push_str(&after(line, ':'));
        } else {
            out.push_str(line);
        }
    }
    out
}

fn after(line: &str, sign: char) -> String {
    match line.split_once(sign) {
        Some((key, value)) => format!("{key}{sign}{}", starred(value)),
        None => starred(line),
    }
}

/// A star for every byte that is no white space.
fn starred(text: &str) -> String {
    let star = |c: char| if c.is_ascii_whitespace() { c.to_string() } else { "*".repeat(c.len_utf8()) };
    text.chars().map(star).collect()
}

#[cfg(test)]
mod tests {
    use super::shown_text;
    use crate::model::dataflow::ProgramKind;

    #[test]
    fn an_environment_file_shows_the_exporter_and_nothing_else() {
        let text = "DB=postgres://x:y@z\n# >>> tracewright demo/shop >>>\nOTEL_EXPORTER_OTLP_HEADERS=authorization=é\n\
                    OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\nOTEL_EXPORTER_OTLP_ENDPOINT=http://u:p@h\n";
        let shown = "*******************\n# >>> tracewright demo/shop >>>\nOTEL_EXPORTER_OTLP_HEADERS=****************\n\
                     OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\nOTEL_EXPORTER_OTLP_ENDPOINT=************\n";
        assert_eq!(shown_text(ProgramKind::App, text), shown);
        assert_eq!(shown.len(), text.len());
    }

    #[test]
    fn a_configuration_hides_headers_and_what_sounds_secret() {
        let text = "exporters:\n  otlp:\n    headers:\n      x-a: b\n      authorization: c\n    endpoint: d\n    auth_token: e f\n  x: { password: g }\n";
        let shown = "exporters:\n  otlp:\n    headers:\n      **** *\n      ************** *\n    endpoint: d\n    auth_token: * *\n  x: * ********* * *\n";
        assert_eq!(shown_text(ProgramKind::Collector, text), shown);
    }
}
