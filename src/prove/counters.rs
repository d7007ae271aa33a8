//! The counters of engines that tell where spans stay, read from their Prometheus text.
//!
//! Only the few that are looked at are kept. A series that is absent counts 0: both engines make
//! most of them at first use.

use std::collections::BTreeMap;

/// Tempo's counters, each with the label that tells its values apart.
const TEMPO: &[(&str, &str)] = &[
    ("tempo_receiver_accepted_spans", ""),
    ("tempo_receiver_refused_spans", ""),
    ("tempo_distributor_ingester_append_failures_total", ""),
    ("tempo_ingester_bytes_received_total", ""),
    ("tempo_live_store_bytes_received_total", ""),
    ("tempo_discarded_spans_total", "reason"),
    ("tempo_query_frontend_connected_clients", ""),
];

/// The collector's.
const COLLECTOR: &[(&str, &str)] = &[
    ("otelcol_receiver_accepted_spans", ""),
    ("otelcol_receiver_refused_spans", ""),
    ("otelcol_exporter_sent_spans", ""),
    ("otelcol_exporter_send_failed_spans", ""),
    ("otelcol_exporter_enqueue_failed_spans", ""),
    ("otelcol_exporter_queue_size", ""),
];

/// What one engine counted at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Counters(BTreeMap<(&'static str, String), f64>);

impl Counters {
    /// Reads the text of `/metrics`. Lines that are no sample are passed over.
    pub(super) fn read(text: &str) -> Self {
        let mut counters = BTreeMap::new();
        for (name, labels, value) in text.lines().filter_map(sample) {
            let name = plain_name(name);
            if let Some((name, label)) = TEMPO.iter().chain(COLLECTOR).find(|(watched, _)| *watched == name) {
                *counters.entry((*name, label_value(labels, label))).or_insert(0.0) += value;
            }
        }
        Self(counters)
    }

    /// The sum of a counter over all its labels.
    pub(super) fn get(&self, name: &str) -> f64 {
        // The sum of nothing is -0, which would be shown so.
        self.0.iter().filter(|((counter, _), _)| *counter == name).fold(0.0, |sum, (_, value)| sum + value)
    }

    /// Whether the engine began anew after `before`: what only rises has fallen.
    pub(super) fn restarted_since(&self, before: &Self) -> bool {
        before.0.iter().any(|((name, label), &was)| rises(name) && self.at(name, label) < was)
    }

    /// How much a counter rose after `before`, over all its labels. After a restart all that was
    /// counted is new.
    pub(super) fn rise(&self, before: &Self, name: &str) -> f64 {
        let was = if self.restarted_since(before) { 0.0 } else { before.get(name) };
        self.get(name) - was
    }

    /// The values of a label whose counter rose, those that rose most first.
    pub(super) fn risen_labels(&self, before: &Self, name: &str) -> Vec<&str> {
        let mut risen: Vec<(&str, f64)> = self
            .0
            .iter()
            .filter(|((counter, _), _)| *counter == name)
            .map(|((_, label), value)| (label.as_str(), value - before.at(name, label)))
            .filter(|(_, rise)| *rise > 0.0)
            .collect();
        risen.sort_by(|a, b| b.1.total_cmp(&a.1));
        risen.into_iter().map(|(label, _)| label).collect()
    }

    /// A line of evidence: by how much the counter rose, or that it did not.
    pub(super) fn evidence(&self, before: &Self, name: &str) -> String {
        let now = self.get(name);
        if !rises(name) {
            return format!("`{name}` is {now}");
        }
        match self.rise(before, name) {
            rise if rise > 0.0 => format!("`{name}` rose by {rise} to {now}"),
            _ => format!("`{name}` stays at {now}"),
        }
    }

    fn at(&self, name: &str, label: &str) -> f64 {
        self.0
            .iter()
            .find(|((counter, value), _)| *counter == name && value == label)
            .map_or(0.0, |(_, value)| *value)
    }
}

/// Whether it only ever rises within one life of a process.
fn rises(name: &str) -> bool {
    !name.ends_with("queue_size") && !name.ends_with("connected_clients")
}

/// The collector's names have had suffixes, depending on version and reader: `_total`,
/// `__spans__spans__total`.
fn plain_name(name: &str) -> &str {
    if !name.starts_with("otelcol_") {
        return name;
    }
    let name = name.strip_suffix("_total").unwrap_or(name).trim_end_matches('_');
    name.split_once("_spans__").map_or(name, |(plain, _)| &name[..plain.len() + "_spans".len()])
}

/// Name, labels and value of a line, if it is a sample.
fn sample(line: &str) -> Option<(&str, &str, f64)> {
    if line.starts_with('#') {
        return None;
    }
    let (name, labels, rest) = match line.find('{') {
        Some(open) => {
            let close = line.rfind('}')?;
            (&line[..open], line.get(open + 1..close)?, &line[close + 1..])
        }
        None => {
            let (name, rest) = line.split_once(' ')?;
            (name, "", rest)
        }
    };
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some((name, labels, value))
}

fn label_value(labels: &str, wanted: &str) -> String {
    let parts = labels.split(',').filter_map(|label| label.split_once('='));
    let mut values = parts.filter(|(name, _)| *name == wanted).map(|(_, value)| value.trim_matches('"'));
    values.next().unwrap_or_default().to_owned()
}
