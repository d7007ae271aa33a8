//! Helps typed literally: each help of each case in `tests/invalid` that can be typed is typed into its
//! file, and what it leads to stands in `tests/invalid/helps.txt`: the line as it was and as it is then.
//!
//! `TRACEWRIGHT_BLESS=1 cargo test` writes the list. What each of them must say stands in
//! `tests/invalid/meant.txt`, which no command writes: the value that was meant, in seconds and
//! bytes, and the codes of what it may lead to.

#![expect(clippy::disallowed_methods, reason = "tests read and bless their own data")]

use std::fmt::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use tracewright::component::{load, wire};
use tracewright::diagnostic::{Finding, Findings, Place, SourceName};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid")
}

fn judge(text: &str) -> Vec<Finding> {
    let (document, resolved) = load(SourceName("stack.toml".into()), text);
    let findings: Findings = resolved.map_or_else(
        |faults| faults,
        |(stack, mut warnings)| {
            let mut decided = wire(&stack).map_or_else(|faults| faults, |(_, warnings)| warnings);
            document.locate(&mut decided);
            warnings.extend(decided);
            warnings
        },
    );
    findings.into_iter().collect()
}

fn span(finding: &Finding) -> Option<Range<usize>> {
    match &finding.at.as_ref()?.place {
        Place::Text(mark) => Some(mark.span.clone()),
        _ => None,
    }
}

/// The range of a value that begins at an offset.
fn value_at(text: &str, start: usize) -> Range<usize> {
    let start = start + text[start..].len() - text[start..].trim_start_matches(' ').len();
    let (mut depth, mut quote) = (0, None);
    for (offset, letter) in text[start..].char_indices() {
        match (quote, letter) {
            (Some(open), letter) if open == letter && !text[..start + offset].ends_with('\\') => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']' | ',' | '\n') if depth == 0 => {
                return start..start + text[start..start + offset].trim_end().len();
            }
            (None, '}' | ']') => depth -= 1,
            _ => {}
        }
    }
    start..text.len()
}

/// Where the last `KEY =` of the line of an offset begins that is not behind it.
fn key_on_line(text: &str, key: &str, at: usize) -> Option<Range<usize>> {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[line..].find('\n').map_or(text.len(), |end| line + end);
    let starts = text[line..end].match_indices(key).map(|(offset, _)| line + offset);
    let whole = |start: &usize| {
        let before = text[..*start].chars().next_back();
        before.is_none_or(|before| matches!(before, ' ' | '{' | ',' | '\n' | '.'))
            && text[start + key.len()..].trim_start().starts_with('=')
    };
    let found = starts.filter(whole).filter(|start| *start <= at).last()?;
    let equals = found + text[found..].find('=')?;
    Some(found..value_at(text, equals + 1).end)
}

fn replaced(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

/// The file with a help typed into it; `None` where a help says more than what to type.
fn typed(text: &str, finding: &Finding, help: &str) -> Option<String> {
    let at = span(finding)?;
    let written = &text[at.clone()];
    if let Some(meant) = help.strip_prefix("did you mean `").and_then(|rest| rest.strip_suffix("`?")) {
        let meant = if written.starts_with('"') { format!("\"{meant}\"") } else { meant.to_owned() };
        return Some(replaced(text, at, &meant));
    }
    if let Some(name) = help.strip_prefix("leave `").and_then(|rest| rest.strip_suffix("` out")) {
        return without(text, name, at);
    }
    let header = help.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
    if let Some(header) = header.filter(|header| header.starts_with('[')) {
        let end = at.start + text[at.start..].find('\n')?;
        let start = text[..at.start].rfind('[')?;
        return Some(replaced(text, start..end, header));
    }
    if help.starts_with('"') && help.ends_with('"') {
        return Some(replaced(text, at, help));
    }
    if let Some((header, help)) = help.strip_prefix("in `").and_then(|rest| rest.split_once("`: ")) {
        let start = text.find(&format!("{header}\n"))?;
        return typed_below(text, start, help);
    }
    let (key, _) = help.split_once(" = ")?;
    if !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        return None;
    }
    match key_on_line(text, key, at.start) {
        Some(range) => Some(replaced(text, range, help)),
        // A key that is to be there instead of the one that is marked, or that is missing.
        None if written.starts_with('[') => typed_below(text, at.start, help),
        None if at.is_empty() => Some(format!("{help}\n{text}")),
        None => {
            let table = text[..at.start].rfind("\n[").map_or(0, |before| before + 1);
            match line_of_table(text, table, key) {
                Some(_) => typed_below(text, table, help),
                None => key_on_line(text, written, at.start).map(|range| replaced(text, range, help)),
            }
        }
    }
}

/// Where a line of the table whose header begins at an offset sets a key.
fn line_of_table(text: &str, header: usize, key: &str) -> Option<usize> {
    let mut start = header;
    let lines = text[header..].split_inclusive('\n').map(|line| {
        start += line.len();
        (start - line.len(), line)
    });
    let mut own = lines.skip(1).take_while(|(_, line)| !line.starts_with('['));
    own.find(|(_, line)| line.starts_with(&format!("{key} ="))).map(|(start, _)| start)
}

/// A key of the table whose header begins at an offset: instead of the one that is there, or new.
fn typed_below(text: &str, header: usize, help: &str) -> Option<String> {
    let (key, _) = help.split_once(" = ")?;
    if let Some(start) = line_of_table(text, header, key) {
        return key_on_line(text, key, start).map(|range| replaced(text, range, help));
    }
    let end = header + text[header..].find('\n')?;
    Some(replaced(text, end..end, &format!("\n{help}")))
}

/// Without a key, and without the comma that parted it from the next.
fn without(text: &str, name: &str, at: Range<usize>) -> Option<String> {
    let range = key_on_line(text, name, at.start)?;
    let rest = text[range.end..].trim_start_matches(' ');
    let end = if rest.starts_with(',') { text.len() - rest.len() + 1 } else { range.end };
    Some(replaced(text, range.start..end, ""))
}

/// The lines in which two texts differ, the first of each.
fn changed(before: &str, after: &str) -> (String, String) {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let line = before.iter().zip(&after).take_while(|(before, after)| before == after).count();
    let at = |lines: &[&str]| lines.get(line).copied().unwrap_or_default().trim().to_owned();
    (at(&before), at(&after))
}

/// What is found after that was not found before.
fn new_ones(before: &[Finding], after: &[Finding]) -> Vec<String> {
    let mut left: Vec<&str> = before.iter().map(|finding| finding.title.as_str()).collect();
    let mut new = Vec::new();
    for finding in after {
        match left.iter().position(|title| *title == finding.title) {
            Some(known) => drop(left.swap_remove(known)),
            None => new.push(format!("{} ({})", finding.code.0, finding.title)),
        }
    }
    new
}

/// A help that was typed.
struct Typed {
    /// Its entry of the list.
    entry: String,
    /// The same as the table of what was meant has it.
    meaning: String,
    /// Whether the fault that it is for is gone.
    gone: bool,
}

/// One entry of the list.
fn applied(stem: &str, text: &str, finding: &Finding, help: &str) -> Option<Typed> {
    let before = judge(text);
    let after_text = typed(text, finding, help)?;
    let after = judge(&after_text);
    let count = |findings: &[Finding]| {
        findings.iter().filter(|other| (other.code, &other.title) == (finding.code, &finding.title)).count()
    };
    let (old, new) = changed(text, &after_text);
    let new_ones = new_ones(&before, &after);
    let then = |ones: &[String]| match ones {
        [] => String::new(),
        ones => format!("\n    then {}", ones.join(", ")),
    };
    let codes: Vec<String> =
        new_ones.iter().map(|one| one.split(' ').next().unwrap_or_default().to_owned()).collect();
    Some(Typed {
        entry: format!("{stem}\n    {old}\n    {new}{}\n", then(&new_ones)),
        meaning: format!("{stem}\n    {old}\n    {}{}\n", meaning(&new), then(&codes)),
        gone: count(&after) < count(&before),
    })
}

/// What a line of a stack says, whatever its units: durations in seconds, sizes in bytes.
fn meaning(line: &str) -> String {
    let Ok(table) = line.parse::<toml::Table>() else { return line.to_owned() };
    if line.is_empty() {
        return "nothing".to_owned();
    }
    if line.starts_with('[') {
        return line.to_owned();
    }
    let pairs = table.iter().map(|(key, value)| format!("{key} = {}", value_meant(value)));
    pairs.collect::<Vec<_>>().join(", ")
}

fn value_meant(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => quantity(text).unwrap_or_else(|| format!("{text:?}")),
        toml::Value::Array(items) => {
            format!("[{}]", items.iter().map(value_meant).collect::<Vec<_>>().join(", "))
        }
        toml::Value::Table(table) => {
            let pairs = table.iter().map(|(key, value)| format!("{key} = {}", value_meant(value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// `48h` as `172800 s`, `1KiB` as `1024 B`.
fn quantity(text: &str) -> Option<String> {
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let number: u64 = text[..end].parse().ok()?;
    let seconds = |factor: u64| Some(format!("{} s", number * factor));
    let bytes = |factor: u64| Some(format!("{} B", number * factor));
    match &text[end..] {
        "ms" => Some(format!("{}.{:03} s", number / 1000, number % 1000)),
        "s" => seconds(1),
        "m" => seconds(60),
        "h" => seconds(3600),
        "d" => seconds(24 * 3600),
        "B" => bytes(1),
        "kB" => bytes(1000),
        "MB" => bytes(1_000_000),
        "GB" => bytes(1_000_000_000),
        "KiB" => bytes(1 << 10),
        "MiB" => bytes(1 << 20),
        "GiB" => bytes(1 << 30),
        _ => None,
    }
}

/// The entries of a list: a line that is not indented begins one.
fn entries(text: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match entries.last_mut().filter(|_| line.starts_with(' ') || line.is_empty()) {
            Some(entry) => *entry += &format!("{line}\n"),
            None => entries.push(format!("{line}\n")),
        }
    }
    entries
}

/// What is in one list and not in the other.
fn missing(from: &[String], all: &[String]) -> String {
    let mut left = from.to_vec();
    let missing = all.iter().filter(|entry| match left.iter().position(|other| other == *entry) {
        Some(known) => {
            left.swap_remove(known);
            false
        }
        None => true,
    });
    missing.cloned().collect()
}

#[test]
fn helps_that_can_be_typed_mean_what_was_meant() {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let (mut list, mut wrong, mut meanings) = (String::new(), String::new(), Vec::new());
    for path in paths {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for finding in judge(&text) {
            for help in &finding.help {
                let Some(typed) = applied(stem, &text, &finding, help) else { continue };
                meanings.push(typed.meaning);
                list += &typed.entry;
                if !typed.gone {
                    writeln!(wrong, "{stem}: `{}` is still there after: {help}", finding.title).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let expected = directory().join("helps.txt");
    if std::env::var_os("TRACEWRIGHT_BLESS").is_some() {
        std::fs::write(&expected, &list).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&expected).unwrap_or_default(), list, "TRACEWRIGHT_BLESS=1 writes it");
    let meant = entries(&std::fs::read_to_string(directory().join("meant.txt")).unwrap_or_default());
    let (says, lacks) = (missing(&meant, &meanings), missing(&meanings, &meant));
    assert!(says.is_empty() && lacks.is_empty(), "a help says\n{says}and meant.txt has\n{lacks}");
    println!("promise: helps typed literally | {} | cargo", meanings.len());
    println!("promise: helps that say what was meant | {} | cargo", meant.len());
}

#[test]
fn an_example_never_moves_a_port_a_release_or_a_retention() {
    for path in std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        for finding in judge(&std::fs::read_to_string(&path).unwrap()) {
            let examples = finding.help.iter().filter_map(|help| help.strip_prefix("for example: "));
            for example in examples {
                let key = example.split(" = ").next().unwrap();
                let risky = ["version", "port", "retention", "grpc", "http", "internal", "metrics", "health"];
                assert!(!risky.contains(&key), "{}: {example}", path.display());
            }
        }
    }
}
