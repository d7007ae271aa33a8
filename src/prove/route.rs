//! What a proof is given: plain data about endpoints, the collectors behind them and Tempo's API.
//!
//! Nothing here knows how a stack is wired; the caller fills it in, with paths as they are on the
//! machine that proves.

use crate::model::dataflow::OtlpProtocol;
use std::path::PathBuf;

/// The way of one application into the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The application as the user knows it: `shop`.
    pub name: String,
    /// The edge from the application to what it dials, as `Finding::edge` names it.
    pub edge: String,
    /// The application's own service name; the proof adds `-proof`.
    pub service_name: String,
    /// How the application dials.
    pub dial: Dial,
    /// The collectors its spans pass, first one first; empty where it sends to Tempo itself.
    pub through: Vec<RouteCollector>,
}

/// One client setting: everything needed to send OTLP as its owner would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// What is spoken.
    pub protocol: OtlpProtocol,
    /// `http[s]://host:port` for gRPC; for HTTP the whole URL that is posted to, `/v1/traces`
    /// included, as `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` holds it. The scheme alone decides on TLS.
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
}

/// Tempo's API as its reader, Grafana, dials it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TempoReader {
    /// The edge from the reader to Tempo's API.
    pub edge: String,
    /// The edge from Tempo's internal clients to Tempo's own gRPC server.
    pub internal_edge: String,
    /// `http[s]://host:port`, without a path.
    pub api: String,
    /// TLS, where the scheme is `https`.
    pub tls: Tls,
    /// The tenant that is read, where Tempo has tenants.
    pub tenant: Option<String>,
    /// `host:port` of Tempo's own gRPC server, looked at when a trace does not come back.
    pub internal: Option<String>,
}
