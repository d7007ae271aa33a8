//! How the items of each signal are written, asked for and read.

use super::items::{ProofItems, SeenItems};
use super::route::Store;
use super::{point, record, trace};
use std::ops::Range;
use std::time::SystemTime;

/// The items of `part`, encoded as OTLP.
pub(super) fn encode(items: &ProofItems<'_>, part: Range<u32>, now: SystemTime) -> Vec<u8> {
    match items.store {
        Store::Tempo => trace::encode(items, part, now),
        Store::Prometheus => point::encode(items, part),
        Store::Loki => record::encode(items, part, now),
    }
}

/// The path at which they are read back.
pub(super) fn path(items: &ProofItems<'_>) -> String {
    match items.store {
        Store::Tempo => format!("/querier/api/v2/traces/{}", items.hex()),
        Store::Prometheus => point::path(items),
        Store::Loki => record::path(items),
    }
}

/// Judges the body that was answered there; `None` where it is no answer of that kind.
pub(super) fn judge(items: &ProofItems<'_>, body: &[u8]) -> Option<SeenItems> {
    match items.store {
        Store::Tempo => trace::judge(items, body),
        Store::Prometheus => point::judge(items, body),
        Store::Loki => record::judge(items, body),
    }
}
