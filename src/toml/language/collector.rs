//! `[collector.NAME]`.

use super::MOST;
use super::app::Signals;
use super::listener::{BrowserListenerTable, GrpcListenerTable, ListenerTable};
use super::service::{PathsTable, ServiceTable};
use crate::model::dataflow::OtlpProtocol;
use crate::toml::declare::*;
use crate::toml::kind::{
    Bytes, Choice, Count, Duration, DurationOrNever, Entries, Flag, Header, Hosts, Later, List, ListenerOf,
    Name, Secret, SendTo, Spoken, Version,
};

table! {
    /// An OpenTelemetry Collector: it takes spans from applications and other collectors, and sends them on.
    pub struct CollectorTable {
        /// The release that is installed, as `otelcol --version` says: `0.165`, or `0.165.0`.
        version: Version = r#""0.165""#, required(), renders("which keys are written, and how they are spelled");
        /// The release line whose keys are written, for a release that is not known here.
        dialect: Version = r#""0.165""#, derived("the line of `version`"), renders("which keys are written, and how they are spelled");
        /// Whether it is written at all.
        managed: Later;
        /// The host it runs on.
        host: Name = r#""main""#, derived("the only host");
        /// The hosts it runs on.
        hosts: Hosts = r#"["main"]"#, derived("the only host");
        /// A certificate that somebody else issues.
        certificate: Later = "let the stack issue its own: leave `certificate` out";
        /// Who runs it.
        service: ServiceTable = r#"{ scope = "user", user = "otel" }"#;
        /// Where its files are.
        paths: PathsTable = r#"{ data = "/srv/traces" }"#;
        /// Attributes put on everything.
        resource_attributes: Later;
        /// Further keys of its configuration.
        extra: Later;
        /// Where it sends.
        send_to: SendTo = r#""tempo""#, derived("`{ traces = \"tempo\", metrics = \"prometheus\", logs = \"loki\" }`"),
            renders("an exporter for each target, its `endpoint` and its TLS");
        /// The signals that it takes, beside those that components of this stack send to it.
        signals: List<Choice<Signals>> = r#"["traces", "metrics", "logs"]"#,
            derived("what applications and collectors send to it, `\"traces\"` where nobody does"),
            renders("`service.pipelines`: one for each signal");
        /// How it sends.
        protocol: Choice<CollectorProtocols> = r#""grpc""#, derived("gRPC if the target listens so, else HTTP"),
            renders("`exporters.otlp_grpc/TARGET` or `exporters.otlp_http/TARGET`");
        /// How what it sends is compressed.
        compression: Choice<CollectorCompressions> = r#""gzip""#, default(r#""none""#), renders("`compression` of the exporter");
        /// How long one request may take.
        timeout: Duration = r#""10s""#, default(r#""10s""#), renders("`timeout` of the exporter");
        /// Headers of every request, shown in plans.
        headers: Entries<Header> = r#"{ x-team = "shop" }"#, renders("`headers` of the exporter");
        /// Headers of every request whose values are secrets: `env:NAME`, `file:/PATH` or `credential:NAME`.
        secret_headers: Entries<Secret> = r#"{ authorization = "env:TEMPO_TOKEN" }"#,
            renders("`headers` of the exporter, as `${env:NAME}` and `${file:PATH}`");
        /// The tenant it sends for.
        tenant: Later;
        /// Several targets, in turn.
        balance: Later;
        /// Which build of the collector is installed.
        distribution: Choice<Distributions> = r#""core""#, default(r#""core""#),
            renders("names of the package: unit, user, group, binary, directories");
        /// The parts of a build of your own.
        components: Later = r#"distribution = "contrib""#;
        /// The listeners of OTLP. A written table is complete: what it leaves out is closed.
        receive: ReceiveTable = "{ grpc = 4317, http = 4318 }", default("{ grpc = 4317, http = 4318 }"),
            renders("`receivers.otlp.protocols`");
        /// Its own metrics. It cannot serve TLS.
        metrics: ListenerOf<ListenerTable> = "8888", default("8888"), renders("`service.telemetry.metrics`");
        /// Its health.
        health: ListenerOf<ListenerTable> = "13133", default("13133"), renders("`extensions.health_check`");
        /// Pages about what it does.
        zpages: Later;
        /// Profiles of it.
        pprof: Later;
        /// How spans are put together.
        batch: BatchTable = r#"{ size = 2048, timeout = "1s" }"#;
        /// What waits to be sent, in memory.
        queue: QueueTable = "{ requests = 1000 }";
        /// What is sent again, and when.
        retry: RetryTable = r#"{ give_up = "5m" }"#;
        /// Which traces are kept.
        sampling: Later;
        /// What it prints of the spans that pass.
        debug: Choice<Debugs> = r#""basic""#, default(r#""off""#), renders("`exporters.debug`, beside the real one");
        /// Parts of `extra` that join the pipeline.
        pipeline: Later;
    }
}

impl Spoken for CollectorTable {
    const SPOKEN: &'static str = "a collector";
}

table! {
    /// The listeners of OTLP of a collector.
    pub struct ReceiveTable {
        /// OTLP over gRPC.
        grpc: ListenerOf<GrpcListenerTable> = "4317", derived("`4317` where `receive` is not written, else closed"), renders("`receivers.otlp.protocols.grpc`");
        /// OTLP over HTTP.
        http: ListenerOf<BrowserListenerTable> = "4318", derived("`4318` where `receive` is not written, else closed"), renders("`receivers.otlp.protocols.http`");
    }
}

words! {
    /// `protocol`.
    pub struct CollectorProtocols: OtlpProtocol, unknown "protocol-text" {
        /// OTLP over gRPC
        "grpc" => OtlpProtocol::Grpc;
        /// OTLP over HTTP, in protobuf
        "http/protobuf" => OtlpProtocol::HttpProtobuf;
    }
}

/// Compression names of the collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectorCompression {
    /// `none`.
    None,
    /// `gzip`.
    Gzip,
    /// `snappy`.
    Snappy,
    /// `zstd`.
    Zstd,
}

impl CollectorCompression {
    /// As the engine spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Zstd => "zstd",
        }
    }
}

words! {
    /// `compression`.
    pub struct CollectorCompressions: CollectorCompression {
        /// as it is
        "none" => CollectorCompression::None;
        /// read by everything
        "gzip" => CollectorCompression::Gzip;
        /// fast
        "snappy" => CollectorCompression::Snappy;
        /// small and fast
        "zstd" => CollectorCompression::Zstd;
    }
}

/// A build of the collector; it decides which components there are and the package's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// `otelcol`.
    Core,
    /// `otelcol-contrib`.
    Contrib,
}

words! {
    /// `distribution`.
    pub struct Distributions: Distribution {
        /// `otelcol`
        "core" => Distribution::Core;
        /// `otelcol-contrib`
        "contrib" => Distribution::Contrib;
        /// `otelcol-k8s`
        "k8s", instead r#"distribution = "contrib""#;
        /// `otelcol-otlp`
        "otlp", instead r#"distribution = "core""#;
        /// a build of your own
        "custom", instead r#"distribution = "contrib""#;
    }
}

/// Verbosity of the debug exporter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Debug {
    /// One line a batch.
    Basic,
    /// One line a span.
    Normal,
    /// Everything.
    Detailed,
}

impl Debug {
    /// As the engine spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Normal => "normal",
            Self::Detailed => "detailed",
        }
    }
}

words! {
    /// `debug`.
    pub struct Debugs: Option<Debug> {
        /// nothing
        "off" => None;
        /// one line a batch
        "basic" => Some(Debug::Basic);
        /// one line a span
        "normal" => Some(Debug::Normal);
        /// everything, attributes and all; a warning in every plan
        "detailed" => Some(Debug::Detailed);
    }
}

table! {
    /// How spans are put together before they are sent.
    pub struct BatchTable {
        /// `false`: they are sent as they come.
        enabled: Flag = "false", default("true");
        /// So many spans start a batch.
        size: Count<MOST> = "2048", default("2048"), renders("`sending_queue.batch.min_size`, or `send_batch_size` of the processor");
        /// So many spans a batch holds at most.
        max_size: Count<MOST> = "4096", derived("twice `size`"), renders("`sending_queue.batch.max_size`, or `send_batch_max_size` of the processor");
        /// A batch that is not full waits no longer.
        timeout: Duration = r#""1s""#, default(r#""1s""#), renders("`sending_queue.batch.flush_timeout`, or `timeout` of the processor");
        /// Where batches are made.
        place: Choice<BatchPlaces> = r#""exporter""#, default(r#""exporter""#), renders("`sending_queue.batch`, or the processor `batch`");
    }
}

/// Where batches are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchPlace {
    /// `sending_queue.batch`, behind the queue.
    Exporter,
    /// The `batch` processor, last in the pipeline.
    Processor,
}

words! {
    /// `place`.
    pub struct BatchPlaces: BatchPlace {
        /// behind the queue
        "exporter" => BatchPlace::Exporter;
        /// before the queue, last in the pipeline
        "processor" => BatchPlace::Processor;
    }
}

table! {
    /// What waits to be sent. It is lost when the collector stops.
    pub struct QueueTable {
        /// `false`: nothing waits.
        enabled: Flag = "false", default("true"), renders("`sending_queue.enabled`");
        /// Whether it is on disk.
        persistent: Flag = "false", not_yet(true, "persistent = false"), default("false");
        /// So many requests wait at most. Not together with `bytes`.
        requests: Count<MOST> = "1000", default("1000"), renders("`sending_queue.sizer: requests`, `queue_size`");
        /// So many bytes wait at most. Not together with `requests`.
        bytes: Bytes = r#""64MiB""#, renders("`sending_queue.sizer: bytes`, `queue_size`");
        /// What happens to what finds it full.
        when_full: Choice<WhenFulls> = r#""wait""#, default(r#""refuse""#), renders("`sending_queue.block_on_overflow`");
    }
}

/// `queue.when_full`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// Refuse, so that the sender knows.
    Refuse,
    /// Let the sender wait.
    Wait,
}

words! {
    /// `when_full`.
    pub struct WhenFulls: WhenFull {
        /// the sender is told, and may send again
        "refuse" => WhenFull::Refuse;
        /// the sender waits
        "wait" => WhenFull::Wait;
    }
}

table! {
    /// What is sent again after a failure that may pass, and when.
    pub struct RetryTable {
        /// `false`: nothing is sent again.
        enabled: Flag = "false", default("true"), renders("`retry_on_failure.enabled`");
        /// The first pause.
        first: Duration = r#""5s""#, default(r#""5s""#), renders("`retry_on_failure.initial_interval`");
        /// The longest pause.
        longest: Duration = r#""30s""#, derived("`\"30s\"`, or `first` where that is longer"), renders("`retry_on_failure.max_interval`");
        /// When to give up.
        give_up: DurationOrNever = r#""5m""#, derived("`\"5m\"`, or `longest` where that is longer"), renders("`retry_on_failure.max_elapsed_time`, for `\"never\"` 0s");
    }
}
