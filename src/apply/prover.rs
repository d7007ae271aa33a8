//! The proof that what runs is ready, and that traces flow, as the transaction sees it.

use crate::model::units::UnitId;
use std::time::Duration;

/// The result of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Everything came back; what it was, and from where.
    Proven(String),
    /// It did not; the cause.
    Failed(String),
    /// It could not be tried; why.
    CouldNotRun(String),
}

/// Knows when what was started is ready, and sends something through an application's endpoints and reads it back.
pub trait Prover {
    /// Looks once whether what a unit runs can be used, as it says itself.
    ///
    /// # Errors
    /// What is still missing.
    fn look(&self, unit: &UnitId) -> Result<(), String>;
    /// Looks once whether a unit that is about to be restarted has passed on everything that it would drop.
    ///
    /// # Errors
    /// What it still holds.
    fn drained(&self, _unit: &UnitId) -> Result<(), String> {
        Ok(())
    }
    /// Proves the state that is running now, within a deadline.
    fn prove(&self, deadline: Duration) -> Proof;
}

/// Nobody proves, and why.
#[derive(Clone, Debug)]
pub struct NoProver(pub String);

impl NoProver {
    /// Below a root directory nothing runs.
    pub fn below_root() -> Self {
        Self("nothing runs below a root directory".to_owned())
    }
}

impl Prover for NoProver {
    fn look(&self, _: &UnitId) -> Result<(), String> {
        Ok(())
    }

    fn prove(&self, _: Duration) -> Proof {
        Proof::CouldNotRun(self.0.clone())
    }
}
