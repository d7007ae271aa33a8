//! Lines for the client end of an edge.

use super::super::edge::{Lead, lead, understands};
use super::super::facts::{Facts, peer, shown_listener};
use super::super::half_tls::Half;
use super::super::leaf::Leaf;
use super::{endpoint, server, source, under};
use crate::diagnostic::{Help, SourceName, TextChange};
use crate::model::certificate::ServerName;
use crate::model::dataflow::{Client, ClientHost, Listener, ProgramKind, Protocol, ServerTlsMode, Trust};
use crate::model::names::Port;

/// Point the client at this listener.
pub(in super::super) fn dial(facts: &Facts<'_>, client: &Client, listener: &Listener) -> Help {
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

fn dial_as(facts: &Facts<'_>, client: &Client, listener: &Listener, host: &str) -> Help {
    let file = source(facts, client.program);
    let scheme = if listener.tls.mode == ServerTlsMode::Plaintext { "http" } else { "https" };
    let setting = &client.setting;
    // A cluster reaches it on the port that leads to its own.
    let forwards = &facts.topology.site_of(listener.program).forwards;
    let forward = forwards.iter().find(|(_, to)| *to == listener.port.number());
    let port = forward.and_then(|(from, _)| Port::new(i64::from(*from))).unwrap_or(listener.port);
    match (facts.client(client), client.protocol) {
        (_, Protocol::Scrape) => format!("`targets: [\"{host}:{port}\"]`").into(),
        (_, Protocol::Passed(_)) => format!("pass it on to `{host}:{port}`").into(),
        (ProgramKind::Alloy, Protocol::OtlpGrpc) => {
            format!("in `{setting}`: `client {{ endpoint = \"{host}:{port}\" }}`").into()
        }
        (ProgramKind::Alloy | ProgramKind::Loki | ProgramKind::Neighbour(_), _) => {
            format!("in `{setting}`: `{scheme}://{host}:{port}`").into()
        }
        (ProgramKind::Collector, Protocol::RemoteWrite) => {
            under(file, setting, "endpoint", &format!("{scheme}://{host}:{port}/api/v1/write"))
        }
        (ProgramKind::Collector, Protocol::LokiApi) => {
            under(file, setting, "endpoint", &format!("{scheme}://{host}:{port}/loki/api/v1/push"))
        }
        (ProgramKind::App, protocol) => {
            let per_signal = setting.contains("TRACES_ENDPOINT");
            let own = listener.takes.path.as_deref().unwrap_or("/v1/traces");
            let path = if protocol == Protocol::OtlpHttp && per_signal { own } else { "" };
            let key =
                if setting.ends_with("ENDPOINT") { setting } else { "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" };
            variable(file, key, &format!("{scheme}://{host}:{port}{path}"))
        }
        (ProgramKind::Tempo, Protocol::RemoteWrite) => {
            under(file, setting, "url", &format!("{scheme}://{host}:{port}/api/v1/write"))
        }
        (ProgramKind::Prometheus, _) => {
            format!("in the job of `{setting}`: `targets: [\"{}\"]`", endpoint(host, port)).into()
        }
        (ProgramKind::Grafana, _) => beside(file, client, "url", &format!("{scheme}://{host}:{port}")),
        (ProgramKind::Tempo, _) => {
            under(file, "querier.frontend_worker", "frontend_address", &endpoint(host, port))
        }
        (ProgramKind::Collector, Protocol::OtlpHttp) => {
            under(file, setting, "endpoint", &format!("{scheme}://{host}:{port}"))
        }
        (ProgramKind::Collector, _) => under(file, setting, "endpoint", &endpoint(host, port)),
    }
}

/// A line of an environment file. Variables of a Compose file or of a unit are written otherwise there, by
/// a person.
pub(in super::super) fn variable(file: SourceName, key: &str, value: &str) -> Help {
    let help = Help::from(format!("`{key}={value}`"));
    let elsewhere = [".yaml", ".yml", ".service", ".conf"].iter().any(|suffix| file.0.ends_with(suffix));
    if elsewhere {
        return help;
    }
    help.edit(file, TextChange::SetVariable { key: key.to_owned(), value: value.to_owned() })
}

/// A key of a datasource.
fn beside(file: SourceName, client: &Client, key: &str, value: &str) -> Help {
    let way = format!("{}.{key}", client.setting);
    Help::from(format!("`{key}: {value}`")).edit(file, TextChange::SetKey { way, value: value.to_owned() })
}

/// The listeners where what this client speaks is understood: first of the program it dials already,
/// else of any it may mean; or the listener to open.
pub(in super::super) fn right_listener(facts: &Facts<'_>, client: &Client, dialled: &Listener) -> Vec<Help> {
    // A proxy means who takes the same over the other protocol.
    let passes = |listener: &Listener| {
        matches!(client.protocol, Protocol::Passed(_))
            && listener.program == dialled.program
            && matches!(listener.protocol, Protocol::OtlpGrpc | Protocol::OtlpHttp)
    };
    let speaks = |listener: &&Listener| {
        understands(listener, client)
            && listener.program != client.program
            && (client.means.contains(&facts.server(listener).kind) || passes(listener))
    };
    if let (Protocol::OtlpHttp, Some(path)) = (client.protocol, dialled.takes.otlp_below) {
        let name = facts.server(dialled).kind;
        let way = dial(facts, client, dialled);
        let way = way.text.trim_end_matches('`');
        return vec![format!("{name} takes OTLP below a path of its own: {way}{path}`").into()];
    }
    let listeners = &facts.topology.listeners;
    let same = listeners.iter().filter(|listener| listener.program == dialled.program).find(speaks);
    match same.or_else(|| listeners.iter().find(speaks)) {
        Some(listener) => {
            let server = shown_listener(facts.server(listener), listener);
            vec![dial(facts, client, listener).worded(|text| format!("{server} speaks it: {text}"))]
        }
        None => vec![server::open(facts, client)],
    }
}

/// Make the client dial TLS to this listener.
pub(in super::super) fn tls_on(facts: &Facts<'_>, client: &Client, listener: &Listener) -> Help {
    let named = ca(client).or_else(|| client.tls.ignored.first()).map(|file| file.path.clone());
    let directory = facts.topology.programs[client.program].file.parent().join("tls");
    let ca = named.unwrap_or_else(|| directory.join("ca.crt"));
    let (file, setting) = (source(facts, client.program), &client.setting);
    let dials = || dial(facts, client, listener);
    match (facts.client(client), client.protocol) {
        (ProgramKind::App, _) => {
            let trusts = variable(file, "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", ca.as_str());
            both(dials(), trusts, |dials, trusts| format!("{dials}, and its CA in {trusts}"))
        }
        (ProgramKind::Prometheus, _) => {
            format!("in the job of `{setting}`: `scheme: https` and `tls_config: {{ ca_file: {ca} }}`").into()
        }
        (ProgramKind::Grafana, _) => format!(
            "{}, `jsonData.tlsAuthWithCACert: true` and the CA in `secureJsonData.tlsCACert`",
            dials()
        )
        .into(),
        (ProgramKind::Tempo, Protocol::RemoteWrite) => {
            format!("under `{setting}`: `url: https://{}/api/v1/write` and its `tls_config`", peer(client))
                .into()
        }
        (ProgramKind::Tempo, _) => {
            let text = |on: &str, _: &str| format!("{on} and `tls_ca_path: {ca}`");
            let trusts = under(file.clone(), setting, "tls_ca_path", ca.as_str());
            both(under(file, setting, "tls_enabled", "true"), trusts, text)
        }
        (ProgramKind::Collector, Protocol::OtlpHttp) => {
            let tls = format!("{{ ca_file: {ca} }}");
            let text = |dials: &str, _: &str| format!("{dials} and `tls: {tls}`");
            both(dials(), under(file, setting, "tls", &tls), text)
        }
        (ProgramKind::Collector, _) => {
            let tls = under(file, setting, "tls", &format!("{{ ca_file: {ca} }}"));
            tls.worded(|text| format!("{text} instead of `insecure: true`"))
        }
        (ProgramKind::Alloy | ProgramKind::Loki | ProgramKind::Neighbour(_), _) => {
            format!("in `{setting}`: `tls {{ ca_file = \"{ca}\" }}` instead of `insecure = true`").into()
        }
    }
}

/// Two changes that are made together.
fn both(first: Help, second: Help, text: impl FnOnce(&str, &str) -> String) -> Help {
    let text = text(&first.text, &second.text);
    // Half of it carried out is worse than none.
    let whole = !first.edits.is_empty() && !second.edits.is_empty();
    let edits = first.edits.into_iter().chain(second.edits).filter(|_| whole).collect();
    Help { text, edits }
}

/// Make the client dial plaintext.
pub(in super::super) fn tls_off(facts: &Facts<'_>, client: &Client) -> Help {
    let (file, setting) = (source(facts, client.program), &client.setting);
    match (facts.client(client), client.protocol) {
        (ProgramKind::App, _) => {
            with_scheme(file, client, "http").worded(|text| format!("{text}, and no certificate variables"))
        }
        (ProgramKind::Tempo, Protocol::RemoteWrite) => {
            under(file, setting, "url", &format!("http://{}/api/v1/write", peer(client)))
        }
        (ProgramKind::Prometheus, _) => format!("in the job of `{setting}`: `scheme: http`").into(),
        (ProgramKind::Grafana, _) => beside(file, client, "url", &format!("http://{}", peer(client))),
        (ProgramKind::Tempo, _) => {
            let help = Help::from(format!("under `{setting}`: remove `tls_enabled: true`"));
            help.edit(file, TextChange::RemoveKey { way: format!("{setting}.tls_enabled") })
        }
        (ProgramKind::Alloy | ProgramKind::Loki | ProgramKind::Neighbour(_), _) => {
            format!("in `{setting}`: `tls {{ insecure = true }}`").into()
        }
        (ProgramKind::Collector, Protocol::OtlpHttp) => {
            under(file, setting, "endpoint", &format!("http://{}", peer(client)))
        }
        (ProgramKind::Collector, _) => under(file, setting, "tls", "{ insecure: true }")
            .worded(|text| format!("{text}, without a `ca_file`, which would turn TLS on again")),
    }
}

/// Another scheme in the endpoint of an application, whose text is where the mark points.
fn with_scheme(file: SourceName, client: &Client, scheme: &str) -> Help {
    let from = if scheme == "http" { "https" } else { "http" };
    let help = Help::from(format!("`{scheme}://` in `{}`", client.setting));
    let start = client.at.span.start;
    help.edit(file, TextChange::Replace { span: start..start + from.len(), with: scheme.to_owned() })
}

/// Turn on the TLS whose files are already named.
pub(in super::super) fn switch(facts: &Facts<'_>, client: &Client) -> Help {
    let (file, setting) = (source(facts, client.program), &client.setting);
    match facts.client(client) {
        ProgramKind::Tempo => under(file, setting, "tls_enabled", "true"),
        ProgramKind::Collector if client.protocol == Protocol::OtlpHttp => {
            under(file, setting, "endpoint", &format!("https://{}", peer(client)))
        }
        ProgramKind::Collector => under(file, &format!("{setting}.tls"), "insecure", "false"),
        ProgramKind::App => with_scheme(file, client, "https"),
        ProgramKind::Grafana if client.tls.enabled => {
            "`jsonData.tlsAuthWithCACert: true` for the CA, `jsonData.tlsAuth: true` for the client's pair"
                .into()
        }
        ProgramKind::Prometheus => format!("in the job of `{setting}`: `scheme: https`").into(),
        ProgramKind::Grafana => beside(file, client, "url", &format!("https://{}", peer(client))),
        ProgramKind::Alloy | ProgramKind::Loki | ProgramKind::Neighbour(_) => {
            format!("in `{setting}`: `tls {{ insecure = false }}`").into()
        }
    }
}

/// Give the client a certificate to show.
pub(in super::super) fn certificate(facts: &Facts<'_>, client: &Client) -> Help {
    let setting = &client.setting;
    match facts.client(client) {
        ProgramKind::Alloy | ProgramKind::Loki | ProgramKind::Neighbour(_) => {
            format!("in `{setting}`: `tls {{ cert_file = ... }}` and `key_file`").into()
        }
        ProgramKind::Tempo => format!("under `{setting}`: `tls_cert_path` and `tls_key_path`").into(),
        ProgramKind::Collector => format!("under `{setting}.tls`: `cert_file` and `key_file`").into(),
        ProgramKind::App => "`OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE` and `…_CLIENT_KEY`".into(),
        ProgramKind::Prometheus => {
            format!("in the job of `{setting}`: `cert_file` and `key_file` in its `tls_config`").into()
        }
        ProgramKind::Grafana => {
            "`jsonData.tlsAuth: true`, the pair in `secureJsonData.tlsClientCert` and `tlsClientKey`".into()
        }
    }
}

/// Mend half-written client settings.
pub(in super::super) fn complete(facts: &Facts<'_>, client: &Client, half: &Half<'_>) -> Help {
    match half {
        Half::LeafNotFirst(file) => {
            format!("put the leaf first in `{}`, what issued it behind", file.path).into()
        }
        Half::NoPem(file, why) if why.contains("encrypted") => {
            format!("without a passphrase: `openssl pkey -in {0} -out {0}`", file.path).into()
        }
        Half::Absent(file) | Half::NoPem(file, _) => {
            format!("put the file at `{}`, or name the right one", file.path).into()
        }
        Half::NotAPair(_) => "name the key that belongs to the certificate".into(),
        Half::NoKey(_) | Half::NoCertificate(_) | Half::Neither | Half::NoPolicy(_) => {
            certificate(facts, client).worded(|text| format!("both or neither: {text}"))
        }
    }
}

/// Bring the dialled name and the certificate together.
pub(in super::super) fn name(
    facts: &Facts<'_>,
    client: &Client,
    listener: &Listener,
    wanted: &ServerName,
) -> Vec<Help> {
    let kind = if matches!(wanted, ServerName::Address(_)) { "IP" } else { "DNS" };
    let mut ways = vec![format!("issue the certificate with `subjectAltName = {kind}:{wanted}`").into()];
    let certificate =
        listener.tls.certificate.as_ref().and_then(|file| facts.topology.certificates.get(&file.path));
    let names = certificate.and_then(Leaf::of).map(|leaf| leaf.names).unwrap_or_default();
    let served = server::reached_as(listener);
    let here = facts.topology.programs[client.program].site;
    let there = facts.topology.programs[listener.program].site;
    if client.protocol != Protocol::TempoInternal {
        let known = match here == there {
            true => names.contains(&ServerName::of(&served)).then_some(served),
            // Another container is dialled by one of its own names.
            false => names.iter().map(ToString::to_string).find(|name| leads_to(facts, client, name, there)),
        };
        if let Some(known) = known {
            ways.push(dial_as(facts, client, listener, &known));
            return ways;
        }
    }
    let dns = names.iter().find(|name| matches!(name, ServerName::Dns(text) if !text.starts_with("*.") && text.parse::<std::net::IpAddr>().is_err()));
    let (file, setting) = (source(facts, client.program), &client.setting);
    // Tempo's own clients are mended together (`internal`).
    let dns = dns.filter(|_| client.protocol != Protocol::TempoInternal);
    ways.extend(dns.map(|name| match facts.client(client) {
        ProgramKind::Alloy | ProgramKind::Loki | ProgramKind::Neighbour(_) => {
            format!("in `{setting}`: `tls {{ server_name = \"{name}\" }}`").into()
        }
        ProgramKind::Collector => {
            under(file, &format!("{setting}.tls"), "server_name_override", &name.to_string())
        }
        ProgramKind::Tempo => under(file, setting, "tls_server_name", &name.to_string()),
        ProgramKind::Prometheus => {
            format!("in the job of `{setting}`: `server_name: {name}` in its `tls_config`").into()
        }
        ProgramKind::Grafana => beside(file, client, "jsonData.serverName", &name.to_string()),
        ProgramKind::App => format!("dial it as `{name}`, if that name leads to this host").into(),
    }));
    ways
}

/// Whether a name leads from a client to a site over a network.
fn leads_to(facts: &Facts<'_>, client: &Client, name: &str, site: usize) -> bool {
    let dialled = Client { host: ClientHost::Name(name.to_owned()), ..client.clone() };
    lead(facts.topology, &dialled) == Lead::Over(site)
}

/// The file of CAs a client trusts, if it names one.
pub(super) fn ca(client: &Client) -> Option<&crate::model::dataflow::FileReference> {
    match &client.tls.trust {
        Trust::File(file) => Some(file),
        Trust::System | Trust::Anybody | Trust::NotHere | Trust::Unknown => None,
    }
}
