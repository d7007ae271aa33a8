//! `[tempo]`.

use super::listener::{GrpcListenerTable, HttpListenerTable, ListenerTable};
use super::service::{PathsTable, TempoServiceTable};
use crate::toml::declare::*;
use crate::toml::kind::{Bytes, Choice, Duration, Flag, Later, List, ListenerOf, Name, Path, Version};

table! {
    /// Grafana Tempo, which keeps the traces; one a stack.
    pub struct TempoTable {
        /// The release that is installed, as `tempo --version` says: a line, or a release of it.
        version: Version = r#""3.1""#, required(), renders("which keys are written, and how they are spelled");
        /// The line whose keys are written, for a release that is not known here.
        dialect: Version = r#""3.1""#, derived("the line of `version`"), renders("which keys are written, and how they are spelled");
        /// Whether it is written at all.
        managed: Later;
        /// The host it runs on.
        host: Name = r#""main""#, derived("the only host");
        /// A certificate that somebody else issues.
        certificate: Later = "let the stack issue its own: leave `certificate` out";
        /// Who runs it.
        service: TempoServiceTable = r#"{ memory_limit = "4GiB" }"#;
        /// Where its files are.
        paths: PathsTable = r#"{ data = "/srv/traces" }"#;
        /// Further keys of its configuration.
        extra: Later;
        /// The listeners of OTLP. A written table is complete: what it leaves out is closed.
        receive: TempoReceiveTable = "{ grpc = 14317 }", default("{ grpc = 14317 }"),
            renders("`distributor.receivers.otlp.protocols`");
        /// Its API, with `/ready` and `/metrics`.
        http: ListenerOf<ListenerTable> = "3200", default("3200"), renders("`server.http_listen_address`, `http_listen_port`, `http_tls_config`");
        /// Its own gRPC, which its parts dial at 127.0.0.1. With TLS, all of its own clients get it too.
        internal: ListenerOf<ListenerTable> = "{ tls = true }", default("9095"),
            renders("`server.grpc_listen_address`, `grpc_listen_port`, `grpc_tls_config`, and TLS of every internal client");
        /// A plaintext listener for probes.
        health: Later = "ask `/ready` on `http` instead: leave `health` out";
        /// Where blocks are kept.
        storage: StorageTable = r#"{ local = "/var/lib/tempo" }"#, derived("`{ local = ... }`, the directory of `paths.data`");
        /// How long a trace is kept.
        retention: Duration = r#""336h""#, default(r#""336h""#), unadvised(),
            renders("2.10: `compactor.compaction.block_retention`; 3.0: `backend_worker.compaction.block_retention` and that of `backend_scheduler.provider.compaction`");
        /// Limits of what is taken in.
        limits: LimitsTable = r#"{ trace_size = "20MB" }"#;
        /// Metrics made of spans.
        metrics_generator: MetricsGeneratorTable = r#"{ processors = ["service-graphs", "span-metrics"] }"#;
        /// Whether it reports its use to its makers.
        usage_report: Flag = "false", default("false"), renders("`usage_report.reporting_enabled`");
        /// As one process, or as several.
        mode: Choice<Modes> = r#""single""#, default(r#""single""#);
        /// Tenants.
        tenant: Later;
        /// Where each part runs.
        target: Later = r#"mode = "single""#;
        /// The log between its parts.
        kafka: Later = r#"mode = "single""#;
        /// How its parts find each other.
        gossip: Later = r#"mode = "single""#;
    }
}

table! {
    /// The listeners of OTLP of Tempo.
    pub struct TempoReceiveTable {
        /// OTLP over gRPC.
        grpc: ListenerOf<GrpcListenerTable> = "14317", derived("`14317` where `receive` is not written, else closed"), renders("`distributor.receivers.otlp.protocols.grpc`");
        /// OTLP over HTTP.
        http: ListenerOf<HttpListenerTable> = "14318", derived("closed"), renders("`distributor.receivers.otlp.protocols.http`");
    }
}

table! {
    /// Limits of what is taken in.
    pub struct LimitsTable {
        /// The largest trace; Tempo discards the spans beyond it, and tells nobody but its counters.
        trace_size: Bytes = r#""20MB""#, derived("that of the engine, 5 MB"), renders("`overrides.defaults.global.max_bytes_per_trace`"), printed();
        /// How many bytes a second are taken.
        ingestion_rate: Later;
        /// How many bytes at once are taken.
        ingestion_burst: Later;
    }
}

table! {
    /// Metrics made of spans, written to `[prometheus]` by remote write, which that takes when it is started with
    /// `--web.enable-remote-write-receiver`. Path, target and processors are always written together: with one of
    /// them missing Tempo is silent, and no series ever appears.
    pub struct MetricsGeneratorTable {
        /// What is made.
        processors: List<Choice<GeneratorProcessors>> = r#"["service-graphs", "span-metrics"]"#, default(r#"["service-graphs", "span-metrics"]"#),
            renders("`overrides.defaults.metrics_generator.processors`, `metrics_generator.storage`");
        /// How often series are written.
        interval: Duration = r#""15s""#, default(r#""15s""#),
            renders("`overrides.defaults.metrics_generator.collection_interval`");
    }
}

words! {
    /// `processors`.
    pub struct GeneratorProcessors: &'static str {
        /// who calls whom: `traces_service_graph_*`
        "service-graphs" => "service-graphs";
        /// rate, errors and duration by service: `traces_spanmetrics_*`
        "span-metrics" => "span-metrics";
        /// hosts, of spans with the attribute `host.id`: `traces_host_info`
        "host-info" => "host-info";
        /// blocks of 2.10 for queries of metrics
        "local-blocks", instead r#"processors = ["service-graphs", "span-metrics"]"#;
    }
}

/// Whether Tempo is one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TempoMode {
    /// It is.
    Single,
}

words! {
    /// `mode`.
    pub struct Modes: TempoMode {
        /// one process
        "single" => TempoMode::Single;
        /// several processes, with an object store and a log between them
        "microservices", instead r#"mode = "single""#;
    }
}

table! {
    /// Where blocks are kept: one of these.
    pub struct StorageTable {
        /// A directory of the host.
        local: Path = r#""/var/lib/tempo""#, derived("`paths.data`"), renders("`storage.trace.local.path`, in `blocks` below it");
        /// An S3 bucket.
        s3: Later = r#"storage = { local = "/var/lib/tempo" }"#;
        /// A bucket of Google Cloud Storage.
        gcs: Later = r#"storage = { local = "/var/lib/tempo" }"#;
        /// A container of Azure Blob Storage.
        azure: Later = r#"storage = { local = "/var/lib/tempo" }"#;
    }
}
