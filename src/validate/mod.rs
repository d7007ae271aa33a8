//! The real engines on this machine: finding them, asking what they are, and having them judge files
//! that are not in use yet.
//!
//! An engine is evidence and never an input: what is found here changes no byte and no digest, and
//! what is missing is listed as not checked. Programs and files are reached through `host` alone;
//! the environment comes in as [`Surroundings`]. Called by `command/`.

mod asked;
mod consult;
mod find;
mod finding;
mod release;
mod systemd;

pub use consult::{Texts, ValidatedFile, Validation, consult, refrain};
pub use find::{Named, Surroundings, WantedEngine, find, wanted};
pub use release::{EngineRelease, ReleaseFit};

mod engine;
#[cfg(test)]
mod tests;

pub use engine::{FoundEngine, Missing};
