//! `certificate-dates`, `san-missing`, `ca-mismatch`, `eku-mismatch`: one end of an edge does not
//! accept the certificate of the other. What is wrong is decided in [`super::edge`].

use super::advice;
use super::edge::Fault;
use super::edge::{CertificateFault, CertificateFaultKind as Kind, Side};
use super::facts::{Broken, Facts, shown_listener};
use super::leaf::Leaf;
use crate::diagnostic::{Code, Finding, Findings, Mark};
use crate::model::dataflow::{CertificateFile, FileReference, Listener, Protocol, ServerTlsMode, Trust};
use crate::pki::read::CertificateFacts;

/// The code of a certificate outside its dates.
pub(super) const DATES: Code = Code("certificate-dates");
/// The code of a certificate that does not name what is dialled.
pub(super) const NAMES: Code = Code("san-missing");
/// The code of a CA that the other end does not trust.
pub(super) const ISSUER: Code = Code("ca-mismatch");
/// The code of a certificate made for another use.
pub(super) const USE: Code = Code("eku-mismatch");

fn faults<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = (Broken<'a>, CertificateFault)> {
    facts.broken().filter_map(|broken| match broken.fault {
        Fault::Certificate(fault) => {
            let fault = fault.clone();
            Some((broken, fault))
        }
        _ => None,
    })
}

/// Speaks of certificates that are not valid now: those of edges, and those of listeners that no
/// client here meets, which every client that verifies will refuse.
pub(super) fn dates(facts: &Facts<'_>, findings: &mut Findings) {
    for (broken, fault) in faults(facts) {
        let Kind::Dates(at, from, until) = fault.kind else { continue };
        let refused = match fault.side {
            Side::Server => format!("`{}` refuses it", broken.client.setting),
            Side::Client => {
                format!("{} refuses it", shown_listener(facts.server(broken.listener), broken.listener))
            }
        };
        let other = match fault.side {
            Side::Server => broken.client.at.clone(),
            Side::Client => broken.listener.at.clone(),
        };
        let finding = outside(facts.now, at, (from, until));
        findings.push(finding.also(other, refused).edge(broken.edge));
    }
    for (listener, file) in lonely(facts) {
        let Some(leaf) = facts.topology.certificates.get(&file.path).and_then(Leaf::of) else { continue };
        if let Some(dates) = leaf.dates.filter(|_| !leaf.is_current(facts.now)) {
            let presented = format!("presented by {}", shown_listener(facts.server(listener), listener));
            findings.push(outside(facts.now, file.at.clone(), dates).also(listener.at.clone(), presented));
        }
    }
}

fn outside(now: i64, at: Mark, (from, until): (i64, i64)) -> Finding {
    let (title, label) = if now < from {
        ("a certificate is not valid yet", format!("valid from {}", advice::day(from)))
    } else {
        ("a certificate has expired", format!("expired on {}", advice::day(until)))
    };
    Finding::error(DATES, title)
        .at(at, label)
        .help("issue it again; certificates of the stack are renewed by `tracewright apply`")
}

/// Listeners with TLS that no client here meets, with their certificates.
fn lonely<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = (&'a Listener, &'a FileReference)> {
    let topology = facts.topology;
    topology.listeners.iter().enumerate().filter_map(move |(index, listener)| {
        let met = facts.judged.iter().any(|judged| {
            judged.listener == Some(index) && topology.clients[judged.client].tls.trust != Trust::Unknown
        });
        let file = listener.tls.certificate.as_ref()?;
        (listener.tls.mode == ServerTlsMode::Tls && !met).then_some((listener, file))
    })
}

/// Speaks of certificates without the name that is dialled.
pub(super) fn names(facts: &Facts<'_>, findings: &mut Findings) {
    for (broken, fault) in faults(facts) {
        let Kind::Names(wanted, has) = fault.kind else { continue };
        let (client, listener) = (broken.client, broken.listener);
        let Some(file) = &listener.tls.certificate else { continue };
        let checks = match &client.tls.server_name {
            Some(name) => format!("`{}` asks for the name {name}", client.setting),
            None => format!("`{}` dials {}", client.setting, client.peer()),
        };
        let finding = Finding::error(NAMES, format!("`{}` does not name {wanted}", file.path))
            .at(file.at.clone(), format!("it names {has}"))
            .also(client.at.clone(), checks)
            .edge(broken.edge);
        let internal = client.protocol == Protocol::TempoInternal;
        let together = internal.then(|| advice::internal_named(facts, client, listener)).flatten();
        let ways = advice::name(facts, client, listener, &wanted);
        findings.push(ways.into_iter().chain(together).fold(finding, Finding::help));
    }
}

/// Speaks of certificates from a CA that the other end does not trust.
pub(super) fn issuer(facts: &Facts<'_>, findings: &mut Findings) {
    for (broken, fault) in faults(facts).filter(|(_, fault)| fault.kind == Kind::Issuer) {
        let (client, listener) = (broken.client, broken.listener);
        let server = shown_listener(facts.server(listener), listener);
        let trust = match &client.tls.trust {
            Trust::File(file) => Some(file),
            Trust::System | Trust::Anybody | Trust::NotHere | Trust::Unknown => None,
        };
        let (trusted, presented, by) = match fault.side {
            Side::Server => (trust, &listener.tls.certificate, format!("presented by {server}")),
            Side::Client => {
                let by = format!("presented by `{}`", client.setting);
                (listener.tls.client_ca.as_ref(), &client.tls.certificate, by)
            }
        };
        let (Some(trusted), Some(presented)) = (trusted, presented) else { continue };
        let title = format!("`{}` was not issued by `{}`", presented.path, trusted.path);
        let who = match fault.side {
            Side::Server => format!("`{}` trusts this file alone", client.setting),
            Side::Client => format!("{server} trusts this file alone"),
        };
        let finding =
            Finding::error(ISSUER, title).at(presented.at.clone(), by).also(trusted.at.clone(), who);
        let finding = match stops_short(facts, presented, trusted) {
            true => finding.help(format!(
                "append what issued it to `{}`, where that was issued by this CA: the chain stops before it",
                presented.path
            )),
            false => finding,
        };
        findings.push(
            finding
                .help("name the file of the CA that issued it, or issue it from this one")
                .edge(broken.edge),
        );
    }
}

/// Speaks of clients that trust public CAs alone and dial what no public CA issues for.
pub(super) fn public(facts: &Facts<'_>, findings: &mut Findings) {
    for (broken, fault) in faults(facts) {
        let Kind::Public(name) = fault.kind else { continue };
        let (client, listener) = (broken.client, broken.listener);
        let title = format!(
            "no public CA issues a certificate for `{name}`, and `{}` trusts no other",
            client.setting
        );
        let at = client.tls.at.clone().unwrap_or_else(|| client.at.clone());
        let server = shown_listener(facts.server(listener), listener);
        findings.push(
            Finding::error(ISSUER, title)
                .at(at, "trusts what its image brings: public CAs")
                .also(
                    listener.tls.at.clone().unwrap_or_else(|| listener.at.clone()),
                    format!("{server} serves TLS"),
                )
                .help(format!(
                    "name the CA of {server}, and mount its file: {}",
                    advice::client_on(facts, client, listener).text
                ))
                .edge(broken.edge),
        );
    }
}

/// Whether a file holds one certificate that nothing of the trusted file issued: an intermediate may be missing.
fn stops_short(facts: &Facts<'_>, presented: &FileReference, trusted: &FileReference) -> bool {
    let chain = |file: &FileReference| match facts.topology.certificates.get(&file.path) {
        Some(CertificateFile::Chain(chain)) => chain.clone(),
        _ => Vec::new(),
    };
    let [leaf] = chain(presented).try_into().unwrap_or_else(|_| [Vec::new()]);
    let Ok(leaf) = CertificateFacts::of_der(&leaf) else { return false };
    let issued =
        |der: &Vec<u8>| CertificateFacts::of_der(der).is_ok_and(|facts| facts.subject == leaf.issuer);
    leaf.issuer != leaf.subject && !chain(trusted).iter().any(issued)
}

/// Speaks of certificates made for the other role.
pub(super) fn usage(facts: &Facts<'_>, findings: &mut Findings) {
    for (broken, fault) in faults(facts).filter(|(_, fault)| fault.kind == Kind::Use) {
        let (client, listener) = (broken.client, broken.listener);
        let server = shown_listener(facts.server(listener), listener);
        let (file, role, wanted, other, refuses) = match fault.side {
            Side::Server => (
                &listener.tls.certificate,
                "server",
                "serverAuth",
                &client.at,
                format!("`{}`", client.setting),
            ),
            Side::Client => (&client.tls.certificate, "client", "clientAuth", &listener.at, server),
        };
        let Some(file) = file else { continue };
        findings.push(
            Finding::error(USE, format!("`{}` is not made for a {role}", file.path))
                .at(file.at.clone(), format!("its extended key usage lacks {wanted}"))
                .also(other.clone(), format!("{refuses} refuses it"))
                .help(format!("issue it again with `extendedKeyUsage = {wanted}`, or without any"))
                .edge(broken.edge),
        );
    }
}
