//! A listener that other hosts reach, and whose certificate has no name that they could dial.

use super::Wiring;
use super::ids::ListenerKind;
use super::listeners::WiredListener;
use crate::diagnostic::{Code, Finding, Findings, KeyPart};
use crate::model::certificate::{CertificateRole, ServerName};
use crate::model::names::CertificateName;
use std::collections::BTreeSet;

/// Warns once for each component: all of its listeners show the same certificate.
pub(super) fn find(wiring: &Wiring<'_>, findings: &mut Findings) {
    let mut told = BTreeSet::new();
    // Tempo's own gRPC is dialled by its own process alone, wherever it listens.
    let open = |listener: &&WiredListener| {
        listener.is_reachable() && listener.has_our_ca() && listener.id.kind != ListenerKind::Internal
    };
    for listener in wiring.listeners.iter().filter(open) {
        if is_named(wiring, listener) || !told.insert(&listener.id.component) {
            continue;
        }
        let title = format!("the certificate of `{}` names nothing that another host can dial", listener.id);
        let found = Finding::warning(Code("address-missing"), title)
            .at((listener.key.clone(), KeyPart::Key), format!("binds {}", listener.bind));
        // Which name that is nobody but its owner knows.
        findings.push(match wiring.stack.hosts[&listener.host].address {
            Some(_) => found.help("`names` of the host: what others dial"),
            None => found.help("`[host.NAME]` with `address`: the name or address that others dial"),
        });
    }
}

fn is_named(wiring: &Wiring<'_>, listener: &WiredListener) -> bool {
    let name = CertificateName::new(listener.id.component.to_string());
    let role = wiring.certificates.get(&name).map(|spec| &spec.role);
    let Some(CertificateRole::Leaf { names, .. }) = role else { return true };
    names.iter().any(|name| match name {
        ServerName::Address(address) => !address.is_loopback() && !address.is_unspecified(),
        ServerName::Dns(name) => name != "localhost",
    })
}
