//! A change of one file carried out on its text: what a way out of a finding says, done. What would not read
//! back as it was meant is not done.

mod yaml_keys;

use crate::diagnostic::TextChange;
use crate::format::env_file;
use crate::format::yaml::YamlLibrary;
use crate::model::env::EnvFormat;
use std::ops::Range;

/// The text after a change; `None` where it cannot be made in this text. `library` reads it, where it is
/// YAML.
pub fn changed(text: &str, library: YamlLibrary, change: &TextChange) -> Option<String> {
    match change {
        TextChange::SetKey { way, value } => yaml_keys::set(text, library, way, value),
        TextChange::RemoveKey { way } => yaml_keys::remove(text, library, way),
        TextChange::SetVariable { key, value } => Some(with_variable(text, key, value)),
        TextChange::Replace { span, with } => {
            text.get(span.clone())?;
            Some(replaced(text, span.clone(), with))
        }
    }
}

/// The last line that sets a variable counts in nearly every parser; where there is none, a new one at the
/// end does.
fn with_variable(text: &str, key: &str, value: &str) -> String {
    let entries = env_file::parse(text, EnvFormat::Dotenv).entries;
    match entries.iter().rev().find(|entry| entry.key == key) {
        Some(entry) => replaced(text, entry.value_span.clone(), value),
        None if text.is_empty() || text.ends_with('\n') => format!("{text}{key}={value}\n"),
        None => format!("{text}\n{key}={value}\n"),
    }
}

fn replaced(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}
