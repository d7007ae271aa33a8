//! What is looked at when a proof failed, and before it began: counters, readiness, the next hop.
//!
//! Everything here may be missing; nothing of it fails a proof by itself.

use super::attempt::now;
use super::counters::Counters;
use super::dial::DialAddress;
use super::exchange::{Answer, Connection, HttpVersion};
use super::peer::{Peer, look};
use super::route::{Dial, Endpoint, RouteCollector, TempoReader, Tls};
use super::send::{Sent, TraceSender};
use super::tempo::Api;
use super::trace::ProofRun;
use http::{Request, Uri};
use http_body_util::Full;
use hyper::body::Bytes;
use std::time::Duration;

/// How long a look at counters or readiness may take.
const LOOK: Duration = Duration::from_secs(2);
/// How much of a metrics page is read; Tempo's has 160 KB.
const METRICS: usize = 4 << 20;
/// How much of any other answer is read.
const SHORT: usize = 4 << 10;

/// The counters of all engines on the way, at one moment. None where they could not be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Snapshot {
    /// Tempo's.
    pub(super) tempo: Option<Counters>,
    /// One for each collector on the way.
    pub(super) collectors: Vec<Option<Counters>>,
}

impl Snapshot {
    /// Reads all of them.
    pub(super) async fn take(endpoint: &Endpoint, reader: &TempoReader) -> Self {
        let mut collectors = Vec::new();
        for collector in &endpoint.through {
            collectors.push(match &collector.metrics {
                Some(url) => page(url).await.as_ref().and_then(counters),
                None => None,
            });
        }
        Self { tempo: api_page(reader, "/metrics", METRICS).await.as_ref().and_then(counters), collectors }
    }
}

/// What `/ready` says: its status and text.
pub(super) async fn readiness(reader: &TempoReader) -> Option<(u16, String)> {
    api_page(reader, "/ready", SHORT).await.map(|answer| (answer.status, answer.excerpt()))
}

/// What is spoken at Tempo's own gRPC server.
pub(super) async fn internal(reader: &TempoReader) -> Option<Peer> {
    let authority: http::uri::Authority = reader.internal.as_ref()?.parse().ok()?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let address = DialAddress { host, port: authority.port_u16()?, tls: false };
    Some(look(&address, &Tls::default()).await)
}

/// What is spoken where a setting dials.
pub(super) async fn peer(dial: &Dial) -> Option<Peer> {
    let address = DialAddress::of(&dial.url.parse().ok()?).ok()?;
    Some(look(&address, &dial.tls).await)
}

/// What is spoken at Tempo's API.
pub(super) async fn api(reader: &TempoReader) -> Option<Peer> {
    let address = DialAddress::of(&reader.api.parse().ok()?).ok()?;
    Some(look(&address, &reader.tls).await)
}

/// Sends a trace of its own where a collector's exporter sends, as that exporter would.
pub(super) async fn hop(collector: &RouteCollector, run: &ProofRun) -> Option<(Sent, Option<Peer>)> {
    let dial = &collector.forwards.as_ref()?.dial;
    let message = run.trace(0..1).encode(0..1, now());
    let sent = TraceSender::new(dial).send(message).await;
    let seen = if matches!(sent, Sent::Failed(_)) { peer(dial).await } else { None };
    Some((sent, seen))
}

/// The counters of a metrics page, if it is one.
fn counters(answer: &Answer) -> Option<Counters> {
    (answer.status == 200).then(|| Counters::read(&String::from_utf8_lossy(&answer.body)))
}

async fn api_page(reader: &TempoReader, path: &str, limit: usize) -> Option<Answer> {
    Api::new(reader).get(path, limit, LOOK).await.ok()
}

async fn page(url: &str) -> Option<Answer> {
    let url: Uri = url.parse().ok()?;
    let request = Request::get(url.path_and_query()?.clone())
        .header("host", url.authority()?.as_str())
        .body(Full::new(Bytes::new()))
        .ok()?;
    let mut connection = Connection::open(&url, &Tls::default(), HttpVersion::Http1).await.ok()?;
    connection.exchange(request, METRICS, LOOK).await.ok()
}
