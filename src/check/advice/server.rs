//! Lines for the server end of an edge.

use super::super::facts::Facts;
use super::super::half_tls::Half;
use super::{directory, endpoint, pair};
use crate::model::dataflow::{Bind, Client, ClientHost, Listener, ProgramKind, Protocol};
use crate::model::names::Port;
use std::net::{IpAddr, Ipv4Addr};

/// The address to dial a listener by, as it stands in an endpoint.
pub(super) fn reached_as(listener: &Listener) -> String {
    match listener.bind {
        Bind::Address(address) if !address.is_unspecified() => literal(address),
        Bind::Address(_) | Bind::UnsetVariable(_) => "127.0.0.1".to_owned(),
        Bind::OwnName(ref name) => name.clone(),
    }
}

/// Whether a listener is one of Tempo's two servers, whose keys are `http_…` and `grpc_…`.
fn server_prefix(listener: &Listener) -> Option<&'static str> {
    match (listener.setting.as_str(), listener.protocol) {
        ("server.http", _) | (_, Protocol::TempoApi) => Some("http"),
        ("server.grpc", _) | (_, Protocol::TempoInternal) => Some("grpc"),
        _ => None,
    }
}

/// Put the listener on another port.
pub(in super::super) fn listen(listener: &Listener, port: Port) -> String {
    match server_prefix(listener) {
        Some(prefix) => format!("under `server`: `{prefix}_listen_port: {port}`"),
        None if listener.protocol == Protocol::PrometheusApi => {
            format!("start Prometheus with `--web.listen-address={}:{port}`", bound(&listener.bind))
        }
        None if listener.setting.starts_with("service.telemetry") => {
            own_metrics(listener, &bound(&listener.bind), port)
        }
        None => {
            format!("under `{}`: `endpoint: {}`", listener.setting, endpoint(&bound(&listener.bind), port))
        }
    }
}

/// Put a listener that finds its port taken on a free one, with its clients.
pub(in super::super) fn move_port(facts: &Facts<'_>, listener: &Listener) -> String {
    let is_used = |port: &Port| facts.topology.listeners.iter().any(|listener| listener.port == *port);
    let next = i64::from(listener.port.number()) + 10_000;
    let free = (next..65_536).chain(1_024..next).filter_map(Port::new).find(|port| !is_used(port));
    let free = free.unwrap_or(listener.port);
    format!("move one of them, and its clients with it; {}", listen(listener, free))
}

/// Open a listener for what this client speaks, where it dials.
pub(in super::super) fn open(facts: &Facts<'_>, client: &Client) -> String {
    let program = facts
        .topology
        .programs
        .iter()
        .enumerate()
        .find(|(index, program)| *index != client.program && client.means.contains(&program.kind));
    let kind = program.map(|(_, program)| program.kind);
    let setting = match (kind, client.protocol) {
        (Some(ProgramKind::Tempo), Protocol::OtlpGrpc) => "distributor.receivers.otlp.protocols.grpc",
        (Some(ProgramKind::Tempo), Protocol::OtlpHttp) => "distributor.receivers.otlp.protocols.http",
        (_, Protocol::OtlpGrpc) => "receivers.otlp.protocols.grpc",
        (_, Protocol::OtlpHttp) => "receivers.otlp.protocols.http",
        (Some(ProgramKind::Tempo), Protocol::Otlp) => "distributor.receivers.otlp.protocols.grpc",
        (_, Protocol::Otlp) if client.port == Port::known(4318) => "receivers.otlp.protocols.http",
        (_, Protocol::Otlp) => "receivers.otlp.protocols.grpc",
        (_, Protocol::Scrape) => {
            return format!("serve metrics on port {}, or scrape what does", client.port);
        }
        (_, Protocol::TempoInternal) => {
            return format!("under `server`: `grpc_listen_port: {}`", client.port);
        }
        (_, Protocol::PrometheusApi | Protocol::RemoteWrite) => {
            return format!("start Prometheus with `--web.listen-address=127.0.0.1:{}`", client.port);
        }
        (_, Protocol::TempoApi | Protocol::LokiApi | Protocol::OwnHttp | Protocol::Other) => {
            return format!("under `server`: `http_listen_port: {}`", client.port);
        }
    };
    let port = if facts.topology.listeners.iter().any(|listener| listener.port == client.port) {
        if setting.ends_with("grpc") { Port::known(4317) } else { Port::known(4318) }
    } else {
        client.port
    };
    let inside = program.is_some_and(|(index, _)| facts.topology.site_of(index).is_container());
    let address = if inside { "0.0.0.0" } else { "127.0.0.1" };
    format!("open a listener for {}: under `{setting}`: `endpoint: {address}:{port}`", client.protocol)
}

/// Let the listener accept where the client dials.
pub(in super::super) fn bind(listener: &Listener, client: &Client) -> String {
    let address = match &client.host {
        ClientHost::Address(address) if !address.is_unspecified() => *address,
        ClientHost::Address(_) | ClientHost::Name(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    at_address(listener, address)
}

/// Let the listener accept from outside of its container.
pub(in super::super) fn everywhere(listener: &Listener) -> String {
    at_address(listener, IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// Let the listener accept on this host only.
pub(in super::super) fn loopback(listener: &Listener) -> String {
    at_address(listener, IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// The ways out for plaintext that others can reach. TLS on Tempo's internal server alone is how no trace is
/// ever stored, and in a container nobody else reaches what listens on loopback.
pub(in super::super) fn keep_close(facts: &Facts<'_>, listener: &Listener) -> Vec<String> {
    let close = if facts.server(listener).starts_here {
        loopback(listener)
    } else {
        "on a host, accept on loopback alone; in a container leave it, and publish its port on the host's loopback \
         alone"
            .to_owned()
    };
    let tls = (listener.protocol != Protocol::TempoInternal).then(|| serve_tls(facts, listener));
    [Some(close), tls].into_iter().flatten().collect()
}

fn at_address(listener: &Listener, address: IpAddr) -> String {
    match server_prefix(listener) {
        Some(prefix) => format!("under `server`: `{prefix}_listen_address: {address}`"),
        None if listener.protocol == Protocol::PrometheusApi => {
            format!(
                "start Prometheus with `--web.listen-address={}`",
                endpoint(&literal(address), listener.port)
            )
        }
        None if listener.setting.starts_with("service.telemetry") => {
            own_metrics(listener, &address.to_string(), listener.port)
        }
        None => {
            format!(
                "under `{}`: `endpoint: {}`",
                listener.setting,
                endpoint(&literal(address), listener.port)
            )
        }
    }
}

/// The collector's own metrics at an address: a reader that is written has keys for it, the default has
/// none but a reader in its place.
fn own_metrics(listener: &Listener, host: &str, port: Port) -> String {
    let reader = format!("prometheus: {{ host: \"{host}\", port: {port} }}");
    match listener.setting.strip_prefix("service.telemetry.metrics.readers.") {
        Some(_) => format!("under `{}.pull.exporter`: `{reader}`", listener.setting),
        None => format!(
            "under `service.telemetry.metrics`: `readers: [{{ pull: {{ exporter: {{ {reader} }} }} }}]`"
        ),
    }
}

/// Give the listener TLS.
pub(in super::super) fn serve_tls(facts: &Facts<'_>, listener: &Listener) -> String {
    let (certificate, key) = pair(facts, listener);
    let pair = format!("{{ cert_file: {certificate}, key_file: {key} }}");
    match server_prefix(listener) {
        Some(prefix) => format!("under `server`: `{prefix}_tls_config: {pair}`"),
        None if listener.protocol == Protocol::OwnHttp => {
            "it cannot serve TLS: keep it on this host".to_owned()
        }
        None => format!("under `{}`: `tls: {pair}`", listener.setting),
    }
}

/// Take TLS from the listener.
pub(in super::super) fn serve_plaintext(listener: &Listener) -> String {
    match server_prefix(listener) {
        Some(prefix) => format!("remove `server.{prefix}_tls_config`"),
        None => format!("remove `tls` under `{}`", listener.setting),
    }
}

/// Do not demand client certificates.
pub(in super::super) fn no_client_certificate(listener: &Listener) -> String {
    match server_prefix(listener) {
        Some(prefix) => {
            format!("remove `client_ca_file` and `client_auth_type` under `server.{prefix}_tls_config`")
        }
        None => format!("remove `client_ca_file` under `{}.tls`", listener.setting),
    }
}

/// Mend half-written server settings.
pub(in super::super) fn complete(facts: &Facts<'_>, listener: &Listener, half: &Half<'_>) -> Vec<String> {
    match half {
        Half::NoKey(_) | Half::NoCertificate(_) | Half::Neither => {
            vec![serve_tls(facts, listener), serve_plaintext(listener)]
        }
        Half::NoPolicy(_) => vec!["`client_auth_type: RequireAndVerifyClientCert` beside it".to_owned()],
        Half::Absent(file) | Half::NoPem(file, _) => {
            vec![format!("put the file at `{}`, or name the right one", file.path)]
        }
        Half::NotAPair(_) => {
            vec![format!("name the key that belongs to it, below `{}`", directory(facts, listener))]
        }
    }
}

fn bound(bind: &Bind) -> String {
    match bind {
        Bind::Address(address) => literal(*address),
        Bind::UnsetVariable(_) => "127.0.0.1".to_owned(),
        Bind::OwnName(name) => name.clone(),
    }
}

fn literal(address: IpAddr) -> String {
    match address {
        IpAddr::V6(address) => format!("[{address}]"),
        IpAddr::V4(address) => address.to_string(),
    }
}
