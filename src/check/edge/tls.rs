//! Whether the settings for TLS are whole at either end, and whether the ends agree about it. Both
//! ends' modes are compared as they are written: that a file is missing changes none of them.

use super::super::half_tls;
use super::Pair;
use super::condition::{Fault, Found};
use crate::model::dataflow::{Protocol, ServerTlsMode};

/// Whether a handshake takes place.
pub(super) fn is_spoken(pair: &Pair<'_>) -> bool {
    pair.client.tls.enabled && pair.listener.tls.mode == ServerTlsMode::Tls
}

/// One found for each end that is half, and one for the agreement.
pub(super) fn judge(pair: &Pair<'_>) -> Vec<Found> {
    let mut all = Vec::new();
    let client = half_tls::of_client(pair.topology, pair.client).is_some();
    let server = half_tls::of_listener(pair.topology, pair.listener).is_some();
    let mode = pair.listener.tls.mode;
    // Half a block that is served as plaintext still lets plaintext clients in.
    let shuts_out = server && (mode != ServerTlsMode::Plaintext || pair.client.tls.enabled);
    if client || shuts_out {
        all.push(Found::Broken(Fault::HalfTls));
    }
    // What is meant by half a block is told by its own rule, not by the client that meets it.
    let told = server && mode != ServerTlsMode::Tls;
    all.push(Found::of(disagreement(pair).filter(|_| !told)));
    all
}

fn disagreement(pair: &Pair<'_>) -> Option<Fault> {
    let served = pair.listener.tls.mode == ServerTlsMode::Tls;
    if served == pair.client.tls.enabled {
        return None;
    }
    if served && !pair.client.tls.ignored.is_empty() {
        return Some(Fault::NotEnabled);
    }
    let internal = pair.client.protocol == Protocol::TempoInternal;
    Some(if internal { Fault::Internal } else { Fault::Mode })
}
