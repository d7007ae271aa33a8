//! What Prometheus or Loki did with what was sent, by their counters.

use super::Scene;
use crate::prove::cause::{Failure, FailureCause, Limit};
use crate::prove::counters::Counters;
use crate::prove::route::Store;

/// Requests that were handed to Prometheus, by status.
const REQUESTS: &str = "prometheus_http_requests_total";
/// Samples that Prometheus refused.
const OUT_OF_ORDER: &str = "prometheus_tsdb_out_of_order_samples_total";
const TOO_OLD: [&str; 2] =
    ["prometheus_tsdb_out_of_bound_samples_total", "prometheus_tsdb_too_old_samples_total"];
/// Lines that reached Loki, and those that it refused, by reason.
const LINES: &str = "loki_distributor_lines_received_total";
const DISCARDED: &str = "loki_discarded_samples_total";

impl Scene<'_> {
    /// The store counts a refusal.
    pub(super) fn refused_by_store(&self) -> Option<Failure> {
        let (before, after) = self.store_counters()?;
        let risen = |name: &&str| after.rise(before, name) > 0.0;
        let (cause, evidence) = match self.store() {
            Store::Tempo => return None,
            Store::Prometheus if risen(&OUT_OF_ORDER) => {
                (FailureCause::OutOfOrder, after.evidence(before, OUT_OF_ORDER))
            }
            Store::Prometheus => {
                let name = TOO_OLD.into_iter().find(risen)?;
                (FailureCause::Age, after.evidence(before, name))
            }
            Store::Loki => {
                let reasons = after.risen_labels(before, DISCARDED);
                let evidence =
                    format!("{}, reason {}", after.evidence(before, DISCARDED), reasons.join(", "));
                (discarded(reasons.first()?), evidence)
            }
        };
        Some(self.at_receiver(cause, vec![evidence]))
    }

    /// All collectors passed it on, or there is none.
    pub(super) fn store_kept_it(&self) -> Failure {
        let unready = self.unready();
        let Some((before, after)) = self.store_counters() else {
            let cause = if unready.is_some() { FailureCause::NotReady } else { FailureCause::Lost };
            return self.at_reader(cause, unready.into_iter().collect());
        };
        if let Some(refused) = self.refused_by_store() {
            return refused;
        }
        let mut evidence = self.store_evidence();
        if after.restarted_since(before) {
            let name = self.store().name();
            evidence.push(format!("{name} was restarted meanwhile: its counters began anew"));
            return self.at_receiver(FailureCause::ReceivedNotStored, evidence);
        }
        if let Some(unready) = unready {
            evidence.insert(0, unready);
            return self.at_reader(FailureCause::NotReady, evidence);
        }
        if !received(self.store(), before, after) {
            return match self.endpoint.through.len().checked_sub(1) {
                // What it counts as sent may have gone to another of its exporters: its log tells.
                Some(last) => self.kept_by(last, FailureCause::ForwardedElsewhere, evidence),
                None => self.at_endpoint(FailureCause::ForwardedElsewhere, evidence),
            };
        }
        if let Some(difference) = self.tenants_differ() {
            evidence.push(difference);
            return self.at_reader(FailureCause::OtherTenant, evidence);
        }
        self.at_reader(FailureCause::NotYetReadable, evidence)
    }

    /// The counters of the store that tell what it did.
    pub(super) fn store_evidence(&self) -> Vec<String> {
        let Some((before, after)) = self.store_counters() else { return Vec::new() };
        match self.store() {
            Store::Tempo => self.tempo_evidence(),
            Store::Prometheus => vec![after.evidence(before, REQUESTS)],
            Store::Loki => vec![after.evidence(before, LINES)],
        }
    }
}

/// Whether anything reached it at all.
fn received(store: Store, before: &Counters, after: &Counters) -> bool {
    let name = if store == Store::Prometheus { REQUESTS } else { LINES };
    after.rise(before, name) > 0.0
}

/// The cause behind a reason of Loki's (3.7).
fn discarded(reason: &str) -> FailureCause {
    match reason {
        "rate_limited" | "per_stream_rate_limit" | "stream_limit" => FailureCause::Limit(Limit::Rate),
        "line_too_long" => FailureCause::Limit(Limit::MessageSize),
        "greater_than_max_sample_age" | "too_far_in_future" => FailureCause::Age,
        "out_of_order" | "too_far_behind" => FailureCause::OutOfOrder,
        "disallowed_structured_metadata" => FailureCause::MetadataOff,
        _ => FailureCause::ReceivedNotStored,
    }
}
