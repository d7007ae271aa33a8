//! `tls-mismatch` and `tls-not-enabled`: TLS on one end of an edge only.

use super::advice;
use super::edge::{Fault, understands};
use super::facts::{Broken, Facts, shown_listener};
use crate::diagnostic::{Code, Finding, Findings, Mark};
use crate::model::dataflow::{Client, ServerTlsMode, Trust};

/// The code of TLS on one end only.
pub(super) const MISMATCH: Code = Code("tls-mismatch");
/// The code of TLS files without the switch.
pub(super) const NOT_ENABLED: Code = Code("tls-not-enabled");

/// Speaks of edges with TLS on one end, and of servers that demand a certificate nobody shows.
pub(super) fn mismatch(facts: &Facts<'_>, findings: &mut Findings) {
    for broken in facts.broken() {
        let finding = match broken.fault {
            Fault::Mode => one_end(facts, &broken),
            Fault::NoClientCertificate => no_certificate(facts, &broken),
            _ => continue,
        };
        findings.push(finding.edge(broken.edge));
    }
}

fn one_end(facts: &Facts<'_>, broken: &Broken<'_>) -> Finding {
    let (client, listener) = (broken.client, broken.listener);
    let server = shown_listener(facts.server(listener), listener);
    let (title, how, way) = if client.tls.enabled {
        (format!("TLS is dialled, {server} serves plaintext"), "with TLS", advice::client_off(facts, client))
    } else {
        let way = advice::client_on(facts, client, listener);
        (format!("plaintext is dialled, {server} serves TLS"), "in plaintext", way)
    };
    let other = if client.tls.enabled {
        advice::serve_tls(facts, listener)
    } else {
        advice::serve_plaintext(facts, listener)
    };
    let finding = Finding::error(MISMATCH, title)
        .at(decides(client), format!("`{}` dials {} {how}", client.setting, client.peer()))
        .also(listener.tls.at.clone().unwrap_or_else(|| listener.at.clone()), server);
    // At another listener TLS may be right as it is.
    if !understands(listener, client) {
        return finding
            .help("dial the listener that speaks this protocol first, then compare TLS with that one");
    }
    // Who trusts public CAs alone would only find another fault behind TLS.
    let public = client.tls.trust == Trust::System && facts.topology.site_of(client.program).public_trust;
    if public && client.tls.enabled { finding.help(way) } else { finding.help(way).help(other) }
}

fn no_certificate(facts: &Facts<'_>, broken: &Broken<'_>) -> Finding {
    let (client, listener) = (broken.client, broken.listener);
    let server = shown_listener(facts.server(listener), listener);
    let ca = listener.tls.client_ca.as_ref().map(|file| file.at.clone());
    let demand = ca.or_else(|| listener.tls.at.clone()).unwrap_or_else(|| listener.at.clone());
    Finding::error(MISMATCH, format!("{server} demands a client certificate"))
        .at(decides(client), format!("`{}` has none to show", client.setting))
        .also(demand, "demanded here")
        .help(advice::client_certificate(facts, client))
        .help(advice::no_client_certificate(facts, listener))
}

/// Where the client says how it dials.
fn decides(client: &Client) -> Mark {
    client.tls.at.clone().unwrap_or_else(|| client.at.clone())
}

/// Speaks of every client that names TLS files and dials plaintext: an error where the server has
/// TLS, a warning where it has none and the edge holds all the same.
pub(super) fn not_enabled(facts: &Facts<'_>, findings: &mut Findings) {
    for judged in &facts.judged {
        let client = &facts.topology.clients[judged.client];
        let Some(file) = client.tls.ignored.first() else { continue };
        let title = if client.tls.enabled {
            format!("`{}` names TLS files that are not switched on", client.setting)
        } else {
            format!("`{}` names TLS files and dials plaintext", client.setting)
        };
        let listener = judged.listener.map(|index| &facts.topology.listeners[index]);
        let shuts_out = judged.faults().any(|fault| *fault == Fault::NotEnabled);
        let finding = match listener.filter(|_| shuts_out) {
            Some(listener) => Finding::error(NOT_ENABLED, title)
                .at(file.at.clone(), "has no effect without the switch")
                .also(
                    listener.tls.at.clone().unwrap_or_else(|| listener.at.clone()),
                    format!("{} serves TLS", shown_listener(facts.server(listener), listener)),
                )
                .help(advice::switch(facts, client)),
            // Another fault of the edge says first what is to be done with its TLS.
            None if judged.faults().next().is_some() => continue,
            None => {
                let finding = Finding::warning(NOT_ENABLED, title)
                    .at(file.at.clone(), "has no effect without the switch");
                // Where the server has no TLS the switch would end an edge that holds.
                match listener.filter(|listener| listener.tls.mode == ServerTlsMode::Plaintext) {
                    Some(_) => finding.help("remove the lines that have no effect"),
                    None => finding
                        .help(advice::switch(facts, client))
                        .help("or remove the lines that have no effect"),
                }
            }
        };
        findings.push(finding.edge(client.edge(facts.topology)));
    }
}
