//! From what went wrong and what was seen to one cause with its evidence. Pure: all looking is done.
//!
//! `answers` judges what the listener and Tempo's API said; where they said nothing wrong and the trace
//! is simply not there, `way` follows the spans by counters. The first that explains the failure is
//! the cause; what else was seen becomes its evidence.

mod answers;
#[cfg(test)]
mod tests;
mod way;

use super::NotTried;
use super::attempt::AttemptFailure;
use super::cause::{Failure, FailureCause, Mismatch};
use super::counters::Counters;
use super::gather::Snapshot;
use super::peer::Peer;
use super::route::{Endpoint, TempoReader};
use super::send::Sent;
use super::words::host_of;

/// All that is known about a proof that did not succeed.
pub(super) struct Scene<'s> {
    pub(super) endpoint: &'s Endpoint,
    pub(super) reader: &'s TempoReader,
    pub(super) before: &'s Snapshot,
    pub(super) after: Snapshot,
    /// What is spoken at the listener or at Tempo's API, whichever failed.
    pub(super) peer: Option<Peer>,
    /// Status and text of `/ready`.
    pub(super) ready: Option<(u16, String)>,
    /// What is spoken at Tempo's own gRPC server.
    pub(super) internal: Option<Peer>,
    /// For each collector, what became of a trace sent as its exporter sends.
    pub(super) hops: Vec<Option<(Sent, Option<Peer>)>>,
    /// For each collector, its newest log lines.
    pub(super) logs: Vec<Option<String>>,
    /// Tempo's newest log lines.
    pub(super) tempo_log: Option<String>,
}

/// Judges what went wrong.
///
/// # Errors
/// What failed says nothing about the stack: it could not even be tried.
pub(super) fn judge(scene: &Scene<'_>, trouble: &AttemptFailure) -> Result<Failure, NotTried> {
    Ok(match trouble {
        AttemptFailure::NotSent(sent) => scene.not_sent(sent)?,
        AttemptFailure::NotRead(read) => scene.not_read(read)?,
        AttemptFailure::Incomplete(missing) => scene.incomplete(missing),
        AttemptFailure::Altered(change) => scene.at_endpoint(FailureCause::Altered, vec![change.clone()]),
        AttemptFailure::NotReadByFrontend(read) => scene.not_read_by_frontend(read),
    })
}

/// The places a cause can have.
impl Scene<'_> {
    fn at_endpoint(&self, cause: FailureCause, evidence: Vec<String>) -> Failure {
        let endpoint = &self.endpoint;
        Failure { edge: endpoint.edge.clone(), peer: host_of(&endpoint.dial.url), cause, evidence }
    }

    fn at_reader(&self, cause: FailureCause, evidence: Vec<String>) -> Failure {
        let reader = self.reader;
        Failure { edge: reader.edge.clone(), peer: host_of(&reader.api), cause, evidence }
    }

    fn inside_tempo(&self, mismatch: Mismatch, mut evidence: Vec<String>) -> Failure {
        let peer = self.reader.internal.clone().unwrap_or_else(|| "its own gRPC server".to_owned());
        if let Some(Peer::Tls(_)) = self.internal {
            evidence.push(format!("{peer} answers a TLS handshake"));
        }
        evidence.extend(self.tempo_evidence());
        let edge = self.reader.internal_edge.clone();
        Failure { edge, peer, cause: FailureCause::Internal(mismatch), evidence }
    }

    /// A collector that keeps or loses spans by itself.
    fn at_collector(&self, index: usize, cause: FailureCause, evidence: Vec<String>) -> Failure {
        let collector = &self.endpoint.through[index];
        let edge = collector.forwards.as_ref().map_or(&self.endpoint.edge, |forward| &forward.edge).clone();
        Failure { edge, peer: format!("collector `{}`", collector.name), cause, evidence }
    }

    /// The edge that ends at Tempo's receiver.
    fn at_receiver(&self, cause: FailureCause, evidence: Vec<String>) -> Failure {
        let forward = self.endpoint.through.last().and_then(|collector| collector.forwards.as_ref());
        match forward {
            Some(forward) => {
                Failure { edge: forward.edge.clone(), peer: host_of(&forward.dial.url), cause, evidence }
            }
            None => self.at_endpoint(cause, evidence),
        }
    }

    /// Tempo's counters before and after, where both could be read.
    fn tempo_counters(&self) -> Option<(&Counters, &Counters)> {
        Some((self.before.tempo.as_ref()?, self.after.tempo.as_ref()?))
    }

    /// The counters of Tempo that tell what it did with the spans.
    fn tempo_evidence(&self) -> Vec<String> {
        let Some((before, after)) = self.tempo_counters() else { return Vec::new() };
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

    /// What `/ready` says, where it says no. Any other status is not Tempo's.
    fn unready(&self) -> Option<String> {
        let (status, text) = self.ready.as_ref()?;
        (*status == 503).then(|| format!("GET {}/ready answered {status}: {text}", host_of(&self.reader.api)))
    }
}
