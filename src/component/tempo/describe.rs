//! What Tempo's template prints.

use crate::component::prometheus;
use crate::component::values::{
    OtlpListenerValues, ServerFiles, go_duration, otlp_listener, prometheus_version, server_files,
    tempo_version,
};
use crate::model::names::TargetPath;
use crate::stack::Tempo;
use crate::toml::Printed;
use crate::wiring::{ClientId, EnginePlace, ListenerId, ListenerKind, Wiring};
use serde::Serialize;

/// The context of `tempo/*/config.yml.j2`.
#[derive(Debug, Serialize)]
pub struct TempoContext<'a> {
    stack: &'a str,
    api: Server,
    internal: Server,
    server_minimum_version: Option<&'static str>,
    grpc: Option<OtlpListenerValues>,
    http: Option<OtlpListenerValues>,
    internal_clients: Option<InternalClients>,
    retention: String,
    blocks: String,
    wal: String,
    live_wal: String,
    shutdown_marker: String,
    scheduler: String,
    finish_on_shutdown: String,
    usage_report: bool,
    generator: Option<Generator>,
    written: &'a Printed,
}

#[derive(Debug, Serialize)]
struct Server {
    host: String,
    port: u16,
    tls: Option<ServerFiles>,
}

#[derive(Debug, Serialize)]
struct InternalClients {
    ca: String,
    minimum_version: &'static str,
}

/// The metrics generator: it works with all of these, and is silent without any one of them.
#[derive(Debug, Serialize)]
struct Generator {
    path: String,
    url: String,
    /// The CA of a Prometheus of the stack's own, which has TLS.
    ca: Option<String>,
    minimum_version: &'static str,
    processors: Vec<&'static str>,
    interval: String,
}

/// The listener that the generator writes to.
pub(super) fn written() -> ListenerId {
    ListenerId { component: prometheus::ID, kind: ListenerKind::Api }
}

/// The client with which it does.
pub(super) fn writer() -> ClientId {
    ClientId::Each(super::ID, written())
}

fn generator(
    wiring: &Wiring<'_>,
    tempo: &Tempo,
    (place, data): (&EnginePlace, &TargetPath),
) -> Option<Generator> {
    let settings = tempo.generator.as_ref()?;
    let edge = wiring.edge_from(&writer())?;
    Some(Generator {
        path: data.join("generator").to_string(),
        url: format!("{}/api/v1/write", edge.url(wiring.target(edge).tls)),
        ca: wiring.target(edge).has_our_ca().then(|| place.certificate("ca.crt").to_string()),
        minimum_version: prometheus_version(wiring.stack.certificates.minimum_version),
        processors: settings.processors.clone(),
        interval: go_duration(settings.interval),
    })
}

/// The file name of Tempo's template.
pub fn template(tempo: &Tempo) -> String {
    format!("tempo/{}/config.yml.j2", tempo.dialect.template)
}

/// Everything the template prints.
pub fn context<'a>(wiring: &'a Wiring<'_>, tempo: &'a Tempo, place: &EnginePlace) -> TempoContext<'a> {
    let server = |listener| {
        let listener =
            wiring.listener(&super::ID, listener).expect("Tempo always opens its API and its own gRPC");
        let tls = server_files(wiring, place, listener, str::to_owned);
        Server { host: listener.bind.to_string(), port: listener.port.number(), tls }
    };
    let otlp = |listener| {
        wiring
            .listener(&super::ID, listener)
            .map(|listener| otlp_listener(wiring, place, listener, str::to_owned))
    };
    let minimum_version = tempo_version(wiring.stack.certificates.minimum_version);
    let (api, internal) = (server(ListenerKind::Api), server(ListenerKind::Internal));
    let data = place.data.first().expect("Tempo always has a data directory");
    let blocks = tempo.local_storage.as_ref().unwrap_or(data);
    TempoContext {
        stack: wiring.stack.name.as_str(),
        server_minimum_version: (api.tls.is_some() || internal.tls.is_some()).then_some(minimum_version),
        // One decision for the server and every client of this line.
        internal_clients: internal
            .tls
            .is_some()
            .then(|| InternalClients { ca: place.certificate("ca.crt").to_string(), minimum_version }),
        api,
        internal,
        grpc: otlp(ListenerKind::OtlpGrpc),
        http: otlp(ListenerKind::OtlpHttp),
        retention: go_duration(tempo.retention),
        blocks: blocks.join("blocks").to_string(),
        wal: data.join("wal").to_string(),
        live_wal: data.join("live-store/traces").to_string(),
        shutdown_marker: data.join("live-store/shutdown-marker").to_string(),
        // The scheduler spreads its work over hundreds of files there.
        scheduler: data.join("scheduler").to_string(),
        // A worker waits this long at every stop, also an idle one: well before the manager kills it.
        finish_on_shutdown: go_duration(tempo.service.stop_timeout / 2),
        generator: generator(wiring, tempo, (place, data)),
        usage_report: tempo.usage_report,
        written: &tempo.written,
    }
}
