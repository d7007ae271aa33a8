//! The counters of engines that tell where spans stay, read from their Prometheus text.
//!
//! Only the few that are looked at are kept. A series that is absent counts 0: both engines make
//! most of them at first use.

use crate::model::dataflow::Signal;
use std::collections::BTreeMap;

/// When a process began, by which a restart is told even if it counted nothing before.
const STARTED: &str = "process_start_time_seconds";

/// What a collector holds, batches that wait to be tried again included.
pub(super) const QUEUE: &str = "otelcol_exporter_queue_size";

/// A counter that is kept, with the label that tells its values apart, and what its labels must hold.
struct Kept(&'static str, &'static str, &'static [&'static str]);

/// Those of the stores: Tempo, Prometheus (whose requests count where they hand points in), Loki.
const STORES: &[Kept] = &[
    Kept(STARTED, "", &[]),
    Kept("tempo_receiver_accepted_spans", "", &[]),
    Kept("tempo_receiver_refused_spans", "", &[]),
    Kept("tempo_distributor_ingester_append_failures_total", "", &[]),
    Kept("tempo_ingester_bytes_received_total", "", &[]),
    Kept("tempo_live_store_bytes_received_total", "", &[]),
    Kept("tempo_discarded_spans_total", "reason", &[]),
    Kept("tempo_query_frontend_connected_clients", "", &[]),
    Kept("prometheus_http_requests_total", "code", &["\"/api/v1/otlp/v1/metrics\"", "\"/api/v1/write\""]),
    Kept("prometheus_tsdb_out_of_order_samples_total", "", &[]),
    Kept("prometheus_tsdb_out_of_bound_samples_total", "", &[]),
    Kept("prometheus_tsdb_too_old_samples_total", "", &[]),
    Kept("loki_distributor_lines_received_total", "", &[]),
    Kept("loki_discarded_samples_total", "reason", &[]),
];

/// Those of a collector for one signal.
pub(super) struct CollectorCounters {
    pub(super) accepted: &'static str,
    pub(super) sent: &'static str,
    pub(super) failed: &'static str,
    pub(super) full: &'static str,
}

impl CollectorCounters {
    /// The counters of a signal; none of one that nothing here sends.
    pub(super) fn of(signal: Signal) -> Option<Self> {
        Some(match signal {
            Signal::Traces => Self {
                accepted: "otelcol_receiver_accepted_spans",
                sent: "otelcol_exporter_sent_spans",
                failed: "otelcol_exporter_send_failed_spans",
                full: "otelcol_exporter_enqueue_failed_spans",
            },
            Signal::Metrics => Self {
                accepted: "otelcol_receiver_accepted_metric_points",
                sent: "otelcol_exporter_sent_metric_points",
                failed: "otelcol_exporter_send_failed_metric_points",
                full: "otelcol_exporter_enqueue_failed_metric_points",
            },
            Signal::Logs => Self {
                accepted: "otelcol_receiver_accepted_log_records",
                sent: "otelcol_exporter_sent_log_records",
                failed: "otelcol_exporter_send_failed_log_records",
                full: "otelcol_exporter_enqueue_failed_log_records",
            },
            Signal::Profiles => return None,
        })
    }
}

/// What a collector counts of each signal it has.
const COLLECTOR: &[Kept] = &[
    Kept("otelcol_receiver_accepted_spans", "", &[]),
    Kept("otelcol_receiver_refused_spans", "", &[]),
    Kept("otelcol_exporter_sent_spans", "", &[]),
    Kept("otelcol_exporter_send_failed_spans", "", &[]),
    Kept("otelcol_exporter_enqueue_failed_spans", "", &[]),
    Kept("otelcol_receiver_accepted_metric_points", "", &[]),
    Kept("otelcol_receiver_refused_metric_points", "", &[]),
    Kept("otelcol_exporter_sent_metric_points", "", &[]),
    Kept("otelcol_exporter_send_failed_metric_points", "", &[]),
    Kept("otelcol_exporter_enqueue_failed_metric_points", "", &[]),
    Kept("otelcol_receiver_accepted_log_records", "", &[]),
    Kept("otelcol_receiver_refused_log_records", "", &[]),
    Kept("otelcol_exporter_sent_log_records", "", &[]),
    Kept("otelcol_exporter_send_failed_log_records", "", &[]),
    Kept("otelcol_exporter_enqueue_failed_log_records", "", &[]),
    Kept(QUEUE, "data_type", &[]),
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
            let kept = STORES.iter().chain(COLLECTOR).find(|Kept(watched, ..)| *watched == name);
            let Some(Kept(name, label, only)) = kept else { continue };
            if only.is_empty() || only.iter().any(|part| labels.contains(part)) {
                *counters.entry((*name, label_value(labels, label))).or_insert(0.0) += value;
            }
        }
        Self(counters)
    }

    /// Those of one signal: of what waits, what waits of that signal, where the collector tells them apart.
    pub(super) fn of_signal(mut self, signal: Signal) -> Self {
        let own = signal.to_string();
        self.0.retain(|(name, label), _| *name != QUEUE || label.is_empty() || *label == own);
        self
    }

    /// The sum of a counter over all its labels.
    pub(super) fn get(&self, name: &str) -> f64 {
        // The sum of nothing is -0, which would be shown so.
        self.0.iter().filter(|((counter, _), _)| *counter == name).fold(0.0, |sum, (_, value)| sum + value)
    }

    /// Every counter that is shown, summed over its labels.
    pub(super) fn sums(&self) -> BTreeMap<&'static str, f64> {
        let counters = self.0.keys().map(|(name, _)| *name).filter(|name| *name != STARTED);
        counters.map(|name| (name, self.get(name))).collect()
    }

    /// Whether the engine shows this counter at all.
    pub(super) fn shows(&self, name: &str) -> bool {
        self.0.keys().any(|(counter, _)| *counter == name)
    }

    /// Whether the engine began anew after `before`: what only rises has fallen, or it says so.
    pub(super) fn restarted_since(&self, before: &Self) -> bool {
        self.get(STARTED) > before.get(STARTED)
            || before.0.iter().any(|((name, label), &was)| rises(name) && self.at(name, label) < was)
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
    let of = |items: &str| name.find(&format!("{items}__")).map(|at| &name[..at + items.len()]);
    ["_spans", "_metric_points", "_log_records"].into_iter().find_map(of).unwrap_or(name)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "tests read recordings")]

    use super::*;
    use proptest::prelude::*;

    fn recorded(name: &str) -> Counters {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/metrics");
        Counters::read(&std::fs::read_to_string(format!("{directory}/{name}.txt")).unwrap())
    }

    #[test]
    fn what_the_engines_print_is_read() {
        let good = recorded("tempo-2.10.8-good");
        assert_eq!(good.get("tempo_receiver_accepted_spans"), 6.0);
        assert_eq!(good.get("tempo_ingester_bytes_received_total"), 1040.0);
        assert_eq!(good.get("tempo_query_frontend_connected_clients"), 20.0);
        assert!(recorded("tempo-3.0.3-good").get("tempo_live_store_bytes_received_total") > 0.0);
        let incident = recorded("tempo-2.10.8-incident");
        assert_eq!(incident.rise(&Counters::default(), "tempo_receiver_refused_spans"), 10.0);
        assert_eq!(incident.get("tempo_query_frontend_connected_clients"), 0.0);
        let full = recorded("otelcol-0.159-queue-full");
        assert_eq!(full.get("otelcol_exporter_enqueue_failed_spans"), 8.0);
        assert_eq!(full.get("otelcol_exporter_queue_size"), 2.0);
    }

    #[test]
    fn suffixes_of_all_versions_are_one_name() {
        for name in [
            "otelcol_exporter_sent_spans",
            "otelcol_exporter_sent_spans_total",
            "otelcol_exporter_sent_spans__spans__total",
            "otelcol_exporter_sent_spans__spans_",
        ] {
            assert_eq!(plain_name(name), "otelcol_exporter_sent_spans");
        }
    }

    #[test]
    fn a_restart_is_told() {
        let before = Counters::read("process_start_time_seconds 10\ntempo_receiver_accepted_spans 9\n");
        let fell = Counters::read("process_start_time_seconds 10\ntempo_receiver_accepted_spans 3\n");
        let began = Counters::read("process_start_time_seconds 20\ntempo_receiver_accepted_spans 9\n");
        assert!(fell.restarted_since(&before) && began.restarted_since(&before));
        assert_eq!(fell.rise(&before, "tempo_receiver_accepted_spans"), 3.0);
        assert!(!before.restarted_since(&before));
    }

    #[test]
    fn labels_tell_values_apart() {
        let text = "tempo_discarded_spans_total{reason=\"rate_limited\",tenant=\"a\"} 2\n\
                    tempo_discarded_spans_total{reason=\"trace_too_large\",tenant=\"a\"} 5\n";
        let after = Counters::read(text);
        let risen = after.risen_labels(&Counters::default(), "tempo_discarded_spans_total");
        assert_eq!(risen, ["trace_too_large", "rate_limited"]);
    }

    /// One queue for each signal of an exporter: what waits of another one is none of this.
    #[test]
    fn what_waits_is_told_by_signal() {
        let text = "otelcol_exporter_queue_size{data_type=\"metrics\",exporter=\"otlp_http/a\"} 3\n\
                    otelcol_exporter_queue_size{data_type=\"logs\",exporter=\"otlp_http/b\"} 5\n\
                    prometheus_http_requests_total{code=\"200\",handler=\"/metrics\"} 7\n\
                    prometheus_http_requests_total{code=\"200\",handler=\"/api/v1/write\"} 2\n";
        let all = Counters::read(text);
        assert_eq!(all.get(QUEUE), 8.0);
        assert_eq!(all.get("prometheus_http_requests_total"), 2.0);
        assert_eq!(all.of_signal(Signal::Logs).get(QUEUE), 5.0);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(tempo_receiver_accepted_spans|[a-z{}=\", 0-9eE+.-]|\n){0,40}") {
            Counters::read(&text);
        }
    }
}
