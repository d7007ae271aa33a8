//! Proofs as text: one line an endpoint that is proven, the cause with its evidence otherwise.

use crate::prove::{Endpoint, Failure, FailureCause, NotTried, SignalProof, Store, Tally, Timings};
use crate::text::redact_line;
use std::fmt::Write;
use std::time::Duration;

/// What became of one listener.
#[derive(Clone, Debug)]
pub enum ProofOutcome {
    /// What was sent came back.
    Proven(Timings),
    /// It did not.
    Failed(Failure),
    /// It could not be tried.
    NotTried(NotTried),
    /// Numbered items, and the failure where not all came back.
    Counted(Tally, Option<Failure>),
}

impl From<SignalProof> for ProofOutcome {
    fn from(proof: SignalProof) -> Self {
        match proof {
            SignalProof::Proven(timings) => Self::Proven(timings),
            SignalProof::Failed(failure) => Self::Failed(failure),
            SignalProof::CouldNotRun(not) => Self::NotTried(not),
        }
    }
}

impl ProofOutcome {
    /// Whether something did not come back.
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Counted(_, Some(_)))
    }

    /// Whether it did not come back because a collector is not through yet and keeps trying.
    pub fn is_retrying(&self) -> bool {
        matches!(self, Self::Failed(failure) if failure.cause == FailureCause::ExporterRetrying)
    }

    /// Whether nothing was sent.
    pub fn is_not_tried(&self) -> bool {
        matches!(self, Self::NotTried(_))
    }

    /// In one word.
    pub fn word(&self) -> &'static str {
        match self {
            _ if self.is_failed() => "failed",
            Self::NotTried(_) => "not tried",
            _ => "proven",
        }
    }
}

/// All endpoints in their order.
pub fn text(outcomes: &[(Endpoint, ProofOutcome)]) -> String {
    let mut text = String::new();
    for (endpoint, outcome) in outcomes {
        one(&mut text, endpoint, outcome).expect("writing to a string does not fail");
    }
    text
}

fn one(text: &mut String, endpoint: &Endpoint, outcome: &ProofOutcome) -> std::fmt::Result {
    writeln!(text, "{}  app.{}: {}", outcome.word(), endpoint.name, way(endpoint))?;
    match outcome {
        ProofOutcome::Proven(timings) => writeln!(
            text,
            "  {} came back whole: accepted after {}, readable after {}",
            sent(endpoint.store),
            milliseconds(timings.accepted),
            milliseconds(timings.readable)
        ),
        ProofOutcome::Counted(tally, failure) => {
            let Tally { accepted, returned, .. } = tally;
            let took = (milliseconds(tally.sending), milliseconds(tally.whole));
            writeln!(
                text,
                "  {accepted} {} accepted in {}, {returned} came back within {}",
                endpoint.store.items(),
                took.0,
                took.1
            )?;
            failure.iter().try_for_each(|failure| failed(text, failure))
        }
        ProofOutcome::Failed(failure) => failed(text, failure),
        ProofOutcome::NotTried(not) => writeln!(text, "  {}\n  edge: {}", not.reason, not.edge),
    }
}

fn failed(text: &mut String, failure: &Failure) -> std::fmt::Result {
    let finding = failure.finding();
    writeln!(text, "  error[{}]: {}\n  edge: {}", finding.code, finding.title, failure.edge)?;
    for line in &failure.evidence {
        writeln!(text, "  seen: {line}")?;
    }
    for line in &finding.help {
        writeln!(text, "  help: {line}")?;
    }
    Ok(())
}

/// `http/protobuf to http://127.0.0.1:4318/v1/traces, collector.main, tempo`.
fn way(endpoint: &Endpoint) -> String {
    let hops = hops(endpoint).join(", ");
    format!("{} to {}, {hops}", endpoint.dial.protocol, redact_line(&endpoint.dial.url))
}

/// What a proof sends of a signal.
pub fn sent(store: Store) -> &'static str {
    match store {
        Store::Tempo => "a trace",
        Store::Prometheus => "a metric point",
        Store::Loki => "a log record",
    }
}

/// Who passes it on, in order; the last keeps it.
pub(super) fn hops(endpoint: &Endpoint) -> Vec<String> {
    let collectors = endpoint.through.iter().map(|collector| format!("collector.{}", collector.name));
    collectors.chain(std::iter::once(endpoint.store.name().to_lowercase())).collect()
}

fn milliseconds(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}
