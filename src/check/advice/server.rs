//! Lines for the server end of an edge.

use super::super::facts::Facts;
use super::super::half_tls::Half;
use super::{directory, pair, source};
use crate::component::endpoint;
use crate::diagnostic::{Help, TextChange};
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
pub(in super::super) fn listen(facts: &Facts<'_>, listener: &Listener, port: Port) -> Help {
    let file = source(facts, listener.program);
    match server_prefix(listener) {
        Some(prefix) => Help::under(file, "server", &format!("{prefix}_listen_port"), &port.to_string()),
        None if listener.protocol == Protocol::PrometheusApi => {
            format!("start Prometheus with `--web.listen-address={}:{port}`", bound(&listener.bind)).into()
        }
        None if listener.setting.starts_with("service.telemetry") => {
            own_metrics(facts, listener, (&bound(&listener.bind), port))
        }
        None => Help::under(file, &listener.setting, "endpoint", &endpoint(&bound(&listener.bind), port)),
    }
}

/// Open a listener for what this client speaks, where it dials.
pub(in super::super) fn open(facts: &Facts<'_>, client: &Client) -> Help {
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
        (_, Protocol::Passed(_)) => {
            return format!("pass it on to a port that something listens on, not {}", client.port).into();
        }
        (_, Protocol::Scrape) => {
            return format!("serve metrics on port {}, or scrape what does", client.port).into();
        }
        (_, Protocol::TempoInternal) => {
            return under_server(facts, client, "grpc_listen_port");
        }
        (_, Protocol::PrometheusApi | Protocol::RemoteWrite)
            if !facts.topology.site_of(client.program).is_container() =>
        {
            return format!("start Prometheus with `--web.listen-address=127.0.0.1:{}`", client.port).into();
        }
        // In a container it may be any program that has this API: Mimir for Prometheus.
        (_, Protocol::PrometheusApi | Protocol::RemoteWrite | Protocol::LokiApi) => {
            let (host, port) = (&client.host, client.port);
            return format!("dial the port that `{host}` listens on, or have it listen on {port}").into();
        }
        (_, Protocol::TempoApi | Protocol::OwnHttp | Protocol::Other) => {
            return under_server(facts, client, "http_listen_port");
        }
    };
    let port = if facts.topology.listeners.iter().any(|listener| listener.port == client.port) {
        if setting.ends_with("grpc") { Port::known(4317) } else { Port::known(4318) }
    } else {
        client.port
    };
    let inside = program.is_some_and(|(index, _)| facts.topology.site_of(index).is_container());
    let address = if inside { "0.0.0.0" } else { "127.0.0.1" };
    let value = format!("{address}:{port}");
    let opened = match program {
        Some((index, _)) => Help::under(source(facts, index), setting, "endpoint", &value),
        None => format!("under `{setting}`: `endpoint: {value}`").into(),
    };
    opened.worded(|text| format!("open a listener for {}: {text}", client.protocol))
}

/// The port that a client dials, at a server of the Tempo that it means.
fn under_server(facts: &Facts<'_>, client: &Client, key: &str) -> Help {
    let mut programs = facts.topology.programs.iter();
    match programs.position(|program| program.kind == ProgramKind::Tempo) {
        Some(index) => Help::under(source(facts, index), "server", key, &client.port.to_string()),
        None => format!("under `server`: `{key}: {}`", client.port).into(),
    }
}

/// Let the listener accept where the client dials.
pub(in super::super) fn bind(facts: &Facts<'_>, listener: &Listener, client: &Client) -> Help {
    let address = match &client.host {
        ClientHost::Address(address) if !address.is_unspecified() => *address,
        ClientHost::Address(_) | ClientHost::Name(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    at_address(facts, listener, address)
}

/// Let the listener accept from outside of its container.
pub(in super::super) fn everywhere(facts: &Facts<'_>, listener: &Listener) -> Help {
    at_address(facts, listener, IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// Let the listener accept on this host only.
pub(in super::super) fn loopback(facts: &Facts<'_>, listener: &Listener) -> Help {
    at_address(facts, listener, IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// The ways out for plaintext that others can reach. TLS on Tempo's internal server alone is how no trace is
/// ever stored, and in a container nobody else reaches what listens on loopback.
pub(in super::super) fn keep_close(facts: &Facts<'_>, listener: &Listener) -> Vec<Help> {
    let close = if facts.server(listener).starts_here {
        loopback(facts, listener)
    } else {
        "on a host, accept on loopback alone; in a container leave it, and publish its port on the host's loopback \
         alone"
            .into()
    };
    let tls = (listener.protocol != Protocol::TempoInternal).then(|| serve_tls(facts, listener));
    [Some(close), tls].into_iter().flatten().collect()
}

fn at_address(facts: &Facts<'_>, listener: &Listener, address: IpAddr) -> Help {
    let file = source(facts, listener.program);
    match server_prefix(listener) {
        Some(prefix) => {
            Help::under(file, "server", &format!("{prefix}_listen_address"), &address.to_string())
        }
        None if listener.protocol == Protocol::PrometheusApi => format!(
            "start Prometheus with `--web.listen-address={}`",
            endpoint(&literal(address), listener.port)
        )
        .into(),
        None if listener.setting.starts_with("service.telemetry") => {
            own_metrics(facts, listener, (&address.to_string(), listener.port))
        }
        None => Help::under(file, &listener.setting, "endpoint", &endpoint(&literal(address), listener.port)),
    }
}

/// The collector's own metrics at an address: a reader that is written has keys for it, the default has
/// none but a reader in its place.
fn own_metrics(facts: &Facts<'_>, listener: &Listener, (host, port): (&str, Port)) -> Help {
    let reader = format!("{{ host: \"{host}\", port: {port} }}");
    let file = source(facts, listener.program);
    match listener.setting.strip_prefix("service.telemetry.metrics.readers.") {
        Some(_) => Help::under(file, &format!("{}.pull.exporter", listener.setting), "prometheus", &reader),
        None => {
            let readers = format!("[{{ pull: {{ exporter: {{ prometheus: {reader} }} }} }}]");
            Help::under(file, "service.telemetry.metrics", "readers", &readers)
        }
    }
}

/// Give the listener TLS.
pub(in super::super) fn serve_tls(facts: &Facts<'_>, listener: &Listener) -> Help {
    let file = source(facts, listener.program);
    let (certificate, key) = pair(facts, listener);
    let pair = format!("{{ cert_file: {certificate}, key_file: {key} }}");
    match server_prefix(listener) {
        Some(prefix) => Help::under(file, "server", &format!("{prefix}_tls_config"), &pair),
        None if listener.protocol == Protocol::OwnHttp => "it cannot serve TLS: keep it on this host".into(),
        None => Help::under(file, &listener.setting, "tls", &pair),
    }
}

/// Take TLS from the listener.
pub(in super::super) fn serve_plaintext(facts: &Facts<'_>, listener: &Listener) -> Help {
    let file = source(facts, listener.program);
    match server_prefix(listener) {
        Some(prefix) => {
            let way = format!("server.{prefix}_tls_config");
            Help::from(format!("remove `{way}`")).edit(file, TextChange::RemoveKey { way })
        }
        None => Help::without(file, &listener.setting, "tls"),
    }
}

/// Do not demand client certificates.
pub(in super::super) fn no_client_certificate(facts: &Facts<'_>, listener: &Listener) -> Help {
    let file = source(facts, listener.program);
    match server_prefix(listener) {
        Some(prefix) => {
            let block = format!("server.{prefix}_tls_config");
            let help = Help::from(format!("remove `client_ca_file` and `client_auth_type` under `{block}`"));
            let remove = |key: &str| TextChange::RemoveKey { way: format!("{block}.{key}") };
            help.edit(file.clone(), remove("client_ca_file")).edit(file, remove("client_auth_type"))
        }
        None => Help::without(file, &format!("{}.tls", listener.setting), "client_ca_file"),
    }
}

/// Mend half-written server settings.
pub(in super::super) fn complete(facts: &Facts<'_>, listener: &Listener, half: &Half<'_>) -> Vec<Help> {
    match half {
        Half::NoKey(_) | Half::NoCertificate(_) | Half::Neither => {
            let (with_tls, without) = dialled_with(facts, listener);
            // Whoever dials decides: the other way would end an edge that is meant so.
            let whole = Some(serve_tls(facts, listener)).filter(|_| with_tls || !without);
            let plain = Some(serve_plaintext(facts, listener)).filter(|_| without || !with_tls);
            whole.into_iter().chain(plain).collect()
        }
        Half::LeafNotFirst(file) => {
            vec![format!("put the leaf first in `{}`, what issued it behind", file.path).into()]
        }
        Half::NoPem(file, why) if why.contains("encrypted") => {
            vec![format!("without a passphrase: `openssl pkey -in {0} -out {0}`", file.path).into()]
        }
        Half::NoPolicy(_) => vec![asks_for_certificates(facts, listener)],
        Half::Absent(file) | Half::NoPem(file, _) => {
            vec![format!("put the file at `{}`, or name the right one", file.path).into()]
        }
        Half::NotAPair(_) => {
            vec![format!("name the key that belongs to it, below `{}`", directory(facts, listener)).into()]
        }
    }
}

/// Whether somebody dials the listener with TLS, and whether somebody does without.
fn dialled_with(facts: &Facts<'_>, listener: &Listener) -> (bool, bool) {
    let judged = facts.judged.iter().filter(|judged| {
        judged.listener.is_some_and(|index| std::ptr::eq(&facts.topology.listeners[index], listener))
    });
    let modes: Vec<bool> = judged.map(|judged| facts.topology.clients[judged.client].tls.enabled).collect();
    (modes.contains(&true), modes.contains(&false))
}

/// The policy that makes use of a client CA; receivers of OTLP have it without one.
fn asks_for_certificates(facts: &Facts<'_>, listener: &Listener) -> Help {
    let (key, value) = ("client_auth_type", "RequireAndVerifyClientCert");
    let help = Help::from(format!("`{key}: {value}` beside it"));
    match server_prefix(listener) {
        Some(prefix) => {
            let way = format!("server.{prefix}_tls_config.{key}");
            let change = TextChange::SetKey { way, value: value.to_owned() };
            help.edit(source(facts, listener.program), change)
        }
        None => help,
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
