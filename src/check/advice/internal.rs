//! The two ways out of a Tempo whose internal server and clients disagree about TLS.

use super::super::facts::Facts;
use super::super::leaf::Leaf;
use super::{client, directory, server, source};
use crate::diagnostic::{Help, TextChange};
use crate::model::certificate::ServerName;
use crate::model::dataflow::{Bind, Client, Listener, Protocol};
use std::collections::BTreeSet;

/// Way one: no TLS inside one process.
pub(in super::super) fn server_off(facts: &Facts<'_>, listener: &Listener) -> Help {
    let remove =
        "either remove the lines of `server.grpc_tls_config`: nobody but this process dials the port";
    let file = source(facts, listener.program);
    let off = Help::from(remove)
        .edit(file.clone(), TextChange::RemoveKey { way: "server.grpc_tls_config".to_owned() });
    match &listener.bind {
        Bind::Address(address) if address.is_loopback() => off,
        _ => {
            let (key, value) = ("grpc_listen_address", "127.0.0.1".to_owned());
            off.worded(|text| format!("{text}, and keep it on this host: `{key}: {value}`"))
                .edit(file, TextChange::SetKey { way: format!("server.{key}"), value })
        }
    }
}

/// Way two: TLS on every client that this version has, to be merged into the file.
pub(in super::super) fn clients_on(facts: &Facts<'_>, program: usize, listener: &Listener) -> Help {
    let clients = || {
        facts
            .topology
            .clients
            .iter()
            .filter(move |client| client.program == program && client.protocol == Protocol::TempoInternal)
    };
    let mut settings = vec![("tls_enabled", "true".to_owned())];
    let beside = |name: &str| directory(facts, listener).join(name);
    let ca = clients().find_map(client::ca).map_or_else(|| beside("ca.crt"), |file| file.path.clone());
    settings.push(("tls_ca_path", ca.to_string()));
    if let Some(name) = server_name(facts, listener, clients()) {
        settings.push(("tls_server_name", name.to_string()));
    }
    if listener.tls.demands_client_certificate {
        let shown = clients().find_map(|client| client.tls.certificate.as_ref().zip(client.tls.key.as_ref()));
        let shown = shown.map(|(certificate, key)| (certificate.path.clone(), key.path.clone()));
        let (certificate, key) = shown.unwrap_or_else(|| (beside("client.crt"), beside("client.key")));
        settings.push(("tls_cert_path", certificate.to_string()));
        settings.push(("tls_key_path", key.to_string()));
    }
    in_every_client(facts, program, "or give every one of Tempo's own clients TLS:", &settings)
}

/// A name to ask for, at every client: some of them alone would leave the others as they are.
pub(in super::super) fn named(facts: &Facts<'_>, client: &Client, listener: &Listener) -> Option<Help> {
    let name = server_name(facts, listener, std::iter::once(client))?;
    let settings = [("tls_server_name", name.to_string())];
    let text = "or let every one of Tempo's own clients ask for another name:";
    Some(in_every_client(facts, client.program, text, &settings))
}

fn in_every_client(facts: &Facts<'_>, program: usize, text: &str, settings: &[(&str, String)]) -> Help {
    let clients = facts.topology.clients.iter();
    let own =
        clients.filter(|client| client.program == program && client.protocol == Protocol::TempoInternal);
    let blocks: BTreeSet<&str> = own.map(|client| client.setting.as_str()).collect();
    let mut help = Help::from(text);
    for block in blocks {
        let keys: Vec<&str> = block.split('.').collect();
        for (depth, key) in keys.iter().enumerate() {
            help.text.push_str(&format!("\n{:1$}{key}:", "", depth * 2));
        }
        for (key, value) in settings {
            help.text.push_str(&format!("\n{:1$}{key}: {value}", "", keys.len() * 2));
            let (way, value) = (format!("{block}.{key}"), value.clone());
            help = help.edit(source(facts, program), TextChange::SetKey { way, value });
        }
    }
    help
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
pub(in super::super) fn server_on(facts: &Facts<'_>, listener: &Listener) -> Help {
    server::serve_tls(facts, listener).worded(|text| format!("either give the server TLS: {text}"))
}

/// The reverse, way two: no TLS on the clients.
pub(in super::super) fn clients_off(facts: &Facts<'_>, program: usize) -> Help {
    let clients = facts.topology.clients.iter().filter(|client| {
        client.program == program && client.protocol == Protocol::TempoInternal && client.tls.enabled
    });
    let ways = clients.map(|client| format!("{}.tls_enabled", client.setting));
    let help = Help::from("or remove `tls_enabled: true` from all of these clients");
    ways.fold(help, |help, way| help.edit(source(facts, program), TextChange::RemoveKey { way }))
}
