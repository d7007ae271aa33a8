//! Proof traces: sent through an application's endpoint exactly as the application would, and read
//! back by their id from Tempo.
//!
//! The only module that talks to a stack over the network. Its input is plain data ([`Endpoint`],
//! [`TempoReader`]) that the caller fills from the wiring; it knows no stack file, no wiring and no
//! target. The asynchronous runtime lives inside one call and nothing of it is touched before:
//! callers see plain functions. Called by `apply` through its prover, by the verbs `prove` and
//! `try`, and by `trial` while it waits for engines.
//!
//! The way of the data: `route` (what is asked) -> `attempt` (send, read) -> `gather` (look around,
//! only after a failure) -> `diagnose` (pure: one cause with its evidence). Below them `dial` and
//! `exchange` are the one connection all of it uses.

mod attempt;
mod cause;
mod count;
mod counters;
mod diagnose;
mod dial;
mod edge;
mod exchange;
mod fetch;
mod gather;
mod peer;
mod route;
mod said;
mod secrets;
mod send;
mod tempo;
mod trace;
mod words;

pub use attempt::Timings;
pub use cause::{Failure, FailureCause, Limit, Mismatch};
pub use count::{Numbered, Tally};
pub use fetch::{FetchedPage, fetch, said_release, watched};
pub use route::{ClientCertificate, Dial, Endpoint, Forward, RouteCollector, TempoReader, Tls, TrustedCa};

use attempt::{AttemptFailure, attempt};
use diagnose::{Scene, judge};
use gather::Snapshot;
use rustls::crypto::SecureRandom;
use send::Sent;
use std::time::Duration;
use tempo::Read;
use trace::ProofRun;

/// The outcome of proving one listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceProof {
    /// The trace came back whole and unchanged.
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
    /// Tempo.
    Tempo,
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

/// Proves endpoints against one Tempo.
#[derive(Clone, Copy)]
pub struct TraceProver<'p> {
    /// Where traces are read back.
    pub reader: &'p TempoReader,
    /// Logs that may tell more when a proof fails.
    pub logs: &'p dyn LogSource,
    /// By when a trace must have come back, counted from its sending. Looking for a cause after
    /// that takes a few seconds more.
    pub within: Duration,
}

impl TraceProver<'_> {
    /// Sends one trace through an endpoint and reads it back.
    pub fn prove(&self, endpoint: &Endpoint) -> TraceProof {
        let proving = self.run(endpoint).and_then(|run| {
            block_on(async {
                let before = Snapshot::take(endpoint, self.reader).await;
                match attempt(endpoint, self.reader, &run, self.within).await {
                    Ok(timings) => Ok(TraceProof::Proven(timings)),
                    Err(trouble) => self.explain(endpoint, &before, &trouble).await.map(TraceProof::Failed),
                }
            })
            .map_err(|reason| NotTried { edge: endpoint.edge.clone(), reason })?
        });
        proving.unwrap_or_else(TraceProof::CouldNotRun)
    }

    /// Sends numbered spans through an endpoint and reads them back. With the tally comes the failure
    /// that says which of them are missing and why, where not all came back.
    ///
    /// # Errors
    /// It could not be tried.
    pub fn count(
        &self,
        endpoint: &Endpoint,
        numbered: Numbered,
    ) -> Result<(Tally, Option<Failure>), NotTried> {
        let run = self.run(endpoint)?;
        block_on(async {
            let before = Snapshot::take(endpoint, self.reader).await;
            let (tally, trouble) = count::count(self, endpoint, &run, numbered).await;
            let Some(trouble) = trouble else { return Ok((tally, None)) };
            Ok((tally, Some(self.explain(endpoint, &before, &trouble).await?)))
        })
        .map_err(|reason| NotTried { edge: endpoint.edge.clone(), reason })?
    }

    fn run(&self, endpoint: &Endpoint) -> Result<ProofRun, NotTried> {
        let id = fresh_id().map_err(|reason| NotTried { edge: endpoint.edge.clone(), reason })?;
        Ok(ProofRun::new(id, &endpoint.service_name))
    }

    async fn explain(
        &self,
        endpoint: &Endpoint,
        before: &Snapshot,
        trouble: &AttemptFailure,
    ) -> Result<Failure, NotTried> {
        let peer = match trouble {
            AttemptFailure::NotSent(Sent::Failed(_)) => gather::peer(&endpoint.dial).await,
            AttemptFailure::NotRead(Read::Failed(_)) => gather::api(self.reader).await,
            _ => None,
        };
        let after = Snapshot::take(endpoint, self.reader).await;
        let mut hops = Vec::new();
        for collector in &endpoint.through {
            hops.push(gather::hop(collector, &self.run(endpoint)?).await);
        }
        let names = endpoint.through.iter().map(|collector| LoggedComponent::Collector(&collector.name));
        let scene = Scene {
            endpoint,
            reader: self.reader,
            before,
            after,
            peer,
            ready: gather::readiness(self.reader).await,
            internal: gather::internal(self.reader).await,
            hops,
            logs: names.map(|name| self.logs.newest(name)).collect(),
            tempo_log: self.logs.newest(LoggedComponent::Tempo),
        };
        let sent = secrets::sent(endpoint, self.reader);
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
