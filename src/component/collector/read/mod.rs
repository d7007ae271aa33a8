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
use release::CollectorReading;

use crate::component::prometheus::scrape;
use crate::component::{ConfigReader, FileRead};
pub use types::outside_core;

use crate::format::page::{FileReading, Start};
use crate::format::values::Expansion;
use crate::format::yaml::{Node, YamlEntry, YamlLibrary};
use crate::model::dataflow::{Joint, ProgramKind, Protocol, Sends, ServerTlsMode, Signal, Takes};
use receivers::Rules;
use release::kind_of;
use std::collections::{BTreeMap, BTreeSet};

/// Where a collector's files are, and how they are read.
pub static READER: ConfigReader = ConfigReader {
    kind: ProgramKind::Collector,
    places: &[
        "/etc/otelcol/config.yaml",
        "/etc/otelcol-contrib/config.yaml",
        "/etc/otelcol-k8s/config.yaml",
        "/etc/otelcol-otlp/config.yaml",
    ],
    directories: &[],
    in_home: Some(".config/otelcol"),
    in_path: Some("/.config/otelcol/"),
    words: &["receivers:", "exporters:", "receivers\":"],
    library: YamlLibrary::V3,
    is_own: |root| {
        let has = |way: &[&str]| root.at(way).is_some();
        has(&["service", "pipelines"]) && (has(&["receivers"]) || has(&["exporters"]))
    },
    in_repository: true,
    expansion: |_| Expansion::Collector,
    read: |page, root, given| {
        let (release, version) = CollectorReading::of(given, root);
        read(page, root, release);
        FileRead { version, data: Vec::new() }
    },
};

/// Reads a whole configuration into the page's topology.
fn read(page: &mut FileReading<'_>, root: &Node, release: CollectorReading) {
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
        if matches!(kind_of(id), "prometheus" | "prometheus_simple")
            && let Some(jobs) = entry.entry.value.at(&["config", "scrape_configs"])
        {
            scrape::jobs(page, &jobs.value, &format!("receivers.{id}"));
        }
        receivers::read(page, entry.entry, &format!("receivers.{id}"), rules);
        for listener in &mut page.topology.listeners[before..] {
            listener.takes = takes(&entry.pipelines, listener.takes.clone());
        }
    }
    used(page, root, pipelines, "processors");
    for (id, entry) in used(page, root, pipelines, "exporters") {
        let setting = format!("exporters.{id}");
        let before = page.topology.clients.len();
        match kind_of(id) {
            "otlp" | "otlp_grpc" => exporters::grpc(page, entry.entry, &setting),
            "otlphttp" | "otlp_http" => exporters::http(page, entry.entry, &setting, entry.signal),
            "prometheusremotewrite" | "prometheus_remote_write" => {
                exporters::write(page, entry.entry, (&setting, Protocol::RemoteWrite));
            }
            "loki" => exporters::write(page, entry.entry, (&setting, Protocol::LokiApi)),
            kind => silent::exporter(page, entry.entry, &setting, (kind, rules)),
        }
        for client in &mut page.topology.clients[before..] {
            client.sends = Sends { pipelines: entry.pipelines.clone(), ..client.sends.clone() };
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

/// What a receiver takes: the signals of the pipelines that it stands in.
fn takes(pipelines: &BTreeSet<String>, read: Takes) -> Takes {
    let signals = pipelines.iter().filter_map(|id| Signal::of_pipeline(id)).collect();
    // Without a pipeline nothing is known of it.
    let signals = (!pipelines.is_empty()).then_some(signals);
    Takes { pipelines: pipelines.clone(), signals, ..read }
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
    let (from, to) = (naming(pipelines, "exporters"), naming(pipelines, "receivers"));
    let connectors = root.get("connectors").map(Node::entries).unwrap_or_default();
    for id in connectors.iter().map(|entry| entry.key.as_str()) {
        let (Some(from), Some(to)) = (from.get(id), to.get(id)) else { continue };
        if page.topology.joints.len() + from.len() * to.len() > JOINTS {
            page.not_read("connectors", format!("more than {JOINTS} ways from pipeline to pipeline"));
            return;
        }
        for from in from {
            for to in to {
                let (from, to) = ((*from).to_owned(), (*to).to_owned());
                page.topology.joints.push(Joint { program: page.program, from, to });
            }
        }
    }
}

/// More ways through connectors are not followed.
const JOINTS: usize = 10_000;

/// The pipelines that name each component of a kind, in the order of the file.
fn naming<'a>(pipelines: &'a [YamlEntry], kind: &str) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for pipeline in pipelines {
        let items = pipeline.value.get(kind).map(Node::items).unwrap_or_default();
        for scalar in items.iter().filter_map(Node::scalar) {
            let names = all.entry(scalar.text.as_str()).or_default();
            if names.last() != Some(&pipeline.key.as_str()) {
                names.push(pipeline.key.as_str());
            }
        }
    }
    all
}

fn by_key<'a>(root: &'a Node, kind: &str) -> BTreeMap<&'a str, &'a YamlEntry> {
    let entries = root.get(kind).map(Node::entries).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.as_str(), entry)).collect()
}

/// All components of a kind that pipelines name, by id. A reference that leads nowhere is a fault;
/// one that leads to a connector is none of this reader's.
fn used<'a>(
    page: &mut FileReading<'_>,
    root: &'a Node,
    pipelines: &'a [YamlEntry],
    kind: &str,
) -> BTreeMap<&'a str, Used<'a>> {
    let (defined, connectors) = (by_key(root, kind), by_key(root, "connectors"));
    let mut all: BTreeMap<&str, Used<'_>> = BTreeMap::new();
    let what = kind.trim_end_matches('s');
    // Where no pipeline is written, everything that is defined may be used by one that stands elsewhere.
    if pipelines.is_empty() {
        let used = |entry: &'a YamlEntry| Used { entry, signal: "traces", pipelines: BTreeSet::new() };
        return defined.into_iter().map(|(id, entry)| (id, used(entry))).collect();
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
            if let Some(entry) = defined.get(id) {
                let used = all.entry(id).or_insert(Used { entry, signal, pipelines: BTreeSet::new() });
                used.pipelines.insert(pipeline.key.clone());
                if signal == "traces" {
                    used.signal = signal;
                }
            } else if connectors.contains_key(id) {
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
