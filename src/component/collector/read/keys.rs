//! Keys that the collector does not know: it refuses a file for any of them.

use super::release::CollectorReading;
use crate::format::keys::{Keys, keys};
use crate::format::page::FileReading;
use crate::format::yaml::Node;
use std::ops::RangeInclusive;

/// Tables of keys, newest first, each with the first and the last minor release that it holds for.
static TABLES: [((u16, u16), Keys); 2] = [
    ((160, 165), keys!(include_str!("../keys-0.160.txt"))),
    ((144, 159), keys!(include_str!("../keys.txt"))),
];

/// Holds a configuration against the table of its release.
pub fn check(page: &mut FileReading<'_>, root: &Node, release: CollectorReading) {
    let minor = release.minor();
    match TABLES.iter().find(|((first, last), _)| (*first..=*last).contains(&minor)) {
        Some(((first, _), keys)) => {
            keys.check(page, root, "");
            gone(page, root, *first + 1..=minor);
        }
        None => {
            gone(page, root, 0..=minor);
            page.not_read("", "there is no table of the keys of this release");
        }
    }
}

/// Keys that came to an end, with the first release that refuses them (the collector's `CHANGELOG.md`). `*`
/// stands for any key.
const GONE: &[(&[&str], u16)] = &[
    (&["service", "telemetry", "metrics", "address"], 128),
    (&["exporters", "*", "sending_queue", "blocking"], 129),
    (&["exporters", "*", "batcher"], 130),
    (&["receivers", "otlp", "protocols", "http", "idle_timeout"], 165),
    (&["receivers", "otlp", "protocols", "http", "keep_alives_enabled"], 165),
    (&["exporters", "*", "idle_conn_timeout"], 165),
    (&["exporters", "*", "max_idle_conns"], 165),
    (&["exporters", "*", "max_idle_conns_per_host"], 165),
    (&["exporters", "*", "disable_keep_alives"], 165),
];

/// The keys that are known to have gone with one of these releases; a table knows what went before its own.
fn gone(page: &mut FileReading<'_>, root: &Node, releases: RangeInclusive<u16>) {
    for (way, _) in GONE.iter().filter(|(_, first)| releases.contains(first)) {
        find(page, root, way, "");
    }
}

fn find(page: &mut FileReading<'_>, node: &Node, way: &[&str], path: &str) {
    let Some((key, rest)) = way.split_first() else { return };
    for entry in node.entries().iter().filter(|entry| *key == "*" || entry.key == *key) {
        let path = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
        if rest.is_empty() {
            page.unknown_key(path, None, entry.key_span.clone());
        } else {
            find(page, &entry.value, rest, &path);
        }
    }
}

/// The keys of an OTLP receiver, for the program that embeds one of an older release.
pub fn otlp_receiver() -> Option<Keys> {
    TABLES[1].1.below(&["receivers", "otlp"])
}
