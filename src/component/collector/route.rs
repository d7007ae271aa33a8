//! The client that takes a route, of collectors and applications alike.

use super::id;
use crate::component::{loki, prometheus, tempo};
use crate::model::dataflow::OtlpProtocol;
use crate::stack::{Route, RouteTarget};
use crate::wiring::{ClientId, ClientSpec, ClientTarget, ComponentId, ListenerId, ListenerKind};

/// The listener that a route leads to: a receiver of a collector or of Tempo, or the API of what keeps a signal.
fn listener(route: &Route) -> ListenerId {
    let receiver = match route.protocol {
        OtlpProtocol::Grpc => ListenerKind::OtlpGrpc,
        OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => ListenerKind::OtlpHttp,
    };
    let (component, kind) = match &route.to {
        RouteTarget::Tempo => (tempo::ID, receiver),
        RouteTarget::Collector(name) => (id(name), receiver),
        RouteTarget::Prometheus(_) => (prometheus::ID, ListenerKind::Api),
        RouteTarget::Loki => (loki::ID, ListenerKind::Api),
    };
    ListenerId { component, kind }
}

/// The name of the client that takes a route.
pub fn client(from: &ComponentId, route: &Route) -> ClientId {
    ClientId::Each(from.clone(), listener(route))
}

/// The client that takes a route.
pub fn sender(from: &ComponentId, route: &Route) -> ClientSpec {
    ClientSpec {
        from: client(from, route),
        to: ClientTarget::One(listener(route)),
        loopback: false,
        from_outside: None,
        key: route.key.clone(),
    }
}
