//! The ways of a wiring's signals as a proof is told of them.

use crate::component::app::describe::{assignments, path, variable};
use crate::component::{app, collector, grafana, loki, prometheus, tempo};
use crate::model::dataflow::Signal;
use crate::model::names::ComponentName;
use crate::prove::{Dial, Endpoint, Forward, Reader, RouteCollector, SignalWay, Store, Tls, TrustedCa};
use crate::stack::{App, HeaderValue, PrometheusReceiver, RouteTarget};
use crate::wiring::{ClientId, ComponentId, ListenerId, ListenerKind, WiredEdge, Wiring};
use std::path::{Path, PathBuf};

/// The signals of a proof, by what keeps them.
const STORES: [Store; 3] = [Store::Tempo, Store::Prometheus, Store::Loki];

/// The ways of every signal that an application sends and the stack keeps, application by application; what is read
/// back is read trusting this CA.
pub fn ways(wiring: &Wiring<'_>, ca: &Path) -> Vec<SignalWay> {
    let apps = wiring.stack.apps.values();
    let all = apps.flat_map(|app| STORES.into_iter().map(move |store| (app, store)));
    all.filter_map(|(app, store)| {
        let endpoint = endpoint(wiring, app, store)?;
        Some(SignalWay { endpoint, reader: reader(wiring, store, ca)? })
    })
    .collect()
}

/// Where a signal is read back, trusting this CA; `None` in a stack without its store.
fn reader(wiring: &Wiring<'_>, store: Store, ca: &Path) -> Option<Reader> {
    let edge = reading_edge(wiring, store)?;
    let internal = wiring.edge_from(&ClientId::Internal(tempo::ID)).filter(|_| store == Store::Tempo);
    let target = wiring.target(edge);
    Some(Reader {
        edge: name(wiring, edge),
        internal_edge: internal.map(|edge| name(wiring, edge)).unwrap_or_default(),
        api: edge.url(target.tls),
        tls: if target.has_our_ca() { tls(ca.to_owned()) } else { Tls::default() },
        tenant: loki::tenant(wiring.stack).filter(|_| store == Store::Loki).map(ToOwned::to_owned),
        internal: internal.map(WiredEdge::socket),
    })
}

/// A store among the components of a stack.
pub fn store_id(store: Store) -> ComponentId {
    match store {
        Store::Tempo => tempo::ID,
        Store::Prometheus => prometheus::ID,
        Store::Loki => loki::ID,
    }
}

/// The edge of whoever reads a store's API: Grafana's, or else of this tool; of a store of somebody else's, that of
/// whoever sends to it.
fn reading_edge<'w>(wiring: &'w Wiring<'_>, store: Store) -> Option<&'w WiredEdge> {
    let api = ListenerId { component: store_id(store), kind: ListenerKind::Api };
    let edges = || wiring.edges.iter().filter(|edge| wiring.target(edge).id == api);
    let grafana = |edge: &&WiredEdge| edge.from.component() == Some(&grafana::ID);
    edges()
        .find(grafana)
        .or_else(|| wiring.edge_from(&ClientId::Tool(api.component.clone(), api.kind)))
        .or_else(|| edges().find(|edge| edge.from.component().is_some_and(|from| *from != tempo::ID)))
}

fn endpoint(wiring: &Wiring<'_>, app: &App, store: Store) -> Option<Endpoint> {
    let signal = store.signal();
    let id = app::id(&app.name);
    let route = app.routes.way(signal)?;
    let edge = wiring.edge_from(&collector::client(&id, route))?;
    let place = &wiring.clients[&id];
    // What the program reads, not what was decided for it: a difference must show.
    let said = assignments(wiring, app, place);
    let seen = |path: String| match path.strip_prefix(place.certificates_seen.as_str()) {
        // A container's directory is another one here.
        Some(below) => PathBuf::from(format!("{}{below}", place.certificates)),
        None => PathBuf::from(path),
    };
    let value = |setting: &str| {
        let wanted = variable(signal, setting);
        said.iter().find(|one| one.name == wanted).map(|one| one.value.clone())
    };
    let ca = value("CERTIFICATE").map(seen);
    let url = value("ENDPOINT").unwrap_or_default();
    Some(Endpoint {
        name: app.name.to_string(),
        edge: name(wiring, edge),
        service_name: app.service_name.clone(),
        store,
        dial: Dial {
            protocol: route.protocol,
            url: if app.container.is_some() { from_here(wiring, edge, &url) } else { url },
            tls: ca.map(tls).unwrap_or_default(),
            headers: app
                .headers
                .clone()
                .into_iter()
                .chain(loki::tenant_header(wiring.stack, route))
                .collect(),
        },
        through: through(wiring, app.routes.next(signal), store),
    })
}

/// The endpoint of a program in a container, dialled from its host, where its name may not be known.
fn from_here(wiring: &Wiring<'_>, edge: &WiredEdge, url: &str) -> String {
    let listener = &wiring.target(edge).id;
    let own = wiring.edge_from(&ClientId::Tool(listener.component.clone(), listener.kind));
    own.map_or_else(|| url.to_owned(), |own| url.replacen(&edge.socket(), &own.socket(), 1))
}

/// The collectors from here to the store. A way that closes on itself is a finding of `check`; here it
/// ends when it has passed all of them.
fn through(wiring: &Wiring<'_>, first: Option<&ComponentName>, store: Store) -> Vec<RouteCollector> {
    let mut passed = Vec::new();
    let mut next = first;
    while let Some(name) = next
        && passed.len() < wiring.stack.collectors.len()
    {
        passed.push(collector(wiring, &wiring.stack.collectors[name], store.signal()));
        next = wiring.stack.collectors[name].routes.next(store.signal());
    }
    passed
}

fn collector(wiring: &Wiring<'_>, collector: &crate::stack::Collector, signal: Signal) -> RouteCollector {
    let id = collector::id(&collector.name);
    let metrics = wiring.edge_from(&ClientId::Tool(id.clone(), ListenerKind::Metrics));
    let route = collector.routes.way(signal);
    let edge = route.and_then(|route| wiring.edge_from(&collector::client(&id, route)));
    let forwards = route.zip(edge).map(|(route, edge)| {
        let served = wiring.target(edge).tls;
        let remote_write = route.to == RouteTarget::Prometheus(PrometheusReceiver::RemoteWrite);
        let path = match route.protocol.is_http() {
            _ if remote_write => "/api/v1/write".to_owned(),
            true => path(&route.to, signal),
            false => String::new(),
        };
        let ca = PathBuf::from(wiring.engines[&id].certificate("ca.crt").as_str());
        let headers = collector.export.headers.iter().filter_map(|(name, value)| match value {
            HeaderValue::Plain(text) => Some((name.clone(), text.clone())),
            HeaderValue::Secret(_) => None,
        });
        let dial = Dial {
            protocol: route.protocol,
            url: format!("{}{path}", edge.url(served)),
            tls: if wiring.target(edge).has_our_ca() { tls(ca) } else { Tls::default() },
            headers: headers.chain(loki::tenant_header(wiring.stack, route)).collect(),
        };
        Forward { edge: name(wiring, edge), dial, remote_write }
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
