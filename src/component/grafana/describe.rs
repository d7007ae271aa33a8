//! What the datasource template prints.

use crate::component::{loki, prometheus};
use crate::model::dataflow::ProgramKind;
use crate::stack::Grafana;
use crate::wiring::{ClientId, ClientPlace, ComponentId, ListenerId, ListenerKind, Wiring};
use serde::Serialize;

/// The file name of the template.
pub const TEMPLATE: &str = "grafana/datasource.yaml.j2";

/// What the uid of Prometheus' datasource begins with.
const METRICS: &str = "metrics";

/// The context of the datasource.
#[derive(Debug, Serialize)]
pub struct DatasourceContext<'a> {
    stack: &'a str,
    name: String,
    uid: String,
    url: String,
    ca: Option<String>,
    metrics: Option<Neighbour>,
    logs: Option<Neighbour>,
    /// Whether Tempo writes to that Prometheus who calls whom.
    service_map: bool,
}

/// A datasource beside Tempo's, which leads to it and from it.
#[derive(Debug, Serialize)]
struct Neighbour {
    name: String,
    uid: String,
    url: String,
    ca: Option<String>,
    tenant: Option<String>,
}

/// The client with which it reads a neighbour.
pub(super) fn reader(component: ComponentId) -> ClientId {
    ClientId::Each(super::ID, ListenerId { component, kind: ListenerKind::Api })
}

/// The name of a neighbour's datasource. Grafana does not start with two of one name, and the neighbour may have one.
fn shown(wiring: &Wiring<'_>, kind: ProgramKind) -> String {
    format!("{kind} ({})", wiring.stack.name)
}

fn neighbour(
    wiring: &Wiring<'_>,
    place: &ClientPlace,
    (component, uid): (ComponentId, &str),
) -> Option<Neighbour> {
    let kind = component.kind();
    let edge = wiring.edge_from(&reader(component))?;
    Some(Neighbour {
        name: literal(&shown(wiring, kind)),
        uid: uid_of(wiring, uid),
        url: literal(&edge.url(wiring.target(edge).tls)),
        ca: wiring.target(edge).has_our_ca().then(|| ca_of(place)),
        tenant: loki::tenant(wiring.stack).filter(|_| kind == ProgramKind::Loki).map(literal),
    })
}

/// Its text, put in by Grafana.
fn ca_of(place: &ClientPlace) -> String {
    format!("$__file{{{}}}", place.certificates.join("ca.crt"))
}

fn uid_of(wiring: &Wiring<'_>, what: &str) -> String {
    format!("{what}-{}", wiring.stack.name)
}

/// The uid of the datasource of Prometheus, where Grafana reads one.
pub(super) fn metrics_uid(wiring: &Wiring<'_>) -> Option<String> {
    wiring.edge_from(&reader(prometheus::ID)).map(|_| uid_of(wiring, METRICS))
}

/// Whether the metrics generator says who calls whom.
fn has_service_graphs(wiring: &Wiring<'_>) -> bool {
    let generator = wiring.stack.tempo.as_ref().and_then(|tempo| tempo.generator.as_ref());
    generator.is_some_and(|generator| generator.processors.contains(&"service-graphs"))
}

/// Everything the template prints; `None` in a stack without Tempo, which has nothing to read.
pub fn context<'a>(
    wiring: &'a Wiring<'_>,
    grafana: &Grafana,
    place: &ClientPlace,
) -> Option<DatasourceContext<'a>> {
    let edge = wiring.edge_from(&ClientId::Of(super::ID))?;
    let tls = wiring.target(edge).tls;
    Some(DatasourceContext {
        stack: wiring.stack.name.as_str(),
        name: literal(&grafana.datasource),
        uid: literal(&grafana.uid),
        url: literal(&edge.url(tls)),
        ca: tls.then(|| ca_of(place)),
        service_map: has_service_graphs(wiring),
        metrics: neighbour(wiring, place, (prometheus::ID, METRICS)),
        logs: neighbour(wiring, place, (loki::ID, "logs")),
    })
}

/// Grafana's provisioning expands `$NAME`; `$$` is a dollar sign.
pub(super) fn literal(text: &str) -> String {
    text.replace('$', "$$")
}
