//! Receivers: the doors of the collector, and of Tempo, which embeds the same ones.

use super::release::kind_of;
use crate::format::page::{FileReading, Socket, WrittenAddress, WrittenPath};
use crate::format::yaml::{Node, YamlEntry};
use crate::model::dataflow::{Bind, Protocol, ServerTls, ServerTlsMode, Takes};
use crate::model::names::Port;
use std::net::IpAddr;

/// What differs between programs and releases that embed the receivers.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Where a door without an address listens.
    pub default_address: IpAddr,
    /// What `tls: {}` does.
    pub empty_tls: ServerTlsMode,
    /// What a block with only one of certificate and key does.
    pub half_tls: ServerTlsMode,
    /// Whether an OTLP receiver without a protocol is refused.
    pub needs_protocol: bool,
}

/// A door of a receiver that is not OTLP: receiver type, way to its block, default port.
type OtherDoor = (&'static str, &'static [&'static str], Option<u16>);

/// TCP doors of the common receivers that listen. Those without a default port need an address.
/// Default ports: the receivers' `factory.go`.
const OTHER_DOORS: &[OtherDoor] = &[
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

/// Reads one receiver that is in use. `door` is its key path in the file.
pub fn read(page: &mut FileReading<'_>, entry: &YamlEntry, door: &str, rules: Rules) {
    let kind = kind_of(&entry.key);
    if kind == "otlp" {
        otlp(page, entry, door, rules);
        return;
    }
    let mut known = false;
    for (_, way, default) in OTHER_DOORS.iter().filter(|row| row.0 == kind) {
        known = true;
        other(page, entry, door, (way, *default), rules);
    }
    if !known && entry.value.entry("endpoint").is_some() {
        page.not_read(door, format!("whether a receiver of type `{kind}` opens a port"));
    }
}

fn otlp(page: &mut FileReading<'_>, entry: &YamlEntry, door: &str, rules: Rules) {
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
        let door = format!("{door}.protocols.{name}");
        open(page, block, &door, (protocol, Some(port)), rules);
    }
}

fn other(
    page: &mut FileReading<'_>,
    entry: &YamlEntry,
    door: &str,
    (way, default): (&[&str], Option<u16>),
    rules: Rules,
) {
    if way.is_empty() {
        open(page, entry, door, (Protocol::Other, default), rules);
    } else if let Some(block) = entry.value.at(way) {
        let door = format!("{door}.{}", way.join("."));
        open(page, block, &door, (Protocol::Other, default), rules);
    }
}

/// One door from the block of a protocol; a block that is null is a door with every default.
fn open(
    page: &mut FileReading<'_>,
    block: &YamlEntry,
    door: &str,
    (protocol, default): (Protocol, Option<u16>),
    rules: Rules,
) {
    if is_switched_off(page, &block.value, door) {
        return;
    }
    if let Some((text, _)) = page.text(&block.value, &["transport"], door)
        && !text.text.starts_with("tcp")
    {
        page.not_read(door, format!("transport `{}` is not TCP", text.text));
        return;
    }
    let tls = server_tls(page, &block.value, door, rules);
    let socket = match (page.address(&block.value, "endpoint", door), default) {
        (WrittenAddress::At(socket), _) => Some(socket),
        (WrittenAddress::Default, Some(port)) => Some(Socket {
            bind: Bind::Address(rules.default_address),
            port: Port::known(port),
            at: page.mark(block.key_span.clone()),
        }),
        _ => None,
    };
    if let Some(socket) = socket {
        page.listener(door, protocol, socket, tls);
        let takes = demands(page, &block.value, door, protocol);
        if let Some(listener) = page.topology.listeners.last_mut() {
            listener.takes = takes;
        }
    }
}

/// What a request has to bring: the path of its own of an HTTP receiver, and credentials.
fn demands(page: &mut FileReading<'_>, block: &Node, door: &str, protocol: Protocol) -> Takes {
    let path = page.text(block, &["traces_url_path"], door).map(|(text, _)| text.text.into_owned());
    let authenticator = block.at(&["auth", "authenticator"]).map(|entry| page.mark(entry.place()));
    Takes {
        path: path.filter(|path| protocol == Protocol::OtlpHttp && !path.is_empty()),
        credentials: authenticator,
        ..Takes::default()
    }
}

/// `enabled: false`, which every optional block takes.
fn is_switched_off(page: &mut FileReading<'_>, block: &Node, door: &str) -> bool {
    page.text(block, &["enabled"], door).is_some_and(|(text, _)| text.text == "false")
}

/// The `tls` block of a server as the embedded libraries treat it. A CA under `ca_file` does not
/// make it ask for client certificates; only `client_ca_file` does (seen on 0.159 and Tempo 2.10.8).
pub fn server_tls(page: &mut FileReading<'_>, block: &Node, door: &str, rules: Rules) -> ServerTls {
    let Some(entry) = block.entry("tls").filter(|entry| !entry.value.is_null()) else {
        return ServerTls::plaintext();
    };
    if !entry.value.is_mapping() {
        page.fault(entry.place(), "`tls` is a block of keys");
        return ServerTls::plaintext();
    }
    let door = format!("{door}.tls");
    if is_switched_off(page, &entry.value, &door) {
        return ServerTls::plaintext();
    }
    let certificate = pem(page, &entry.value, ["cert_file", "cert_pem"], &door);
    let key = pem(page, &entry.value, ["key_file", "key_pem"], &door);
    let client = page.file(&entry.value, &["client_ca_file"], &door);
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
        client_authority: client.file(),
        at: Some(page.mark(entry.key_span.clone())),
    }
}

/// A file, or text given inline under the second key, whose content is not looked into.
pub fn pem(page: &mut FileReading<'_>, block: &Node, [file, inline]: [&str; 2], door: &str) -> WrittenPath {
    let written = page.file(block, &[file], door);
    if !written.is_written() && block.get(inline).is_some_and(|node| !node.is_null()) {
        page.not_read(&format!("{door}.{inline}"), "certificates written inline");
        return WrittenPath::Somewhere;
    }
    written
}
