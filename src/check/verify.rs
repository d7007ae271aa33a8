//! Whether each end of a TLS edge accepts the other's certificate.
//!
//! Real files are verified by webpki as of the given moment, wishes by what they will say. The order
//! of questions is Go's: dates, names, issuer, use. Where webpki is stricter than the engines (a
//! self-signed certificate that is its own authority), the engines are followed.

use super::edges::Pair;
use super::leaf::Leaf;
use super::unchecked;
use crate::diagnostic::Mark;
use crate::model::certificate::{CertificateRole, ServerName};
use crate::model::dataflow::{CertificateFile, DialledHost, FileReference, Topology, Trust};
use crate::pki::read::CertificateFacts;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::time::Duration;
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter};

/// Who presents the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The listener.
    Server,
    /// The dialler.
    Client,
}

/// What is wrong with the certificate of one end, for the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CertificateFault {
    /// Whose certificate.
    pub(super) side: Side,
    /// What is wrong.
    pub(super) kind: CertificateFaultKind,
}

/// The kinds of [`CertificateFault`], one a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CertificateFaultKind {
    /// Not valid now: where its path is written, its first and its last second.
    Dates(Mark, i64, i64),
    /// Does not name what is dialled; what it names.
    Names(ServerName, String),
    /// Not issued by an authority that the other end trusts.
    Issuer,
    /// Not made for this use.
    Use,
}

/// The result for one end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Judgement {
    /// The first thing that is wrong.
    pub(super) fault: Option<CertificateFault>,
    /// What could not be judged.
    pub(super) doubts: Vec<&'static str>,
}

/// The server's certificate before the client's eyes.
pub(super) fn server(pair: &Pair<'_>) -> Judgement {
    let tls = &pair.dialler.tls;
    let trusted = match &tls.trust {
        Trust::Anybody => return Judgement { fault: None, doubts: vec![unchecked::NO_VERIFICATION] },
        Trust::Unknown => return Judgement { fault: None, doubts: vec![unchecked::CODE_TRUST] },
        Trust::System => Trusted::Store,
        Trust::File(file) => Trusted::File(file),
    };
    let name = match (&tls.server_name, &pair.dialler.host) {
        (Some(name), _) => ServerName::of(name),
        (None, DialledHost::Address(address)) => ServerName::Address(*address),
        (None, DialledHost::Name(name)) if name.is_empty() => ServerName::of("localhost"),
        (None, DialledHost::Name(name)) => ServerName::of(name),
    };
    let presented =
        Presented { side: Side::Server, file: pair.listener.tls.certificate.as_ref(), name: Some(name) };
    presented.judge(pair.topology, &trusted, pair.now)
}

/// The client's certificate before the server's eyes; nothing where the server does not look.
pub(super) fn client(pair: &Pair<'_>) -> Judgement {
    let (Some(file), Some(authority)) = (&pair.dialler.tls.certificate, &pair.listener.tls.client_authority)
    else {
        return Judgement::default();
    };
    let presented = Presented { side: Side::Client, file: Some(file), name: None };
    presented.judge(pair.topology, &Trusted::File(authority), pair.now)
}

enum Trusted<'a> {
    Store,
    File(&'a FileReference),
}

struct Presented<'a> {
    side: Side,
    file: Option<&'a FileReference>,
    name: Option<ServerName>,
}

impl Presented<'_> {
    fn judge(&self, topology: &Topology, trusted: &Trusted<'_>, now: i64) -> Judgement {
        let Some((file, certificate)) =
            self.file.and_then(|file| Some((file, topology.certificates.get(&file.path)?)))
        else {
            return doubt(unchecked::NO_CERTIFICATE);
        };
        let Some(leaf) = Leaf::of(certificate) else { return doubt(unchecked::FOREIGN_CERTIFICATE) };
        if let Some((from, until)) = leaf.dates.filter(|_| !leaf.is_current(now)) {
            return self.fault(CertificateFaultKind::Dates(file.at.clone(), from, until));
        }
        if let Some(name) = self.name.clone().filter(|name| !leaf.covers(name)) {
            return self.fault(CertificateFaultKind::Names(name, leaf.shown_names()));
        }
        let use_fits = if self.side == Side::Server { leaf.server } else { leaf.client };
        let issued = match trusted {
            Trusted::Store => Chain::Doubt(unchecked::SYSTEM_TRUST),
            Trusted::File(file) => match topology.certificates.get(&file.path) {
                None => Chain::Doubt(unchecked::NO_AUTHORITY),
                Some(authority) => issued_by(self.side, certificate, (authority, &file.at), now),
            },
        };
        match issued {
            Chain::Wrong(kind) => self.fault(kind),
            _ if !use_fits => self.fault(CertificateFaultKind::Use),
            Chain::Doubt(reason) => doubt(reason),
            Chain::Fits => Judgement::default(),
        }
    }

    fn fault(&self, kind: CertificateFaultKind) -> Judgement {
        Judgement { fault: Some(CertificateFault { side: self.side, kind }), doubts: Vec::new() }
    }
}

fn doubt(reason: &'static str) -> Judgement {
    Judgement { fault: None, doubts: vec![reason] }
}

enum Chain {
    Fits,
    Wrong(CertificateFaultKind),
    Doubt(&'static str),
}

/// Whether a certificate was issued by what stands in a file of authorities.
fn issued_by(
    side: Side,
    certificate: &CertificateFile,
    (authority, at): (&CertificateFile, &Mark),
    now: i64,
) -> Chain {
    match (certificate, authority) {
        (CertificateFile::Wish(_), CertificateFile::Wish(authority)) => match authority.role {
            // A stack has one authority, and it issues every leaf.
            CertificateRole::Authority => Chain::Fits,
            CertificateRole::Leaf { .. } => Chain::Wrong(CertificateFaultKind::Issuer),
        },
        (CertificateFile::Chain(chain), CertificateFile::Chain(trusted)) => {
            verified(side, chain, (trusted, at), now)
        }
        (CertificateFile::Wish(_), CertificateFile::Chain(_))
        | (CertificateFile::Chain(_), CertificateFile::Wish(_)) => Chain::Doubt(unchecked::WISH_AND_FILE),
        // A key, nothing or no certificate at all in the place of an authority: `half-tls` speaks.
        _ => Chain::Doubt(unchecked::FOREIGN_CERTIFICATE),
    }
}

/// Lets webpki build a path from the leaf to an authority that is itself valid now.
fn verified(side: Side, chain: &[Vec<u8>], (trusted, at): (&[Vec<u8>], &Mark), now: i64) -> Chain {
    let Some((leaf, intermediates)) = chain.split_first() else {
        return Chain::Doubt(unchecked::FOREIGN_CERTIFICATE);
    };
    let (current, stale): (Vec<_>, Vec<_>) = trusted
        .iter()
        .partition(|authority| Leaf::of_der(authority).is_none_or(|authority| authority.is_current(now)));
    let current = path(side, leaf, intermediates, (&current, now));
    match current {
        Err(_) if path(side, leaf, intermediates, (&stale, now)).is_ok() => {
            let dates =
                stale.first().and_then(|authority| Leaf::of_der(authority)?.dates).unwrap_or_default();
            Chain::Wrong(CertificateFaultKind::Dates(at.clone(), dates.0, dates.1))
        }
        Ok(()) => Chain::Fits,
        Err(Error::CertExpired { .. } | Error::CertNotValidYet { .. }) => {
            let dates =
                intermediates.iter().filter_map(|der| Leaf::of_der(der)).find(|other| !other.is_current(now));
            let (from, until) = dates.and_then(|other| other.dates).unwrap_or_default();
            Chain::Wrong(CertificateFaultKind::Dates(at.clone(), from, until))
        }
        Err(Error::RequiredEkuNotFoundContext(_)) => Chain::Wrong(CertificateFaultKind::Use),
        Err(Error::UnknownIssuer | Error::InvalidSignatureForPublicKey) => {
            Chain::Wrong(CertificateFaultKind::Issuer)
        }
        // webpki refuses an authority as a leaf, Go does not. What signed itself has no other issuer.
        Err(Error::CaUsedAsEndEntity) if is_self_issued(leaf) => Chain::Wrong(CertificateFaultKind::Issuer),
        Err(_) => Chain::Doubt(unchecked::FOREIGN_CERTIFICATE),
    }
}

fn is_self_issued(der: &[u8]) -> bool {
    CertificateFacts::of_der(der).is_ok_and(|facts| facts.issuer == facts.subject)
}

fn path(
    side: Side,
    leaf: &[u8],
    intermediates: &[Vec<u8>],
    (trusted, now): (&[&Vec<u8>], i64),
) -> Result<(), Error> {
    // Go takes a certificate that stands in the pool itself as its own proof.
    if trusted.iter().any(|authority| authority.as_slice() == leaf) {
        return Ok(());
    }
    let ders: Vec<CertificateDer<'_>> =
        trusted.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let anchors: Vec<TrustAnchor<'_>> =
        ders.iter().filter_map(|der| webpki::anchor_from_trusted_cert(der).ok()).collect();
    let intermediates: Vec<CertificateDer<'_>> =
        intermediates.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now).unwrap_or(0)));
    let leaf = CertificateDer::from(leaf);
    EndEntityCert::try_from(&leaf)?
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &anchors,
            &intermediates,
            time,
            Use(side),
            None,
            None,
        )
        .map(|_| ())
}

/// Extended key usage as Go judges it: none at all fits, and so does "any".
struct Use(Side);

impl ExtendedKeyUsageValidator for Use {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        const ANY: [usize; 5] = [2, 5, 29, 37, 0];
        const PURPOSES: [usize; 8] = [1, 3, 6, 1, 5, 5, 7, 3];
        let last = if self.0 == Side::Server { 1 } else { 2 };
        let mut found = Vec::new();
        for purpose in purposes {
            found.push(purpose?.to_decoded_oid());
        }
        let fits = |oid: &Vec<usize>| *oid == ANY || oid.strip_prefix(&PURPOSES[..]) == Some(&[last]);
        if found.is_empty() || found.iter().any(fits) { Ok(()) } else { Err(Error::EmptyEkuExtension) }
    }
}
