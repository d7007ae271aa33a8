//! Lines for the client end of an edge.

use super::super::edge::understands;
use super::super::facts::{Facts, peer, shown_listener};
use super::super::half_tls::Half;
use super::super::leaf::Leaf;
use super::{endpoint, server};
use crate::model::certificate::ServerName;
use crate::model::dataflow::{Client, Listener, ProgramKind, Protocol, ServerTlsMode, Trust};

/// Point the client at this listener.
pub(in super::super) fn dial(facts: &Facts<'_>, client: &Client, listener: &Listener) -> String {
    dial_as(facts, client, listener, &host(facts, client, listener))
}

/// The name or address under which the client finds the listener.
fn host(facts: &Facts<'_>, client: &Client, listener: &Listener) -> String {
    let (from, to) = (facts.topology.site_of(client.program), facts.topology.site_of(listener.program));
    let shared =
        to.networks.iter().find(|there| from.networks.iter().any(|here| here.network == there.network));
    match shared.and_then(|network| network.names.first()) {
        Some(name) if to.service() != from.service() => name.clone(),
        _ => server::reached_as(listener),
    }
}

fn dial_as(facts: &Facts<'_>, client: &Client, listener: &Listener, host: &str) -> String {
    let scheme = if listener.tls.mode == ServerTlsMode::Plaintext { "http" } else { "https" };
    let setting = &client.setting;
    let port = listener.port;
    match (facts.client(client), client.protocol) {
        (_, Protocol::Scrape) => format!("`targets: [\"{host}:{port}\"]`"),
        (ProgramKind::Alloy, Protocol::OtlpGrpc) => {
            format!("in `{setting}`: `client {{ endpoint = \"{host}:{port}\" }}`")
        }
        (ProgramKind::Alloy | ProgramKind::Neighbour(_), _) => {
            format!("in `{setting}`: `{scheme}://{host}:{port}`")
        }
        (ProgramKind::Collector, Protocol::RemoteWrite) => {
            format!("under `{setting}`: `endpoint: {scheme}://{host}:{port}/api/v1/write`")
        }
        (ProgramKind::Collector, Protocol::LokiApi) => {
            format!("under `{setting}`: `endpoint: {scheme}://{host}:{port}/loki/api/v1/push`")
        }
        (ProgramKind::App, protocol) => {
            let per_signal = setting.contains("TRACES_ENDPOINT");
            let own = listener.takes.path.as_deref().unwrap_or("/v1/traces");
            let path = if protocol == Protocol::OtlpHttp && per_signal { own } else { "" };
            let key =
                if setting.ends_with("ENDPOINT") { setting } else { "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" };
            format!("`{key}={scheme}://{host}:{port}{path}`")
        }
        (ProgramKind::Tempo, Protocol::RemoteWrite) => {
            format!("under `{setting}`: `url: {scheme}://{host}:{port}/api/v1/write`")
        }
        (ProgramKind::Grafana | ProgramKind::Prometheus, _) => format!("`url: {scheme}://{host}:{port}`"),
        (ProgramKind::Tempo, _) => {
            format!("under `querier.frontend_worker`: `frontend_address: {}`", endpoint(host, port))
        }
        (ProgramKind::Collector, Protocol::OtlpHttp) => {
            format!("under `{setting}`: `endpoint: {scheme}://{host}:{port}`")
        }
        (ProgramKind::Collector, _) => format!("under `{setting}`: `endpoint: {}`", endpoint(host, port)),
    }
}

/// The listeners where what this client speaks is understood: first of the program it dials already,
/// else of any it may mean; or the listener to open.
pub(in super::super) fn right_listener(
    facts: &Facts<'_>,
    client: &Client,
    dialled: &Listener,
) -> Vec<String> {
    let speaks = |listener: &&Listener| {
        understands(listener, client)
            && listener.program != client.program
            && client.means.contains(&facts.server(listener).kind)
    };
    match (client.protocol, dialled.protocol) {
        (Protocol::OtlpHttp, Protocol::LokiApi) => {
            let way = dial(facts, client, dialled).trim_end_matches('`').to_owned();
            return vec![format!("Loki takes OTLP below a path of its own: {way}/otlp`")];
        }
        (Protocol::OtlpHttp, Protocol::PrometheusApi) => {
            let way = dial(facts, client, dialled).trim_end_matches('`').to_owned();
            return vec![format!("Prometheus takes OTLP below a path of its own: {way}/api/v1/otlp`")];
        }
        _ => {}
    }
    let listeners = &facts.topology.listeners;
    let same = listeners.iter().filter(|listener| listener.program == dialled.program).find(speaks);
    match same.or_else(|| listeners.iter().find(speaks)) {
        Some(listener) => {
            let server = shown_listener(facts.server(listener), listener);
            vec![format!("{server} speaks it: {}", dial(facts, client, listener))]
        }
        None => vec![server::open(facts, client)],
    }
}

/// Make the client dial TLS to this listener.
pub(in super::super) fn tls_on(facts: &Facts<'_>, client: &Client, listener: &Listener) -> String {
    let named = ca(client).or_else(|| client.tls.ignored.first()).map(|file| file.path.clone());
    let directory = facts.topology.programs[client.program].file.parent().join("tls");
    let ca = named.unwrap_or_else(|| directory.join("ca.crt"));
    let setting = &client.setting;
    match (facts.client(client), client.protocol) {
        (ProgramKind::App, _) => {
            format!(
                "{}, and its CA in `OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE={ca}`",
                dial(facts, client, listener)
            )
        }
        (ProgramKind::Grafana | ProgramKind::Prometheus, _) => {
            format!(
                "{}, `jsonData.tlsAuthWithCACert: true` and the CA in `secureJsonData.tlsCACert`",
                dial(facts, client, listener)
            )
        }
        (ProgramKind::Tempo, Protocol::RemoteWrite) => {
            format!("under `{setting}`: `url: https://{}/api/v1/write` and its `tls_config`", peer(client))
        }
        (ProgramKind::Tempo, _) => {
            format!("under `{setting}`: `tls_enabled: true` and `tls_ca_path: {ca}`")
        }
        (ProgramKind::Collector, Protocol::OtlpHttp) => {
            format!("{} and `tls: {{ ca_file: {ca} }}`", dial(facts, client, listener))
        }
        (ProgramKind::Collector, _) => {
            format!("under `{setting}`: `tls: {{ ca_file: {ca} }}` instead of `insecure: true`")
        }
        (ProgramKind::Alloy | ProgramKind::Neighbour(_), _) => {
            format!("in `{setting}`: `tls {{ ca_file = \"{ca}\" }}` instead of `insecure = true`")
        }
    }
}

/// Make the client dial plaintext.
pub(in super::super) fn tls_off(facts: &Facts<'_>, client: &Client) -> String {
    let setting = &client.setting;
    match (facts.client(client), client.protocol) {
        (ProgramKind::App, _) => format!("`http://` in `{setting}`, and no certificate variables"),
        (ProgramKind::Tempo, Protocol::RemoteWrite) => {
            format!("under `{setting}`: `url: http://{}/api/v1/write`", peer(client))
        }
        (ProgramKind::Grafana | ProgramKind::Prometheus, _) => format!("`url: http://{}`", peer(client)),
        (ProgramKind::Tempo, _) => format!("under `{setting}`: remove `tls_enabled: true`"),
        (ProgramKind::Alloy | ProgramKind::Neighbour(_), _) => {
            format!("in `{setting}`: `tls {{ insecure = true }}`")
        }
        (ProgramKind::Collector, Protocol::OtlpHttp) => {
            format!("under `{setting}`: `endpoint: http://{}`", peer(client))
        }
        (ProgramKind::Collector, _) => {
            format!(
                "under `{setting}`: `tls: {{ insecure: true }}`, without a `ca_file`, which would turn TLS on again"
            )
        }
    }
}

/// Turn on the TLS whose files are already named.
pub(in super::super) fn switch(facts: &Facts<'_>, client: &Client) -> String {
    let setting = &client.setting;
    match facts.client(client) {
        ProgramKind::Tempo => format!("under `{setting}`: `tls_enabled: true`"),
        ProgramKind::Collector if client.protocol == Protocol::OtlpHttp => {
            format!("under `{setting}`: `endpoint: https://{}`", peer(client))
        }
        ProgramKind::Collector => format!("under `{setting}.tls`: `insecure: false`"),
        ProgramKind::App => format!("`https://` in `{setting}`"),
        ProgramKind::Grafana if client.tls.enabled => {
            "`jsonData.tlsAuthWithCACert: true` for the CA, `jsonData.tlsAuth: true` for the client's pair"
                .to_owned()
        }
        ProgramKind::Alloy | ProgramKind::Neighbour(_) => {
            format!("in `{setting}`: `tls {{ insecure = false }}`")
        }
        ProgramKind::Grafana | ProgramKind::Prometheus => format!("`url: https://{}`", peer(client)),
    }
}

/// Give the client a certificate to show.
pub(in super::super) fn certificate(facts: &Facts<'_>, client: &Client) -> String {
    let setting = &client.setting;
    match facts.client(client) {
        ProgramKind::Tempo => format!("under `{setting}`: `tls_cert_path` and `tls_key_path`"),
        ProgramKind::Collector => format!("under `{setting}.tls`: `cert_file` and `key_file`"),
        ProgramKind::Alloy | ProgramKind::Neighbour(_) => {
            format!("in `{setting}`: `tls {{ cert_file = ... }}` and `key_file`")
        }
        ProgramKind::App => "`OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE` and `…_CLIENT_KEY`".to_owned(),
        ProgramKind::Grafana | ProgramKind::Prometheus => {
            "`jsonData.tlsAuth: true`, the pair in `secureJsonData.tlsClientCert` and `tlsClientKey`"
                .to_owned()
        }
    }
}

/// Mend half-written client settings.
pub(in super::super) fn complete(facts: &Facts<'_>, client: &Client, half: &Half<'_>) -> String {
    match half {
        Half::Absent(file) | Half::NoPem(file, _) => {
            format!("put the file at `{}`, or name the right one", file.path)
        }
        Half::NotAPair(_) => "name the key that belongs to the certificate".to_owned(),
        Half::NoKey(_) | Half::NoCertificate(_) | Half::Neither | Half::NoPolicy(_) => {
            format!("both or neither: {}", certificate(facts, client))
        }
    }
}

/// Bring the dialled name and the certificate together.
pub(in super::super) fn name(
    facts: &Facts<'_>,
    client: &Client,
    listener: &Listener,
    wanted: &ServerName,
) -> Vec<String> {
    let kind = if matches!(wanted, ServerName::Address(_)) { "IP" } else { "DNS" };
    let mut ways = vec![format!("issue the certificate with `subjectAltName = {kind}:{wanted}`")];
    let certificate =
        listener.tls.certificate.as_ref().and_then(|file| facts.topology.certificates.get(&file.path));
    let names = certificate.and_then(Leaf::of).map(|leaf| leaf.names).unwrap_or_default();
    let served = server::reached_as(listener);
    if client.protocol != Protocol::TempoInternal && names.contains(&ServerName::of(&served)) {
        ways.push(dial_as(facts, client, listener, &served));
        return ways;
    }
    let dns = names.iter().find(|name| matches!(name, ServerName::Dns(text) if !text.starts_with("*.")));
    let setting = &client.setting;
    ways.extend(dns.map(|name| match facts.client(client) {
        ProgramKind::Collector => format!("under `{setting}.tls`: `server_name_override: {name}`"),
        ProgramKind::Tempo => format!("under `{setting}`: `tls_server_name: {name}`"),
        ProgramKind::Grafana | ProgramKind::Prometheus => format!("`jsonData.serverName: {name}`"),
        ProgramKind::Alloy | ProgramKind::Neighbour(_) => {
            format!("in `{setting}`: `tls {{ server_name = \"{name}\" }}`")
        }
        ProgramKind::App => format!("dial it as `{name}`, if that name leads to this host"),
    }));
    ways
}

/// The file of CAs a client trusts, if it names one.
pub(super) fn ca(client: &Client) -> Option<&crate::model::dataflow::FileReference> {
    match &client.tls.trust {
        Trust::File(file) => Some(file),
        Trust::System | Trust::Anybody | Trust::Unknown => None,
    }
}
