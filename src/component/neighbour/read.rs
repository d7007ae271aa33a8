//! Programs beside a tracing stack: where they listen, by their flags, their files and what their images
//! bring. Only so much is read as is needed to tell who has a port and who may be dialled.
//!
//! Sources: the programs' own documentation of defaults and flags. Called by [`crate::topology`].

use crate::component::tempo::read::server::tls as server_tls;
use crate::format::address;
use crate::format::page::{FileReading, Socket};
use crate::format::yaml::Node;
use crate::model::dataflow::{Bind, NeighbourName, Protocol, ServerTls};
use crate::model::names::Port;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

/// A port that a program opens without being told.
type KnownListener = (&'static str, Protocol, u16);

/// What each opens by default, on all interfaces. Loki and Mimir have files that say otherwise.
const LISTENERS: &[(NeighbourName, &[KnownListener])] = &[
    (
        NeighbourName("Loki"),
        &[("server.http", Protocol::LokiApi, 3100), ("server.grpc", Protocol::Other, 9095)],
    ),
    (
        NeighbourName("Mimir"),
        &[("server.http", Protocol::PrometheusApi, 8080), ("server.grpc", Protocol::Other, 9095)],
    ),
    (
        NeighbourName("Jaeger"),
        &[
            ("otlp.grpc", Protocol::OtlpGrpc, 4317),
            ("otlp.http", Protocol::OtlpHttp, 4318),
            ("query.http", Protocol::OwnHttp, 16686),
            ("query.grpc", Protocol::Other, 16685),
            ("jaeger.grpc", Protocol::Other, 14250),
            ("jaeger.thrift_http", Protocol::Other, 14268),
            ("admin", Protocol::OwnHttp, 14269),
            ("zipkin", Protocol::Other, 9411),
            ("metrics", Protocol::OwnHttp, 8888),
        ],
    ),
    (NeighbourName("Zipkin"), &[("http", Protocol::Other, 9411)]),
    (
        NeighbourName("the LGTM bundle"),
        &[
            ("otlp.grpc", Protocol::OtlpGrpc, 4317),
            ("otlp.http", Protocol::OtlpHttp, 4318),
            ("grafana", Protocol::OwnHttp, 3000),
            ("prometheus", Protocol::PrometheusApi, 9090),
            ("loki", Protocol::LokiApi, 3100),
            ("tempo", Protocol::TempoApi, 3200),
            ("pyroscope", Protocol::OwnHttp, 4040),
        ],
    ),
    (NeighbourName("Grafana"), &[("http", Protocol::OwnHttp, 3000)]),
    (NeighbourName("Pyroscope"), &[("http", Protocol::OwnHttp, 4040)]),
    (NeighbourName("Promtail"), &[("http", Protocol::OwnHttp, 9080)]),
    (NeighbourName("node-exporter"), &[("http", Protocol::OwnHttp, 9100)]),
    (NeighbourName("cAdvisor"), &[("http", Protocol::OwnHttp, 8080)]),
    (NeighbourName("Alertmanager"), &[("http", Protocol::OwnHttp, 9093)]),
];

/// Whether the listeners of a program are known without a file of it.
pub fn has_defaults(name: NeighbourName) -> bool {
    LISTENERS.iter().any(|row| row.0 == name)
}

/// Opens what the program opens by default. `flags` are those of its command line; `at` is where it is
/// started.
pub fn by_default(
    page: &mut FileReading<'_>,
    name: NeighbourName,
    flags: &BTreeMap<String, String>,
    at: Range<usize>,
) {
    let rows = LISTENERS.iter().filter(|row| row.0 == name).flat_map(|row| row.1);
    for (setting, protocol, port) in rows {
        let flag = match *setting {
            "server.http" => flags.get("server.http-listen-port"),
            "server.grpc" => flags.get("server.grpc-listen-port"),
            _ => None,
        };
        let port = flag.and_then(|text| address::port(text)).unwrap_or_else(|| Port::known(*port));
        open(page, (setting, *protocol), (None, port), (at.clone(), ServerTls::plaintext()));
    }
}

/// The `server` block of Loki and Mimir. Returns whether all that they listen on is known.
pub fn server(
    page: &mut FileReading<'_>,
    root: &Node,
    name: NeighbourName,
    flags: &BTreeMap<String, String>,
) -> bool {
    let mut whole = true;
    let none = Node::nothing();
    let block = root.get("server").unwrap_or(&none);
    let rows: Vec<KnownListener> =
        LISTENERS.iter().filter(|row| row.0 == name).flat_map(|row| row.1).copied().collect();
    for (setting, protocol, default) in rows {
        let part = if setting == "server.http" { "http" } else { "grpc" };
        let key = format!("{part}_listen_port");
        let flag = flags.get(&format!("server.{part}-listen-port")).and_then(|text| address::port(text));
        let written = page.text(block, &[&key], "server");
        if written.is_none() && block.get(&key).is_some_and(|node| !node.is_null()) {
            whole = false;
            continue;
        }
        let at = written
            .as_ref()
            .map(|(_, entry)| entry.place())
            .or_else(|| root.entry("server").map(|entry| entry.key_span.clone()))
            .unwrap_or_else(|| root.beginning());
        let port = match (flag, written) {
            (Some(port), _) => port,
            (None, Some((text, _))) => match address::port(&text.text) {
                Some(port) => port,
                None => {
                    page.not_read(setting, "the port it listens on is known where it runs");
                    whole = false;
                    continue;
                }
            },
            (None, None) => Port::known(default),
        };
        let address = page.text(block, &[&format!("{part}_listen_address")], "server");
        let address = address.and_then(|(text, _)| address::bind(&text.text));
        let tls = server_tls(page, block, &format!("{part}_tls_config"), "server");
        open(page, (setting, protocol), (address, port), (at, tls));
    }
    tenants(page, root, name);
    whole
}

/// Both tell tenants apart unless told otherwise.
fn tenants(page: &mut FileReading<'_>, root: &Node, name: NeighbourName) {
    let key = if name == NeighbourName("Loki") { "auth_enabled" } else { "multitenancy_enabled" };
    let written = page.text(root, &[key], "").map(|(text, entry)| (text.text == "false", entry.place()));
    let at = match written {
        Some((true, _)) => return,
        Some((false, place)) => place,
        None => root.beginning(),
    };
    let at = page.mark(at);
    let program = page.program;
    let own = page.topology.listeners.iter_mut().filter(|listener| listener.program == program);
    own.filter(|listener| matches!(listener.protocol, Protocol::LokiApi | Protocol::PrometheusApi))
        .for_each(|listener| listener.takes.tenant = Some(at.clone()));
}

fn open(
    page: &mut FileReading<'_>,
    (setting, protocol): (&str, Protocol),
    (address, port): (Option<IpAddr>, Port),
    (at, tls): (Range<usize>, ServerTls),
) {
    let bind = Bind::Address(address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
    let socket = Socket { bind, port, at: page.mark(at) };
    let before = page.topology.listeners.len();
    page.listener(setting, protocol, socket, tls);
    for listener in &mut page.topology.listeners[before..] {
        // Loki and Mimir take OTLP below the same path, the Prometheus of a bundle where Prometheus does.
        listener.takes.otlp_below = match (protocol, setting) {
            (Protocol::PrometheusApi, "prometheus") => Some("/api/v1/otlp"),
            (Protocol::LokiApi | Protocol::PrometheusApi, _) => Some("/otlp"),
            _ => None,
        };
        if protocol == Protocol::PrometheusApi {
            listener.takes.remote_write = Some(true);
            listener.takes.otlp_metrics = Some(true);
        }
    }
}
