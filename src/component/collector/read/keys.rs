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
        None => {
            gone(page, root, release);
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

/// For releases without a table: the keys that are known to have gone.
fn gone(page: &mut FileReading<'_>, root: &Node, release: CollectorReading) {
    for (way, _) in GONE.iter().filter(|(_, first)| release.minor() >= *first) {
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

/// The keys of an OTLP receiver, for the program that embeds it.
pub fn otlp_receiver() -> Option<Keys> {
    KEYS.below(&["receivers", "otlp"])
}
