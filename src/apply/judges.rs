//! Who judges a transaction.

use super::prover::{NoProver, Prover};
use super::validator::{NoValidator, Validator};
use std::time::Duration;

/// How long a proof may take.
pub(super) const PROOF: Duration = Duration::from_secs(60);

/// Who has the last word: on what was staged, on what then runs, and on what ran before.
#[derive(Clone, Copy)]
pub struct Judges<'a> {
    /// Before anything is put in place.
    pub validator: &'a dyn Validator,
    /// Before anything is kept.
    pub prover: &'a dyn Prover,
    /// After everything was taken back.
    pub before: &'a dyn Prover,
}

impl<'a> Judges<'a> {
    /// Nobody judges the files, and nobody proves, for this reason.
    pub fn none(nobody: &'a NoProver) -> Self {
        Self { validator: &NoValidator, prover: nobody, before: nobody }
    }
}
