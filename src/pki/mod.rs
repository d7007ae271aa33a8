//! Certificates: what is issued at apply, and whether what stands there is still fit.
//!
//! The only module that draws random bytes. Judging is a function of the certificate specification, the facts of the
//! certificate and the time that is handed in; reasons name dates, never distances, so that a plan
//! printed twice is the same text. Called by `plan` (judging) and `apply` (issuing).

mod facts;
mod fit;
mod issue;
pub mod private_key;
pub mod read;

pub use facts::{date, facts_of};
pub use fit::{CertificateFit, fit};
pub use issue::{CaPair, Issued, IssuedPair, PkiError, issue};
pub use read::CertificateFacts;
