//! What a PEM certificate says.

use crate::desired::Digest;
use crate::stack::{Algorithm, ServerName};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The facts of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Subject organization.
    pub organization: String,
    /// Subject common name.
    pub common_name: String,
    /// SAN entries.
    pub names: BTreeSet<ServerName>,
    /// Whether it is an authority.
    pub authority: bool,
    /// Extended key usage serverAuth.
    pub server: bool,
    /// Extended key usage clientAuth.
    pub client: bool,
    /// Start of its life.
    pub not_before: SystemTime,
    /// End of its life.
    pub not_after: SystemTime,
    /// Key algorithm, where it is one the stack issues.
    pub algorithm: Option<Algorithm>,
    /// Identifier of its own key.
    pub key_id: Option<Vec<u8>>,
    /// Identifier of the key that signed it.
    pub issuer_key_id: Option<Vec<u8>>,
    /// SHA-256 of its DER bytes.
    pub fingerprint: Digest,
}

/// Reads the first certificate of a PEM text; `None` where there is none that can be read.
pub fn facts_of(pem: &[u8]) -> Option<CertificateFacts> {
    let (_, block) = x509_parser::pem::parse_x509_pem(pem).ok()?;
    let (_, certificate) = X509Certificate::from_der(&block.contents).ok()?;
    let mut facts = CertificateFacts {
        organization: attribute(certificate.subject().iter_organization()),
        common_name: attribute(certificate.subject().iter_common_name()),
        names: BTreeSet::new(),
        authority: certificate.is_ca(),
        server: false,
        client: false,
        not_before: time(certificate.validity().not_before.timestamp()),
        not_after: time(certificate.validity().not_after.timestamp()),
        algorithm: algorithm(&certificate),
        key_id: None,
        issuer_key_id: None,
        fingerprint: Digest::of(&block.contents),
    };
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => {
                facts.names = names.general_names.iter().filter_map(server_name).collect();
            }
            ParsedExtension::ExtendedKeyUsage(usage) => {
                facts.server = usage.server_auth;
                facts.client = usage.client_auth;
            }
            ParsedExtension::SubjectKeyIdentifier(id) => facts.key_id = Some(id.0.to_vec()),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                facts.issuer_key_id = id.key_identifier.as_ref().map(|id| id.0.to_vec());
            }
            _ => {}
        }
    }
    Some(facts)
}

fn attribute<'a>(
    mut values: impl Iterator<Item = &'a x509_parser::x509::AttributeTypeAndValue<'a>>,
) -> String {
    values.next().and_then(|value| value.as_str().ok()).unwrap_or_default().to_owned()
}

fn server_name(name: &GeneralName<'_>) -> Option<ServerName> {
    match name {
        GeneralName::DNSName(name) => Some(ServerName::Dns((*name).to_owned())),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|bytes| ServerName::Address(IpAddr::from(bytes))),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|bytes| ServerName::Address(IpAddr::from(bytes))),
            _ => None,
        },
        _ => None,
    }
}

fn algorithm(certificate: &X509Certificate<'_>) -> Option<Algorithm> {
    match certificate.public_key().parsed().ok()? {
        x509_parser::public_key::PublicKey::EC(point) => match point.key_size() {
            256 => Some(Algorithm::EcdsaP256),
            384 => Some(Algorithm::EcdsaP384),
            _ => None,
        },
        _ => None,
    }
}

fn time(seconds: i64) -> SystemTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { SystemTime::UNIX_EPOCH - distance } else { SystemTime::UNIX_EPOCH + distance }
}

/// A day as people write it, UTC: `2026-10-01`.
pub fn date(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time)
        .map(|time| time.strftime("%Y-%m-%d").to_string())
        .unwrap_or_else(|_| "a date outside the calendar".to_owned())
}
