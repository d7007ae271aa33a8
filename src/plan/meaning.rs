//! Whether two contents of a file mean the same to the program that reads it: then the change is
//! written, and nothing is restarted.
//!
//! Decided on what a parser sees, never on text. In doubt the answer is no: one restart too many costs
//! less than a program that runs on what is no longer written.

use crate::stack::TargetPath;
use saphyr::{Scalar, Yaml, YamlLoader};
use saphyr_parser::{Parser, ScalarStyle};
use std::collections::BTreeMap;

/// Compares two contents by the rules of the file's kind, which its name tells.
pub(super) fn same(path: &TargetPath, before: &[u8], after: &[u8]) -> bool {
    let (Ok(before), Ok(after)) = (std::str::from_utf8(before), std::str::from_utf8(after)) else {
        return false;
    };
    match path.file_name().rsplit_once('.').map(|(_, suffix)| suffix) {
        Some("yaml" | "yml") => same_yaml(before, after),
        Some("service" | "conf" | "socket" | "timer") => unit_lines(before) == unit_lines(after),
        Some("env") => assignments(before.lines()) == assignments(after.lines()),
        _ => false,
    }
}

/// Whether two YAML texts hold the same tree; comments, the order of keys and quoting aside.
fn same_yaml(before: &str, after: &str) -> bool {
    match (documents(before), documents(after)) {
        (Some(before), Some(after)) => {
            before.len() == after.len() && before.iter().zip(&after).all(|(a, b)| same_node(a, b))
        }
        _ => false,
    }
}

/// The trees of a text with every scalar as it is written; `None` of what is no YAML.
fn documents(text: &str) -> Option<Vec<Yaml<'_>>> {
    let mut loader = YamlLoader::default();
    loader.early_parse(false);
    Parser::new_from_str(text).load(&mut loader, true).ok()?;
    loader.error().is_none().then(|| loader.into_documents())
}

fn same_node(a: &Yaml<'_>, b: &Yaml<'_>) -> bool {
    match (a, b) {
        (Yaml::Mapping(a), Yaml::Mapping(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same_node(value, other)))
        }
        (Yaml::Sequence(a), Yaml::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_node(a, b))
        }
        (Yaml::Tagged(tag, a), Yaml::Tagged(other, b)) => tag == other && same_node(a, b),
        (Yaml::Representation(a, style, tag), Yaml::Representation(b, other, other_tag)) => {
            let quoted_alike = (*style == ScalarStyle::Plain) == (*other == ScalarStyle::Plain);
            a == b && tag == other_tag && (quoted_alike || is_text_anyway(a))
        }
        _ => false,
    }
}

/// Whether a scalar is the same string with quotes and without, to every reader.
fn is_text_anyway(text: &str) -> bool {
    matches!(Scalar::parse_from_cow(text.into()), Scalar::String(_)) && !depends_on_quotes(text)
}

/// Whether older readers take the bare text for something else than a string: Tempo reads `yes` as
/// true and refuses `"yes"`, and the tree no longer tells which one was written.
fn depends_on_quotes(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    matches!(lower.as_str(), "y" | "n" | "yes" | "no" | "on" | "off")
        || lower.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
            && lower.chars().all(|letter| letter.is_ascii_hexdigit() || "_.:xo+-".contains(letter))
}

/// Sections, keys and values of a unit file, in order: a key may be repeated, and an empty one resets.
fn unit_lines(text: &str) -> BTreeMap<(String, String), Vec<String>> {
    let mut section = String::new();
    let mut lines: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let joined = text.replace("\\\n", " ");
    for line in joined.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        match line.split_once('=') {
            Some((key, value)) => lines
                .entry((section.clone(), key.trim_end().to_owned()))
                .or_default()
                .push(value.trim_start().to_owned()),
            None => section = line.to_owned(),
        }
    }
    lines
}

/// The assignments of an environment file, quotes aside; the last of two equal keys counts.
pub(super) fn assignments<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, &'a str> {
    lines
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim_end(), unquoted(value)))
        .collect()
}

fn unquoted(value: &str) -> &str {
    ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::same_yaml;

    const TEMPO: &str = "server:\n  http_listen_address: 127.0.0.1\n  port: 3200\nwarn: \"yes\"\n";

    #[test]
    fn comments_and_order_do_not_matter_whatever_the_values_are() {
        assert!(same_yaml(TEMPO, &format!("# a note\n{TEMPO}")));
        assert!(same_yaml(TEMPO, "warn: 'yes'\nserver: { port: 3200, http_listen_address: 127.0.0.1 }\n"));
    }

    #[test]
    fn quotes_matter_where_some_reader_takes_the_bare_text_for_something_else() {
        assert!(same_yaml("path: /var/tempo\n", "path: \"/var/tempo\"\n"));
        for text in ["yes", "3200", "127.0.0.1", "0x1f", "true", "null", "~", "1_000", "12:30"] {
            assert!(!same_yaml(&format!("key: {text}\n"), &format!("key: \"{text}\"\n")), "{text}");
        }
    }

    #[test]
    fn another_value_is_another_meaning() {
        assert!(!same_yaml(TEMPO, &TEMPO.replace("3200", "3201")));
        assert!(!same_yaml("a: [1, 2]\n", "a: [2, 1]\n"));
        assert!(!same_yaml("a: !x 1\n", "a: 1\n"));
        assert!(!same_yaml("a: 1\n", "a: [\n"));
    }
}
