//! What several test modules need.

use std::path::PathBuf;

/// The root of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether snapshots shall be written anew: `TRACEWRIGHT_BLESS=1`.
pub fn bless() -> bool {
    std::env::var_os("TRACEWRIGHT_BLESS").is_some()
}
