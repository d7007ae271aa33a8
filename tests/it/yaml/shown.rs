//! Our reading of a document in the words of `tests/yaml/main.go`.

use tracewright::format::yaml::{Node, Resolved, Scalar, Value, YamlLibrary, parse};

/// What we read; "error" for what we refuse. A key that `<<` and the block both have is an error to
/// yaml.v2 where it reads into a map, as the oracle has it do.
pub fn shown(text: &str, dialect: YamlLibrary) -> String {
    match parse(text, dialect) {
        Ok(document) if document.duplicates.is_empty() && document.overlaps.is_empty() => {
            node(&document.root, dialect)
        }
        _ => "error".to_owned(),
    }
}

fn node(value: &Node, dialect: YamlLibrary) -> String {
    match &value.value {
        Value::Scalar(text) => scalar(text, dialect),
        Value::Sequence(items) => {
            let items: Vec<String> = items.iter().map(|item| node(item, dialect)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Mapping(entries) => {
            let mut lines: Vec<String> = entries
                .iter()
                .map(|entry| {
                    let key = Scalar { text: entry.key.clone(), quoted: entry.key_quoted };
                    format!("{}:{}", scalar(&key, dialect), node(&entry.value, dialect))
                })
                .collect();
            lines.sort();
            format!("{{{}}}", lines.join(","))
        }
    }
}

fn scalar(scalar: &Scalar, dialect: YamlLibrary) -> String {
    match scalar.resolve(dialect) {
        Resolved::Null => "~".to_owned(),
        Resolved::Bool(value) => value.to_string(),
        #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is meant")]
        Resolved::Integer(value) if value.abs() >= 1 << 53 => format!("f:{:016x}", (value as f64).to_bits()),
        Resolved::Integer(value) => value.to_string(),
        Resolved::Float(value) if value.trunc() == value && value.abs() < 2_f64.powi(53) => {
            format!("{value:.0}").replace("-0", "0")
        }
        Resolved::Float(value) => format!("f:{:016x}", value.to_bits()),
        Resolved::Date => "time".to_owned(),
        Resolved::Text => quoted(&scalar.text),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if letter < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}
