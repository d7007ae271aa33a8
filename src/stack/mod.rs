//! What a `stack.toml` means: names checked, references resolved, versions turned into dialects.
//!
//! A [`Stack`] cannot hold an illegal value. It says what is *wanted*; every decision about an
//! address, a TLS mode, a path or an owner that the file leaves open is taken in [`crate::wiring`].
//! Each entity carries the [`KeyPath`] it was written at, so that later stages can point there.

mod resolve;
mod service;
mod settings;

use crate::model::env::EnvFormat;
use crate::model::names::{ComponentName, HostName, StackName, TargetPath};
pub use crate::toml::{
    BatchPlace, CollectorCompression, Debug, Distribution, Hardening, PrometheusReceiver, TlsPreset,
    TlsSettings, TlsVersion, WhenFull,
};
pub use resolve::{ManagedProgram, ManagedService, ResolvedNeighbour, load, load_name, load_sound, resolve};
pub use service::{Neighbour, PathSettings, ServiceSettings};
pub use settings::{
    AppContainer, Batch, CertificateSettings, Export, HeaderValue, ListenerSettings, MetricsGenerator,
    OtlpListeners, ProgramLines, Queue, QueueLength, Retry, Route, RouteTarget, Routes, Sdk, SecretReference,
    Size,
};

use crate::diagnostic::KeyPath;
use crate::model::dataflow::Signal;
use crate::model::release::collector::CollectorRelease;
use crate::model::release::tempo::TempoRelease;
use crate::toml::{Printed, RawStack};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Everything one `stack.toml` describes.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Root key `name`.
    pub name: StackName,
    /// Root key `tls`.
    pub tls: TlsPreset,
    /// The hosts; `this` where none is named. Never empty.
    pub hosts: BTreeMap<HostName, HostSettings>,
    /// `[collector.NAME]`.
    pub collectors: BTreeMap<ComponentName, Collector>,
    /// `[tempo]`.
    pub tempo: Option<Tempo>,
    /// `[app.NAME]`.
    pub apps: BTreeMap<ComponentName, App>,
    /// `[grafana]`.
    pub grafana: Option<Grafana>,
    /// The file as it was read, for the homes of programs that resolve a table of their own; in a trial what it has of
    /// these, `None` where it has none.
    pub raw: Option<RawStack>,
    /// `[certificates]`, with its defaults.
    pub certificates: CertificateSettings,
}

/// One host of the stack.
#[derive(Clone, Debug)]
pub struct HostSettings {
    /// Name or address by which other hosts reach it; `None` for the unnamed only host.
    pub address: Option<String>,
    /// `listen`: the bind of listeners that must be reached from elsewhere; `None` is `any`.
    pub listen: Option<std::net::IpAddr>,
    /// Further names for issued certificates.
    pub names: Vec<String>,
    /// Where it is written.
    pub key: KeyPath,
}

/// `[collector.NAME]`.
#[derive(Clone, Debug)]
pub struct Collector {
    /// The table's name.
    pub name: ComponentName,
    /// Its host.
    pub host: HostName,
    /// The version as written, `0.159` or `0.159.0`.
    pub version: String,
    /// What that version understands.
    pub dialect: &'static CollectorRelease,
    /// Which build of the collector.
    pub distribution: Distribution,
    /// `service`.
    pub service: ServiceSettings,
    /// `paths`.
    pub paths: PathSettings,
    /// `receive`; at least one listener is open.
    pub receive: OtlpListeners,
    /// Own metrics; `None` when switched off.
    pub metrics: Option<ListenerSettings>,
    /// `health_check`; `None` when switched off.
    pub health: Option<ListenerSettings>,
    /// What it takes and sends on: its pipelines.
    pub signals: BTreeSet<Signal>,
    /// Where it sends, and how.
    pub routes: Routes,
    /// Settings of the way out.
    pub export: Export,
    /// `None` when switched off.
    pub batch: Option<Batch>,
    /// `None` when switched off.
    pub queue: Option<Queue>,
    /// `None` when switched off.
    pub retry: Option<Retry>,
    /// What its template prints as it is written.
    pub written: Printed,
    /// Debug exporter beside the real one; `None` is `off`.
    pub debug: Option<Debug>,
    /// Where it is written.
    pub key: KeyPath,
}

impl Collector {
    /// The release whose keys are written: its own, or the newest of its dialect where its own is not known.
    pub fn written_as(&self) -> String {
        let minor = self.version.split('.').nth(1).and_then(|minor| minor.parse::<u16>().ok());
        let (first, last) = self.dialect.minors;
        match minor.filter(|minor| (first..=last).contains(minor)) {
            Some(_) => self.version.clone(),
            None => format!("0.{last}"),
        }
    }
}

/// `[tempo]`.
#[derive(Clone, Debug)]
pub struct Tempo {
    /// Its host.
    pub host: HostName,
    /// The version as written, `2.10` or `2.10.8`.
    pub version: String,
    /// What that version understands.
    pub dialect: &'static TempoRelease,
    /// `service`.
    pub service: ServiceSettings,
    /// `paths`.
    pub paths: PathSettings,
    /// `receive`; at least one listener is open.
    pub receive: OtlpListeners,
    /// API, `/ready`, `/metrics`.
    pub http: ListenerSettings,
    /// Tempo's own gRPC.
    pub internal: ListenerSettings,
    /// `storage.local`; `None` is the data directory.
    pub local_storage: Option<TargetPath>,
    /// `retention`.
    pub retention: Duration,
    /// `metrics_generator`; `None` where it is off.
    pub generator: Option<MetricsGenerator>,
    /// `usage_report`.
    pub usage_report: bool,
    /// What its template prints as it is written.
    pub written: Printed,
    /// Where it is written.
    pub key: KeyPath,
}

/// `[app.NAME]`.
#[derive(Clone, Debug)]
pub struct App {
    /// The table's name.
    pub name: ComponentName,
    /// Its host.
    pub host: HostName,
    /// The file that gets the block; `None`: nothing is written, `explain` prints the lines.
    pub env_file: Option<TargetPath>,
    /// Who reads the file.
    pub env_dialect: EnvFormat,
    /// `OTEL_SERVICE_NAME`.
    pub service_name: String,
    /// Language and release of its SDK.
    pub sdk: Sdk,
    /// What it sends where; one way for each signal.
    pub routes: Routes,
    /// `compression = "gzip"` was written (`none` is said by leaving the line out).
    pub gzip: bool,
    /// `timeout`, where written.
    pub timeout: Option<Duration>,
    /// `headers`: name in lower case -> value.
    pub headers: BTreeMap<String, String>,
    /// What its block says beside its way out.
    pub lines: ProgramLines,
    /// `container`: it runs in a network of its own.
    pub container: Option<AppContainer>,
    /// Who runs it and who must be able to read its certificates.
    pub service: Neighbour,
    /// `paths.certificates`.
    pub certificates: Option<TargetPath>,
    /// Fetched after a restart to see the application back.
    pub health_url: Option<String>,
    /// Where it is written.
    pub key: KeyPath,
}

/// `[grafana]`.
#[derive(Clone, Debug)]
pub struct Grafana {
    /// Its host.
    pub host: HostName,
    /// `provisioning`.
    pub provisioning: TargetPath,
    /// `datasource`: the shown name.
    pub datasource: String,
    /// `uid`.
    pub uid: String,
    /// `dashboards`.
    pub dashboards: bool,
    /// Who runs it.
    pub service: Neighbour,
    /// `paths.certificates`.
    pub certificates: Option<TargetPath>,
    /// Where it is written.
    pub key: KeyPath,
}
