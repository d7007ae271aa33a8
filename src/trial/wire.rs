//! The listeners of a wiring as a proof is told of them.

use crate::component::app::describe::assignments;
use crate::component::{app, collector, grafana, tempo};
use crate::model::dataflow::Signal;
use crate::model::names::ComponentName;
use crate::prove::{Dial, Endpoint, Forward, RouteCollector, TempoReader, Tls, TrustedCa};
use crate::stack::{App, HeaderValue};
use crate::wiring::{ClientId, WiredEdge, Wiring};
use std::path::{Path, PathBuf};

/// One listener for each application that sends traces.
pub fn endpoints(wiring: &Wiring<'_>) -> Vec<Endpoint> {
    wiring.stack.apps.values().filter_map(|app| endpoint(wiring, app)).collect()
}

/// Where traces are read back, trusting this CA; `None` in a stack without Tempo.
pub fn reader(wiring: &Wiring<'_>, ca: &Path) -> Option<TempoReader> {
    let tool = ClientId::Tool(tempo::ID, crate::wiring::ListenerKind::Api);
    let edge = wiring.edge_from(&ClientId::Of(grafana::ID)).or_else(|| wiring.edge_from(&tool))?;
    let internal = wiring.edge_from(&ClientId::Internal(tempo::ID));
    Some(TempoReader {
        edge: name(wiring, edge),
        internal_edge: internal.map(|edge| name(wiring, edge)).unwrap_or_default(),
        api: edge.url(wiring.target(edge).tls),
        tls: tls(ca.to_owned()),
        tenant: None,
        internal: internal.map(WiredEdge::socket),
    })
}

fn endpoint(wiring: &Wiring<'_>, app: &App) -> Option<Endpoint> {
    let id = app::id(&app.name);
    let route = app.routes.way(Signal::Traces)?;
    let edge = wiring.edge_from(&collector::client(&id, route))?;
    let place = &wiring.clients[&id];
    // What the program reads, not what was decided for it: a difference must show.
    let said = assignments(wiring, app, place);
    let seen = |path: String| match path.strip_prefix(place.certificates_seen.as_str()) {
        // A container's directory is another one here.
        Some(below) => PathBuf::from(format!("{}{below}", place.certificates)),
        None => PathBuf::from(path),
    };
    let value = |wanted: &str| said.iter().find(|one| one.name == wanted).map(|one| one.value.clone());
    let ca = value("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE").map(seen);
    let url = value("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").unwrap_or_default();
    Some(Endpoint {
        name: app.name.to_string(),
        edge: name(wiring, edge),
        service_name: app.service_name.clone(),
        dial: Dial {
            protocol: route.protocol,
            url: if app.container.is_some() { from_here(wiring, edge, &url) } else { url },
            tls: ca.map(tls).unwrap_or_default(),
            headers: app.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        },
        through: through(wiring, app.routes.next(Signal::Traces)),
    })
}

/// The endpoint of a program in a container, dialled from its host, where its name may not be known.
fn from_here(wiring: &Wiring<'_>, edge: &WiredEdge, url: &str) -> String {
    let listener = &wiring.target(edge).id;
    let own = wiring.edge_from(&ClientId::Tool(listener.component.clone(), listener.kind));
    own.map_or_else(|| url.to_owned(), |own| url.replacen(&edge.socket(), &own.socket(), 1))
}

/// The collectors from here to Tempo. A way that closes on itself is a finding of `check`; here it
/// ends when it has passed all of them.
fn through(wiring: &Wiring<'_>, first: Option<&ComponentName>) -> Vec<RouteCollector> {
    let mut passed = Vec::new();
    let mut next = first;
    while let Some(name) = next
        && passed.len() < wiring.stack.collectors.len()
    {
        passed.push(collector(wiring, &wiring.stack.collectors[name]));
        next = wiring.stack.collectors[name].routes.next(Signal::Traces);
    }
    passed
}

fn collector(wiring: &Wiring<'_>, collector: &crate::stack::Collector) -> RouteCollector {
    let id = collector::id(&collector.name);
    let metrics = wiring.edge_from(&ClientId::Tool(id.clone(), crate::wiring::ListenerKind::Metrics));
    let route = collector.routes.way(Signal::Traces);
    let edge = route.and_then(|route| wiring.edge_from(&collector::client(&id, route)));
    let forwards = route.zip(edge).map(|(route, edge)| {
        let served = wiring.target(edge).tls;
        let path = if route.protocol.is_http() { "/v1/traces" } else { "" };
        let ca = PathBuf::from(wiring.engines[&id].certificate("ca.crt").as_str());
        let headers = collector.export.headers.iter().filter_map(|(name, value)| match value {
            HeaderValue::Plain(text) => Some((name.clone(), text.clone())),
            HeaderValue::Secret(_) => None,
        });
        let dial = Dial {
            protocol: route.protocol,
            url: format!("{}{path}", edge.url(served)),
            tls: if served { tls(ca) } else { Tls::default() },
            headers: headers.collect(),
        };
        Forward { edge: name(wiring, edge), dial }
    });
    RouteCollector {
        name: collector.name.to_string(),
        metrics: metrics.map(|edge| format!("{}/metrics", edge.url(false))),
        forwards,
    }
}

fn tls(ca: PathBuf) -> Tls {
    Tls { ca: TrustedCa::File(ca), ..Tls::default() }
}

/// `app.shop -> collector.main.receive.grpc`.
fn name(wiring: &Wiring<'_>, edge: &WiredEdge) -> String {
    let from = edge.from.component().map_or_else(|| "tracewright".to_owned(), ToString::to_string);
    format!("{from} -> {}", wiring.target(edge).id)
}
