//! Each reader of a format on its own: whatever it is given, it answers. The first byte picks it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tracewright::diagnostic::SourceName;
use tracewright::format::yaml::{YamlLibrary, parse};
use tracewright::format::{address, env_file, unit};
use tracewright::model::env::EnvFormat;
use tracewright::pki::private_key::public_key_digest;
use tracewright::pki::read::read_pem;
use tracewright::toml;

const FORMATS: [EnvFormat; 4] = [EnvFormat::Dotenv, EnvFormat::Systemd, EnvFormat::Shell, EnvFormat::Docker];

fuzz_target!(|data: &[u8]| {
    let Some((pick, rest)) = data.split_first() else { return };
    if pick % 8 == 0 {
        let _ = read_pem(rest);
        let _ = public_key_digest(rest);
        return;
    }
    let Ok(text) = std::str::from_utf8(rest) else { return };
    match pick % 8 {
        1 => drop(toml::parse(SourceName("stack.toml".to_owned()), text)),
        2 => drop(parse(text, YamlLibrary::V2)),
        3 => drop(parse(text, YamlLibrary::V3)),
        4 => FORMATS.iter().for_each(|format| spans(text, *format)),
        5 => drop(unit::assignments(text)),
        6 => drop((unit::command(text), unit::directives(text, Some("/home/pde")))),
        _ => drop((address::split(text), address::path(text), unit::unpatterned(text))),
    }
});

/// Every range of an environment file lies within the text, on borders of characters.
fn spans(text: &str, format: EnvFormat) {
    let file = env_file::parse(text, format);
    for entry in &file.entries {
        assert!(text.get(entry.span.clone()).is_some() && text.get(entry.value_span.clone()).is_some());
    }
}
