//! What the collector's template prints.

use crate::component::values::{
    OtlpListenerValues, ServerFiles, collector_version, go_duration, otlp_listener, server_files,
};
use crate::model::dataflow::OtlpProtocol;
use crate::stack::{
    Batch, BatchPlace, Collector, CollectorCompression, HeaderValue, Queue, QueueLength, Retry, RouteTarget,
    SecretReference, Size, WhenFull,
};
use crate::toml::Printed;
use crate::wiring::{ClientId, EnginePlace, ListenerKind, Wiring};
use serde::Serialize;
use std::collections::BTreeMap;

/// The context of `collector/*/config.yaml.j2`.
#[derive(Debug, Serialize)]
pub struct CollectorContext<'a> {
    stack: &'a str,
    grpc: Option<OtlpListenerValues>,
    http: Option<OtlpListenerValues>,
    memory_limiter: Option<MemoryLimiter>,
    batch_processor: Option<BatchContext>,
    exporter: Exporter,
    queue: Option<QueueContext>,
    retry: Option<RetryContext>,
    debug: Option<&'static str>,
    health: Option<Health>,
    metrics: Option<Metrics>,
    processors: Vec<&'static str>,
    exporters: Vec<String>,
    written: &'a Printed,
}

#[derive(Debug, Serialize)]
struct MemoryLimiter {
    limit_mib: u64,
    spike_limit_mib: u64,
}

#[derive(Debug, Serialize)]
struct BatchContext {
    size: u32,
    max_size: u32,
    timeout: String,
}

#[derive(Debug, Serialize)]
struct Exporter {
    id: String,
    endpoint: String,
    compression: &'static str,
    timeout: String,
    headers: BTreeMap<String, String>,
    tls: Option<ClientFiles>,
    insecure: bool,
}

#[derive(Debug, Serialize)]
struct ClientFiles {
    ca: String,
    minimum_version: &'static str,
    reload: String,
}

#[derive(Debug, Serialize)]
struct QueueContext {
    sizer: &'static str,
    size: u64,
    block_on_overflow: bool,
    batch: Option<BatchContext>,
}

#[derive(Debug, Serialize)]
struct RetryContext {
    first: String,
    longest: String,
    give_up: String,
}

#[derive(Debug, Serialize)]
struct Health {
    endpoint: String,
    tls: Option<ServerFiles>,
}

#[derive(Debug, Serialize)]
struct Metrics {
    host: String,
    port: u16,
}

/// The file name of a collector's template.
pub fn template(collector: &Collector) -> String {
    format!("collector/{}/config.yaml.j2", collector.dialect.template)
}

/// Everything the template prints for one collector.
pub fn context<'a>(
    wiring: &'a Wiring<'_>,
    collector: &'a Collector,
    place: &EnginePlace,
) -> CollectorContext<'a> {
    let id = super::id(&collector.name);
    let listener = |listener| wiring.listener(&id, listener);
    let otlp = |wanted| listener(wanted).map(|listener| otlp_listener(wiring, place, listener, literal));
    let exporter = exporter(wiring, collector, place);
    let batch = |wanted| collector.batch.filter(|batch| batch.place == wanted).map(BatchContext::from);
    let memory_limiter = collector.service.memory_limit.map(MemoryLimiter::from);
    let batch_processor = batch(BatchPlace::Processor);
    let processors = [(memory_limiter.is_some(), "memory_limiter"), (batch_processor.is_some(), "batch")];
    let debug = collector.debug.map(crate::stack::Debug::as_str);
    CollectorContext {
        stack: wiring.stack.name.as_str(),
        grpc: otlp(ListenerKind::OtlpGrpc),
        http: otlp(ListenerKind::OtlpHttp),
        processors: processors.into_iter().filter_map(|(wanted, name)| wanted.then_some(name)).collect(),
        memory_limiter,
        batch_processor,
        exporters: std::iter::once(exporter.id.clone()).chain(debug.map(|_| "debug".to_owned())).collect(),
        exporter,
        queue: collector.queue.map(|queue| QueueContext::new(queue, batch(BatchPlace::Exporter))),
        retry: collector.retry.map(RetryContext::from),
        debug,
        health: listener(ListenerKind::Health).map(|listener| Health {
            endpoint: listener.endpoint(),
            tls: server_files(wiring, place, listener, literal),
        }),
        written: &collector.written,
        metrics: listener(ListenerKind::Metrics)
            .map(|listener| Metrics { host: listener.bind.to_string(), port: listener.port.number() }),
    }
}

fn exporter(wiring: &Wiring<'_>, collector: &Collector, place: &EnginePlace) -> Exporter {
    let id = super::id(&collector.name);
    let edge =
        wiring.edge_from(&ClientId::Of(id)).expect("resolve gives every collector a target with a listener");
    let tls = wiring.target(edge).tls;
    let kind = match collector.route.protocol {
        OtlpProtocol::Grpc => collector.dialect.grpc_exporter,
        OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => collector.dialect.http_exporter,
    };
    let name = match &collector.route.to {
        RouteTarget::Tempo => "tempo",
        RouteTarget::Collector(name) => name.as_str(),
    };
    Exporter {
        id: format!("{kind}/{name}"),
        endpoint: match collector.route.protocol {
            OtlpProtocol::Grpc => edge.socket(),
            OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => edge.url(tls),
        },
        // Nothing is compressed between two processes of one host.
        compression: collector.export.compression.unwrap_or(CollectorCompression::None).as_str(),
        timeout: go_duration(collector.export.timeout),
        headers: collector.export.headers.iter().map(|(name, value)| (name.clone(), header(value))).collect(),
        tls: tls.then(|| ClientFiles {
            ca: literal(place.certificate("ca.crt").as_str()),
            minimum_version: collector_version(wiring.stack.certificates.minimum_version),
            reload: go_duration(wiring.stack.certificates.reload),
        }),
        // The HTTP exporter goes by the URL's scheme, the gRPC one by this switch alone.
        insecure: !tls && collector.route.protocol == OtlpProtocol::Grpc,
    }
}

/// A text that the collector reads as it is: `$` begins an expansion, `$$` is a dollar sign.
fn literal(text: &str) -> String {
    text.replace('$', "$$")
}

/// A header's value, or where the collector finds it.
fn header(value: &HeaderValue) -> String {
    match value {
        HeaderValue::Plain(text) => literal(text),
        HeaderValue::Secret(SecretReference::Environment(name)) => format!("${{env:{name}}}"),
        HeaderValue::Secret(SecretReference::File(path)) => format!("${{file:{path}}}"),
        HeaderValue::Secret(SecretReference::Credential(name)) => {
            format!("${{file:${{env:CREDENTIALS_DIRECTORY}}/{name}}}")
        }
    }
}

impl From<Size> for MemoryLimiter {
    /// 80 % of the unit's memory, 16 % of it as the spike; whole MiB, rounded down.
    fn from(Size(bytes): Size) -> Self {
        let mib = bytes / (1024 * 1024);
        Self { limit_mib: mib * 80 / 100, spike_limit_mib: mib * 16 / 100 }
    }
}

impl From<Batch> for BatchContext {
    fn from(batch: Batch) -> Self {
        Self { size: batch.size, max_size: batch.max_size, timeout: go_duration(batch.timeout) }
    }
}

impl QueueContext {
    fn new(queue: Queue, batch: Option<BatchContext>) -> Self {
        let (sizer, size) = match queue.length {
            QueueLength::Requests(number) => ("requests", u64::from(number)),
            QueueLength::Bytes(Size(bytes)) => ("bytes", bytes),
        };
        Self { sizer, size, block_on_overflow: queue.when_full == WhenFull::Wait, batch }
    }
}

impl From<Retry> for RetryContext {
    fn from(retry: Retry) -> Self {
        Self {
            first: go_duration(retry.first),
            longest: go_duration(retry.longest),
            give_up: retry.give_up.map_or_else(|| "0s".to_owned(), go_duration),
        }
    }
}
