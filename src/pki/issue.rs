//! Issuing: a CA and the leaves it signs.

use crate::model::certificate::{Algorithm, CertificateRole, CertificateSpec, ServerName};
use crate::model::names::CertificateName;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, SanType,
};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// How far back a certificate's life starts, so that a host whose clock is behind accepts it.
pub(super) const BACKDATED: Duration = Duration::from_secs(3600);

/// Why nothing was issued.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// The generator refused, such as a name that no certificate can hold.
    #[error("cannot issue certificate {name}: {cause}")]
    Issue {
        /// Which one.
        name: CertificateName,
        /// What it said.
        cause: rcgen::Error,
    },
    /// A kept CA that cannot be used.
    #[error("cannot use the kept CA: {0}")]
    Ca(rcgen::Error),
}

/// Certificate and PKCS#8 key of a CA, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaPair {
    /// The certificate.
    pub certificate: String,
    /// The key.
    pub key: String,
}

/// Certificate and PKCS#8 key, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedPair {
    /// The certificate.
    pub certificate: String,
    /// The key.
    pub key: String,
}

/// What was issued for one apply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issued {
    /// Leaves, and the CA's certificate without its key, by name.
    pub pairs: BTreeMap<CertificateName, IssuedPair>,
    /// The CA that was made; `None` where a kept one signed.
    pub new_ca: Option<CaPair>,
}

/// Issues leaves. Without an `authority` one is made first, as `authority_wish` says.
pub fn issue(
    leaves: &[CertificateSpec],
    ca_spec: &CertificateSpec,
    ca: Option<&CaPair>,
    now: SystemTime,
) -> Result<Issued, PkiError> {
    let mut issued = Issued::default();
    let made = match ca {
        Some(_) => None,
        None => Some(make_ca(ca_spec, now)?),
    };
    if let Some(made) = &made {
        let certificate = made.certificate.clone();
        let pair = IssuedPair { certificate, key: String::new() };
        issued.pairs.insert(ca_spec.name.clone(), pair);
    }
    if let Some(signer) = made.as_ref().or(ca) {
        let key = KeyPair::from_pem(&signer.key).map_err(PkiError::Ca)?;
        let issuer = Issuer::from_ca_cert_pem(&signer.certificate, key).map_err(PkiError::Ca)?;
        for spec in leaves {
            issued.pairs.insert(spec.name.clone(), make_leaf(spec, &issuer, now)?);
        }
    }
    issued.new_ca = made;
    Ok(issued)
}

fn make_ca(spec: &CertificateSpec, now: SystemTime) -> Result<CaPair, PkiError> {
    let fault = |cause| PkiError::Issue { name: spec.name.clone(), cause };
    let mut params = params(spec, now).map_err(fault)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = new_key(spec.algorithm).map_err(fault)?;
    let certificate: Certificate = params.self_signed(&key).map_err(fault)?;
    Ok(CaPair { certificate: certificate.pem(), key: key.serialize_pem() })
}

fn make_leaf(
    spec: &CertificateSpec,
    issuer: &Issuer<'_, KeyPair>,
    now: SystemTime,
) -> Result<IssuedPair, PkiError> {
    let fault = |cause| PkiError::Issue { name: spec.name.clone(), cause };
    let mut params = params(spec, now).map_err(fault)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    if let CertificateRole::Leaf { names, server, client } = &spec.role {
        for name in names {
            params.subject_alt_names.push(match name {
                ServerName::Address(address) => SanType::IpAddress(*address),
                ServerName::Dns(name) => SanType::DnsName(name.clone().try_into().map_err(fault)?),
            });
        }
        for (wanted, usage) in
            [(server, ExtendedKeyUsagePurpose::ServerAuth), (client, ExtendedKeyUsagePurpose::ClientAuth)]
        {
            if *wanted {
                params.extended_key_usages.push(usage);
            }
        }
    }
    let key = new_key(spec.algorithm).map_err(fault)?;
    let certificate = params.signed_by(&key, issuer).map_err(fault)?;
    Ok(IssuedPair { certificate: certificate.pem(), key: key.serialize_pem() })
}

/// Subject and dates. The serial number is the generator's: a digest of the new, random key.
fn params(spec: &CertificateSpec, now: SystemTime) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::OrganizationName, spec.organization.as_str());
    subject.push(DnType::CommonName, spec.common_name.as_str());
    params.distinguished_name = subject;
    params.not_before = (now - BACKDATED).into();
    params.not_after = (now + spec.lifetime).into();
    Ok(params)
}

fn new_key(algorithm: Algorithm) -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(match algorithm {
        Algorithm::EcdsaP256 => &PKCS_ECDSA_P256_SHA256,
        Algorithm::EcdsaP384 => &PKCS_ECDSA_P384_SHA384,
    })
}
