//! `internal-client-plaintext`: Tempo's internal gRPC server and Tempo's own clients disagree about
//! TLS. Every component is up, every validator passes, and no trace can be stored or read.
//!
//! One mistake has two or three broken edges, so all clients of one server share a finding; equal
//! titles, places and ways out are what `super::together` joins them by.

use super::advice;
use super::edge::Fault;
use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings, Mark};

/// The code of this rule.
pub(super) const CODE: Code = Code("internal-client-plaintext");

/// Speaks of Tempo's internal edges with TLS on one end only.
pub(super) fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    // The clients that dial TLS stand under the first of them: its program and its label.
    let mut first: Option<(usize, Mark, String)> = None;
    for broken in facts.broken().filter(|broken| *broken.fault == Fault::Internal) {
        let (client, listener) = (broken.client, broken.listener);
        let server = listener.tls.at.clone().unwrap_or_else(|| listener.at.clone());
        let mark_at = client.tls.at.clone().unwrap_or_else(|| client.at.clone());
        let finding = if client.tls.enabled {
            let label = format!("`{}` dials {} with TLS", client.setting, client.peer());
            let (title, known) = (
                format!("Tempo's own clients dial TLS, its internal gRPC on port {} has none", listener.port),
                first.clone().filter(|(program, ..)| *program == client.program),
            );
            let finding = match known {
                Some((_, mark, text)) => Finding::error(CODE, title).at(mark, text).also(mark_at, label),
                None => {
                    first = Some((client.program, mark_at.clone(), label.clone()));
                    Finding::error(CODE, title).at(mark_at, label)
                }
            };
            finding
                .also(listener.at.clone(), "`server.grpc_tls_config` is not set")
                .help(advice::internal_server_on(facts, listener))
                .help(advice::internal_clients_off(facts, client.program))
        } else {
            let title = format!(
                "Tempo's internal gRPC on port {} has TLS, its own clients dial it in plaintext",
                listener.port
            );
            Finding::error(CODE, title)
                .at(server, "`server.grpc_tls_config` turns TLS on")
                .also(mark_at, format!("`{}` dials {} in plaintext", client.setting, client.peer()))
                .help(advice::internal_server_off(facts, listener))
                .help(advice::internal_clients_on(facts, client.program, listener))
        };
        findings.push(finding.edge(broken.edge));
    }
}
