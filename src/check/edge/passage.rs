//! Through a proxy: which of its ways on a request takes, and what serves it at the other end.
//!
//! The proxy's own client is an edge of its own; where that does not hold, what goes through it is not
//! known. TLS and certificates are those of the proxy, protocol, path and terms those of the other end.

use super::super::unchecked;
use super::condition::Fault;
use super::protocol::understands;
use super::reach::{Reach, reach};
use crate::model::dataflow::{Carried, Client, Listener, Passage, Passages, Protocol, Topology};

/// What becomes of a request to a listener.
pub(super) enum Way<'a> {
    /// The listener serves it itself.
    Direct,
    /// This one does, and this arrives there.
    Through(&'a Listener, Box<Client>),
    /// Nothing does.
    Nowhere(Fault),
    /// That is not known.
    NotKnown(&'static str),
}

/// What becomes of a client's requests.
pub(super) fn way<'a>(topology: &'a Topology, client: &Client, listener: &Listener) -> Way<'a> {
    let Some(passages) = &listener.takes.passes else { return Way::Direct };
    if matches!(client.protocol, Protocol::Passed(_)) {
        return Way::NotKnown(unchecked::PROXY);
    }
    let path = path(client);
    let Some(passage) = passages.of(&path, &client.host.to_string()) else {
        return match passages.whole {
            true => Way::Nowhere(Fault::Path(format!("asks for {path}, which is not passed on"))),
            false => Way::NotKnown(unchecked::PROXY),
        };
    };
    let own = &topology.clients[passage.client];
    let Reach::Arrives(served) = reach(topology, own) else { return Way::NotKnown(unchecked::PROXY) };
    let served = &topology.listeners[served];
    if served.takes.passes.is_some() || !understands(served, own) {
        return Way::NotKnown(unchecked::PROXY);
    }
    match refused(client, passages, own.protocol, served) {
        Some(way) => way,
        None => Way::Through(served, Box::new(arriving(client, passage, &path))),
    }
}

/// What of the way a protocol does not survive.
fn refused<'a>(
    client: &Client,
    passages: &Passages,
    carried: Protocol,
    served: &Listener,
) -> Option<Way<'a>> {
    let is_grpc = matches!(client.protocol, Protocol::OtlpGrpc | Protocol::TempoInternal);
    if is_grpc && carried == Protocol::Passed(Carried::Http) {
        let text = format!("{} comes in, and the proxy passes it on as HTTP/1.1", client.protocol);
        return Some(Way::Nowhere(Fault::Passed(text)));
    }
    if !understands(served, client) {
        let text = format!("{} is passed on to where {} is served", client.protocol, served.protocol);
        return Some(Way::Nowhere(Fault::Passed(text)));
    }
    match passages.http2 {
        Some(false) if is_grpc => {
            let text = format!("{} needs HTTP/2, which the proxy does not take there", client.protocol);
            Some(Way::Nowhere(Fault::Passed(text)))
        }
        None if is_grpc => Some(Way::NotKnown(unchecked::PROXY)),
        _ => None,
    }
}

/// The path that a client asks for.
fn path(client: &Client) -> String {
    match (&client.sends.path, client.protocol) {
        (Some(path), _) => path.clone(),
        (None, Protocol::OtlpGrpc) => {
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export".to_owned()
        }
        (None, Protocol::OtlpHttp | Protocol::Otlp) => "/v1/traces".to_owned(),
        (None, Protocol::Scrape) => "/metrics".to_owned(),
        (None, Protocol::TempoApi) => "/api/search".to_owned(),
        (None, _) => "/".to_owned(),
    }
}

/// The client as the other end sees it.
fn arriving(client: &Client, passage: &Passage, path: &str) -> Client {
    let arrives = passage.arrives_as(path);
    let mut seen = client.clone();
    if arrives != path {
        let usual = ["/v1/traces", "/v1/metrics", "/v1/logs"].contains(&arrives.as_str());
        seen.wrong_path =
            (!usual && client.protocol == Protocol::OtlpHttp).then(|| format!("arrives there as {arrives}"));
        seen.sends.path = seen.sends.path.map(|_| arrives);
    }
    seen
}
