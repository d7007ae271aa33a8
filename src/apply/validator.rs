//! Judging what was staged, before any managed path changes.

use super::ApplyError;
use crate::model::names::TargetPath;
use std::collections::BTreeMap;

/// Judges staged files.
pub trait Validator {
    /// Judges the bytes that would be put at each path, as they were read back.
    ///
    /// # Errors
    /// They must not be put there ([`ApplyError::Invalid`]), or the machine failed. Everything is then
    /// taken back.
    fn validate(&self, staged: &BTreeMap<TargetPath, Vec<u8>>) -> Result<(), ApplyError>;
}

/// Nobody to ask: a rollback puts back what ran before.
#[derive(Clone, Copy, Debug)]
pub struct NoValidator;

impl Validator for NoValidator {
    fn validate(&self, _staged: &BTreeMap<TargetPath, Vec<u8>>) -> Result<(), ApplyError> {
        Ok(())
    }
}
