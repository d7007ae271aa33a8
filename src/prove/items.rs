//! What a proof sends of a signal, by numbers, and what of it came back.
//!
//! The one shape of all three signals: a group of numbered items under one id. How a signal words them is said in
//! `trace`, `point` and `record`, and chosen in `payload`.

use super::route::Store;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Marks everything of a proof, so that samplers keep it and people can hide it.
pub(super) const PROOF: &str = "tracewright.proof";

/// One run of the prover: the random part of all its ids, the name it sends under, and when it began. The signals
/// of an application share one.
#[derive(Clone, Debug)]
pub(super) struct ProofRun {
    id: [u8; 8],
    service: String,
    began: SystemTime,
}

impl ProofRun {
    /// A run with these random bytes.
    pub(super) fn new(id: [u8; 8], service_name: &str, began: SystemTime) -> Self {
        Self { id, service: format!("{service_name}-proof"), began }
    }

    /// The items of these numbers. The first of all numbers names the group, so parts of it can be sent one by one.
    pub(super) fn items(&self, store: Store, numbers: Range<u32>) -> ProofItems<'_> {
        ProofItems { run: self, store, numbers }
    }
}

/// One group of a run: a trace with its spans, a series with its points, records that name one id.
#[derive(Clone, Debug)]
pub(super) struct ProofItems<'r> {
    run: &'r ProofRun,
    pub(super) store: Store,
    pub(super) numbers: Range<u32>,
}

impl ProofItems<'_> {
    /// The numbers that are not among those seen.
    pub(super) fn missing(&self, seen: &SeenItems) -> Vec<u32> {
        self.numbers.clone().filter(|number| !seen.numbers.contains(number)).collect()
    }

    /// The service that they are sent under.
    pub(super) fn service(&self) -> &str {
        &self.run.service
    }

    /// When the run began, since 1970.
    pub(super) fn began(&self) -> Duration {
        self.run.began.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO)
    }

    /// The id of the group in hexadecimal digits: of a trace, as Tempo's API takes it.
    pub(super) fn hex(&self) -> String {
        self.id().iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a String takes all that is written");
            hex
        })
    }

    /// The id of the group.
    pub(super) fn id(&self) -> [u8; 16] {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.run.id);
        // Never all zero in its lower half: some samplers look only at that one.
        id[8..].copy_from_slice(&(u64::from(self.numbers.start) + 1).to_be_bytes());
        for (low, high) in id[8..14].iter_mut().zip(&self.run.id) {
            *low ^= high;
        }
        id
    }

    /// The id of the span of a number, and of what else speaks of that span.
    pub(super) fn span_id(&self, number: u32) -> Vec<u8> {
        let mut id = self.run.id;
        for (byte, digit) in id[4..].iter_mut().zip((number + 1).to_be_bytes()) {
            *byte ^= digit;
        }
        id.to_vec()
    }
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub(super) struct SeenItems {
    /// Each item's number once, however often it came.
    pub(super) numbers: BTreeSet<u32>,
    /// The first difference in an attribute, name or text.
    pub(super) altered: Option<String>,
}

impl SeenItems {
    /// Whether nothing of the group is known there.
    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.altered.is_none()
    }
}

/// A moment as OTLP writes it.
pub(super) fn nanoseconds(since_1970: Duration) -> u64 {
    u64::try_from(since_1970.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_run_are_all_different_and_never_zero() {
        for random in [[0; 8], [255; 8], [1, 2, 3, 4, 5, 6, 7, 8]] {
            let run = ProofRun::new(random, "shop", UNIX_EPOCH);
            let of = |numbers| run.items(Store::Tempo, numbers);
            let traces: BTreeSet<[u8; 16]> = (0..500).map(|start| of(start..start + 1).id()).collect();
            assert_eq!(traces.len(), 500);
            assert!(!traces.contains(&[0; 16]));
            let spans: BTreeSet<Vec<u8>> = (0..500).map(|number| of(0..500).span_id(number)).collect();
            assert_eq!(spans.len(), 500);
        }
    }

    /// One id over all signals: a trace leads to its records.
    #[test]
    fn the_signals_of_a_run_share_their_id() {
        let run = ProofRun::new([7; 8], "shop", UNIX_EPOCH);
        let ids = [Store::Tempo, Store::Prometheus, Store::Loki].map(|store| run.items(store, 0..1).hex());
        assert!(ids.iter().all(|id| *id == ids[0]));
    }
}
