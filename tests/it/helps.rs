//! Helps typed literally: each help of each case in `tests/invalid` that can be typed is typed into its
//! file, and what it leads to stands in `tests/invalid/helps.txt`: the line as it was and as it is then.
//!
//! `TRACEWRIGHT_BLESS=1 cargo test` writes the list; read it before you keep it: each line must say what
//! was meant.

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

/// One line of the list, and whether the fault that the help is for is gone.
fn applied(stem: &str, text: &str, finding: &Finding, help: &str) -> Option<(String, bool)> {
    let before = judge(text);
    let after_text = typed(text, finding, help)?;
    let after = judge(&after_text);
    let count = |findings: &[Finding]| {
        findings.iter().filter(|other| (other.code, &other.title) == (finding.code, &finding.title)).count()
    };
    let (old, new) = changed(text, &after_text);
    let then = new_ones(&before, &after);
    let then = if then.is_empty() { String::new() } else { format!("\n    then {}", then.join(", ")) };
    Some((format!("{stem}\n    {old}\n    {new}{then}\n"), count(&after) < count(&before)))
}

#[test]
fn helps_that_can_be_typed_mean_what_was_meant() {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let (mut list, mut wrong, mut count) = (String::new(), String::new(), 0);
    for path in paths {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for finding in judge(&text) {
            for help in &finding.help {
                let Some((line, gone)) = applied(stem, &text, &finding, help) else { continue };
                count += 1;
                list += &line;
                if !gone {
                    writeln!(wrong, "{stem}: `{}` is still there after: {help}", finding.title).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    println!("promise: helps typed literally | {count} | cargo");
    let expected = directory().join("helps.txt");
    if std::env::var_os("TRACEWRIGHT_BLESS").is_some() {
        std::fs::write(&expected, &list).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&expected).unwrap_or_default(), list, "TRACEWRIGHT_BLESS=1 writes it");
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
