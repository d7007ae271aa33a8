//! Through a proxy: which of its ways on a request takes, and what serves it at the other end.
//!
//! The proxy's own client is an edge of its own; where that does not hold, what goes through it is not
//! known. TLS and certificates are those of the proxy, protocol, path and terms those of the other end.

use crate::model::dataflow::{Carried, Client, Listener, Passage, Passages, Protocol, Topology};

/// A proxy lies between.
const NOT_KNOWN: &str = "goes through a proxy, and what becomes of it behind that is not known";

/// How other edges are judged.
pub(super) struct EdgeJudges<'a> {
    /// The listener that a client arrives at.
    pub(super) arrives: &'a dyn Fn(&Client) -> Option<usize>,
    /// Whether a listener understands a client.
    pub(super) understands: fn(&Listener, &Client) -> bool,
}

/// What becomes of a request to a listener.
pub(super) enum Way<'a> {
    /// The listener serves it itself.
    Direct,
    /// This one does, and this arrives there.
    Through(&'a Listener, Box<Client>),
    /// Nothing does, for what is said; whether its path is why.
    Stops(String, bool),
    /// That is not known.
    NotKnown(&'static str),
}

/// What becomes of a client's requests.
pub(super) fn way<'a>(
    topology: &'a Topology,
    (client, listener): (&Client, &Listener),
    judges: &EdgeJudges<'_>,
) -> Way<'a> {
    let Some(passages) = &listener.takes.passes else { return Way::Direct };
    if matches!(client.protocol, Protocol::Passed(_)) {
        return Way::NotKnown(NOT_KNOWN);
    }
    let path = path(client);
    let Some(passage) = passages.of(&path, &client.host.to_string()) else {
        return match passages.whole {
            true => Way::Stops(format!("the proxy passes nothing on of {path}"), true),
            false => Way::NotKnown(NOT_KNOWN),
        };
    };
    let own = &topology.clients[passage.client];
    let Some(served) = (judges.arrives)(own) else { return Way::NotKnown(NOT_KNOWN) };
    let served = &topology.listeners[served];
    if served.takes.passes.is_some() || !(judges.understands)(served, own) {
        return Way::NotKnown(NOT_KNOWN);
    }
    let is_understood = (judges.understands)(served, client);
    match stopped(client, passages, own.protocol, (served, is_understood)) {
        Some(Ok(text)) => Way::Stops(text, false),
        Some(Err(reason)) => Way::NotKnown(reason),
        None => Way::Through(served, Box::new(arriving(client, passage, &path))),
    }
}

/// Why a protocol does not survive the way, or why that is not known.
fn stopped(
    client: &Client,
    passages: &Passages,
    carried: Protocol,
    (served, is_understood): (&Listener, bool),
) -> Option<Result<String, &'static str>> {
    let spoken = client.protocol;
    let is_grpc = matches!(spoken, Protocol::OtlpGrpc | Protocol::TempoInternal);
    if is_grpc && carried == Protocol::Passed(Carried::Http) {
        return Some(Ok(format!("{spoken} comes in, and the proxy passes it on as HTTP/1.1")));
    }
    if !is_understood {
        return Some(Ok(format!("{spoken} is passed on to where {} is served", served.protocol)));
    }
    match passages.http2 {
        Some(false) if is_grpc => {
            Some(Ok(format!("{spoken} needs HTTP/2, which the proxy does not take there")))
        }
        None if is_grpc => Some(Err(NOT_KNOWN)),
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
