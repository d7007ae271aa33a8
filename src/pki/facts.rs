//! Certificates of the stack as they stand on a host.

use crate::model::dataflow::CertificateFile;
use crate::pki::read::{CertificateFacts, read_pem};
use std::time::{Duration, SystemTime};

/// The facts of the first certificate of a PEM text; `None` where there is none that can be read.
pub fn facts_of(pem: &[u8]) -> Option<CertificateFacts> {
    match read_pem(pem) {
        CertificateFile::Chain(chain) => CertificateFacts::of_der(chain.first()?).ok(),
        _ => None,
    }
}

/// A certificate's time as the system's.
pub(super) fn time(seconds: i64) -> SystemTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { SystemTime::UNIX_EPOCH - distance } else { SystemTime::UNIX_EPOCH + distance }
}

/// A day as people write it, UTC: `2026-10-01`.
pub fn date(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time)
        .map(|time| time.strftime("%Y-%m-%d").to_string())
        .unwrap_or_else(|_| "a date outside the calendar".to_owned())
}
