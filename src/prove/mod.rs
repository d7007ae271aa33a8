//! Proofs: a trace, a metric point and a log record, sent through an application's endpoints exactly as the
//! application would, and read back by their id from Tempo, Prometheus and Loki.
//!
//! The only module that talks to a stack over the network. Its input is plain data ([`SignalWay`]) that the caller fills
//! from the wiring; it knows no stack file, no wiring and no target. The asynchronous runtime lives inside one call
//! and nothing of it is touched before: callers see plain functions. Called by `apply` through its prover, by the
//! verbs `prove` and `try`, and by `trial` while it waits for engines.
//!
//! The way of the data: `route` (what is asked) -> `attempt` (send, read) -> `gather` (look around,
//! only after a failure) -> `diagnose` (pure: one cause with its evidence). What is sent of a signal and what of it
//! came back is `items`, worded by `trace`, `point` and `record`. Below them `dial` and `exchange` are the one
//! connection all of it uses.

mod attempt;
mod attributes;
mod cause;
mod count;
mod counters;
mod diagnose;
mod dial;
mod edge;
mod exchange;
mod fetch;
mod gather;
mod items;
mod payload;
mod peer;
mod point;
mod record;
mod route;
mod said;
mod secrets;
mod send;
mod store;
mod together;
mod told;
mod trace;
mod words;

pub use attempt::Timings;
pub use cause::{Failure, FailureCause, Limit, Mismatch};
pub use count::{Numbered, Tally};
pub use fetch::{FetchedPage, fetch, said_release, watched};
pub use route::{
    ClientCertificate, Dial, Endpoint, Forward, Reader, RouteCollector, SignalWay, Store, Tls, TrustedCa,
};

use attempt::{AttemptFailure, attempt, now};
use diagnose::{Scene, judge};
use gather::Snapshot;
use items::ProofRun;
use rustls::crypto::SecureRandom;
use send::Sent;
use std::time::Duration;
use store::Read;
use together::together;

/// The outcome of proving one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignalProof {
    /// What was sent came back whole and unchanged.
    Proven(Timings),
    /// It did not, for this cause.
    Failed(Failure),
    /// It could not be tried.
    CouldNotRun(NotTried),
}

/// Why a proof could not be tried: nothing was sent that says anything about the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTried {
    /// The edge whose settings cannot be used.
    pub edge: String,
    /// The reason, one line.
    pub reason: String,
}

/// A program on the way whose log may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoggedComponent<'c> {
    /// A collector, by its name in the stack.
    Collector(&'c str),
    /// What keeps a signal.
    Store(Store),
}

/// The logs of what runs, as far as anybody keeps them. Only asked after a failure.
pub trait LogSource {
    /// The newest lines a component logged, oldest first; `None` where nobody keeps them.
    fn newest(&self, component: LoggedComponent<'_>) -> Option<String>;
}

/// Nobody keeps logs.
#[derive(Clone, Copy, Debug)]
pub struct NoLogs;

impl LogSource for NoLogs {
    fn newest(&self, _: LoggedComponent<'_>) -> Option<String> {
        None
    }
}

/// Proves the ways of an application's signals.
#[derive(Clone, Copy)]
pub struct SignalProver<'p> {
    /// Logs that may tell more when a proof fails.
    pub logs: &'p dyn LogSource,
    /// By when something must have come back, counted from its sending. Looking for a cause after
    /// that takes a few seconds more.
    pub within: Duration,
}

impl SignalProver<'_> {
    /// Sends a trace, a point, a record along these ways, all with one id and side by side, and reads each back.
    /// One outcome for each way, in their order.
    pub fn prove(&self, ways: &[SignalWay]) -> Vec<SignalProof> {
        let each = self.each(ways, |way, run| async move {
            let before = Snapshot::take(way).await;
            match attempt(way, &run, self.within).await {
                Ok(timings) => Ok(SignalProof::Proven(timings)),
                Err(trouble) => self.explain(way, &before, &trouble).await.map(SignalProof::Failed),
            }
        });
        each.into_iter().map(|proof| proof.unwrap_or_else(SignalProof::CouldNotRun)).collect()
    }

    /// Sends numbered items along these ways, side by side, and reads them back. With each tally comes the failure
    /// that says which of them are missing and why, where not all came back.
    ///
    /// # Errors
    /// Of each way: it could not be tried.
    pub fn count(
        &self,
        ways: &[SignalWay],
        numbered: Numbered,
    ) -> Vec<Result<(Tally, Option<Failure>), NotTried>> {
        self.each(ways, |way, run| async move {
            let before = Snapshot::take(way).await;
            let (tally, trouble) = count::count(way, &run, numbered, self.within).await;
            let Some(trouble) = trouble else { return Ok((tally, None)) };
            Ok((tally, Some(self.explain(way, &before, &trouble).await?)))
        })
    }

    /// Does this for each way, side by side, in one run of each application.
    fn each<'w, T, F: Future<Output = Result<T, NotTried>>>(
        &self,
        ways: &'w [SignalWay],
        one: impl Fn(&'w SignalWay, ProofRun) -> F,
    ) -> Vec<Result<T, NotTried>> {
        let not_tried = |reason: &String| {
            let not = |way: &SignalWay| NotTried { edge: way.endpoint.edge.clone(), reason: reason.clone() };
            ways.iter().map(|way| Err(not(way))).collect()
        };
        let id = match fresh_id() {
            Ok(id) => id,
            Err(reason) => return not_tried(&reason),
        };
        let began = now();
        let futures = ways.iter().map(|way| one(way, ProofRun::new(id, &way.endpoint.service_name, began)));
        block_on(together(futures.collect())).unwrap_or_else(|reason| not_tried(&reason))
    }

    async fn explain(
        &self,
        way: &SignalWay,
        before: &Snapshot,
        trouble: &AttemptFailure,
    ) -> Result<Failure, NotTried> {
        let SignalWay { endpoint, reader } = way;
        let peer = match trouble {
            AttemptFailure::NotSent(Sent::Failed(_)) => gather::peer(&endpoint.dial).await,
            AttemptFailure::NotRead(Read::Failed(_)) => gather::api(reader).await,
            _ => None,
        };
        let after = Snapshot::take(way).await;
        let mut hops = Vec::new();
        for collector in &endpoint.through {
            let id = fresh_id().map_err(|reason| NotTried { edge: endpoint.edge.clone(), reason })?;
            let run = ProofRun::new(id, &endpoint.service_name, now());
            hops.push(gather::hop(collector, endpoint.store, &run).await);
        }
        let names = endpoint.through.iter().map(|collector| LoggedComponent::Collector(&collector.name));
        let scene = Scene {
            endpoint,
            reader,
            before,
            after,
            peer,
            ready: gather::readiness(endpoint.store, reader).await,
            internal: gather::internal(reader).await,
            hops,
            logs: names.map(|name| self.logs.newest(name)).collect(),
            store_log: self.logs.newest(LoggedComponent::Store(endpoint.store)),
        };
        let sent = secrets::sent(endpoint, reader);
        let shown = |not: NotTried| NotTried { reason: sent.line(&not.reason, words::LINE), ..not };
        judge(&scene, trouble).map(|failure| secrets::hidden(failure, &sent)).map_err(shown)
    }
}

/// Runs to the end of one call in a runtime of this thread alone. A look-up of a name that hangs
/// is left behind, not waited for.
fn block_on<T>(proving: impl Future<Output = T>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the asynchronous runtime does not start: {error}"))?;
    let done = runtime.block_on(proving);
    runtime.shutdown_background();
    Ok(done)
}

fn fresh_id() -> Result<[u8; 8], String> {
    let mut id = [0; 8];
    let random: &dyn SecureRandom = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut id).map_err(|_| "the system gives no random bytes".to_owned())?;
    Ok(id)
}
