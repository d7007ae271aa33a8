//! What an engine says against a file of its own, and where in the file that is: what the homes read its words into.

use crate::format::yaml::Node;
use crate::text::redact_cut;
use std::ops::Range;

/// The most of an engine's words that is shown.
const LONGEST: usize = 300;

/// One fault or warning in an engine's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// What it says.
    pub words: String,
    /// The bytes of the file that it means, where it tells.
    pub at: Option<Range<usize>>,
    /// Whether the engine starts all the same.
    pub harmless: bool,
}

impl Complaint {
    /// A fault at a place.
    pub fn at(words: &str, at: Option<Range<usize>>) -> Self {
        Self { words: shown(words), at, harmless: false }
    }

    /// A warning.
    pub fn harmless(words: &str) -> Self {
        Self { words: shown(words), at: None, harmless: true }
    }
}

/// A text of an engine's, without secrets and not longer than a finding can carry.
fn shown(words: &str) -> String {
    redact_cut(words.trim(), LONGEST)
}

/// The bytes of a line, counted from 1, without the white space around it. Where a word is given and
/// stands in that line: of the word alone.
pub fn line(text: &str, number: usize, word: Option<&str>) -> Option<Range<usize>> {
    let before: usize = text.split_inclusive('\n').take(number.checked_sub(1)?).map(str::len).sum();
    let line = text.lines().nth(number - 1)?;
    if let Some((word, at)) = word.and_then(|word| line.find(word).map(|at| (word, at))) {
        return Some(before + at..before + at + word.len());
    }
    let start = before + line.len() - line.trim_start().len();
    Some(start..start + line.trim().len())
}

/// A way of keys into a YAML file, as far as the file has it.
#[derive(Clone, Debug)]
pub struct KeyWay<'a> {
    root: &'a Node,
    keys: Vec<String>,
}

impl<'a> KeyWay<'a> {
    /// The root of a file.
    pub fn from(root: &'a Node) -> Self {
        Self { root, keys: Vec::new() }
    }

    /// Follows keys from here or, where they do not stand here, from the nearest point above: engines
    /// nest what they say and do not tell where a nest ends. Keys that stand nowhere change nothing.
    pub fn enter(&mut self, keys: &[String]) {
        for length in (0..=self.keys.len()).rev() {
            let there = [&self.keys[..length], keys].concat();
            if !keys.is_empty() && find(self.root, &there).is_some() {
                self.keys = there;
                return;
            }
        }
    }

    /// A key that the engine does not know: the key itself, here or at the nearest point above.
    pub fn key(&self, key: &str) -> Option<Range<usize>> {
        let above = (0..=self.keys.len()).rev().filter_map(|length| find(self.root, &self.keys[..length]));
        let entry = above.filter_map(|(node, _)| node.entry(key)).next();
        entry.map(|entry| entry.key_span.clone()).or_else(|| self.place())
    }

    /// A key that stands right here, or a value anywhere inside.
    pub fn inside(&self, word: &str) -> Option<Range<usize>> {
        let (node, _) = find(self.root, &self.keys).filter(|_| !self.keys.is_empty())?;
        node.entry(word).map(crate::format::yaml::YamlEntry::place).or_else(|| scalar(node, word))
    }

    /// The place of the last key; `None` at the root.
    pub fn place(&self) -> Option<Range<usize>> {
        find(self.root, &self.keys).filter(|_| !self.keys.is_empty()).map(|(_, place)| place)
    }
}

/// The first value with this text.
fn scalar(node: &Node, text: &str) -> Option<Range<usize>> {
    if node.scalar().is_some_and(|scalar| scalar.text == text) {
        return Some(node.span.clone());
    }
    let values = node.entries().iter().map(|entry| &entry.value).chain(node.items());
    values.into_iter().find_map(|value| scalar(value, text))
}

/// What stands at the end of a way, and its place: of an entry that of its value or key, of an element its
/// own.
fn find<'a>(root: &'a Node, keys: &[String]) -> Option<(&'a Node, Range<usize>)> {
    let (mut node, mut place) = (root, root.span.clone());
    for key in keys {
        if let Some(entry) = node.entry(key) {
            (node, place) = (&entry.value, entry.place());
        } else {
            node = node.items().get(key.parse::<usize>().ok()?)?;
            place = node.span.clone();
        }
    }
    Some((node, place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::yaml::{YamlLibrary, parse};

    const FILE: &str = "a:\n  b: 1\n  c:\n    - d: two\n";

    #[test]
    fn a_line_is_underlined_without_its_margins() {
        let at = |number, word| line(FILE, number, word).map(|range| &FILE[range]);
        assert_eq!(at(2, None), Some("b: 1"));
        assert_eq!(at(4, Some("two")), Some("two"));
        assert_eq!(at(4, Some("three")), Some("- d: two"));
        assert_eq!(at(0, None), None);
        assert_eq!(at(9, None), None);
    }

    #[test]
    fn a_way_goes_on_from_the_nearest_point_above() {
        let document = parse(FILE, YamlLibrary::V3).unwrap();
        let keys = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut way = KeyWay::from(&document.root);
        let mut enter = |text: &str| {
            way.enter(&keys(text));
            way.place().map(|range| &FILE[range])
        };
        assert_eq!(enter("x"), None);
        assert_eq!(enter("a c 0 d"), Some("two"));
        assert_eq!(enter("b"), Some("1"));
        assert_eq!(enter("nowhere"), Some("1"));
    }

    #[test]
    fn words_are_bounded() {
        assert_eq!(shown(" a\u{1b}[1m\n"), "a<U+001B>[1m");
        assert_eq!(shown(&"x".repeat(9000)).len(), LONGEST + 3);
    }
}
