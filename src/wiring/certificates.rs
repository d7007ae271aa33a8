//! Which certificates apply must issue: one CA, and one leaf for each program that serves TLS, named
//! after everything its clients dial.

use super::edges::WiredEdge;
use super::listeners::WiredListener;
use crate::model::certificate::{CertificateRole, CertificateSpec, ServerName};
use crate::model::names::CertificateName;
use crate::stack::Stack;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The what the stack wants; empty when nothing serves TLS.
pub(super) fn specs(
    stack: &Stack,
    listeners: &[WiredListener],
    edges: &[WiredEdge],
) -> BTreeMap<CertificateName, CertificateSpec> {
    let mut names: BTreeMap<String, BTreeSet<ServerName>> = BTreeMap::new();
    for edge in edges {
        let listener = &listeners[edge.to];
        if listener.tls && !listener.theirs {
            names.entry(listener.id.component.to_string()).or_default().insert(ServerName::of(&edge.host));
        }
    }
    for listener in listeners.iter().filter(|listener| listener.tls && !listener.theirs) {
        let own = names.entry(listener.id.component.to_string()).or_default();
        let host = &stack.hosts[&listener.host];
        if listener.is_reachable() {
            own.extend(host.address.iter().map(|address| ServerName::of(address)));
        }
        own.extend(host.names.iter().map(|name| ServerName::of(name)));
    }
    let leaves = names.into_iter().map(|(component, names)| leaf(stack, &component, names));
    let leaves: BTreeMap<_, _> = leaves.map(|spec| (spec.name.clone(), spec)).collect();
    if leaves.is_empty() { leaves } else { with_ca(stack, leaves) }
}

fn with_ca(
    stack: &Stack,
    mut specs: BTreeMap<CertificateName, CertificateSpec>,
) -> BTreeMap<CertificateName, CertificateSpec> {
    let settings = &stack.certificates;
    let spec = CertificateSpec {
        name: CertificateName::new("ca"),
        organization: settings.organization.clone(),
        common_name: format!("{} CA", stack.name),
        role: CertificateRole::Ca,
        lifetime: settings.ca_lifetime,
        // A leaf must not outlive its CA: replace the CA while a whole leaf's life is left.
        renew_before: settings.lifetime.min(settings.ca_lifetime / 3),
        algorithm: settings.algorithm,
    };
    specs.insert(spec.name.clone(), spec);
    specs
}

fn leaf(stack: &Stack, component: &str, names: BTreeSet<ServerName>) -> CertificateSpec {
    let settings = &stack.certificates;
    CertificateSpec {
        name: CertificateName::new(component),
        organization: settings.organization.clone(),
        common_name: format!("{} {component}", stack.name),
        role: CertificateRole::Leaf { names, server: true, client: false },
        lifetime: settings.lifetime,
        renew_before: settings.renew_before.min(settings.lifetime.saturating_sub(Duration::from_secs(1))),
        algorithm: settings.algorithm,
    }
}
