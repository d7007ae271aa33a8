//! `tenant-missing`, `credentials-missing`, `signal-unserved`: what a request has to bring, and what it may
//! carry. The connection stands, and every request is refused.

use super::advice;
use super::edge::Fault;
use super::facts::{Facts, shown_listener};
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::dataflow::{Listener, Signal};

/// The code of requests without a tenant.
pub(super) const TENANT: Code = Code("tenant-missing");
/// The code of requests without credentials.
pub(super) const CREDENTIALS: Code = Code("credentials-missing");
/// The code of a signal that the listener does not take.
pub(super) const SIGNAL: Code = Code("signal-unserved");

/// Speaks of clients that name no tenant to a Tempo that serves tenants alone.
pub(super) fn tenant(facts: &Facts<'_>, findings: &mut Findings) {
    for broken in facts.broken().filter(|broken| *broken.fault == Fault::NoTenant) {
        let (client, listener) = (broken.client, broken.listener);
        let server = facts.server(listener).kind;
        let title = format!("`{}` names no tenant, and {server} serves tenants alone", client.setting);
        let finding =
            Finding::error(TENANT, title).at(client.at.clone(), "every request is refused: no org id");
        let also = listener.takes.tenant.clone().unwrap_or_else(|| listener.at.clone());
        let help = advice::words(facts, client).tenant(&advice::end(facts, client));
        findings.push(finding.also(also, "tenants are told apart here").help(help).edge(broken.edge));
    }
}

/// Speaks of clients without credentials at a listener that demands them.
pub(super) fn credentials(facts: &Facts<'_>, findings: &mut Findings) {
    for broken in facts.broken().filter(|broken| *broken.fault == Fault::NoCredentials) {
        let (client, listener) = (broken.client, broken.listener);
        let server = shown_listener(facts.server(listener), listener);
        let title = format!("`{}` shows no credentials, and {server} demands them", client.setting);
        let also = listener.takes.credentials.clone().unwrap_or_else(|| listener.at.clone());
        let help = advice::words(facts, client).credentials(&advice::end(facts, client));
        let finding =
            Finding::error(CREDENTIALS, title).at(client.at.clone(), "every request is answered with 401");
        findings.push(finding.also(also, "demanded here").help(help).edge(broken.edge));
    }
}

/// Speaks of signals that a listener does not take: an error of a collector, that sends nothing else by this
/// pipeline, and a warning of an application, whose traces arrive.
pub(super) fn signal(facts: &Facts<'_>, findings: &mut Findings) {
    for broken in facts.broken() {
        let Fault::Unserved(signal) = broken.fault else { continue };
        let (client, listener) = (broken.client, broken.listener);
        let server = shown_listener(facts.server(listener), listener);
        findings.push(
            Finding::error(SIGNAL, format!("`{}` sends {signal}, {server} takes none", client.setting))
                .at(client.at.clone(), "refused, and dropped")
                .also(
                    listener.at.clone(),
                    format!("takes {}", listed(listener.takes.signals.iter().flatten())),
                )
                .help(advice::words(facts, client).unserved(
                    &advice::end(facts, client),
                    *signal,
                    receiver(listener),
                ))
                .edge(broken.edge),
        );
    }
    for judged in &facts.judged {
        let Some(listener) = judged.listener.map(|index| &facts.topology.listeners[index]) else { continue };
        let client = &facts.topology.clients[judged.client];
        let Some(taken) = &listener.takes.signals else { continue };
        for (signal, at) in client.sends.beside.iter().filter(|(signal, _)| !taken.contains(signal)) {
            let upper = signal.to_string().to_uppercase();
            let server = shown_listener(facts.server(listener), listener);
            findings.push(
                Finding::warning(SIGNAL, format!("{signal} are sent to {server}, which takes none"))
                    .at(at.clone(), "an error in the application's log with every export")
                    .also(listener.at.clone(), format!("takes {}", listed(taken)))
                    .help(advice::variable(
                        advice::source(facts, client.program),
                        &format!("OTEL_{upper}_EXPORTER"),
                        "none",
                    ))
                    .edge(client.edge(facts.topology)),
            );
        }
    }
}

/// `otlp` of `receivers.otlp.protocols.grpc`, as a pipeline names it.
fn receiver(listener: &Listener) -> &str {
    let rest = listener.setting.strip_prefix("receivers.").unwrap_or(&listener.setting);
    rest.split(".protocols").next().unwrap_or(rest)
}

fn listed<'a>(signals: impl IntoIterator<Item = &'a Signal>) -> String {
    signals.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
