//! The settings of a managed text by key: what a reviewer names when a file changes.

use crate::format::unit;
use crate::format::yaml::{self, Node, Value, YamlLibrary};
use crate::text::TextFormat;
use std::collections::BTreeMap;

/// One setting of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its value, on one line; of a directive that stands several times all of them.
    pub value: String,
    /// The lines it is written on, from 1.
    pub lines: Vec<usize>,
}

/// Settings by key: `compactor.compaction.block_retention`, `Service.MemoryMax`,
/// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`. A list of plain values is one setting.
pub type Settings = BTreeMap<String, Setting>;

/// The settings of a text; `None` where it cannot be parsed or has no settings by its kind.
pub fn settings(format: TextFormat, text: &str) -> Option<Settings> {
    let mut found = Settings::new();
    match format {
        TextFormat::Yaml => {
            // Who reads the file does not matter for what a setting is called.
            let document = yaml::parse(text, YamlLibrary::V3).ok()?;
            let lines = Lines::of(text);
            of_node(&document.root, &mut String::new(), &lines, &mut found);
        }
        TextFormat::Unit => of_unit(text, &mut found),
        TextFormat::Environment | TextFormat::ForeignEnvironment => of_environment(text, &mut found),
        TextFormat::Stack | TextFormat::Alloy | TextFormat::Proxy | TextFormat::Unknown => return None,
    }
    Some(found)
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(end, _)| end + 1)).collect())
    }

    /// The line of a byte, from 1.
    fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }
}

fn of_node(node: &Node, path: &mut String, lines: &Lines, found: &mut Settings) {
    let mut leaf = |value: String| {
        let last = lines.at(node.span.end.saturating_sub(1).max(node.span.start));
        let lines = (lines.at(node.span.start)..=last).collect();
        found.insert(path.clone(), Setting { value, lines });
    };
    match &node.value {
        Value::Scalar(scalar) => leaf(scalar.text.replace('\n', " ")),
        Value::Mapping(entries) if entries.is_empty() => leaf("{}".to_owned()),
        Value::Sequence(items) if items.iter().all(|item| item.scalar().is_some()) => {
            let items: Vec<_> = items.iter().filter_map(Node::scalar).map(|one| one.text.as_str()).collect();
            leaf(format!("[{}]", items.join(", ")));
        }
        Value::Mapping(entries) => {
            for entry in entries {
                below(path, &entry.key, |path| of_node(&entry.value, path, lines, found));
            }
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                below(path, &index.to_string(), |path| of_node(item, path, lines, found));
            }
        }
    }
}

/// Goes one key down and comes back.
fn below(path: &mut String, key: &str, go: impl FnOnce(&mut String)) {
    let length = path.len();
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
    go(path);
    path.truncate(length);
}

fn of_unit(text: &str, found: &mut Settings) {
    for directive in unit::assignments(text) {
        add(found, format!("{}.{}", directive.section, directive.key), &directive.value);
    }
    // Lines are those of the file, which joins none of ours.
    let mut section = "";
    for (number, line) in text.lines().enumerate() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if let Some((key, _)) = line.split_once('=')
            && let Some(setting) = found.get_mut(&format!("{section}.{}", key.trim()))
        {
            setting.lines.push(number + 1);
        }
    }
}

fn of_environment(text: &str, found: &mut Settings) {
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        if let Some((key, value)) = line.split_once('=') {
            let value = ['"', '\'']
                .iter()
                .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
                .unwrap_or(value);
            found.insert(
                key.trim_end().to_owned(),
                Setting { value: value.to_owned(), lines: vec![number + 1] },
            );
        }
    }
}

/// A directive may stand several times: each adds to what it says.
fn add(found: &mut Settings, key: String, value: &str) {
    match found.get_mut(&key) {
        Some(known) => known.value = format!("{}; {value}", known.value),
        None => drop(found.insert(key, Setting { value: value.to_owned(), lines: Vec::new() })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(format: TextFormat, text: &str) -> Vec<String> {
        let settings = settings(format, text).unwrap().into_iter();
        settings.map(|(key, setting)| format!("{:?} {key} = {}", setting.lines, setting.value)).collect()
    }

    #[test]
    fn settings_have_their_key_their_value_and_their_line() {
        let yaml = "# head\na:\n  b: \"48h\"\n  c: [x, y]\nd:\n- e: 1\n  f: {}\n";
        assert_eq!(
            all(TextFormat::Yaml, yaml),
            ["[3] a.b = 48h", "[4] a.c = [x, y]", "[6] d.0.e = 1", "[7] d.0.f = {}"]
        );
        let unit = "[Unit]\nAfter=a\n[Service]\n# c\nReadWritePaths=/a\nReadWritePaths=/b\n";
        assert_eq!(
            all(TextFormat::Unit, unit),
            ["[5, 6] Service.ReadWritePaths = /a; /b", "[2] Unit.After = a"]
        );
        assert_eq!(all(TextFormat::Environment, "# x=1\nA=\"b c\"\n"), ["[2] A = b c"]);
    }

    #[test]
    fn what_cannot_be_parsed_has_none() {
        assert_eq!(settings(TextFormat::Yaml, "a: [\n"), None);
        assert_eq!(settings(TextFormat::Unknown, "a"), None);
    }
}
