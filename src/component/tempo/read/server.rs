//! Tempo's own servers: the HTTP API, internal gRPC, and the optional internal server.

use super::release::Edition;
use super::scalars::{Number, flag, number};
use crate::format::address;
use crate::format::page::{FileReading, Socket, WrittenPath};
use crate::format::yaml::{Node, YamlEntry};
use crate::model::dataflow::{Bind, Protocol, ServerTls, ServerTlsMode};
use crate::model::names::Port;
use std::net::{IpAddr, Ipv4Addr};

/// A server that Tempo can open: its block, the part of the block, protocol and default port.
struct Server {
    block: &'static str,
    part: &'static str,
    protocol: Protocol,
    default: u16,
}

const HTTP: Server = Server { block: "server", part: "http", protocol: Protocol::TempoApi, default: 3200 };
const GRPC: Server =
    Server { block: "server", part: "grpc", protocol: Protocol::TempoInternal, default: 9095 };
const INTERNAL: Server =
    Server { block: "internal_server", part: "http", protocol: Protocol::OwnHttp, default: 3101 };

/// Reads all servers. Returns the port of the internal gRPC, which Tempo's own clients dial.
pub fn read(page: &mut FileReading<'_>, root: &Node, edition: Edition) -> Option<Port> {
    open(page, root, &Server { default: edition.http_port(), ..HTTP });
    let internal = open(page, root, &GRPC);
    if root.get("internal_server").is_some_and(|block| flag(page, block, "enable", "internal_server")) {
        open(page, root, &INTERNAL);
        page.not_read("internal_server", "it also opens a gRPC server on a random port of all interfaces");
    }
    internal
}

fn open(page: &mut FileReading<'_>, root: &Node, server: &Server) -> Option<Port> {
    let none = Node::nothing();
    let block = root.entry(server.block);
    let settings = block.map_or(&none, |entry| &entry.value);
    let setting = format!("{}.{}", server.block, server.part);
    let (address_key, port_key) =
        (format!("{}_listen_address", server.part), format!("{}_listen_port", server.part));
    // A flag beats the file; Go's names have dashes.
    let flag = |key: &str| page.start.flag(&format!("{}.{}", server.block, key.replace('_', "-")));
    let (flag_port, flag_address) = (flag(&port_key).and_then(address::port), flag(&address_key));
    let (port, port_at) = match number(page, settings, &port_key, server.block) {
        Number::Missing => (Port::known(server.default), None),
        Number::Unreadable => return None,
        Number::Is(0, _) => {
            page.not_read(&setting, "port 0 is a random port");
            return None;
        }
        Number::Is(value, entry) => match i64::try_from(value).ok().and_then(Port::new) {
            Some(port) => (port, Some(entry)),
            None => {
                page.fault(entry.place(), "not a port");
                return None;
            }
        },
    };
    let (port, port_at) = flag_port.map_or((port, port_at), |port| (port, None));
    let tls = tls(page, settings, &format!("{}_tls_config", server.part), server.block);
    let (address, address_at) = match page.text(settings, &[&address_key], server.block) {
        _ if flag_address.and_then(address::bind).is_some() => {
            (flag_address.and_then(address::bind).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), None)
        }
        Some((text, entry)) => match address::bind(&text.text) {
            Some(address) => (address, Some(entry)),
            None => {
                page.not_read(&setting, format!("the address of `{}` is known where it runs", text.text));
                return Some(port);
            }
        },
        None => (IpAddr::V4(Ipv4Addr::UNSPECIFIED), None),
    };
    let at = match address_at.or(port_at) {
        Some(entry) => entry.place(),
        None => block.map_or_else(|| root.beginning(), |entry| entry.key_span.clone()),
    };
    let socket = Socket { bind: Bind::Address(address), port, at: page.mark(at) };
    page.listener(&setting, server.protocol, socket, tls);
    Some(port)
}

/// A server's TLS: only with both certificate and key, else plaintext without a word (seen on
/// 2.10.8 and 3.0.3, and on Loki 3.7.8, whose servers are the same library's). A client CA without a policy that
/// uses it ends the start.
pub fn tls(page: &mut FileReading<'_>, settings: &Node, key: &str, server: &str) -> ServerTls {
    let Some(entry) = settings.entry(key).filter(|entry| entry.value.is_mapping()) else {
        return ServerTls::plaintext();
    };
    let block = &entry.value;
    let setting = format!("{server}.{key}");
    let certificate = given(page, block, ["cert_file", "cert"], &setting);
    let private = given(page, block, ["key_file", "key"], &setting);
    let client = given(page, block, ["client_ca_file", "client_ca"], &setting);
    let policy = page.text(block, &["client_auth_type"], &setting).map(|(text, _)| text.text.into_owned());
    let policy = policy.as_deref().unwrap_or_default();
    let mode = match (certificate.is_written(), private.is_written()) {
        (true, true) if client.is_written() && matches!(policy, "" | "NoClientCert") => {
            ServerTlsMode::StartFails
        }
        (true, true) => ServerTlsMode::Tls,
        _ => ServerTlsMode::Plaintext,
    };
    ServerTls {
        mode,
        certificate: certificate.file(),
        key: private.file(),
        client_ca: client.file(),
        demands_client_certificate: matches!(
            policy,
            "RequireAndVerifyClientCert" | "RequireAnyClientCert" | "RequireClientCert"
        ),
        at: Some(page.mark(entry.key_span.clone())),
    }
}

/// A file, or PEM text inline under the second key.
fn given(page: &mut FileReading<'_>, block: &Node, [file, inline]: [&str; 2], setting: &str) -> WrittenPath {
    let written = page.file(block, &[file], setting);
    let inline_text = |entry: &&YamlEntry| entry.value.scalar().is_some_and(|scalar| !scalar.text.is_empty());
    if !written.is_written()
        && block.entry(inline).filter(inline_text).is_some_and(|entry| !entry.value.is_null())
    {
        page.not_read(&format!("{setting}.{inline}"), "certificates written inline");
        return WrittenPath::Somewhere;
    }
    written
}
