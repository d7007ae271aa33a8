//! Keys that Tempo does not know: its parser is strict, and refuses a file for any of them.

use super::release::{Edition, TempoReading};
use crate::component::collector::read::otlp_receiver;
use crate::format::keys::nearest;
use crate::format::page::FileReading;
use crate::format::yaml::Node;
use crate::model::dataflow::Suggestion;

/// Receivers that are compiled in (the text of the error on 2.10.8 and 3.0.3 lists them).
const RECEIVERS: &[&str] = &["otlp", "kafka", "jaeger", "zipkin"];

/// Switches that left with 2.0, where what they switched is always on (Tempo's CHANGELOG, 2.0).
const ALWAYS_ON: &[&str] = &["search_enabled", "metrics_generator_enabled"];

/// Holds a configuration against the table of its release line. Receivers are an untyped map to that
/// parser, and judged when they are built, just as strictly.
pub fn check(page: &mut FileReading<'_>, root: &Node, release: &'static TempoReading, edition: Edition) {
    let before = page.topology.unknown_keys.len();
    release.keys.check(page, root, "");
    for key in &mut page.topology.unknown_keys[before..] {
        // A key of another line is no slip of the pen: nothing of this line that looks like it is meant.
        let way: Vec<&str> = key.path.split('.').collect();
        if let Some(line) = release.others().find(|other| other.keys.knows(&way)) {
            key.suggestion = Some(Suggestion::OtherLine(line.name.to_owned()));
        }
        if ALWAYS_ON.contains(&key.path.as_str()) {
            key.suggestion = Some(Suggestion::AlwaysOn("2.0".to_owned()));
        }
    }
    let receivers =
        root.at(&["distributor", "receivers"]).map(|entry| entry.value.entries()).unwrap_or_default();
    for entry in receivers {
        let kind = entry.key.split('/').next().unwrap_or_default();
        let path = format!("distributor.receivers.{}", entry.key);
        if kind == "opencensus" && edition.holds_opencensus() != Some(false) {
            if edition.holds_opencensus().is_none() {
                page.not_read(
                    &path,
                    "the receiver `opencensus` left with 2.10.6; which patch release runs is not known",
                );
            }
        } else if !RECEIVERS.contains(&kind) {
            let near = nearest(kind, RECEIVERS.iter().copied()).map(Suggestion::Near);
            page.unknown_key(path, near, entry.key_span.clone());
        } else if kind == "otlp"
            && let Some(keys) = otlp_receiver()
        {
            keys.check(page, &entry.value, &path);
        }
    }
}
