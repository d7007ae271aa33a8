//! The exporters of a collector: one for each target, by what that target takes.

use super::queue::QueueContext;
use super::route::client;
use crate::component::app::describe::path;
use crate::component::loki::tenant_header;
use crate::component::values::{collector_version, go_duration};
use crate::model::dataflow::OtlpProtocol;
use crate::stack::{
    Collector, CollectorCompression, HeaderValue, PrometheusReceiver, Route, RouteTarget, SecretReference,
};
use crate::wiring::{EnginePlace, Wiring};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the template prints of an exporter.
#[derive(Debug, Serialize)]
pub(super) struct Exporter {
    id: String,
    /// `endpoint`, or that of one signal, which is taken whole.
    key: String,
    endpoint: String,
    /// Remote write has its own queue and its own compression.
    remote_write: bool,
    compression: &'static str,
    timeout: String,
    headers: BTreeMap<String, String>,
    tls: Option<ClientFiles>,
    insecure: bool,
    queue: Option<QueueContext>,
}

#[derive(Debug, Serialize)]
struct ClientFiles {
    ca: String,
    minimum_version: &'static str,
    reload: String,
}

/// The id of the exporter that takes a route.
pub(super) fn id(collector: &Collector, route: &Route) -> String {
    let kind = match (&route.to, route.protocol) {
        (RouteTarget::Prometheus(PrometheusReceiver::RemoteWrite), _) => {
            collector.dialect.remote_write_exporter
        }
        (_, OtlpProtocol::Grpc) => collector.dialect.grpc_exporter,
        (_, OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson) => collector.dialect.http_exporter,
    };
    format!("{kind}/{}", route.to.name())
}

/// The exporter that takes a route; `None` where the target's own table was refused.
pub(super) fn exporter(
    wiring: &Wiring<'_>,
    collector: &Collector,
    (place, route): (&EnginePlace, &Route),
) -> Option<Exporter> {
    let edge = wiring.edge_from(&client(&super::id(&collector.name), route))?;
    let tls = wiring.target(edge).tls;
    let remote_write = matches!(route.to, RouteTarget::Prometheus(PrometheusReceiver::RemoteWrite));
    let (key, endpoint) = match (&route.to, route.protocol) {
        _ if remote_write => ("endpoint".to_owned(), format!("{}/api/v1/write", edge.url(tls))),
        (RouteTarget::Prometheus(_) | RouteTarget::Loki, _) => {
            let signal = route.to.takes()[0];
            (format!("{signal}_endpoint"), format!("{}{}", edge.url(tls), path(&route.to, signal)))
        }
        (_, OtlpProtocol::Grpc) => ("endpoint".to_owned(), edge.socket()),
        (_, OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson) => ("endpoint".to_owned(), edge.url(tls)),
    };
    // One request that holds a point older than what is stored is refused whole: nothing overtakes.
    let in_order = matches!(route.to, RouteTarget::Prometheus(PrometheusReceiver::Otlp));
    Some(Exporter {
        id: id(collector, route),
        key,
        endpoint,
        remote_write,
        // Nothing is compressed between two processes of one host.
        compression: collector.export.compression.unwrap_or(CollectorCompression::None).as_str(),
        timeout: go_duration(match remote_write {
            true => collector.export.remote_write_timeout,
            false => collector.export.timeout,
        }),
        headers: headers(wiring, collector, route),
        tls: wiring.target(edge).has_our_ca().then(|| ClientFiles {
            ca: literal(place.certificate("ca.crt").as_str()),
            minimum_version: collector_version(wiring.stack.certificates.minimum_version),
            reload: go_duration(wiring.stack.certificates.reload),
        }),
        // The HTTP exporter goes by the URL's scheme, the gRPC one by this switch alone.
        insecure: !tls && route.protocol == OtlpProtocol::Grpc,
        queue: QueueContext::of(collector, in_order).map(|queue| match remote_write {
            true => queue.of_requests(),
            false => queue,
        }),
    })
}

/// Headers of every request, and the tenant of a Loki.
fn headers(wiring: &Wiring<'_>, collector: &Collector, route: &Route) -> BTreeMap<String, String> {
    let written = collector.export.headers.iter().map(|(name, value)| (name.clone(), header(value)));
    let tenant = tenant_header(wiring.stack, route).map(|(name, tenant)| (name, literal(&tenant)));
    written.chain(tenant).collect()
}

/// A text that the collector reads as it is: `$` begins an expansion, `$$` is a dollar sign.
pub(super) fn literal(text: &str) -> String {
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
