//! What the collector's template prints.

use super::exporter::{Exporter, exporter, id, literal};
use super::queue::BatchContext;
use crate::component::values::{OtlpListenerValues, ServerFiles, go_duration, otlp_listener, server_files};
use crate::model::dataflow::Signal;
use crate::stack::{BatchPlace, Collector, Retry, Size};
use crate::toml::Printed;
use crate::wiring::{EnginePlace, ListenerKind, Wiring};
use serde::Serialize;

/// The context of `collector/*/config.yaml.j2`.
#[derive(Debug, Serialize)]
pub struct CollectorContext<'a> {
    stack: &'a str,
    grpc: Option<OtlpListenerValues>,
    http: Option<OtlpListenerValues>,
    memory_limiter: Option<MemoryLimiter>,
    batch_processor: Option<BatchContext>,
    clients: Vec<Exporter>,
    retry: Option<RetryContext>,
    debug: Option<&'static str>,
    health: Option<Health>,
    metrics: Option<Metrics>,
    processors: Vec<&'static str>,
    pipelines: Vec<Pipeline>,
    written: &'a Printed,
}

#[derive(Debug, Serialize)]
struct MemoryLimiter {
    limit_mib: u64,
    spike_limit_mib: u64,
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

/// What becomes of one signal.
#[derive(Debug, Serialize)]
struct Pipeline {
    signal: String,
    exporters: Vec<String>,
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
    let own = super::id(&collector.name);
    let listener = |listener| wiring.listener(&own, listener);
    let otlp = |wanted| listener(wanted).map(|listener| otlp_listener(wiring, place, listener, literal));
    let batch = |wanted| collector.batch.filter(|batch| batch.place == wanted).map(BatchContext::from);
    let memory_limiter = collector.service.memory_limit.map(MemoryLimiter::from);
    let batch_processor = batch(BatchPlace::Processor);
    let processors = [(memory_limiter.is_some(), "memory_limiter"), (batch_processor.is_some(), "batch")];
    let debug = collector.debug.map(crate::stack::Debug::as_str);
    let routes = collector.routes.0.iter();
    let clients = routes.filter_map(|route| exporter(wiring, collector, (place, route)));
    CollectorContext {
        stack: wiring.stack.name.as_str(),
        grpc: otlp(ListenerKind::OtlpGrpc),
        http: otlp(ListenerKind::OtlpHttp),
        processors: processors.into_iter().filter_map(|(wanted, name)| wanted.then_some(name)).collect(),
        memory_limiter,
        batch_processor,
        pipelines: pipelines(collector),
        clients: clients.collect(),
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

/// One pipeline for each signal that passes.
fn pipelines(collector: &Collector) -> Vec<Pipeline> {
    let debug = collector.debug.map(|_| "debug".to_owned());
    let pipeline = |signal: &Signal| Pipeline {
        signal: signal.to_string(),
        exporters: collector
            .routes
            .of(*signal)
            .map(|route| id(collector, route))
            .chain(debug.clone())
            .collect(),
    };
    collector.signals.iter().map(pipeline).collect()
}

impl From<Size> for MemoryLimiter {
    /// 80 % of the unit's memory, 16 % of it as the spike; whole MiB, rounded down.
    fn from(Size(bytes): Size) -> Self {
        let mib = bytes / (1024 * 1024);
        Self { limit_mib: mib * 80 / 100, spike_limit_mib: mib * 16 / 100 }
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
