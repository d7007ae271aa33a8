//! What `otelcol validate` says, read from runs of 0.144 and 0.159.
//!
//! It exits with 0 and silence, or with 1 and one `Error:` whose lines nest: a section and a component,
//! keys inside it, and at the end what is wrong there.

use super::complaint::{Complaint, Way};
use crate::topology::yaml::{self, Node};

/// The complaints in what it printed.
pub(super) fn complaints(said: &str, file: &str) -> Vec<Complaint> {
    let root = yaml::parse(file).map_or_else(|_| Node::nothing(), |document| document.root);
    let mut way = Way::from(&root);
    let mut found: Vec<Complaint> = Vec::new();
    let error = said.lines().skip_while(|line| !line.starts_with("Error: "));
    for line in error.filter_map(wordy) {
        let complaint = match quoted(line) {
            Some((subject, rest)) => about(&mut way, (subject, rest), line),
            None => Some(in_component(&root, line)),
        };
        found.extend(complaint.filter(|complaint| !found.contains(complaint)));
    }
    found
}

/// What a line says, without the stages it passed through; nothing where it only opens a nest.
fn wordy(line: &str) -> Option<&str> {
    const STAGES: [&str; 5] = [
        "Error: ",
        "failed to get config: ",
        "cannot unmarshal the configuration: ",
        "cannot resolve the configuration: ",
        "invalid configuration: ",
    ];
    let line = STAGES.iter().fold(line.trim(), |line, stage| line.strip_prefix(stage).unwrap_or(line));
    (!line.is_empty() && !opens(line)).then_some(line)
}

fn opens(text: &str) -> bool {
    text.starts_with("decoding failed due to the following error(s)")
}

/// `'tls' has invalid keys: ca`.
fn quoted(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix('\'')?.split_once("' ")
}

/// A line about a section, a key, or the Go type behind a block.
fn about(way: &mut Way<'_>, (subject, rest): (&str, &str), line: &str) -> Option<Complaint> {
    let id = |text: &str| text.split('"').nth(1).unwrap_or_default().to_owned();
    if let Some(component) = rest.strip_prefix("error reading configuration for ") {
        way.enter(&[subject.to_owned(), id(component)]);
        let words = component.split_once("\": ").map_or(component, |(_, words)| words);
        return (!opens(words)).then(|| Complaint::at(words, way.place()));
    }
    if let Some((_, component)) = rest.split_once(" for id: ") {
        way.enter(&[subject.to_owned(), id(component)]);
        return Some(Complaint::at(line, way.place()));
    }
    way.enter(&keys(subject));
    if opens(rest) {
        return None;
    }
    let mut inside = way.clone();
    if let Some(unknown) = rest.strip_prefix("has invalid keys: ") {
        inside.enter(&[unknown.split(", ").next().unwrap_or_default().to_owned()]);
    }
    Some(Complaint::at(line, inside.place()))
}

/// `processors::batch: send_batch_max_size must be greater or equal to send_batch_size`.
fn in_component(root: &Node, line: &str) -> Complaint {
    let mut way = Way::from(root);
    let Some((path, words)) = line.split_once(": ").filter(|(path, _)| path.contains("::")) else {
        return Complaint::at(line, None);
    };
    for key in path.split("::") {
        way.enter(&[key.to_owned()]);
    }
    // The key is the first word, or the first one in quotes.
    let first = words.split(' ').next().unwrap_or_default();
    let named = words.split(['\'', '"']).nth(1).unwrap_or_default();
    let mut inside = way.clone();
    for key in [first, named] {
        inside.enter(&keys(key));
    }
    Complaint::at(words, inside.place())
}

/// `readers[0].pull.exporter` as keys. An empty name stands for an embedded type.
fn keys(text: &str) -> Vec<String> {
    text.split(['.', '[', ']']).filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
#[path = "collector_tests.rs"]
mod tests;
