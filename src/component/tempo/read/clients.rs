//! Tempo's own gRPC clients. In the single binary they dial the process itself, so they are read
//! whether or not they are written: forgotten ones are how a stack dies in silence.

use super::release::{DialCondition, InternalClient, TempoReading};
use super::scalars::flag;
use crate::diagnostic::Mark;
use crate::format::address;
use crate::format::page::{FileReading, WrittenPath};
use crate::format::yaml::Node;
use crate::model::dataflow::{Client, ClientHost, ClientTls, ProgramKind, Protocol, Sends, Trust};
use crate::model::names::Port;
use std::net::{IpAddr, Ipv4Addr};

/// The part of Tempo that this process runs, as it is written; the command line beats the file.
pub fn target(page: &mut FileReading<'_>, root: &Node) -> String {
    let written = page.text(root, &["target"], "").map(|(text, _)| text.text.into_owned());
    page.start.flag("target").map(str::to_owned).or(written).unwrap_or_default()
}

/// Reads every client that dials in this configuration. `port` is the internal gRPC port.
pub fn read(page: &mut FileReading<'_>, root: &Node, release: &TempoReading, port: Port) {
    let target = self::target(page, root);
    if !matches!(target.as_str(), "" | "all") {
        page.not_read("target", format!("who dials whom in target `{target}`"));
        return;
    }
    if is_one_of_several(page, root) {
        page.not_read(
            "target",
            "it joins other processes, and which part of Tempo runs in this one is not known",
        );
        return;
    }
    for client in release.clients {
        if client.when == DialCondition::Always || generates(page, root) {
            read_client(page, root, client, port);
        }
    }
}

/// Whether this is one process of a Tempo that is spread over several: it joins others, and its querier
/// asks a frontend elsewhere.
fn is_one_of_several(page: &mut FileReading<'_>, root: &Node) -> bool {
    let joins = root.at(&["memberlist", "join_members"]).is_some_and(|entry| !entry.value.items().is_empty());
    let frontend = page.text(root, &["querier", "frontend_worker", "frontend_address"], "");
    let elsewhere = frontend.is_some_and(|(text, _)| {
        !text.text.is_empty() && !address::dialled(address::split(&text.text).0).is_this_host()
    });
    joins && elsewhere
}

/// Whether a metrics generator runs: a storage path, and processors for some tenant.
pub(super) fn generates(page: &mut FileReading<'_>, root: &Node) -> bool {
    let path = page.text(root, &["metrics_generator", "storage", "path"], "");
    if path.is_none_or(|(text, _)| text.text.is_empty()) {
        return false;
    }
    let processors: [&[&str]; 2] = [
        &["overrides", "defaults", "metrics_generator", "processors"],
        &["overrides", "metrics_generator_processors"],
    ];
    if processors.iter().any(|way| root.at(way).is_some_and(|entry| !entry.value.items().is_empty())) {
        return true;
    }
    for key in ["per_tenant_override_config", "user_configurable_overrides"] {
        if root.at(&["overrides", key]).is_some_and(|entry| !entry.value.is_null()) {
            page.not_read(&format!("overrides.{key}"), "whether a tenant has metrics generator processors");
        }
    }
    false
}

fn read_client(page: &mut FileReading<'_>, root: &Node, client: &InternalClient, port: Port) {
    let setting = client.block.join(".");
    let none = Node::nothing();
    let block = root.at(client.block);
    let tls = tls(page, block.map_or(&none, |entry| &entry.value), &setting);
    let (host, port, at) = match client.address.and_then(|way| page.text(root, way, "")) {
        Some((text, entry)) if !text.text.is_empty() => {
            let (host, written) = address::split(&text.text);
            let Some(port) = written.and_then(address::port) else {
                page.fault(entry.place(), "missing port in address");
                return;
            };
            (address::dialled(host), port, page.mark(entry.place()))
        }
        _ => (ClientHost::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)), port, place(page, root, client)),
    };
    page.client(Client {
        program: page.program,
        setting,
        protocol: Protocol::TempoInternal,
        host,
        port,
        wrong_path: None,
        tls,
        sends: Sends::default(),
        means: vec![ProgramKind::Tempo],
        at,
    });
}

/// Where a client that dials the process itself is best shown: its block, the nearest block above
/// it that is written, or what makes it matter: the server's TLS, the server.
fn place(page: &FileReading<'_>, root: &Node, client: &InternalClient) -> Mark {
    let own = (1..=client.block.len()).rev().find_map(|length| root.at(&client.block[..length]));
    let server = || root.at(&["server", "grpc_tls_config"]).or_else(|| root.entry("server"));
    page.mark(own.or_else(server).map_or_else(|| root.beginning(), |entry| entry.key_span.clone()))
}

/// A client's TLS. `tls_enabled` alone decides; paths without it do nothing (seen on both lines).
fn tls(page: &mut FileReading<'_>, block: &Node, setting: &str) -> ClientTls {
    let ca = page.file(block, &["tls_ca_path"], setting);
    let certificate = page.file(block, &["tls_cert_path"], setting);
    let key = page.file(block, &["tls_key_path"], setting);
    let enabled = flag(page, block, "tls_enabled", setting);
    let deciding = ["tls_enabled", "tls_ca_path", "tls_cert_path", "tls_key_path"];
    let at = deciding.iter().find_map(|key| block.entry(key)).map(|entry| page.mark(entry.place()));
    if !enabled {
        let ignored = [ca, certificate, key].into_iter().filter_map(WrittenPath::file).collect();
        return ClientTls { ignored, at, ..ClientTls::plaintext() };
    }
    let name = page.text(block, &["tls_server_name"], setting).map(|(text, _)| text.text.into_owned());
    let trust = if flag(page, block, "tls_insecure_skip_verify", setting) {
        Trust::Anybody
    } else {
        match ca {
            WrittenPath::No => Trust::System,
            WrittenPath::Somewhere => Trust::NotHere,
            WrittenPath::File(file) => Trust::File(file),
        }
    };
    ClientTls {
        enabled,
        trust,
        server_name: name.filter(|name| !name.is_empty()),
        certificate: certificate.file(),
        key: key.file(),
        ignored: Vec::new(),
        at,
    }
}
