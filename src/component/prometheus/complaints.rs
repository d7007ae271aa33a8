//! What `promtool check config --syntax-only` says, read from runs of 2.42 and 3.16.
//!
//! It exits with 1 on a file that it refuses, and names the line in the words of its YAML library.

use crate::component::complaint::{Complaint, line};

/// The complaints in what it printed.
pub(super) fn complaints(said: &str, file: &str) -> Vec<Complaint> {
    let faults = said.lines().filter_map(|line| line.trim().split_once("FAILED:").map(|(_, words)| words));
    let further = said.lines().map(str::trim).filter(|line| line.starts_with("line "));
    let mut found: Vec<Complaint> = Vec::new();
    for words in faults.chain(further).map(str::trim).filter(|words| !words.ends_with("unmarshal errors:")) {
        let complaint = complaint(words, file);
        if !found.contains(&complaint) {
            found.push(complaint);
        }
    }
    found
}

fn complaint(words: &str, file: &str) -> Complaint {
    let place = words.split_once("line ").and_then(|(_, place)| place.split_once(": "));
    let numbered = place.and_then(|(number, words)| Some((number.parse::<usize>().ok()?, words)));
    let Some((number, words)) = numbered else {
        // The file is told beside it.
        let named = words.strip_prefix("parsing YAML file ").and_then(|rest| rest.split_once(": "));
        return Complaint::at(named.map_or(words, |(_, words)| words), None);
    };
    let key = words.strip_prefix("field ").and_then(|rest| rest.split(' ').next());
    Complaint::at(words, line(file, number, key))
}

#[cfg(test)]
mod tests {
    use super::complaints;

    #[test]
    fn answers_are_read() {
        let head = "Checking /p.yml\n  FAILED: parsing YAML file /p.yml: ";
        let answers = [
            (
                "yaml: unmarshal errors:\n  line 2: field foo not found in type config.plain",
                "field foo not found in type config.plain",
                Some(11..14),
            ),
            ("not a valid duration string: \"x\"", "not a valid duration string: \"x\"", None),
            (
                "yaml: line 1: did not find expected node content",
                "did not find expected node content",
                Some(0..10),
            ),
        ];
        for (said, words, at) in answers {
            let found = complaints(&format!("{head}{said}\n\n"), "global: {}\nfoo: 1\n");
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!((found[0].words.as_str(), found[0].at.clone()), (words, at));
        }
    }
}
