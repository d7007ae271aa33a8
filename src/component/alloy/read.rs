//! Alloy's receivers and exporters of OTLP, and whom it writes metrics and logs to. Defaults are those of its
//! documentation: unlike the collector's, its receivers accept on all interfaces. Called by
//! [`crate::topology`].

use crate::format::address::{self, Url};
use crate::format::alloy::{AlloyAttribute, AlloyBlock};
use crate::format::page::{FileReading, Socket};
use crate::model::dataflow::{
    Bind, Client, ClientTls, HeaderShown, ProgramKind, Protocol, Sends, ServerTls, ServerTlsMode, Signal,
    Trust,
};
use crate::model::names::Port;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

/// Where its own pages and metrics are.
const OWN: u16 = 12345;

/// Reads a whole configuration. `flags` are those of its command line.
pub fn read(page: &mut FileReading<'_>, blocks: &[AlloyBlock], flags: &BTreeMap<String, String>) {
    own(page, flags);
    for block in blocks {
        let setting = setting(block);
        match block.name.as_str() {
            "otelcol.receiver.otlp" => receiver(page, block, &setting),
            "otelcol.exporter.otlp" => exporter(page, block, (&setting, Protocol::OtlpGrpc)),
            "otelcol.exporter.otlphttp" => exporter(page, block, (&setting, Protocol::OtlpHttp)),
            "prometheus.remote_write" => writers(page, block, (&setting, Protocol::RemoteWrite)),
            "loki.write" => writers(page, block, (&setting, Protocol::LokiApi)),
            "import.file" | "import.git" | "import.http" | "import.string" => {
                page.not_read(&setting, "a module, which may bring components of its own");
            }
            "otelcol.exporter.debug" | "otelcol.exporter.file" => {}
            name if name.starts_with("otelcol.receiver.") || name.starts_with("otelcol.exporter.") => {
                page.not_read(&setting, "a component that is not read");
            }
            _ => {}
        }
    }
}

fn setting(block: &AlloyBlock) -> String {
    match &block.label {
        Some(label) => format!("{}.{label}", block.name),
        None => block.name.clone(),
    }
}

/// Its own HTTP server: on loopback unless its flag says otherwise, and its image says so.
fn own(page: &mut FileReading<'_>, flags: &BTreeMap<String, String>) {
    let flag = flags.get("server.http.listen-addr").map(|text| address::split(text));
    let (host, port) = flag.unwrap_or(("127.0.0.1", None));
    let (Some(address), port) = (address::bind(host), port.and_then(address::port)) else { return };
    let socket =
        Socket { bind: Bind::Address(address), port: port.unwrap_or(Port::known(OWN)), at: page.mark(0..0) };
    page.listener("server.http", Protocol::OwnHttp, socket, ServerTls::plaintext());
}

fn receiver(page: &mut FileReading<'_>, block: &AlloyBlock, setting: &str) {
    let output = block.block("output");
    let signals: BTreeSet<Signal> = output
        .iter()
        .flat_map(|block| &block.attributes)
        .filter_map(|attribute| Signal::of_pipeline(&attribute.key))
        .collect();
    for (name, protocol, port) in [("grpc", Protocol::OtlpGrpc, 4317), ("http", Protocol::OtlpHttp, 4318)] {
        let Some(inner) = block.block(name) else { continue };
        let setting = format!("{setting}.{name}");
        let (bind, port, span) = match inner.attribute("endpoint") {
            None => (Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), Some(Port::known(port)), inner.span.clone()),
            Some(AlloyAttribute { literal: Some(text), span, .. }) => {
                let (host, port) = address::split(text);
                (address::bind(host), port.and_then(address::port), span.clone())
            }
            Some(_) => (None, None, inner.span.clone()),
        };
        let (Some(address), Some(port)) = (bind, port) else {
            page.not_read(&setting, "the address it listens on is known where it runs");
            continue;
        };
        let tls = inner.block("tls").map_or_else(ServerTls::plaintext, |tls| ServerTls {
            mode: ServerTlsMode::Tls,
            at: Some(page.mark(tls.span.clone())),
            ..ServerTls::plaintext()
        });
        let socket = Socket { bind: Bind::Address(address), port, at: page.mark(span) };
        page.listener(&setting, protocol, socket, tls);
        if let Some(listener) = page.topology.listeners.last_mut() {
            listener.takes.signals = output.map(|_| signals.clone());
        }
    }
}

fn exporter(page: &mut FileReading<'_>, block: &AlloyBlock, (setting, protocol): (&str, Protocol)) {
    let Some(client) = block.block("client") else {
        return page.not_read(setting, "it has no `client`");
    };
    let Some(attribute) = client.attribute("endpoint") else {
        return page.not_read(setting, "no `endpoint` is written");
    };
    let Some(text) = &attribute.literal else {
        return page.not_read(setting, "its endpoint is an expression");
    };
    let url = Url::of(text);
    let https = url.is_some_and(|url| url.is_https());
    let (host, port) = match url {
        Some(url) => (url.host, url.port_or_default()),
        None => {
            let (host, port) = address::split(text);
            (host, port.and_then(address::port))
        }
    };
    let Some(port) = port.filter(|_| protocol == Protocol::OtlpGrpc || url.is_some()) else {
        return page.not_read(setting, format!("`{text}` is no endpoint with a port"));
    };
    let base = url.map(|url| url.path.trim_end_matches('/')).unwrap_or_default();
    // What leaves it is told by what sends to it; below a path of its own it is for one signal.
    let path = match base {
        "/otlp" => Some(format!("{base}/v1/logs")),
        "/api/v1/otlp" => Some(format!("{base}/v1/metrics")),
        _ => None,
    };
    let sends =
        Sends { path, credentials: authentication(client), tenant: tenant(client), ..Sends::default() };
    let plaintext = match protocol {
        Protocol::OtlpHttp => !https,
        _ => !https && client.block("tls").is_some_and(|tls| tls.is_true("insecure")),
    };
    dial(page, attribute, (setting, protocol), (host, port), (plaintext, sends));
}

/// An authenticator that it names may set anything.
fn authentication(client: &AlloyBlock) -> HeaderShown {
    if client.attribute("auth").is_some() { HeaderShown::Yes } else { HeaderShown::No }
}

fn tenant(client: &AlloyBlock) -> HeaderShown {
    match (client.attribute("auth"), client.attribute("headers")) {
        (None, None) => HeaderShown::No,
        _ => HeaderShown::NotKnown,
    }
}

/// Endpoints of a component that writes metrics or logs.
fn writers(page: &mut FileReading<'_>, block: &AlloyBlock, (setting, protocol): (&str, Protocol)) {
    for endpoint in block.blocks.iter().filter(|block| block.name == "endpoint") {
        let Some(attribute) = endpoint.attribute("url") else { continue };
        let url = attribute.literal.as_deref().and_then(Url::of);
        let Some((url, port)) = url.and_then(|url| Some((url, url.port_or_default()?))) else {
            page.not_read(setting, "its `url` is an expression");
            continue;
        };
        let shown =
            if endpoint.attribute("tenant_id").is_some() { HeaderShown::Yes } else { tenant(endpoint) };
        let sends = Sends { tenant: shown, ..Sends::default() };
        dial(page, attribute, (setting, protocol), (url.host, port), (!url.is_https(), sends));
    }
}

fn dial(
    page: &mut FileReading<'_>,
    attribute: &AlloyAttribute,
    (setting, protocol): (&str, Protocol),
    (host, port): (&str, Port),
    (plaintext, sends): (bool, Sends),
) {
    let at = page.mark(attribute.span.clone());
    let tls = ClientTls {
        enabled: !plaintext,
        trust: Trust::Unknown,
        at: Some(at.clone()),
        ..ClientTls::plaintext()
    };
    let means = match protocol {
        Protocol::RemoteWrite => vec![ProgramKind::Prometheus],
        Protocol::LokiApi => Vec::new(),
        _ => vec![ProgramKind::Tempo, ProgramKind::Collector],
    };
    page.client(Client {
        program: page.program,
        setting: setting.to_owned(),
        protocol,
        host: address::dialled(host),
        port,
        wrong_path: None,
        tls,
        sends,
        means,
        at,
    });
}
