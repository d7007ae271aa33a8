//! Whether each end of a TLS edge accepts the other's certificate: its dates, its names, its issuer
//! and its use, each by itself.

use super::super::half_tls::{self, Half};
use super::super::leaf::Leaf;
use super::super::unchecked;
use super::chain::{Chain, ChainDemand};
use super::condition::{ConditionKind, Fault, Found};
use super::{EdgeKnowledge, Pair};
use crate::diagnostic::Mark;
use crate::model::certificate::ServerName;
use crate::model::dataflow::{CertificateFile, ClientHost, FileReference, Topology, Trust};

/// Who presents the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Side {
    /// The listener.
    Server,
    /// The client.
    Client,
}

/// What is wrong with the certificate of one end, for the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct CertificateFault {
    /// Whose certificate.
    pub(in super::super) side: Side,
    /// What is wrong.
    pub(in super::super) kind: CertificateFaultKind,
}

/// The kinds of [`CertificateFault`], one a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum CertificateFaultKind {
    /// Not valid now: where its path is written, its first and its last second.
    Dates(Mark, i64, i64),
    /// Does not name what is dialled; what it names.
    Names(ServerName, String),
    /// Not issued by a CA that the other end trusts.
    Issuer,
    /// The other end trusts public CAs alone, and none of them issues for this name.
    Public(ServerName),
    /// Not made for this use.
    Use,
}

/// Judges both ends' certificates.
pub(super) fn judge(pair: &Pair<'_>, judged: &mut EdgeKnowledge) {
    server(pair, judged);
    demanded(pair, judged);
    client(pair, judged);
}

/// The server's certificate before the client's eyes.
fn server(pair: &Pair<'_>, judged: &mut EdgeKnowledge) {
    // Whatever is presented first is no leaf: what it says of names and issuers is beside the point.
    if matches!(half_tls::of_listener(pair.topology, pair.listener), Some(Half::LeafNotFirst(_))) {
        return;
    }
    let tls = &pair.client.tls;
    let trusted = match &tls.trust {
        Trust::Anybody => {
            let file = pair.listener.tls.certificate.as_ref();
            let certificate = file.and_then(|file| pair.topology.certificates.get(&file.path));
            // It accepts any certificate, but there has to be one.
            if certificate.is_some_and(is_elsewhere) {
                judged.found.push((ConditionKind::Tls, Found::NotKnown(unchecked::NO_CERTIFICATE)));
            }
            return judged.notes.push(unchecked::NO_VERIFICATION);
        }
        Trust::Unknown => {
            return judged.found.push((ConditionKind::Ca, Found::NotKnown(unchecked::CODE_TRUST)));
        }
        Trust::NotHere => Trusted::NotHere,
        Trust::System => Trusted::Store,
        Trust::File(file) => Trusted::File(file),
    };
    let name = match (&tls.server_name, &pair.client.host) {
        (Some(name), _) => ServerName::of(name),
        (None, ClientHost::Address(address)) => ServerName::Address(*address),
        (None, ClientHost::Name(name)) if name.is_empty() => ServerName::of("localhost"),
        (None, ClientHost::Name(name)) => ServerName::of(name),
    };
    // Public CAs issue nothing for names and addresses that are nobody's alone.
    let store = pair.topology.site_of(pair.client.program).public_trust;
    if matches!(trusted, Trusted::Store) && store && is_private(&name) {
        let fault = CertificateFault { side: Side::Server, kind: CertificateFaultKind::Public(name) };
        return judged.found.push((ConditionKind::Ca, Found::Broken(Fault::Certificate(fault))));
    }
    let presented =
        Presented { side: Side::Server, file: pair.listener.tls.certificate.as_ref(), name: Some(name) };
    judged.found.extend(presented.judge(pair.topology, &trusted, pair.now));
}

/// Whether a client shows what the server demands.
fn demanded(pair: &Pair<'_>, judged: &mut EdgeKnowledge) {
    if !pair.listener.tls.demands_client_certificate {
        return;
    }
    let found = match (&pair.client.tls.certificate, &pair.client.tls.trust) {
        (Some(_), _) => Found::Met,
        (None, Trust::Unknown) => Found::NotKnown(unchecked::CODE_TRUST),
        (None, _) => Found::Broken(Fault::NoClientCertificate),
    };
    judged.found.push((ConditionKind::ClientCertificate, found));
}

/// The client's certificate before the server's eyes; nothing where the server does not look.
fn client(pair: &Pair<'_>, judged: &mut EdgeKnowledge) {
    let (Some(file), Some(ca)) = (&pair.client.tls.certificate, &pair.listener.tls.client_ca) else {
        return;
    };
    let presented = Presented { side: Side::Client, file: Some(file), name: None };
    judged.found.extend(presented.judge(pair.topology, &Trusted::File(ca), pair.now));
}

enum Trusted<'a> {
    Store,
    NotHere,
    File(&'a FileReference),
}

struct Presented<'a> {
    side: Side,
    file: Option<&'a FileReference>,
    name: Option<ServerName>,
}

impl Presented<'_> {
    fn judge(&self, topology: &Topology, trusted: &Trusted<'_>, now: i64) -> Vec<(ConditionKind, Found)> {
        let named = self.file.and_then(|file| Some((file, topology.certificates.get(&file.path)?)));
        let Some((file, certificate)) = named.filter(|(_, certificate)| !is_elsewhere(certificate)) else {
            return self.unknown(unchecked::NO_CERTIFICATE);
        };
        if is_unusable(certificate) {
            return Vec::new();
        }
        let Some(leaf) = Leaf::of(certificate) else { return self.unknown(unchecked::FOREIGN_CERTIFICATE) };
        let mut all = Vec::new();
        let outside = leaf.dates.filter(|_| !leaf.is_current(now));
        let kind = outside.map(|(from, until)| CertificateFaultKind::Dates(file.at.clone(), from, until));
        all.push((ConditionKind::Dates, self.found(kind)));
        if let Some(name) = &self.name {
            let uncovered =
                (!leaf.covers(name)).then(|| CertificateFaultKind::Names(name.clone(), leaf.shown_names()));
            all.push((ConditionKind::Name, self.found(uncovered)));
        }
        // Who issued a certificate that has expired is asked as of a moment at which it was valid.
        let moment = outside.map_or(now, |(from, until)| now.clamp(from, until));
        let fits = if self.side == Side::Server { leaf.server } else { leaf.client };
        all.push((ConditionKind::Usage, self.found((!fits).then_some(CertificateFaultKind::Use))));
        let asked = ChainDemand { side: self.side, now: moment, usage: fits };
        all.extend(self.issued(topology, trusted, (certificate, asked)));
        all
    }

    /// Whether it was issued by whom the other end trusts.
    fn issued(
        &self,
        topology: &Topology,
        trusted: &Trusted<'_>,
        (certificate, asked): (&CertificateFile, ChainDemand),
    ) -> Option<(ConditionKind, Found)> {
        let ca = |file: &FileReference| topology.certificates.get(&file.path);
        let chain = match trusted {
            Trusted::Store => Chain::Doubt(unchecked::SYSTEM_TRUST),
            Trusted::NotHere => Chain::Doubt(unchecked::NO_CA),
            Trusted::File(file) => match ca(file) {
                None | Some(CertificateFile::NotHere) => Chain::Doubt(unchecked::NO_CA),
                Some(ca) if is_unusable(ca) => return None,
                Some(ca) => asked.issued_by(certificate, (ca, &file.at)),
            },
        };
        let kind = match chain {
            Chain::Fits => return Some((ConditionKind::Ca, Found::Met)),
            Chain::Doubt(reason) => return Some((ConditionKind::Ca, Found::NotKnown(reason))),
            Chain::Wrong(kind) => kind,
        };
        let condition = match kind {
            CertificateFaultKind::Dates(..) => ConditionKind::Dates,
            CertificateFaultKind::Use => ConditionKind::Usage,
            CertificateFaultKind::Names(..) => ConditionKind::Name,
            CertificateFaultKind::Issuer | CertificateFaultKind::Public(_) => ConditionKind::Ca,
        };
        Some((condition, self.found(Some(kind))))
    }

    fn found(&self, kind: Option<CertificateFaultKind>) -> Found {
        Found::of(kind.map(|kind| Fault::Certificate(CertificateFault { side: self.side, kind })))
    }

    fn unknown(&self, reason: &'static str) -> Vec<(ConditionKind, Found)> {
        let name = self.name.as_ref().map(|_| ConditionKind::Name);
        let asked = [ConditionKind::Dates, ConditionKind::Ca].into_iter().chain(name);
        asked.map(|kind| (kind, Found::NotKnown(reason))).collect()
    }
}

/// Whether no public CA issues for a name: one without a dot, one of a private zone, a private address.
fn is_private(name: &ServerName) -> bool {
    match name {
        ServerName::Address(std::net::IpAddr::V4(address)) => address.is_private() || address.is_loopback(),
        ServerName::Address(std::net::IpAddr::V6(address)) => address.is_loopback(),
        ServerName::Dns(text) => {
            let zones = [".internal", ".local", ".lan", ".svc", ".test", ".home.arpa"];
            !text.trim_end_matches('.').contains('.') || zones.iter().any(|zone| text.ends_with(zone))
        }
    }
}

fn is_elsewhere(file: &CertificateFile) -> bool {
    *file == CertificateFile::NotHere
}

/// No certificate at all, of which `half-tls` speaks.
fn is_unusable(file: &CertificateFile) -> bool {
    matches!(file, CertificateFile::Missing | CertificateFile::Unreadable(_) | CertificateFile::Key(_))
}
