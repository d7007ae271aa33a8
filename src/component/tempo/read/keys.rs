//! Keys that Tempo does not know: its parser is strict, and refuses a file for any of them.

use super::release::TempoReading;
use crate::component::collector::read::otlp_receiver;
use crate::format::keys::nearest;
use crate::format::page::FileReading;
use crate::format::yaml::Node;

/// Receivers that are compiled in (the text of the error on 2.10.8 and 3.0.3 lists them).
const RECEIVERS: &[&str] = &["otlp", "kafka", "jaeger", "zipkin"];

/// Holds a configuration against the table of its release line. Receivers are an untyped map to that
/// parser, and judged when they are built, just as strictly.
pub fn check(page: &mut FileReading<'_>, root: &Node, release: &TempoReading) {
    release.keys.check(page, root, "");
    let receivers =
        root.at(&["distributor", "receivers"]).map(|entry| entry.value.entries()).unwrap_or_default();
    for entry in receivers {
        let kind = entry.key.split('/').next().unwrap_or_default();
        let path = format!("distributor.receivers.{}", entry.key);
        if !RECEIVERS.contains(&kind) {
            page.unknown_key(path, nearest(kind, RECEIVERS.iter().copied()), entry.key_span.clone());
        } else if kind == "otlp"
            && let Some(keys) = otlp_receiver()
        {
            keys.check(page, &entry.value, &path);
        }
    }
}
