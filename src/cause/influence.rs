//! What follows from each key of a stack, found by varying it.

use super::drawing::rendered;
use super::places::{FilePlace, FilePlacePart, places};
use crate::diagnostic::KeyPath;
use crate::render::Templates;
use crate::toml::KeyTree;
use std::collections::BTreeSet;

/// A key, and what is another once the key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Influence {
    /// The key.
    pub key: KeyPath,
    /// Whether it is written; else its default makes what follows.
    pub written: bool,
    /// What follows.
    pub places: BTreeSet<FilePlace>,
}

impl Influence {
    /// Whether a setting of a file follows from it.
    pub fn makes(&self, place: &FilePlace) -> bool {
        self.places.contains(place)
    }
}

/// Every key of a stack that something follows from, those that move least first.
pub fn influences(raw: &KeyTree) -> Vec<Influence> {
    let templates = Templates::embedded();
    let Some(now) = rendered(raw, templates) else { return Vec::new() };
    let of_variation = |variation: crate::toml::Variation| {
        let drawn = variation.stacks.iter().filter_map(|stack| rendered(stack, templates));
        let moved = drawn.flat_map(|other| places(&now, &other));
        // A file that comes or leaves says nothing of the settings in it.
        let places: BTreeSet<_> = moved.filter(|place| place.part != FilePlacePart::Whole).collect();
        Influence { key: variation.path, written: variation.written, places }
    };
    let mut found: Vec<_> = raw.variations().into_iter().map(of_variation).collect();
    found.retain(|influence| !influence.places.is_empty());
    found.sort_by_key(|influence| (influence.places.len(), influence.key.clone()));
    found
}
