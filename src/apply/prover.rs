//! The proof that traces flow, as the transaction sees it.

use std::time::Duration;

/// The result of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A trace came back; how long it took.
    Proven(Duration),
    /// It did not; the cause.
    Failed(String),
    /// It could not be tried; why.
    CouldNotRun(String),
}

/// Sends a trace through an application's door and reads it back.
pub trait Prover {
    /// Proves the state that is running now, within a deadline.
    fn prove(&self, deadline: Duration) -> Proof;
}

/// The prover of a root folder: nothing runs there.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProver;

impl Prover for NoProver {
    fn prove(&self, _: Duration) -> Proof {
        Proof::CouldNotRun("nothing runs below a root folder".to_owned())
    }
}
