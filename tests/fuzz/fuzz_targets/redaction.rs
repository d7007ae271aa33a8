//! Texts with a secret in them: redaction never panics, keeps every line where it was, obeys no terminal,
//! and the secret does not come out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tracewright::text::{RedactSource, TextFormat, foreign_line, redact, redact_cut, redact_line};

const FORMATS: [TextFormat; 6] = [
    TextFormat::Yaml,
    TextFormat::Stack,
    TextFormat::Unit,
    TextFormat::Environment,
    TextFormat::ForeignEnvironment,
    TextFormat::Unknown,
];
const CANARY: &str = "kAnArY7f3a9bcdQ";

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for format in FORMATS {
        harmless(redact(format, text).as_str());
        let _ = RedactSource::new(format, text).in_place();
    }
    harmless(&redact_line(text));
    harmless(&redact_cut(text, 100));
    harmless(&foreign_line(text));
    canaries(text);
});

fn harmless(shown: &str) {
    assert!(shown.chars().all(|letter| matches!(letter, '\n' | '\t') || !letter.is_control()), "{shown:?}");
}

/// A secret beside whatever the input is: before it, below a key, on a line of its own.
fn canaries(text: &str) {
    if text.contains(CANARY) {
        return;
    }
    let line = text.replace(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'], " ");
    let planted = [
        (TextFormat::Yaml, format!("password: {CANARY}\n{text}")),
        (TextFormat::Yaml, format!("a: {{b: [{{client_secret: {CANARY}}}]}} # {line}\n")),
        (TextFormat::Stack, format!("password = \"{CANARY}\"\n{text}")),
        (TextFormat::Unit, format!("[Service]\nEnvironment=API_TOKEN={CANARY}\n{text}")),
        (TextFormat::Environment, format!("API_TOKEN={CANARY}\n{text}")),
        (TextFormat::ForeignEnvironment, format!("{text}\nDATABASE_PASSWORD={CANARY}\n")),
    ];
    for (format, planted) in planted {
        let shown = redact(format, &planted);
        assert!(!shown.as_str().contains(CANARY), "{format:?} {planted:?} shows {:?}", shown.as_str());
        let source = RedactSource::new(format, planted.as_str());
        let shown = source.in_place().text;
        assert!(!shown.contains(CANARY), "{format:?} {planted:?} shows {shown:?} in place");
    }
}
