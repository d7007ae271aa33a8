//! Whether a certificate was issued by whom the other end trusts.
//!
//! Real files are verified by webpki, what the stack wants by what they will say. Where webpki is stricter than the
//! engines (a self-signed certificate that is its own CA), the engines are followed.

use super::super::leaf::Leaf;
use super::super::unchecked;
use super::certificate::{CertificateFaultKind, Side};
use crate::diagnostic::Mark;
use crate::model::certificate::CertificateRole;
use crate::model::dataflow::CertificateFile;
use crate::pki::read::CertificateFacts;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::time::Duration;
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter};

/// What is known of a chain.
pub(super) enum Chain {
    /// It leads to whom is trusted.
    Fits,
    /// It does not, or not for this use and moment.
    Wrong(CertificateFaultKind),
    /// It cannot be judged.
    Doubt(&'static str),
}

/// What is asked of a chain.
#[derive(Clone, Copy)]
pub(super) struct ChainDemand {
    pub(super) side: Side,
    /// As of when, in seconds since 1970.
    pub(super) now: i64,
    /// Whether its use is asked too; the leaf's own is judged by itself.
    pub(super) usage: bool,
}

impl ChainDemand {
    /// Whether a certificate was issued by what stands in a file of CAs.
    pub(super) fn issued_by(
        self,
        certificate: &CertificateFile,
        (ca, at): (&CertificateFile, &Mark),
    ) -> Chain {
        match (certificate, ca) {
            (CertificateFile::Spec(_), CertificateFile::Spec(ca)) => match ca.role {
                // A stack has one CA, and it issues every leaf.
                CertificateRole::Ca => Chain::Fits,
                CertificateRole::Leaf { .. } => Chain::Wrong(CertificateFaultKind::Issuer),
            },
            (CertificateFile::Chain(chain), CertificateFile::Chain(trusted)) => {
                self.verified(chain, (trusted, at))
            }
            (CertificateFile::Spec(_), CertificateFile::Chain(_))
            | (CertificateFile::Chain(_), CertificateFile::Spec(_)) => Chain::Doubt(unchecked::SPEC_AND_FILE),
            _ => Chain::Doubt(unchecked::FOREIGN_CERTIFICATE),
        }
    }

    /// Lets webpki build a path from the leaf to a CA that is itself valid then.
    fn verified(self, chain: &[Vec<u8>], (trusted, at): (&[Vec<u8>], &Mark)) -> Chain {
        let Some((leaf, intermediates)) = chain.split_first() else {
            return Chain::Doubt(unchecked::FOREIGN_CERTIFICATE);
        };
        let (current, stale): (Vec<_>, Vec<_>) =
            trusted.iter().partition(|ca| Leaf::of_der(ca).is_none_or(|ca| ca.is_current(self.now)));
        match self.path(leaf, intermediates, &current) {
            Err(_) if self.path(leaf, intermediates, &stale).is_ok() => {
                let dates = stale.first().and_then(|ca| Leaf::of_der(ca)?.dates).unwrap_or_default();
                Chain::Wrong(CertificateFaultKind::Dates(at.clone(), dates.0, dates.1))
            }
            Ok(()) => Chain::Fits,
            Err(Error::CertExpired { .. } | Error::CertNotValidYet { .. }) => {
                let mut others = intermediates.iter().filter_map(|der| Leaf::of_der(der));
                let dates = others.find(|other| !other.is_current(self.now));
                let (from, until) = dates.and_then(|other| other.dates).unwrap_or_default();
                Chain::Wrong(CertificateFaultKind::Dates(at.clone(), from, until))
            }
            Err(Error::RequiredEkuNotFoundContext(_)) => Chain::Wrong(CertificateFaultKind::Use),
            Err(Error::UnknownIssuer | Error::InvalidSignatureForPublicKey) => {
                Chain::Wrong(CertificateFaultKind::Issuer)
            }
            // webpki refuses a CA as a leaf, Go does not. What signed itself has no other issuer.
            Err(Error::CaUsedAsEndEntity) if is_self_issued(leaf) => {
                Chain::Wrong(CertificateFaultKind::Issuer)
            }
            Err(_) => Chain::Doubt(unchecked::FOREIGN_CERTIFICATE),
        }
    }

    fn path(self, leaf: &[u8], intermediates: &[Vec<u8>], trusted: &[&Vec<u8>]) -> Result<(), Error> {
        // Go takes a certificate that stands in the pool itself as its own proof.
        if trusted.iter().any(|ca| ca.as_slice() == leaf) {
            return Ok(());
        }
        let ders: Vec<CertificateDer<'_>> =
            trusted.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let anchors: Vec<TrustAnchor<'_>> =
            ders.iter().filter_map(|der| webpki::anchor_from_trusted_cert(der).ok()).collect();
        let intermediates: Vec<CertificateDer<'_>> =
            intermediates.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(self.now).unwrap_or(0)));
        let leaf = CertificateDer::from(leaf);
        let algorithms = webpki::ALL_VERIFICATION_ALGS;
        EndEntityCert::try_from(&leaf)?
            .verify_for_usage(algorithms, &anchors, &intermediates, time, Use(self), None, None)
            .map(|_| ())
    }
}

fn is_self_issued(der: &[u8]) -> bool {
    CertificateFacts::of_der(der).is_ok_and(|facts| facts.issuer == facts.subject)
}

/// Extended key usage as Go judges it: none at all fits, and so does "any".
struct Use(ChainDemand);

impl ExtendedKeyUsageValidator for Use {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        const ANY: [usize; 5] = [2, 5, 29, 37, 0];
        const PURPOSES: [usize; 8] = [1, 3, 6, 1, 5, 5, 7, 3];
        let last = if self.0.side == Side::Server { 1 } else { 2 };
        let mut found = Vec::new();
        for purpose in purposes {
            found.push(purpose?.to_decoded_oid());
        }
        let fits = |oid: &Vec<usize>| *oid == ANY || oid.strip_prefix(&PURPOSES[..]) == Some(&[last]);
        if !self.0.usage || found.is_empty() || found.iter().any(fits) {
            Ok(())
        } else {
            Err(Error::EmptyEkuExtension)
        }
    }
}
