//! Whether both ends speak the same, about a path that is served, and of what is taken.

use super::super::unchecked;
use super::Pair;
use super::condition::{Fault, Found};
use crate::model::dataflow::{Listener, Protocol};

/// Whether a listener understands a protocol.
pub(super) fn understands(listener: &Listener, protocol: Protocol) -> bool {
    match protocol {
        Protocol::TempoInternal if listener.protocol == Protocol::TempoApi => listener.takes.grpc_over_http,
        Protocol::RemoteWrite => listener.protocol == Protocol::PrometheusApi,
        protocol => protocol == listener.protocol,
    }
}

/// The protocol, and what a client wants of it beyond plain answers.
pub(super) fn judge(pair: &Pair<'_>) -> Found {
    if !understands(pair.listener, pair.client.protocol) {
        return Found::Broken(Fault::Protocol);
    }
    let streams = pair.client.sends.streams.is_some() && !pair.listener.takes.grpc_over_http;
    Found::of(streams.then_some(Fault::Streaming))
}

/// The path of the request; nothing to ask where the protocol is another one anyway.
pub(super) fn judge_path(pair: &Pair<'_>) -> Found {
    let spoken = understands(pair.listener, pair.client.protocol);
    let sent = pair.client.wrong_path.as_ref().filter(|_| spoken);
    Found::of(sent.map(|sent| Fault::Path(sent.clone())))
}

/// Remote writes are taken where the receiver for them is switched on.
pub(super) fn judge_signals(pair: &Pair<'_>) -> Option<Found> {
    (pair.client.protocol == Protocol::RemoteWrite).then_some(match pair.listener.takes.remote_write {
        Some(true) => Found::Met,
        Some(false) => Found::Broken(Fault::RemoteWriteOff),
        None => Found::NotKnown(unchecked::FLAGS),
    })
}
