//! Receivers: the listeners of the collector, and of Tempo, which embeds the same ones.

use super::release::kind_of;
use crate::format::page::{FileReading, Socket, WrittenAddress, WrittenPath};
use crate::format::yaml::{Node, YamlEntry};
use crate::model::dataflow::{Bind, Protocol, ServerTls, ServerTlsMode, Takes};
use crate::model::names::Port;
use std::net::IpAddr;

/// What differs between programs and releases that embed the receivers.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Where a listener without an address listens.
    pub default_address: IpAddr,
    /// What `tls: {}` does.
    pub empty_tls: ServerTlsMode,
    /// What a block with only one of certificate and key does.
    pub half_tls: ServerTlsMode,
    /// Whether an OTLP receiver without a protocol is refused.
    pub needs_protocol: bool,
}

/// A listener of a receiver that is not OTLP: receiver type, way to its block, default port.
type OtherSetting = (&'static str, &'static [&'static str], Option<u16>);

/// TCP listeners of the common receivers that listen. Those without a default port need an address.
/// Default ports: the receivers' `factory.go`.
const OTHER_SETTINGS: &[OtherSetting] = &[
    ("jaeger", &["protocols", "grpc"], Some(14250)),
    ("jaeger", &["protocols", "thrift_http"], Some(14268)),
    ("zipkin", &[], Some(9411)),
    ("opencensus", &[], Some(55678)),
    ("otelarrow", &["protocols", "grpc"], Some(4317)),
    ("skywalking", &["protocols", "grpc"], Some(11800)),
    ("skywalking", &["protocols", "http"], Some(12800)),
    ("datadog", &[], Some(8126)),
    ("splunk_hec", &[], Some(8088)),
    ("signalfx", &[], Some(9943)),
    ("sapm", &[], Some(7276)),
    ("influxdb", &[], Some(8086)),
    ("loki", &["protocols", "grpc"], Some(3600)),
    ("loki", &["protocols", "http"], Some(3500)),
    ("fluentforward", &[], None),
    ("webhookevent", &[], None),
    ("carbon", &[], Some(2003)),
];

/// Reads one receiver that is in use. `listener` is its key path in the file.
pub fn read(page: &mut FileReading<'_>, entry: &YamlEntry, setting: &str, rules: Rules) {
    let kind = kind_of(&entry.key);
    if kind == "otlp" {
        otlp(page, entry, setting, rules);
        return;
    }
    let mut known = false;
    for (_, way, default) in OTHER_SETTINGS.iter().filter(|row| row.0 == kind) {
        known = true;
        other(page, entry, setting, (way, *default), rules);
    }
    if !known && entry.value.entry("endpoint").is_some() {
        page.not_read(setting, format!("whether a receiver of type `{kind}` opens a port"));
    }
}

fn otlp(page: &mut FileReading<'_>, entry: &YamlEntry, setting: &str, rules: Rules) {
    let protocols = entry.value.get("protocols");
    if rules.needs_protocol && protocols.is_none_or(|node| node.entries().is_empty()) {
        page.fault(
            entry.key_span.clone(),
            "a receiver `otlp` needs at least one of `protocols: grpc` and `http`",
        );
        return;
    }
    for (name, protocol, port) in [("grpc", Protocol::OtlpGrpc, 4317), ("http", Protocol::OtlpHttp, 4318)] {
        let Some(block) = protocols.and_then(|node| node.entry(name)) else { continue };
        let setting = format!("{setting}.protocols.{name}");
        open(page, block, &setting, (protocol, Some(port)), rules);
    }
}

fn other(
    page: &mut FileReading<'_>,
    entry: &YamlEntry,
    setting: &str,
    (way, default): (&[&str], Option<u16>),
    rules: Rules,
) {
    if way.is_empty() {
        open(page, entry, setting, (Protocol::Other, default), rules);
    } else if let Some(block) = entry.value.at(way) {
        let setting = format!("{setting}.{}", way.join("."));
        open(page, block, &setting, (Protocol::Other, default), rules);
    }
}

/// One listener from the block of a protocol; a block that is null is a listener with every default.
fn open(
    page: &mut FileReading<'_>,
    block: &YamlEntry,
    setting: &str,
    (protocol, default): (Protocol, Option<u16>),
    rules: Rules,
) {
    if is_switched_off(page, &block.value, setting) {
        return;
    }
    if let Some((text, _)) = page.text(&block.value, &["transport"], setting)
        && !text.text.starts_with("tcp")
    {
        page.not_read(setting, format!("transport `{}` is not TCP", text.text));
        return;
    }
    let tls = server_tls(page, &block.value, setting, rules);
    let socket = match (page.address(&block.value, "endpoint", setting), default) {
        (WrittenAddress::At(socket), _) => Some(socket),
        (WrittenAddress::Default, Some(port)) => Some(Socket {
            bind: Bind::Address(rules.default_address),
            port: Port::known(port),
            at: page.mark(block.key_span.clone()),
        }),
        _ => None,
    };
    if let Some(socket) = socket {
        page.listener(setting, protocol, socket, tls);
        let takes = demands(page, &block.value, setting, protocol);
        if let Some(listener) = page.topology.listeners.last_mut() {
            listener.takes = takes;
        }
    }
}

/// What a request has to bring: the path of its own of an HTTP receiver, and credentials.
fn demands(page: &mut FileReading<'_>, block: &Node, setting: &str, protocol: Protocol) -> Takes {
    let path = page.text(block, &["traces_url_path"], setting).map(|(text, _)| text.text.into_owned());
    let authenticator = block.at(&["auth", "authenticator"]).map(|entry| page.mark(entry.place()));
    Takes {
        path: path.filter(|path| protocol == Protocol::OtlpHttp && !path.is_empty()),
        credentials: authenticator,
        ..Takes::default()
    }
}

/// `enabled: false`, which every optional block takes.
fn is_switched_off(page: &mut FileReading<'_>, block: &Node, setting: &str) -> bool {
    page.text(block, &["enabled"], setting).is_some_and(|(text, _)| text.text == "false")
}

/// The `tls` block of a server as the embedded libraries treat it. A CA under `ca_file` does not
/// make it ask for client certificates; only `client_ca_file` does (seen on 0.159 and Tempo 2.10.8).
pub fn server_tls(page: &mut FileReading<'_>, block: &Node, setting: &str, rules: Rules) -> ServerTls {
    let Some(entry) = block.entry("tls").filter(|entry| !entry.value.is_null()) else {
        return ServerTls::plaintext();
    };
    if !entry.value.is_mapping() {
        page.fault(entry.place(), "`tls` is a block of keys");
        return ServerTls::plaintext();
    }
    let setting = format!("{setting}.tls");
    if is_switched_off(page, &entry.value, &setting) {
        return ServerTls::plaintext();
    }
    let certificate = pem(page, &entry.value, ["cert_file", "cert_pem"], &setting);
    let key = pem(page, &entry.value, ["key_file", "key_pem"], &setting);
    let client = page.file(&entry.value, &["client_ca_file"], &setting);
    let mode = match (certificate.is_written(), key.is_written()) {
        (true, true) => ServerTlsMode::Tls,
        (false, false) => rules.empty_tls,
        _ => rules.half_tls,
    };
    ServerTls {
        mode,
        certificate: certificate.file(),
        key: key.file(),
        demands_client_certificate: client.is_written(),
        client_ca: client.file(),
        at: Some(page.mark(entry.key_span.clone())),
    }
}

/// A file, or text given inline under the second key, whose content is not looked into.
pub fn pem(
    page: &mut FileReading<'_>,
    block: &Node,
    [file, inline]: [&str; 2],
    setting: &str,
) -> WrittenPath {
    let written = page.file(block, &[file], setting);
    if !written.is_written() && block.get(inline).is_some_and(|node| !node.is_null()) {
        page.not_read(&format!("{setting}.{inline}"), "certificates written inline");
        return WrittenPath::Somewhere;
    }
    written
}
