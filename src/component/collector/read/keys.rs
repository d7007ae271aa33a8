//! Keys that the collector does not know: it refuses a file for any of them.

use super::release::CollectorReading;
use crate::format::keys::{Keys, keys};
use crate::format::page::FileReading;
use crate::format::yaml::Node;

const KEYS: Keys = keys!(include_str!("../keys.txt"));

/// Holds a configuration against the table of its release.
pub fn check(page: &mut FileReading<'_>, root: &Node, release: CollectorReading) {
    match release.dialect() {
        Some(_) => KEYS.check(page, root, ""),
        None => page.not_read("", "there is no table of the keys of this release"),
    }
}

/// The keys of an OTLP receiver, for the program that embeds it.
pub fn otlp_receiver() -> Option<Keys> {
    KEYS.below(&["receivers", "otlp"])
}
