//! What a proof is given: plain data about endpoints, the collectors behind them and what is read back from.
//!
//! Nothing here knows how a stack is wired; the caller fills it in, with paths as they are on the
//! machine that proves.

use crate::model::dataflow::{OtlpProtocol, Signal};
use std::path::PathBuf;

/// What keeps a signal in the end, and is read back from: one for each signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Store {
    /// Spans.
    Tempo,
    /// Points.
    Prometheus,
    /// Records.
    Loki,
}

impl Store {
    /// The signal that it keeps.
    pub fn signal(self) -> Signal {
        match self {
            Self::Tempo => Signal::Traces,
            Self::Prometheus => Signal::Metrics,
            Self::Loki => Signal::Logs,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tempo => "Tempo",
            Self::Prometheus => "Prometheus",
            Self::Loki => "Loki",
        }
    }

    /// What a proof of it sends, as the sentence about it begins.
    pub fn proof(self) -> &'static str {
        match self {
            Self::Tempo => "the trace",
            Self::Prometheus => "the metric point",
            Self::Loki => "the log record",
        }
    }

    /// What it keeps, of which a proof sends some.
    pub fn items(self) -> &'static str {
        match self {
            Self::Tempo => "spans",
            Self::Prometheus => "points",
            Self::Loki => "records",
        }
    }
}

/// The way of one signal: from an application, and back from what keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalWay {
    /// Where it is sent, and whom it passes.
    pub endpoint: Endpoint,
    /// Where it is read back.
    pub reader: Reader,
}

/// The way of one application's signal into the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The application as the user knows it: `shop`.
    pub name: String,
    /// The edge from the application to what it dials, as `Finding::edge` names it.
    pub edge: String,
    /// The application's own service name; the proof adds `-proof`.
    pub service_name: String,
    /// What keeps the signal, and by that which signal it is.
    pub store: Store,
    /// How the application dials.
    pub dial: Dial,
    /// The collectors that pass it on, first one first; empty where it is sent to the store itself.
    pub through: Vec<RouteCollector>,
}

/// One client setting: everything needed to send OTLP as its owner would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// What is spoken.
    pub protocol: OtlpProtocol,
    /// `http[s]://host:port` for gRPC; for HTTP the whole URL that is posted to, `/v1/traces`
    /// and the like included, as `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` holds it. The scheme alone decides on TLS.
    pub url: String,
    /// TLS, where the scheme is `https`.
    pub tls: Tls,
    /// Headers or gRPC metadata, sent with every request and never shown.
    pub headers: Vec<(String, String)>,
}

/// TLS of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Whom it trusts.
    pub ca: TrustedCa,
    /// What it shows of itself.
    pub client: Option<ClientCertificate>,
    /// The name it asks for and checks instead of the dialled host.
    pub server_name: Option<String>,
}

/// Whom a client trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TrustedCa {
    /// The host's trust store.
    #[default]
    System,
    /// The certificates of this PEM file and nobody else.
    File(PathBuf),
}

/// A client certificate and its key, as PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// A collector on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteCollector {
    /// Its name in the stack: `main`.
    pub name: String,
    /// The URL of its own metrics, where it has such a listener.
    pub metrics: Option<String>,
    /// Where it sends next, as its exporter dials; `None` where that is not known.
    pub forwards: Option<Forward>,
}

/// An exporter of a collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// The edge from this exporter to what it dials.
    pub edge: String,
    /// How it dials.
    pub dial: Dial,
    /// Whether it hands points on by Prometheus' remote write, and not by OTLP.
    pub remote_write: bool,
}

/// The API of a store as its reader, Grafana, dials it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The edge from the reader to the API.
    pub edge: String,
    /// The edge from Tempo's internal clients to Tempo's own gRPC server; empty for another store.
    pub internal_edge: String,
    /// `http[s]://host:port`, without a path.
    pub api: String,
    /// TLS, where the scheme is `https`.
    pub tls: Tls,
    /// The tenant that is read, where the store has tenants.
    pub tenant: Option<String>,
    /// `host:port` of Tempo's own gRPC server, looked at when a trace does not come back.
    pub internal: Option<String>,
}
