//! What a plan knows of the machine besides the paths.

use std::time::SystemTime;

/// What a plan depends on beside the stack and the host.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// The time by which certificates are judged.
    pub now: SystemTime,
    /// Whether the key of the CA is at hand, so that it can sign another leaf.
    pub ca_key_kept: bool,
    /// The certificate of the kept CA, PEM.
    pub ca_certificate: Option<Vec<u8>>,
}

impl Circumstances {
    /// No kept authority.
    pub fn at(now: SystemTime) -> Self {
        Self { now, ca_key_kept: false, ca_certificate: None }
    }
}
