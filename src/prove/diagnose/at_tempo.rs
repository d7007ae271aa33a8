//! What Tempo itself did with the spans, by its counters and its own edges.

use super::Scene;
use super::way::Undelivered;
use crate::prove::cause::{Failure, FailureCause, Limit, Mismatch};
use crate::prove::peer::Peer;
use crate::prove::route::Store;

impl Scene<'_> {
    pub(super) fn discarded_by_tempo(&self) -> Option<Failure> {
        let (before, after) = self.store_counters()?;
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
    pub(super) fn refused_by_tempo(&self) -> Option<Failure> {
        let (before, after) = self.store_counters()?;
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

    /// All collectors passed it on, or there is none.
    pub(super) fn tempo_kept_it(&self) -> Failure {
        let Some((before, after)) = self.store_counters() else {
            let unready = self.unready();
            let cause = if unready.is_some() { FailureCause::NotReady } else { FailureCause::Lost };
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
            FailureCause::NotReady
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

    pub(super) fn inside_tempo(&self, mismatch: Mismatch, mut evidence: Vec<String>) -> Failure {
        let peer = self.reader.internal.clone().unwrap_or_else(|| "its own gRPC server".to_owned());
        if let Some(Peer::Tls(_)) = self.internal {
            evidence.push(format!("{peer} answers a TLS handshake"));
        }
        evidence.extend(self.tempo_evidence());
        let edge = self.reader.internal_edge.clone();
        let cause = FailureCause::Internal(mismatch);
        Failure { store: Store::Tempo, edge, peer, cause, evidence }
    }

    /// The counters of Tempo that tell what it did with the spans.
    pub(super) fn tempo_evidence(&self) -> Vec<String> {
        let Some((before, after)) = self.store_counters() else { return Vec::new() };
        let mut evidence: Vec<String> = ["tempo_receiver_accepted_spans", "tempo_receiver_refused_spans"]
            .map(|name| after.evidence(before, name))
            .into();
        let appends = "tempo_distributor_ingester_append_failures_total";
        if after.get(appends) > 0.0 {
            evidence.push(after.evidence(before, appends));
        }
        evidence.push(after.evidence(before, "tempo_query_frontend_connected_clients"));
        evidence
    }
}
