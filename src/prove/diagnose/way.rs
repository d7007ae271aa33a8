//! Where the spans stayed: every answer was good and the trace is not there.
//!
//! Counters tell the place. Why a collector cannot deliver is told by a trace sent as its exporter
//! sends, or else by its log.

use super::Scene;
use crate::prove::cause::{Failure, FailureCause, Limit, Mismatch};
use crate::prove::counters::Counters;
use crate::prove::edge::{Dialled, EdgeFailure};
use crate::prove::route::{Dial, RouteCollector};
use crate::prove::said;
use crate::prove::send::Sent;
use crate::prove::words::{self, host_of};

/// Why a collector cannot deliver.
struct Undelivered {
    /// The cause, where one is named.
    cause: Option<FailureCause>,
    /// Whether the address that the wiring names was seen to fail, and not only the log told so.
    seen: bool,
    evidence: Vec<String>,
}

impl Scene<'_> {
    /// The trace is unknown to Tempo, and its API works.
    pub(super) fn stages(&self, answered: Vec<String>) -> Failure {
        let failure = self
            .discarded()
            .or_else(|| self.refused_by_tempo())
            .or_else(|| (0..self.endpoint.through.len()).find_map(|index| self.collector(index)))
            .unwrap_or_else(|| self.tempo_kept_it());
        Failure { evidence: [answered, failure.evidence].concat(), ..failure }
    }

    /// Some spans came back, and these did not.
    pub(super) fn incomplete(&self, missing: &[u32]) -> Failure {
        let cause = FailureCause::SpansMissing(missing.to_vec());
        // A collector that passed some on keeps no others for want of a pipeline.
        let lost = |failure: &Failure| failure.cause != FailureCause::NotForwarded;
        let collectors = 0..self.endpoint.through.len();
        let known =
            self.discarded().or_else(|| collectors.filter_map(|index| self.collector(index)).find(lost));
        match known {
            Some(failure) => {
                let said = cause.title(&failure.peer);
                Failure { evidence: [vec![said], failure.evidence].concat(), ..failure }
            }
            None => self.at_reader(cause, self.tempo_evidence()),
        }
    }

    fn discarded(&self) -> Option<Failure> {
        let (before, after) = self.tempo_counters()?;
        let discarded = "tempo_discarded_spans_total";
        let reasons = after.risen_labels(before, discarded);
        let cause = match *reasons.first()? {
            "rate_limited" => FailureCause::Limit(Limit::Rate),
            "trace_too_large" => FailureCause::Limit(Limit::TraceSize),
            "live_traces_exceeded" => FailureCause::Limit(Limit::LiveTraces),
            _ => FailureCause::ReceivedNotStored,
        };
        let evidence = format!("{}, reason {}", after.evidence(before, discarded), reasons.join(", "));
        Some(self.at_receiver(cause, vec![evidence]))
    }

    /// Spans reached Tempo's receiver, and Tempo refused them itself: an edge that is then spoken
    /// of lies inside of it.
    fn refused_by_tempo(&self) -> Option<Failure> {
        let (before, after) = self.tempo_counters()?;
        if after.rise(before, "tempo_receiver_refused_spans") <= 0.0 {
            return None;
        }
        let told = self.endpoint.through.len().checked_sub(1).map(|last| self.undelivered(last));
        let Some(Undelivered { cause, evidence, .. }) = told else {
            return Some(self.at_receiver(FailureCause::ReceivedNotStored, self.tempo_evidence()));
        };
        Some(match cause {
            Some(FailureCause::Edge(mismatch)) => self.inside_tempo(mismatch, evidence),
            cause => {
                let evidence = [evidence, self.tempo_evidence()].concat();
                self.at_receiver(cause.unwrap_or(FailureCause::ReceivedNotStored), evidence)
            }
        })
    }

    /// The collector at which the spans stayed, if it is this one.
    fn collector(&self, index: usize) -> Option<Failure> {
        let before = self.before.collectors.get(index).and_then(Option::as_ref);
        let after = self.after.collectors.get(index).and_then(Option::as_ref);
        let Some((before, after)) = before.zip(after) else {
            let seen = self.undelivered(index).cause.is_some();
            return seen.then(|| self.kept_by(index, FailureCause::ExporterRetrying, Vec::new()));
        };
        let (cause, shown) = kept(before, after)?;
        let evidence = shown.iter().map(|name| after.evidence(before, name)).collect();
        Some(match cause {
            // Nothing fails and it could deliver: an error in its log is an old one.
            FailureCause::NotForwarded if self.delivers(index) => self.at_collector(index, cause, evidence),
            cause => self.kept_by(index, cause, evidence),
        })
    }

    /// The failure of a collector that holds or loses spans: why it cannot deliver, or else what it
    /// does.
    pub(super) fn kept_by(&self, index: usize, cause: FailureCause, counted: Vec<String>) -> Failure {
        let why = self.undelivered(index);
        let evidence = [counted, why.evidence].concat();
        match why.cause {
            None => self.at_collector(index, cause, evidence),
            Some(own @ (FailureCause::QueueFull | FailureCause::Limit(Limit::Memory))) => {
                self.at_collector(index, own, evidence)
            }
            Some(root) => {
                let failure = self.at_collector(index, root, evidence);
                let forward = self.endpoint.through[index].forwards.as_ref().filter(|_| why.seen);
                let peer = match forward {
                    Some(forward) => host_of(&forward.dial.url),
                    None => format!("the address that {} sends to", failure.peer),
                };
                Failure { peer, ..failure }
            }
        }
    }

    /// Whether what is sent as this collector sends is taken.
    fn delivers(&self, index: usize) -> bool {
        matches!(self.hops.get(index), Some(Some((Sent::Accepted, _))))
    }

    /// Whether a line of its log says no more than that the one it sends to was away when it last tried:
    /// now what is sent there is taken.
    fn was_away(&self, index: usize, line: &str, cause: Option<&FailureCause>) -> bool {
        let away = matches!(cause, Some(FailureCause::Edge(Mismatch::NobodyListens | Mismatch::NoAnswer)));
        let forward = self.endpoint.through[index].forwards.as_ref();
        away && self.delivers(index) && forward.is_some_and(|to| line.contains(&host_of(&to.dial.url)))
    }

    fn undelivered(&self, index: usize) -> Undelivered {
        let collector = &self.endpoint.through[index];
        let log = self.logs.get(index).and_then(Option::as_deref);
        let logged = log.and_then(|log| said::newest(log, "Exporting failed"));
        let line = logged
            .as_ref()
            .map(|(line, _)| format!("collector `{}` logged: {}", collector.name, words::log_error(line)));
        let sent = self.hop(index, collector);
        let seen = sent.is_some();
        let (cause, evidence) = match sent {
            Some((cause, said)) => (Some(cause), Some(said)),
            None => {
                let named = logged.filter(|(line, cause)| !self.was_away(index, line, cause.as_ref()));
                (named.and_then(|(_, cause)| cause), None)
            }
        };
        Undelivered { cause, seen, evidence: [evidence, line].into_iter().flatten().collect() }
    }

    /// The cause seen by sending as the exporter does, where that failed too.
    fn hop(&self, index: usize, collector: &RouteCollector) -> Option<(FailureCause, String)> {
        let (sent, peer) = self.hops.get(index)?.as_ref()?;
        if matches!(sent, Sent::Accepted) {
            return None;
        }
        let dial = &collector.forwards.as_ref()?.dial;
        match Dialled::endpoint(dial, peer.as_ref()).of_sent(sent) {
            EdgeFailure::NotTried(_) => None,
            EdgeFailure::Cause(cause, said) => {
                Some((cause, format!("sent as collector `{}` sends: {said}", collector.name)))
            }
        }
    }

    /// All collectors passed it on, or there is none.
    fn tempo_kept_it(&self) -> Failure {
        let Some((before, after)) = self.tempo_counters() else {
            let unready = self.unready();
            let cause = if unready.is_some() { FailureCause::TempoNotReady } else { FailureCause::Lost };
            return self.at_reader(cause, unready.into_iter().collect());
        };
        let restarted = after.restarted_since(before);
        let mut evidence = self.tempo_evidence();
        if !restarted && after.rise(before, "tempo_receiver_accepted_spans") <= 0.0 {
            return match self.endpoint.through.len().checked_sub(1) {
                // What it counts as sent may have gone to another of its exporters: its log tells.
                Some(last) => self.kept_by(last, FailureCause::ForwardedElsewhere, evidence),
                None => self.at_endpoint(FailureCause::ForwardedElsewhere, evidence),
            };
        }
        // Traces are counted as created up to 11 s late; bytes at once.
        let stored = ["tempo_ingester_bytes_received_total", "tempo_live_store_bytes_received_total"];
        let shown = stored.iter().filter(|name| after.shows(name));
        evidence.extend(shown.map(|name| after.evidence(before, name)));
        let cause = if restarted {
            evidence.push("Tempo was restarted meanwhile: its counters began anew".to_owned());
            FailureCause::ReceivedNotStored
        } else if let Some(unready) = self.unready() {
            evidence.insert(0, unready);
            FailureCause::TempoNotReady
        } else if stored.iter().all(|name| after.rise(before, name) <= 0.0) {
            FailureCause::ReceivedNotStored
        } else if let Some(difference) = self.tenants_differ() {
            evidence.push(difference);
            FailureCause::OtherTenant
        } else {
            FailureCause::NotYetReadable
        };
        match cause {
            FailureCause::ReceivedNotStored => self.at_receiver(cause, evidence),
            cause => self.at_reader(cause, evidence),
        }
    }

    fn tenants_differ(&self) -> Option<String> {
        let written = match self.endpoint.through.last() {
            None => tenant(&self.endpoint.dial),
            Some(collector) => tenant(&collector.forwards.as_ref()?.dial),
        }?;
        let read = self.reader.tenant.as_ref()?;
        (written != read).then(|| format!("written as tenant `{written}`, read as tenant `{read}`"))
    }
}

fn tenant(dial: &Dial) -> Option<&String> {
    let mut headers = dial.headers.iter();
    headers.find(|(name, _)| name.eq_ignore_ascii_case("x-scope-orgid")).map(|(_, tenant)| tenant)
}

/// What a collector did with spans it did not pass on, and the counters that show it; nothing if it
/// passed them on.
fn kept(before: &Counters, after: &Counters) -> Option<(FailureCause, Vec<&'static str>)> {
    let (accepted, sent) = ("otelcol_receiver_accepted_spans", "otelcol_exporter_sent_spans");
    let (failed, full) = ("otelcol_exporter_send_failed_spans", "otelcol_exporter_enqueue_failed_spans");
    let queue = "otelcol_exporter_queue_size";
    let risen = |name| after.rise(before, name) > 0.0;
    if risen(full) {
        Some((FailureCause::QueueFull, vec![full, queue]))
    } else if risen(failed) {
        Some((FailureCause::ExporterDropped, vec![failed, sent]))
    } else if risen(sent) {
        None
    } else if after.get(queue) > 0.0 {
        Some((FailureCause::ExporterRetrying, vec![queue, sent]))
    } else {
        Some((FailureCause::NotForwarded, vec![accepted, sent, queue]))
    }
}
