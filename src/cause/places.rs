//! What two renderings of a stack differ in, as finely as a reviewer speaks of it.

use super::settings::{Settings, settings};
use crate::model::desired::{Content, Desired, DesiredFile};
use crate::model::names::TargetPath;
use crate::text::TextFormat;
use std::collections::{BTreeMap, BTreeSet};

/// A place in a rendered file that can differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FilePlace {
    /// The file.
    pub path: TargetPath,
    /// What of it.
    pub part: FilePlacePart,
}

/// What of a file differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FilePlacePart {
    /// The file is there on one side only, or is another kind of file.
    Whole,
    /// Its owner or its mode.
    Rights,
    /// What its certificate says.
    Certificate,
    /// One of its settings, by its key.
    Setting(String),
    /// Something that has no key.
    Text,
}

/// Every place in which two renderings differ.
pub fn places(before: &Desired, after: &Desired) -> BTreeSet<FilePlace> {
    let (before, after) = (by_path(before), by_path(after));
    let paths: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let mut found = BTreeSet::new();
    for path in paths {
        let parts = match (before.get(path), after.get(path)) {
            (Some(before), Some(after)) if before == after => continue,
            (Some(before), Some(after)) => parts(path, before, after),
            _ => vec![FilePlacePart::Whole],
        };
        found.extend(parts.into_iter().map(|part| FilePlace { path: (*path).clone(), part }));
    }
    found
}

fn by_path(desired: &Desired) -> BTreeMap<&TargetPath, &DesiredFile> {
    desired.files.iter().map(|((_, path), file)| (path, file)).collect()
}

fn parts(path: &TargetPath, before: &DesiredFile, after: &DesiredFile) -> Vec<FilePlacePart> {
    let rights = (&before.scope, &before.owner, before.mode) != (&after.scope, &after.owner, after.mode);
    let mut parts = if rights { vec![FilePlacePart::Rights] } else { Vec::new() };
    match (&before.content, &after.content) {
        (before, after) if before == after => {}
        (Content::Certificate(_), Content::Certificate(_)) => parts.push(FilePlacePart::Certificate),
        (before, after) => parts.extend(texts(path, before, after)),
    }
    parts
}

fn texts(path: &TargetPath, before: &Content, after: &Content) -> Vec<FilePlacePart> {
    match (text_of(path, before), text_of(path, after)) {
        (Some(before), Some(after)) => {
            changed_keys(&before, &after).into_iter().map(FilePlacePart::Setting).collect()
        }
        _ => vec![FilePlacePart::Whole],
    }
}

/// The settings of a rendered file that has a text.
pub(super) fn text_of(path: &TargetPath, content: &Content) -> Option<Settings> {
    match content {
        Content::Whole(text) => settings(TextFormat::of_path(path.as_str()), text),
        Content::Block { lines, .. } => settings(TextFormat::Environment, &lines.join("\n")),
        Content::Certificate(_) | Content::PrivateKey(_) => None,
    }
}

/// The keys that two texts hold differently, or that only one has.
pub fn changed_keys(before: &Settings, after: &Settings) -> BTreeSet<String> {
    let keys = before.keys().chain(after.keys());
    let value = |settings: &'_ Settings, key: &str| settings.get(key).map(|setting| setting.value.clone());
    keys.filter(|key| value(before, key) != value(after, key)).cloned().collect()
}
