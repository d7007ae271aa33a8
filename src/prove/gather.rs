//! What is looked at when a proof failed, and before it began: counters, readiness, the next hop.
//!
//! Everything here may be missing; nothing of it fails a proof by itself.

use super::attempt::now;
use super::counters::Counters;
use super::dial::DialAddress;
use super::exchange::{Answer, Connection, HttpVersion};
use super::items::ProofRun;
use super::payload;
use super::peer::{Peer, look};
use super::route::{Dial, Reader, RouteCollector, SignalWay, Store, Tls};
use super::send::{ItemSender, Sent};
use super::store::Api;
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
    /// Those of the store.
    pub(super) store: Option<Counters>,
    /// One for each collector on the way.
    pub(super) collectors: Vec<Option<Counters>>,
}

impl Snapshot {
    /// Reads all of them.
    pub(super) async fn take(way: &SignalWay) -> Self {
        let mut collectors = Vec::new();
        for collector in &way.endpoint.through {
            let counted = match &collector.metrics {
                Some(url) => page(url).await.as_ref().and_then(counters),
                None => None,
            };
            collectors.push(counted.map(|counted| counted.of_signal(way.endpoint.store.signal())));
        }
        let store = api_page(&way.reader, "/metrics", METRICS).await.as_ref().and_then(counters);
        Self { store, collectors }
    }
}

/// Where a store says whether it is ready.
pub(super) fn ready_path(store: Store) -> &'static str {
    match store {
        Store::Tempo | Store::Loki => "/ready",
        Store::Prometheus => "/-/ready",
    }
}

/// What it says there: its status and text.
pub(super) async fn readiness(store: Store, reader: &Reader) -> Option<(u16, String)> {
    api_page(reader, ready_path(store), SHORT).await.map(|answer| (answer.status, answer.excerpt()))
}

/// What is spoken at Tempo's own gRPC server.
pub(super) async fn internal(reader: &Reader) -> Option<Peer> {
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

/// What is spoken at the API of a store.
pub(super) async fn api(reader: &Reader) -> Option<Peer> {
    let address = DialAddress::of(&reader.api.parse().ok()?).ok()?;
    Some(look(&address, &reader.tls).await)
}

/// An empty request of Prometheus' remote write: no series, as Snappy compresses nothing.
const NO_SERIES: &[u8] = &[0];

/// Sends an item of its own where a collector's exporter sends, as that exporter would. By remote write nothing is
/// sent: it is asked whether it is taken there.
pub(super) async fn hop(
    collector: &RouteCollector,
    store: Store,
    run: &ProofRun,
) -> Option<(Sent, Option<Peer>)> {
    let forward = collector.forwards.as_ref()?;
    let mut dial = forward.dial.clone();
    let message = if forward.remote_write {
        let headers = [("content-encoding", "snappy"), ("x-prometheus-remote-write-version", "0.1.0")];
        dial.headers.extend(headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
        NO_SERIES.to_vec()
    } else {
        payload::encode(&run.items(store, 0..1), 0..1, now())
    };
    let dial = &dial;
    let sent = ItemSender::new(store, dial).send(message).await;
    let seen = if matches!(sent, Sent::Failed(_)) { peer(dial).await } else { None };
    Some((sent, seen))
}

/// The counters of a metrics page, if it is one.
fn counters(answer: &Answer) -> Option<Counters> {
    (answer.status == 200).then(|| Counters::read(&String::from_utf8_lossy(&answer.body)))
}

async fn api_page(reader: &Reader, path: &str, limit: usize) -> Option<Answer> {
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
