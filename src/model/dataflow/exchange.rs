//! What goes through a socket, beyond the handshake: the signals that a listener takes and a client
//! sends, and the pipelines of a collector behind either.

use super::{Passages, ProgramKind};
use crate::diagnostic::Mark;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What telemetry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Points.
    Metrics,
    /// Records.
    Logs,
    /// Profiles, which no listener here is known to take.
    Profiles,
}

impl Signal {
    /// What programs of a stack send.
    pub const SENT: [Self; 3] = [Self::Traces, Self::Metrics, Self::Logs];

    /// The variable by which an SDK chooses the exporter of a signal.
    pub fn exporter_variable(self) -> String {
        format!("OTEL_{}_EXPORTER", self.to_string().to_uppercase())
    }

    /// The signal of a pipeline's id: `traces` of `traces/backup`.
    pub fn of_pipeline(id: &str) -> Option<Self> {
        match id.split('/').next().unwrap_or_default().trim() {
            "traces" => Some(Self::Traces),
            "metrics" => Some(Self::Metrics),
            "logs" => Some(Self::Logs),
            "profiles" => Some(Self::Profiles),
            _ => None,
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
            Self::Logs => "logs",
            Self::Profiles => "profiles",
        })
    }
}

/// Where Loki takes OTLP.
const LOKI_OTLP: &str = "/otlp/v1/logs";
/// Where Prometheus takes OTLP.
const PROMETHEUS_OTLP: &str = "/api/v1/otlp/v1/metrics";

/// Whom a client means that posts OTLP to a path: what has a path of its own for it, else a receiver.
pub fn meant_by_path(path: &str) -> Vec<ProgramKind> {
    match path {
        LOKI_OTLP => vec![ProgramKind::Loki],
        PROMETHEUS_OTLP => vec![ProgramKind::Prometheus],
        _ => vec![ProgramKind::Tempo, ProgramKind::Collector],
    }
}

/// Whether a client puts something into its requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeaderShown {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Its files do not tell.
    #[default]
    NotKnown,
}

/// What a listener takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Takes {
    /// The pipelines of its collector that it feeds; empty for every other program.
    pub pipelines: BTreeSet<String>,
    /// Whether an HTTP listener serves gRPC too (Tempo's `stream_over_http_enabled`).
    pub grpc_over_http: bool,
    /// What makes every request without a tenant fail.
    pub tenant: Option<Mark>,
    /// What makes every request without credentials fail.
    pub credentials: Option<Mark>,
    /// The signals that it takes; `None` where that is not known.
    pub signals: Option<BTreeSet<Signal>>,
    /// The path that it takes traces at, where it is not the usual one.
    pub path: Option<String>,
    /// Whether it takes remote writes; `None` where that is not known or makes no sense.
    pub remote_write: Option<bool>,
    /// What a proxy passes on of it.
    pub passes: Option<Passages>,
    /// Whether a Prometheus takes OTLP beside; `None` where that is not known or makes no sense.
    pub otlp_metrics: Option<bool>,
    /// The path below which it takes OTLP beside its own API: `/otlp`.
    pub otlp_below: Option<&'static str>,
}

/// What a client sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sends {
    /// The pipelines of its collector that feed it; empty for every other program.
    pub pipelines: BTreeSet<String>,
    /// Whether it names a tenant.
    pub tenant: HeaderShown,
    /// Whether it shows credentials.
    pub credentials: HeaderShown,
    /// The signals that it sends beside traces and where each is switched on, for an application.
    pub beside: BTreeMap<Signal, Mark>,
    /// The signal that it is for, where that does not follow from pipelines.
    pub signal: Option<Signal>,
    /// The path that it posts to.
    pub path: Option<String>,
    /// Where it asks for answers as a stream, which needs gRPC over HTTP at the other end.
    pub streams: Option<Mark>,
}

/// A connector: what leaves one pipeline of a collector enters another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Joint {
    /// Index into [`super::Topology::programs`].
    pub program: usize,
    /// The pipeline that names the connector as an exporter.
    pub from: String,
    /// The pipeline that names it as a receiver.
    pub to: String,
}
