//! What `tempo -config.verify=true` says, read from runs of 2.10.8 and 3.0.3.
//!
//! It exits with 1 on a file it refuses and on one that it only warns of, so the words decide: faults
//! stand on lines of their own, warnings are log lines.

use crate::component::complaint::{Complaint, line};

/// The complaints in what it printed.
pub fn complaints(said: &str, file: &str) -> Vec<Complaint> {
    let mut found: Vec<Complaint> = Vec::new();
    for complaint in said.lines().filter_map(|line| complaint(line, file)) {
        if !found.contains(&complaint) {
            found.push(complaint);
        }
    }
    found
}

fn complaint(said: &str, file: &str) -> Option<Complaint> {
    if said.starts_with("level=") {
        let message = value(said, " msg=\"").filter(|message| !message.starts_with("--"))?;
        let words = value(said, " explain=\"").map_or(message.clone(), |why| format!("{message}: {why}"));
        return Some(Complaint::harmless(&words));
    }
    // The same text twice, once for each format of a block that has two.
    let said = said.split("; also failed in").next().unwrap_or_default().trim();
    if said.is_empty() || said.ends_with("unmarshal errors:") {
        return None;
    }
    let Some((_, place)) =
        said.split_once("line ").filter(|(before, _)| before.is_empty() || before.ends_with("yaml: "))
    else {
        return Some(Complaint::at(said.strip_prefix("failed parsing config: ").unwrap_or(said), None));
    };
    let (number, words) = place.split_once(": ")?;
    let at = number.parse().ok().and_then(|number| line(file, number, word(words)));
    Some(Complaint::at(words, at))
}

/// The word of the file that is meant: a key, or a value in back quotes.
fn word(words: &str) -> Option<&str> {
    let key = words.strip_prefix("field ").and_then(|rest| rest.split(' ').next());
    key.or_else(|| words.split('`').nth(1)).filter(|word| !word.is_empty())
}

/// A quoted value of a log line.
fn value(line: &str, name: &str) -> Option<String> {
    let (_, rest) = line.split_once(name)?;
    let mut value = String::new();
    let mut letters = rest.chars();
    while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
        value.push(if letter == '\\' { letters.next()? } else { letter });
    }
    Some(value)
}
