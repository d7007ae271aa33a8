//! Whether both ends speak the same, and about a path that is served.

use super::Pair;
use super::condition::{Fault, Found};

/// The protocol.
pub(super) fn judge(pair: &Pair<'_>) -> Found {
    Found::of((pair.listener.protocol != pair.client.protocol).then_some(Fault::Protocol))
}

/// The path of the request; nothing to ask where the protocol is another one anyway.
pub(super) fn judge_path(pair: &Pair<'_>) -> Found {
    let sent = pair.client.wrong_path.as_ref().filter(|_| pair.listener.protocol == pair.client.protocol);
    Found::of(sent.map(|sent| Fault::Path(sent.clone())))
}
