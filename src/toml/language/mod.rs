//! The language, schema 1: every table and every key, and which of them this version writes out. A key
//! that is missing here does not exist; a key that is here is never ignored.
//!
//! A file a component, and one for what components share. How to read a declaration: `toml/declare.rs`.

mod app;
mod certificates;
mod collector;
mod grafana;
mod host;
mod listener;
mod loki;
mod prometheus;
mod service;
mod tempo;

pub use app::{AppCompression, AppContainerTable, AppTable, SdkTable, TlsSettings};
pub use certificates::{CertificatesTable, TlsVersion};
pub use collector::{
    BatchPlace, BatchTable, CollectorCompression, CollectorTable, Debug, Distribution, QueueTable,
    ReceiveTable, RetryTable, WhenFull,
};
pub use grafana::GrafanaTable;
pub use host::HostTable;
pub use listener::{GrpcListenerTable, HttpListenerTable, ListenerTable};
pub use loki::LokiTable;
pub use prometheus::{PrometheusReceiver, PrometheusTable};
pub use service::{CertificatePathTable, Hardening, PathsTable, RunnerTable, ScopeWord, ServiceTable};
pub use tempo::{MetricsGeneratorTable, StorageTable, TempoReceiveTable, TempoTable};

use super::declare::*;
use super::kind::{Choice, Count, Later, Name, Tables};

/// Numbers up to here: twice the largest still fits what the engines count in.
const MOST: u32 = 1_000_000_000;

table! {
    /// The whole file. Its own keys stand above the first table.
    pub struct RawStack {
        /// The version of the language. Absence means 1, for ever.
        schema: Count<{ u32::MAX }> = "1", default("1");
        /// The name of the stack: letters, digits and `-`. It is written by hand, so that a checkout of
        /// another name does not become a new stack.
        name: Name = r#""shop""#, required(),
            renders("the heads of all files, the directory of the state, the subjects of certificates");
        /// Which listeners have TLS where they do not say so themselves.
        tls: Choice<Presets> = r#""edge""#, default(r#""edge""#),
            renders("`tls` of every listener that does not say it, and of every client that dials it");
        /// A directory beside the stack with templates of your own.
        templates: Later;
        /// The host, by a name of your own.
        host: Tables<HostTable> = "[host.main]";
        /// How the stack issues its certificates.
        certificates: CertificatesTable = "[certificates]";
        /// Certificates that somebody else issues and renews.
        certificate: Later = "let the stack issue its own: leave `[certificate.NAME]` out";
        /// The OpenTelemetry Collectors, by names of your own.
        collector: Tables<CollectorTable> = "[collector.main]";
        /// Grafana Tempo.
        tempo: TempoTable = "[tempo]";
        /// The applications, by names of your own.
        app: Tables<AppTable> = "[app.shop]";
        /// Grafana, as a reader of Tempo.
        grafana: GrafanaTable = "[grafana]";
        /// Prometheus, as a reader of the stack's own metrics and a target of those of applications.
        prometheus: PrometheusTable = "[prometheus]";
        /// Another file, put in here.
        include: Later;
        /// Grafana Loki, as a target of logs.
        loki: LokiTable = "[loki]";
        /// Mimir, as a neighbour.
        mimir: Later;
        /// Alloy, as a collector.
        alloy: Later;
    }
}

/// Root preset for listeners that do not say `tls` themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsPreset {
    /// Plaintext; a reachable listener must say so itself.
    Off,
    /// TLS on reachable listeners, plaintext on loopback.
    Edge,
}

words! {
    /// `tls` of the root.
    pub struct Presets: TlsPreset {
        /// plaintext; a listener that other hosts can reach must then say `tls` itself
        "off" => TlsPreset::Off;
        /// TLS on listeners that other hosts can reach, plaintext on loopback
        "edge" => TlsPreset::Edge;
        /// TLS on every listener
        "full", instead r#"tls = "edge""#;
        /// TLS on every listener, and a certificate of every client
        "mutual", instead r#"tls = "edge""#;
    }
}
