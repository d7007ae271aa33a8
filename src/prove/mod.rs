//! Proof traces: sent through an application's door exactly as the application would, and read
//! back by their id from Tempo.
//!
//! The only module that talks to a stack over the network. Its input is plain data
//! ([`Door`], [`Reader`]) that the caller fills from the wiring; it knows no stack file, no
//! wiring and no target. The asynchronous runtime lives inside one call and nothing of it is
//! touched before: callers see plain functions. Called by `apply` through its prover, and by the
//! verbs `prove` and `try`.

mod attempt;
mod dial;
mod exchange;
mod route;
mod send;
mod tempo;
mod trace;
mod words;

pub use attempt::Timings;
pub use route::{Authority, ClientCertificate, Collector, Dial, Door, Forward, Reader, Tls};

use attempt::{Happened, attempt};
use std::time::Duration;
use trace::Run;

/// Temporary.
#[derive(Debug)]
pub enum Proof {
    /// ok
    Proven(Timings),
    /// no
    Failed(String),
}

/// Temporary.
pub fn prove(door: &Door, reader: &Reader, within: Duration) -> Proof {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    let mut id = [0; 8];
    rustls::crypto::ring::default_provider().secure_random.fill(&mut id).expect("random");
    let run = Run::new(id, &door.service_name);
    match runtime.block_on(attempt(door, reader, &run, within)) {
        Happened::Proven(timings) => Proof::Proven(timings),
        other => Proof::Failed(format!("{other:?}")),
    }
}
