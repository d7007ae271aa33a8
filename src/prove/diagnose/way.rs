//! Where what was sent stayed: every answer was good and it is not there.
//!
//! Counters tell the place. Why a collector cannot deliver is told by an item sent as its exporter
//! sends, or else by its log.

use super::Scene;
use crate::prove::cause::{Failure, FailureCause, Limit, Mismatch};
use crate::prove::counters::{CollectorCounters, Counters, QUEUE};
use crate::prove::edge::{Dialled, EdgeFailure};
use crate::prove::route::{Dial, RouteCollector, Store};
use crate::prove::said;
use crate::prove::send::Sent;
use crate::prove::words::{self, host_of};

/// Why a collector cannot deliver.
pub(super) struct Undelivered {
    /// The cause, where one is named.
    pub(super) cause: Option<FailureCause>,
    /// Whether the address that the wiring names was seen to fail, and not only the log told so.
    seen: bool,
    pub(super) evidence: Vec<String>,
}

impl Scene<'_> {
    /// What was sent is unknown to the store, and its API works.
    pub(super) fn stages(&self, answered: Vec<String>) -> Failure {
        let failure = self
            .discarded()
            .or_else(|| (0..self.endpoint.through.len()).find_map(|index| self.collector(index)))
            .unwrap_or_else(|| match self.store() {
                Store::Tempo => self.tempo_kept_it(),
                Store::Prometheus | Store::Loki => self.store_kept_it(),
            });
        Failure { evidence: [answered, failure.evidence].concat(), ..failure }
    }

    /// The store itself says that it refused or discarded it.
    fn discarded(&self) -> Option<Failure> {
        match self.store() {
            Store::Tempo => self.discarded_by_tempo().or_else(|| self.refused_by_tempo()),
            Store::Prometheus | Store::Loki => None,
        }
    }

    /// Some of it came back, and these did not.
    pub(super) fn incomplete(&self, missing: &[u32]) -> Failure {
        let cause = FailureCause::Missing(missing.to_vec());
        // A collector that passed some on keeps no others for want of a pipeline.
        let lost = |failure: &Failure| failure.cause != FailureCause::NotForwarded;
        let collectors = 0..self.endpoint.through.len();
        let known = match self.store() {
            Store::Tempo => self.discarded_by_tempo(),
            Store::Prometheus | Store::Loki => self.refused_by_store(),
        };
        let known = known.or_else(|| collectors.filter_map(|index| self.collector(index)).find(lost));
        match known {
            Some(failure) => {
                let said = cause.title(&failure.peer, self.store());
                Failure { evidence: [vec![said], failure.evidence].concat(), ..failure }
            }
            None => self.at_reader(cause, self.store_evidence()),
        }
    }

    /// The collector at which it stayed, if it is this one.
    fn collector(&self, index: usize) -> Option<Failure> {
        let before = self.before.collectors.get(index).and_then(Option::as_ref);
        let after = self.after.collectors.get(index).and_then(Option::as_ref);
        let Some((before, after)) = before.zip(after) else {
            let seen = self.undelivered(index).cause.is_some();
            return seen.then(|| self.kept_by(index, FailureCause::ExporterRetrying, Vec::new()));
        };
        let (cause, shown) = kept(self.store(), (before, after))?;
        let evidence = shown.iter().map(|name| after.evidence(before, name)).collect();
        Some(match cause {
            // Nothing fails and it could deliver: an error in its log is an old one.
            FailureCause::NotForwarded if self.delivers(index) => self.at_collector(index, cause, evidence),
            cause => self.kept_by(index, cause, evidence),
        })
    }

    /// The failure of a collector that holds or loses something: why it cannot deliver, or else what it
    /// does.
    pub(super) fn kept_by(&self, index: usize, cause: FailureCause, counted: Vec<String>) -> Failure {
        let why = self.undelivered(index);
        let evidence = [counted, why.evidence].concat();
        let refused = || self.refused_by_store().filter(|_| index + 1 == self.endpoint.through.len());
        match why.cause {
            // Nothing at the address keeps it from delivering: what it sent was not to be taken.
            None if cause == FailureCause::ExporterDropped
                && let Some(failure) = refused() =>
            {
                Failure { evidence: [evidence, failure.evidence].concat(), ..failure }
            }
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
        let away = match cause {
            Some(FailureCause::Edge(Mismatch::NobodyListens | Mismatch::NoAnswer)) => true,
            // All that it logs of a refusal is the status, which is also that of a wrong address.
            Some(FailureCause::Edge(_) | FailureCause::NotOtlp) => self.store() != Store::Tempo,
            _ => false,
        };
        let forward = self.endpoint.through[index].forwards.as_ref();
        away && self.delivers(index) && forward.is_some_and(|to| line.contains(&host_of(&to.dial.url)))
    }

    pub(super) fn undelivered(&self, index: usize) -> Undelivered {
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

    pub(super) fn tenants_differ(&self) -> Option<String> {
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

/// What a collector did with items it did not pass on, and the counters that show it; nothing if it
/// passed them on.
fn kept(store: Store, (before, after): (&Counters, &Counters)) -> Option<(FailureCause, Vec<&'static str>)> {
    let CollectorCounters { accepted, sent, failed, full } = CollectorCounters::of(store.signal())?;
    let queue = QUEUE;
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
