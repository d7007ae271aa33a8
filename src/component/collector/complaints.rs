//! What `otelcol validate` says, read from runs of 0.144 and 0.159.
//!
//! It exits with 0 and silence, or with 1 and one `Error:` whose lines nest: a section and a component,
//! keys inside it, and at the end what is wrong there.

use crate::component::complaint::{self, Complaint, KeyWay};
use crate::format::yaml::{self, Node, YamlLibrary};

/// The complaints in what it printed.
pub fn complaints(said: &str, file: &str) -> Vec<Complaint> {
    let root = yaml::parse(file, YamlLibrary::V3).map_or_else(|_| Node::nothing(), |document| document.root);
    let mut way = KeyWay::from(&root);
    let mut found: Vec<Complaint> = Vec::new();
    let error = said.lines().skip_while(|line| !line.starts_with("Error: "));
    for line in error.filter_map(wordy) {
        let complaint = match quoted(line) {
            Some((subject, rest)) => about(&mut way, (subject, rest), line),
            None => Some(in_component(&root, (line, file))),
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
fn about(way: &mut KeyWay<'_>, (subject, rest): (&str, &str), line: &str) -> Option<Complaint> {
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
    let place = match rest.strip_prefix("has invalid keys: ") {
        Some(unknown) => way.key(unknown.split(", ").next().unwrap_or_default()),
        None => way.place(),
    };
    Some(Complaint::at(line, place))
}

/// `processors::batch: send_batch_max_size must be greater or equal to send_batch_size`. What it means is
/// the first word that is a key or a value of the component.
fn in_component(root: &Node, (line, file): (&str, &str)) -> Complaint {
    let mut way = KeyWay::from(root);
    let mut words = line;
    while let Some((key, rest)) = path(words) {
        way.enter(&[key.to_owned()]);
        words = rest;
    }
    if let Some((_, numbered)) = words.split_once("yaml: line ") {
        let (number, words) = numbered.split_once(": ").unwrap_or((numbered, words));
        let at = number.parse().ok().and_then(|number| complaint::line(file, number, None));
        return Complaint::at(words, at);
    }
    let plain = words.split(' ').map(|word| word.trim_matches(|letter| "'\":,".contains(letter)));
    let place = plain.filter(|word| word.len() > 2).find_map(|word| way.inside(word));
    Complaint::at(words, place.or(way.place()))
}

/// The first step of a path: what stands before `::` or `: ` and is one word.
fn path(words: &str) -> Option<(&str, &str)> {
    let steps = ["::", ": "].into_iter().filter_map(|sign| words.split_once(sign));
    steps.min_by_key(|(key, _)| key.len()).filter(|(key, _)| !key.contains([' ', '\'', '"']))
}

/// `readers[0].pull.exporter` as keys. An empty name stands for an embedded type.
fn keys(text: &str) -> Vec<String> {
    text.split(['.', '[', ']']).filter(|key| !key.is_empty()).map(str::to_owned).collect()
}
