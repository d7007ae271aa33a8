//! A collector's configuration as the collector reads it.
//!
//! Only what a pipeline or `service.extensions` uses counts: a receiver on a taken port that no
//! pipeline names opens nothing (seen on 0.159). Called by [`crate::topology`].

mod exporters;
mod keys;
mod own;
pub mod receivers;
mod release;
mod silent;
mod types;
mod variables;

pub use keys::otlp_receiver;
pub use release::CollectorReading;

use crate::format::page::{FileReading, Start};
use crate::format::yaml::{Node, YamlEntry};
use crate::model::dataflow::{Joint, Sends, ServerTlsMode, Takes};
use receivers::Rules;
use release::kind_of;
use std::collections::{BTreeMap, BTreeSet};

/// Reads a whole configuration into the page's topology.
pub fn read(page: &mut FileReading<'_>, root: &Node, release: CollectorReading) {
    let rules = Rules {
        default_address: release.default_address(),
        empty_tls: release.empty_tls(),
        half_tls: ServerTlsMode::StartFails,
        needs_protocol: true,
    };
    keys::check(page, root, release);
    types::check(page, root, release);
    variables::check(page, root);
    let pipelines = root.at(&["service", "pipelines"]).map(|entry| entry.value.entries()).unwrap_or_default();
    let is_whole = matches!(page.start, Start::Alone(_))
        || (!pipelines.is_empty() && root.get("receivers").is_some() && root.get("exporters").is_some());
    if !is_whole {
        page.is_excerpt();
    }
    if pipelines.is_empty() {
        page.not_read("service.pipelines", "there is no pipeline, so this file alone starts nothing");
    }
    for (id, entry) in used(page, root, pipelines, "receivers") {
        let before = page.topology.listeners.len();
        receivers::read(page, entry.entry, &format!("receivers.{id}"), rules);
        for listener in &mut page.topology.listeners[before..] {
            listener.takes = Takes { pipelines: entry.pipelines.clone(), ..Takes::default() };
        }
    }
    used(page, root, pipelines, "processors");
    for (id, entry) in used(page, root, pipelines, "exporters") {
        let setting = format!("exporters.{id}");
        let before = page.topology.clients.len();
        match kind_of(id) {
            "otlp" | "otlp_grpc" => exporters::grpc(page, entry.entry, &setting),
            "otlphttp" | "otlp_http" => exporters::http(page, entry.entry, &setting, entry.signal),
            kind => silent::exporter(page, entry.entry, &setting, (kind, rules)),
        }
        for client in &mut page.topology.clients[before..] {
            client.sends = Sends { pipelines: entry.pipelines.clone(), ..Sends::default() };
        }
    }
    join(page, root, pipelines);
    if pipelines.is_empty() {
        return;
    }
    silent::own_telemetry(page, root);
    own::extensions(page, root, rules);
    own::metrics(page, root, release);
}

/// A component that some pipeline names.
struct Used<'a> {
    entry: &'a YamlEntry,
    /// The signal it is used for; `traces` where that is one of several.
    signal: &'a str,
    /// The ids of those pipelines.
    pipelines: BTreeSet<String>,
}

/// Where a connector leads: from each pipeline that names it as an exporter to each that names it as a
/// receiver.
fn join(page: &mut FileReading<'_>, root: &Node, pipelines: &[YamlEntry]) {
    let names = |pipeline: &YamlEntry, kind: &str, id: &str| {
        let items = pipeline.value.get(kind).map(Node::items).unwrap_or_default();
        items.iter().filter_map(Node::scalar).any(|scalar| scalar.text == id)
    };
    let connectors = root.get("connectors").map(Node::entries).unwrap_or_default();
    for id in connectors.iter().map(|entry| entry.key.as_str()) {
        for from in pipelines.iter().filter(|pipeline| names(pipeline, "exporters", id)) {
            for to in pipelines.iter().filter(|pipeline| names(pipeline, "receivers", id)) {
                let (from, to) = (from.key.clone(), to.key.clone());
                page.topology.joints.push(Joint { program: page.program, from, to });
            }
        }
    }
}

/// All components of a kind that pipelines name, by id. A reference that leads nowhere is a fault;
/// one that leads to a connector is none of this reader's.
fn used<'a>(
    page: &mut FileReading<'_>,
    root: &'a Node,
    pipelines: &'a [YamlEntry],
    kind: &str,
) -> BTreeMap<&'a str, Used<'a>> {
    let defined = root.get(kind);
    let connectors = root.get("connectors");
    let mut all: BTreeMap<&str, Used<'_>> = BTreeMap::new();
    let what = kind.trim_end_matches('s');
    // Where no pipeline is written, everything that is defined may be used by one that stands elsewhere.
    if pipelines.is_empty() {
        let defined = defined.map(Node::entries).unwrap_or_default().iter();
        let used = |entry: &'a YamlEntry| Used { entry, signal: "traces", pipelines: BTreeSet::new() };
        return defined.map(|entry| (entry.key.as_str(), used(entry))).collect();
    }
    let excerpt = page.topology.programs[page.program].excerpt;
    for pipeline in pipelines {
        let signal = kind_of(&pipeline.key);
        if kind != "processors"
            && !excerpt
            && pipeline.value.get(kind).is_none_or(|node| node.items().is_empty())
        {
            page.fault(pipeline.key_span.clone(), format!("a pipeline must have at least one {what}"));
        }
        for item in pipeline.value.get(kind).map(Node::items).unwrap_or_default() {
            let Some(id) = item.scalar().map(|scalar| scalar.text.as_str()) else { continue };
            if let Some(entry) = defined.and_then(|node| node.entry(id)) {
                let used = all.entry(id).or_insert(Used { entry, signal, pipelines: BTreeSet::new() });
                used.pipelines.insert(pipeline.key.clone());
                if signal == "traces" {
                    used.signal = signal;
                }
            } else if connectors.and_then(|node| node.entry(id)).is_some() {
                // A connector is none of this reader's.
            } else if excerpt {
                page.not_read(&format!("{kind}.{id}"), "it may stand in a file that this one is merged with");
            } else {
                page.fault(item.span.clone(), format!("references {what} `{id}` which is not configured"));
            }
        }
    }
    all
}
