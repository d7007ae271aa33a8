//! `half-tls`: TLS settings that are only half there. One of certificate and key, a `tls` block
//! without either, a client CA without the policy that asks for certificates, or a file that is named
//! and known not to be there.
//!
//! What follows differs by program: Tempo's own servers fall back to plaintext without a word, its
//! receivers and the collector do not start. A missing file stands here too, because the engines
//! treat it the same way: the listener does not open, or the client does not dial.

use super::advice;
use super::facts::{Facts, shown_listener};
use crate::diagnostic::{self, Code, Finding, Findings};
use crate::model::dataflow::{
    CertificateFile, Client, FileReference, Listener, ServerTlsMode, Topology, Trust,
};
use crate::pki::read::CertificateFacts;

/// The code of this rule.
pub(super) const CODE: Code = Code("half-tls");

/// What is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Half<'a> {
    /// A certificate without its key.
    NoKey(&'a FileReference),
    /// A key without its certificate.
    NoCertificate(&'a FileReference),
    /// A `tls` block with neither.
    Neither,
    /// A client CA, and no policy that would use it.
    NoPolicy(&'a FileReference),
    /// A file that is named and is not there.
    Absent(&'a FileReference),
    /// A file without a PEM block of the right kind.
    NoPem(&'a FileReference, &'a str),
    /// Certificate and key that do not belong together.
    NotAPair(&'a FileReference),
    /// The key belongs to a certificate of the file that is not its first.
    LeafNotFirst(&'a FileReference),
}

/// What is half about a listener.
pub(super) fn of_listener<'a>(topology: &'a Topology, listener: &'a Listener) -> Option<Half<'a>> {
    let tls = &listener.tls;
    let fails = matches!(tls.mode, ServerTlsMode::StartFails | ServerTlsMode::HandshakeFails);
    // Where TLS is served, both are there, one of them perhaps inline.
    if tls.mode != ServerTlsMode::Tls {
        let one = one_of_two(tls.certificate.as_ref(), tls.key.as_ref());
        if one.is_some() {
            return one;
        }
        if tls.certificate.is_none() && (fails || tls.client_ca.is_some()) {
            return Some(Half::Neither);
        }
    }
    if tls.mode == ServerTlsMode::Plaintext {
        return None;
    }
    first_unusable(topology, [tls.certificate.as_ref(), tls.client_ca.as_ref()], tls.key.as_ref())
        .or_else(|| not_a_pair(topology, tls.certificate.as_ref(), tls.key.as_ref()))
        .or_else(|| tls.client_ca.as_ref().filter(|_| fails).map(Half::NoPolicy))
}

/// What is half about a client.
pub(super) fn of_client<'a>(topology: &'a Topology, client: &'a Client) -> Option<Half<'a>> {
    let tls = &client.tls;
    // What is not read of this client may be the other half.
    let place = format!("{} {}.", topology.programs[client.program].file, client.setting);
    if topology.not_read.iter().any(|not_read| not_read.place.starts_with(&place)) {
        return None;
    }
    let one = one_of_two(tls.certificate.as_ref(), tls.key.as_ref());
    if one.is_some() || !tls.enabled {
        return one;
    }
    let trusted = match &tls.trust {
        Trust::File(file) => Some(file),
        Trust::System | Trust::Anybody | Trust::NotHere | Trust::Unknown => None,
    };
    first_unusable(topology, [trusted, tls.certificate.as_ref()], tls.key.as_ref())
        .or_else(|| not_a_pair(topology, tls.certificate.as_ref(), tls.key.as_ref()))
}

fn one_of_two<'a>(
    certificate: Option<&'a FileReference>,
    key: Option<&'a FileReference>,
) -> Option<Half<'a>> {
    match (certificate, key) {
        (Some(certificate), None) => Some(Half::NoKey(certificate)),
        (None, Some(key)) => Some(Half::NoCertificate(key)),
        _ => None,
    }
}

/// What a file is named for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Certificate,
    Key,
}

fn first_unusable<'a>(
    topology: &'a Topology,
    certificates: [Option<&'a FileReference>; 2],
    key: Option<&'a FileReference>,
) -> Option<Half<'a>> {
    let certificates = certificates.into_iter().flatten().map(|file| (file, Place::Certificate));
    let keys = key.into_iter().map(|file| (file, Place::Key));
    certificates.chain(keys).find_map(|(file, place)| unusable(topology, file, place))
}

fn unusable<'a>(topology: &'a Topology, file: &'a FileReference, place: Place) -> Option<Half<'a>> {
    match topology.certificates.get(&file.path)? {
        CertificateFile::Missing => Some(Half::Absent(file)),
        CertificateFile::Unreadable(why) => Some(Half::NoPem(file, why)),
        CertificateFile::Key(_) if place == Place::Certificate => {
            Some(Half::NoPem(file, "a private key, and no certificate"))
        }
        CertificateFile::Chain(_)
        | CertificateFile::Spec(_)
        | CertificateFile::Key(_)
        | CertificateFile::NotHere => None,
    }
}

/// A certificate and a key that are known not to belong together; unreadable ones are not judged.
fn not_a_pair<'a>(
    topology: &Topology,
    certificate: Option<&'a FileReference>,
    key: Option<&FileReference>,
) -> Option<Half<'a>> {
    let (certificate, key) = (certificate?, key?);
    let differ = match (topology.certificates.get(&certificate.path)?, topology.certificates.get(&key.path)?)
    {
        (CertificateFile::Spec(spec), CertificateFile::Key(Some(name))) => spec.name != *name,
        (CertificateFile::Chain(chain), _) => {
            let key = topology.public_keys.get(&key.path)?;
            let is_of =
                |der: &Vec<u8>| CertificateFacts::of_der(der).is_ok_and(|facts| facts.public_key.0 == *key);
            let own = CertificateFacts::of_der(chain.first()?).ok()?.public_key;
            if own.0 != *key && chain.iter().skip(1).any(is_of) {
                return Some(Half::LeafNotFirst(certificate));
            }
            own.0 != *key
        }
        _ => false,
    };
    differ.then_some(Half::NotAPair(certificate))
}

/// Speaks of every end whose TLS is half there, whether or not an edge meets it.
pub(super) fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let topology = facts.topology;
    for listener in &topology.listeners {
        let Some(half) = of_listener(topology, listener) else { continue };
        let subject = shown_listener(facts.server(listener), listener);
        let place = listener.tls.at.clone().unwrap_or_else(|| listener.at.clone());
        let outcome = match listener.tls.mode {
            ServerTlsMode::Plaintext => "it serves plaintext, without a word",
            ServerTlsMode::HandshakeFails => "it starts, and every handshake fails",
            ServerTlsMode::Tls | ServerTlsMode::StartFails => "it does not start",
        };
        let finding = spoken(&half, &subject, place.into(), outcome);
        findings.push(advice::complete(facts, listener, &half).into_iter().fold(finding, Finding::help));
    }
    for client in &topology.clients {
        let Some(half) = of_client(topology, client) else { continue };
        let subject = format!("`{}`", client.setting);
        let place = client.tls.at.clone().unwrap_or_else(|| client.at.clone());
        let finding = spoken(&half, &subject, place.into(), "it does not dial");
        let help = advice::complete_client(facts, client, &half);
        findings.push(finding.help(help).edge(client.edge(topology)));
    }
}

fn spoken(half: &Half<'_>, subject: &str, block: diagnostic::Place, outcome: &str) -> Finding {
    let outcome = outcome.to_owned();
    match half {
        Half::NoKey(file) => Finding::error(CODE, format!("{subject} has a certificate and no key"))
            .at(file.at.clone(), outcome),
        Half::NoCertificate(file) => Finding::error(CODE, format!("{subject} has a key and no certificate"))
            .at(file.at.clone(), outcome),
        Half::Neither => {
            Finding::error(CODE, format!("{subject} has TLS settings without certificate and key"))
                .at(block, outcome)
        }
        Half::NoPolicy(file) => Finding::error(
            CODE,
            format!("{subject} has a client CA and no policy that asks for certificates"),
        )
        .at(file.at.clone(), outcome),
        Half::Absent(file) => {
            Finding::error(CODE, format!("{subject} names `{}`, which is not there", file.path))
                .at(file.at.clone(), outcome)
        }
        Half::NoPem(file, why) => Finding::error(CODE, format!("{subject} names `{}`: {why}", file.path))
            .at(file.at.clone(), outcome),
        Half::NotAPair(file) => {
            Finding::error(CODE, format!("certificate and key of {subject} are not a pair"))
                .at(file.at.clone(), outcome)
        }
        Half::LeafNotFirst(file) => {
            Finding::error(CODE, format!("the first certificate of {subject} is not the leaf of its key"))
                .at(file.at.clone(), outcome)
        }
    }
}
