//! The two ways out of a Tempo whose internal server and clients disagree about TLS.

use super::super::facts::Facts;
use super::super::leaf::Leaf;
use super::{client, directory, server};
use crate::model::certificate::ServerName;
use crate::model::dataflow::{Bind, Client, Listener, Protocol};
use std::collections::BTreeMap;

/// Way one: no TLS inside one process.
pub(in super::super) fn server_off(listener: &Listener) -> String {
    let remove =
        "either remove the lines of `server.grpc_tls_config`: nobody but this process dials the port";
    match &listener.bind {
        Bind::Address(address) if address.is_loopback() => remove.to_owned(),
        _ => format!("{remove}, and keep it on this host: `grpc_listen_address: 127.0.0.1`"),
    }
}

/// Way two: TLS on every client that this version has, to be merged into the file.
pub(in super::super) fn clients_on(facts: &Facts<'_>, program: usize, listener: &Listener) -> String {
    let clients = || {
        facts
            .topology
            .clients
            .iter()
            .filter(move |client| client.program == program && client.protocol == Protocol::TempoInternal)
    };
    let mut settings = vec!["tls_enabled: true".to_owned()];
    let beside = |name: &str| directory(facts, listener).join(name);
    let ca = clients().find_map(client::ca).map_or_else(|| beside("ca.crt"), |file| file.path.clone());
    settings.push(format!("tls_ca_path: {ca}"));
    if let Some(name) = server_name(facts, listener, clients()) {
        settings.push(format!("tls_server_name: {name}"));
    }
    if listener.tls.demands_client_certificate {
        let shown = clients().find_map(|client| client.tls.certificate.as_ref().zip(client.tls.key.as_ref()));
        let shown = shown.map(|(certificate, key)| (certificate.path.clone(), key.path.clone()));
        let (certificate, key) = shown.unwrap_or_else(|| (beside("client.crt"), beside("client.key")));
        settings.push(format!("tls_cert_path: {certificate}"));
        settings.push(format!("tls_key_path: {key}"));
    }
    let mut blocks: BTreeMap<Vec<&str>, &[String]> = BTreeMap::new();
    for client in clients() {
        blocks.insert(client.setting.split('.').collect(), &settings);
    }
    let mut text = "or give every one of Tempo's own clients TLS:".to_owned();
    for (path, settings) in blocks {
        for (depth, key) in path.iter().enumerate() {
            text.push_str(&format!("\n{:1$}{key}:", "", depth * 2));
        }
        for line in settings {
            text.push_str(&format!("\n{:1$}{line}", "", path.len() * 2));
        }
    }
    text
}

/// A name to ask for, where the certificate is known and does not cover what is dialled.
fn server_name<'a>(
    facts: &Facts<'_>,
    listener: &Listener,
    mut clients: impl Iterator<Item = &'a Client>,
) -> Option<ServerName> {
    let file = listener.tls.certificate.as_ref()?;
    let leaf = facts.topology.certificates.get(&file.path).and_then(Leaf::of)?;
    let dialled = ServerName::of(&clients.next()?.host.to_string());
    if leaf.covers(&dialled) {
        return None;
    }
    leaf.names.into_iter().find(|name| matches!(name, ServerName::Dns(text) if !text.starts_with("*.")))
}

/// The reverse, way one: TLS on the server.
pub(in super::super) fn server_on(facts: &Facts<'_>, listener: &Listener) -> String {
    format!("either give the server TLS: {}", server::serve_tls(facts, listener))
}

/// The reverse, way two: no TLS on the clients.
pub(in super::super) fn clients_off() -> String {
    "or remove `tls_enabled: true` from all of these clients".to_owned()
}
