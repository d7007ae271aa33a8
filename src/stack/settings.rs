//! The small value types of the stack: listeners, routes, queues, sizes, secrets.

use crate::diagnostic::KeyPath;
use crate::model::certificate::Algorithm;
use crate::model::dataflow::{OtlpProtocol, Signal};
use crate::model::names::{ComponentName, Port, TargetPath};
use crate::model::release::sdk::{SdkLanguage, SdkLine};
use crate::toml::{BatchPlace, CollectorCompression, PrometheusReceiver, TlsSettings, TlsVersion, WhenFull};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// A listener as written.
#[derive(Clone, Debug, PartialEq)]
pub struct ListenerSettings {
    /// Written, or the place's default.
    pub port: Port,
    /// Whether its port is written.
    pub port_is_written: bool,
    /// Written bind; `any` is 0.0.0.0, `loopback` 127.0.0.1.
    pub bind: Option<IpAddr>,
    /// Written `tls`.
    pub tls: Option<bool>,
    /// Written `dial`: name or address, and port where it differs.
    pub dial: Option<(String, Option<Port>)>,
    /// `max_message`; OTLP receivers only, elsewhere the default.
    pub max_message: Size,
    /// Where it is written, or would be.
    pub key: KeyPath,
}

/// OTLP listeners of a program; at least one is open.
#[derive(Clone, Debug, PartialEq)]
pub struct OtlpListeners {
    /// `receive.grpc`.
    pub grpc: Option<ListenerSettings>,
    /// `receive.http`.
    pub http: Option<ListenerSettings>,
    /// `COMPONENT.receive`.
    pub key: KeyPath,
}

impl OtlpListeners {
    /// The listener that speaks a protocol.
    pub fn listener(&self, protocol: OtlpProtocol) -> Option<&ListenerSettings> {
        match protocol {
            OtlpProtocol::Grpc => self.grpc.as_ref(),
            OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => self.http.as_ref(),
        }
    }
}

/// Where a client sends some signals and by which protocol; the target exists and opens a listener for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The target.
    pub to: RouteTarget,
    /// What is sent there; at least one, and the target takes all of them.
    pub signals: BTreeSet<Signal>,
    /// The protocol.
    pub protocol: OtlpProtocol,
    /// The key that decided the target: `COMPONENT.send_to`, else the component's header.
    pub key: KeyPath,
}

/// The ways out of a component: one for each target, in the order in which the signals come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes(pub Vec<Route>);

impl Routes {
    /// The ways that a signal takes.
    pub fn of(&self, signal: Signal) -> impl Iterator<Item = &Route> {
        self.0.iter().filter(move |route| route.signals.contains(&signal))
    }

    /// The way on which a signal is followed: to what keeps it, else to a collector.
    pub fn way(&self, signal: Signal) -> Option<&Route> {
        let is_store = |route: &&Route| route.to.collector().is_none();
        self.of(signal).find(is_store).or_else(|| self.of(signal).next())
    }

    /// The collector to which a signal is followed, if it is one.
    pub fn next(&self, signal: Signal) -> Option<&ComponentName> {
        self.way(signal)?.to.collector()
    }

    /// Only what is said of these signals.
    pub fn only(&self, signals: &BTreeSet<Signal>) -> Self {
        let only = |route: &Route| Route { signals: &route.signals & signals, ..route.clone() };
        Self(self.0.iter().map(only).filter(|route| !route.signals.is_empty()).collect())
    }

    /// Everything that is sent.
    pub fn signals(&self) -> BTreeSet<Signal> {
        self.0.iter().flat_map(|route| route.signals.iter().copied()).collect()
    }
}

/// What a client sends to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteTarget {
    /// `tempo`.
    Tempo,
    /// `collector.NAME`.
    Collector(ComponentName),
    /// `prometheus`, and how it is handed metrics.
    Prometheus(PrometheusReceiver),
    /// `loki`.
    Loki,
}

impl RouteTarget {
    /// The signals that it can take.
    pub fn takes(&self) -> &'static [Signal] {
        match self {
            Self::Tempo => &[Signal::Traces],
            Self::Collector(_) => &Signal::SENT,
            Self::Prometheus(_) => &[Signal::Metrics],
            Self::Loki => &[Signal::Logs],
        }
    }

    /// The name of its table; of a collector, what stands behind `collector.`.
    pub fn name(&self) -> &str {
        match self {
            Self::Tempo => "tempo",
            Self::Collector(name) => name.as_str(),
            Self::Prometheus(_) => "prometheus",
            Self::Loki => "loki",
        }
    }

    /// The collector, if it is one.
    pub fn collector(&self) -> Option<&ComponentName> {
        match self {
            Self::Collector(name) => Some(name),
            Self::Tempo | Self::Prometheus(_) | Self::Loki => None,
        }
    }
}

/// As `send_to` spells it.
impl fmt::Display for RouteTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = if self.collector().is_some() { "collector." } else { "" };
        write!(f, "{prefix}{}", self.name())
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl Size {
    /// So many MiB.
    pub const fn mib(number: u64) -> Self {
        Self(number * 1024 * 1024)
    }

    /// The whole number of MiB, if it is one.
    pub fn exact_mib(self) -> Option<u64> {
        self.0.is_multiple_of(1024 * 1024).then_some(self.0 / (1024 * 1024))
    }
}

/// The collector's way out.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// Written compression; `None`: the default of the edge.
    pub compression: Option<CollectorCompression>,
    /// `timeout`, default 10 s.
    pub timeout: Duration,
    /// `timeout` of remote write, where it bounds all attempts together; default 30 s.
    pub remote_write_timeout: Duration,
    /// `headers` and `secret_headers` together.
    pub headers: BTreeMap<String, HeaderValue>,
}

/// A header of the collector's way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderValue {
    /// A plain text.
    Plain(String),
    /// A reference that the engine resolves when it starts.
    Secret(SecretReference),
}

/// A secret by reference; its value never passes through this tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretReference {
    /// `env:NAME`.
    Environment(String),
    /// `file:/abs/path`.
    File(String),
    /// `credential:NAME`.
    Credential(String),
}

/// `batch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Spans that start a batch.
    pub size: u32,
    /// Spans a batch holds at most.
    pub max_size: u32,
    /// How long it waits.
    pub timeout: Duration,
    /// Behind the queue, or before it.
    pub place: BatchPlace,
}

/// `queue`, in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Requests or bytes.
    pub length: QueueLength,
    /// What happens to data that find it full.
    pub when_full: WhenFull,
}

/// The length of a queue and its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueLength {
    /// `requests`.
    Requests(u32),
    /// `bytes`.
    Bytes(Size),
}

/// `metrics_generator`; the stack has a Prometheus that it writes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsGenerator {
    /// What it makes; at least one.
    pub processors: Vec<&'static str>,
    /// How often it writes.
    pub interval: Duration,
    /// `tempo.metrics_generator`.
    pub key: KeyPath,
}

/// `retry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// First pause.
    pub first: Duration,
    /// Longest pause.
    pub longest: Duration,
    /// `None` is `never`.
    pub give_up: Option<Duration>,
}

/// `sdk`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sdk {
    /// `language`.
    pub language: SdkLanguage,
    /// Release line of the SDK, (major, minor); `None`: every known one.
    pub version: Option<SdkLine>,
    /// Who gives the program its CA; `None`: not said.
    pub tls_settings: Option<TlsSettings>,
}

impl Sdk {
    /// It in messages: `Rust 0.21`.
    pub fn spoken(&self) -> String {
        let name = self.language.name();
        self.version.map_or_else(|| name.to_owned(), |(major, minor)| format!("{name} {major}.{minor}"))
    }
}

/// `container`: the network of its own in which an application runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppContainer {
    /// `host_address`: how it reaches its host.
    pub host_address: String,
    /// `certificates`: where its directory of certificates is mounted; `None` where it has none.
    pub certificates: Option<TargetPath>,
    /// Where it is written.
    pub key: KeyPath,
}

/// What the block of an application says beside its way out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramLines {
    /// `sampling.probability`: the part of the traces that begin in it, above 0 and up to 1.
    pub sampling: Option<String>,
    /// Whether the signals that it does not send here are switched off.
    pub others_off: bool,
    /// `resource_attributes`: name -> value as the variable holds it.
    pub attributes: BTreeMap<String, String>,
    /// `extra`: further variables.
    pub extra: BTreeMap<String, String>,
}

/// `[certificates]`.
#[derive(Clone, Debug)]
pub struct CertificateSettings {
    /// `folder` on the machine that runs apply; `None`: the state directory, or memory with `--root`.
    pub directory: Option<String>,
    /// `organization`.
    pub organization: String,
    /// Life of the CA.
    pub ca_lifetime: Duration,
    /// Life of a leaf.
    pub lifetime: Duration,
    /// How long before its end a leaf is replaced.
    pub renew_before: Duration,
    /// Key algorithm.
    pub algorithm: Algorithm,
    /// `minimum_version` of TLS.
    pub minimum_version: TlsVersion,
    /// How often engines re-read certificate and key.
    pub reload: Duration,
    /// `certificates`, written or not.
    pub key: KeyPath,
}
