//! From what went wrong and what was seen to one cause with its evidence. Pure: all looking is done.
//!
//! `answers` judges what the listener and the store's API said; where they said nothing wrong and what was sent
//! is simply not there, `way` follows it by counters, and in the end by those of the store: `at_tempo`, `at_store`.
//! The first that explains the failure is the cause; what else was seen becomes its evidence.

mod answers;
mod at_store;
mod at_tempo;
#[cfg(test)]
mod tests;
mod way;

use super::NotTried;
use super::attempt::AttemptFailure;
use super::cause::{Failure, FailureCause};
use super::counters::Counters;
use super::gather::{Snapshot, ready_path};
use super::peer::Peer;
use super::route::{Endpoint, Reader, Store};
use super::send::Sent;
use super::words::host_of;

/// All that is known about a proof that did not succeed.
pub(super) struct Scene<'s> {
    pub(super) endpoint: &'s Endpoint,
    pub(super) reader: &'s Reader,
    pub(super) before: &'s Snapshot,
    pub(super) after: Snapshot,
    /// What is spoken at the listener or at the store's API, whichever failed.
    pub(super) peer: Option<Peer>,
    /// Status and text of the store's word of being ready.
    pub(super) ready: Option<(u16, String)>,
    /// What is spoken at Tempo's own gRPC server.
    pub(super) internal: Option<Peer>,
    /// For each collector, what became of an item sent as its exporter sends.
    pub(super) hops: Vec<Option<(Sent, Option<Peer>)>>,
    /// For each collector, its newest log lines.
    pub(super) logs: Vec<Option<String>>,
    /// The store's newest log lines.
    pub(super) store_log: Option<String>,
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
    fn store(&self) -> Store {
        self.endpoint.store
    }

    fn at_endpoint(&self, cause: FailureCause, evidence: Vec<String>) -> Failure {
        let endpoint = &self.endpoint;
        let (edge, peer) = (endpoint.edge.clone(), host_of(&endpoint.dial.url));
        Failure { store: endpoint.store, edge, peer, cause, evidence }
    }

    fn at_reader(&self, cause: FailureCause, evidence: Vec<String>) -> Failure {
        let reader = self.reader;
        let (edge, peer) = (reader.edge.clone(), host_of(&reader.api));
        Failure { store: self.store(), edge, peer, cause, evidence }
    }

    /// A collector that keeps or loses what was sent by itself.
    fn at_collector(&self, index: usize, cause: FailureCause, evidence: Vec<String>) -> Failure {
        let collector = &self.endpoint.through[index];
        let edge = collector.forwards.as_ref().map_or(&self.endpoint.edge, |forward| &forward.edge).clone();
        let peer = format!("collector `{}`", collector.name);
        Failure { store: self.store(), edge, peer, cause, evidence }
    }

    /// The edge that ends at the store's receiver.
    fn at_receiver(&self, cause: FailureCause, evidence: Vec<String>) -> Failure {
        let forward = self.endpoint.through.last().and_then(|collector| collector.forwards.as_ref());
        match forward {
            Some(forward) => {
                let (edge, peer) = (forward.edge.clone(), host_of(&forward.dial.url));
                Failure { store: self.store(), edge, peer, cause, evidence }
            }
            None => self.at_endpoint(cause, evidence),
        }
    }

    /// The store's counters before and after, where both could be read.
    fn store_counters(&self) -> Option<(&Counters, &Counters)> {
        Some((self.before.store.as_ref()?, self.after.store.as_ref()?))
    }

    /// What `/ready` says, where it says no. Any other status is not the store's.
    fn unready(&self) -> Option<String> {
        let (status, text) = self.ready.as_ref()?;
        let asked = || format!("{}{}", host_of(&self.reader.api), ready_path(self.store()));
        (*status == 503).then(|| format!("GET {} answered {status}: {text}", asked()))
    }
}
