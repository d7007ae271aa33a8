//! What became of each endpoint, as programs read it. Times are whole milliseconds from the moment of sending.

use crate::prove::{Endpoint, Failure, Store, Tally};
use crate::report::proof::{ProofOutcome, hops};
use crate::text::redact_line;
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

/// Version of this document. The minor number only ever adds.
const FORMAT_VERSION: &str = "1.1";

/// What became of every endpoint.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProofDocument {
    /// Version of this document; the minor number only ever adds.
    format_version: &'static str,
    /// One for each signal of each application, in their order.
    pub proofs: Vec<ProofReport>,
}

/// What became of one endpoint.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProofReport {
    /// The application.
    pub app: String,
    /// `traces`, `metrics` or `logs`.
    pub signal: String,
    /// The edge on which it sends.
    pub edge: String,
    /// What it speaks.
    pub protocol: String,
    /// Where it sends to.
    pub url: String,
    /// Who passes it on, in order; the last keeps it: `tempo`, `prometheus` or `loki`.
    pub through: Vec<String>,
    /// `proven`, `failed`, or `not tried`.
    pub result: &'static str,
    /// Of one trace, point or record: when it was accepted.
    pub accepted_ms: Option<u64>,
    /// Of one trace, point or record: when it could be read back.
    pub readable_ms: Option<u64>,
    /// Of numbered spans: how many came back.
    pub spans: Option<ItemCount>,
    /// Of numbered spans, points or records: how many came back.
    pub counted: Option<ItemCount>,
    /// Why it failed.
    pub failure: Option<FailureReport>,
    /// Why it was not tried.
    pub reason: Option<String>,
}

/// Numbered spans, points or records.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ItemCount {
    /// How many were accepted.
    pub accepted: u32,
    /// How many came back.
    pub returned: u32,
    /// How long sending took.
    pub sending_ms: u64,
    /// How long it took until all were back.
    pub whole_ms: u64,
}

/// Why something did not come back.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FailureReport {
    /// Its stable name, as `explain CODE` takes it.
    pub code: String,
    /// One line.
    pub title: String,
    /// The edge where it stopped.
    pub edge: String,
    /// What was seen.
    pub seen: Vec<String>,
    /// Ways out, each to be typed.
    pub help: Vec<String>,
}

impl ProofDocument {
    /// Of what was tried.
    pub fn of(outcomes: &[(Endpoint, ProofOutcome)]) -> Self {
        let proofs = outcomes.iter().map(|(endpoint, outcome)| report(endpoint, outcome));
        Self { format_version: FORMAT_VERSION, proofs: proofs.collect() }
    }
}

fn report(endpoint: &Endpoint, outcome: &ProofOutcome) -> ProofReport {
    let timings = match outcome {
        ProofOutcome::Proven(timings) => Some(timings),
        _ => None,
    };
    let (tally, failed) = match outcome {
        ProofOutcome::Counted(tally, failed) => (Some(tally), failed.as_ref()),
        ProofOutcome::Failed(failed) => (None, Some(failed)),
        _ => (None, None),
    };
    ProofReport {
        app: endpoint.name.to_string(),
        signal: endpoint.store.signal().to_string(),
        edge: endpoint.edge.to_string(),
        protocol: endpoint.dial.protocol.as_str().to_owned(),
        url: redact_line(&endpoint.dial.url),
        through: hops(endpoint),
        result: outcome.word(),
        accepted_ms: timings.map(|timings| milliseconds(timings.accepted)),
        readable_ms: timings.map(|timings| milliseconds(timings.readable)),
        spans: tally.filter(|_| endpoint.store == Store::Tempo).map(counted),
        counted: tally.map(counted),
        failure: failed.map(failure),
        reason: match outcome {
            ProofOutcome::NotTried(not) => Some(not.reason.clone()),
            _ => None,
        },
    }
}

fn counted(tally: &Tally) -> ItemCount {
    ItemCount {
        accepted: tally.accepted,
        returned: tally.returned,
        sending_ms: milliseconds(tally.sending),
        whole_ms: milliseconds(tally.whole),
    }
}

fn failure(failure: &Failure) -> FailureReport {
    let finding = failure.finding();
    FailureReport {
        code: finding.code.0.to_owned(),
        title: finding.title.clone(),
        edge: failure.edge.to_string(),
        seen: failure.evidence.clone(),
        help: finding.help.iter().map(|help| help.text.clone()).collect(),
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
