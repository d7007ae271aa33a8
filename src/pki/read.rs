//! PEM files as facts: what a certificate says, and which key it belongs to.
//!
//! Judges nothing: rules, `pki/` (is this leaf still fit?) and `plan/` compare these facts. Only
//! parsing; signatures are rustls-webpki's business.

use crate::model::certificate::ServerName;
use crate::model::dataflow::CertificateFile;
use rustls_pki_types::pem::{PemObject, SectionKind};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use x509_parser::prelude::{AttributeTypeAndValue, FromDer, GeneralName, ParsedExtension, X509Certificate};

/// The SHA-256 of a SubjectPublicKeyInfo: equal for a certificate and its private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKeyDigest(pub [u8; 32]);

/// What a certificate says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Organization of the subject; empty where it names none.
    pub organization: String,
    /// Common name of the subject; empty where it names none.
    pub common_name: String,
    /// SAN entries that are DNS names or IP addresses, in file order.
    pub names: Vec<ServerName>,
    /// Start of validity, seconds since 1970-01-01T00:00:00Z; may be negative.
    pub not_before: i64,
    /// End of validity, seconds since 1970-01-01T00:00:00Z.
    pub not_after: i64,
    /// Basic constraint CA.
    pub is_ca: bool,
    /// Extended key usages; `None` where there is no such extension, which allows every use.
    pub usages: Option<Usages>,
    /// What its key is.
    pub key: KeyType,
    /// Issuer name, DER.
    pub issuer: Vec<u8>,
    /// Subject name, DER.
    pub subject: Vec<u8>,
    /// Serial number, as its bytes stand in the certificate.
    pub serial: Vec<u8>,
    /// SHA-256 of the whole certificate.
    pub fingerprint: [u8; 32],
    /// Digest of its public key.
    pub public_key: PublicKeyDigest,
    /// The identifier it gives its own key.
    pub key_id: Option<Vec<u8>>,
    /// The identifier of the key that signed it.
    pub issuer_key_id: Option<Vec<u8>>,
}

/// Extended key usages that matter for TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usages {
    /// serverAuth, or any.
    pub server: bool,
    /// clientAuth, or any.
    pub client: bool,
}

/// The kind of a public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// ECDSA on P-256.
    EcdsaP256,
    /// ECDSA on P-384.
    EcdsaP384,
    /// RSA with this many bits.
    Rsa(usize),
    /// Ed25519.
    Ed25519,
    /// Another one, by its object identifier.
    Other(String),
}

impl CertificateFacts {
    /// The facts of one certificate.
    ///
    /// # Errors
    /// Why the bytes are not a certificate, in the parser's words.
    pub fn of_der(der: &[u8]) -> Result<Self, String> {
        let (_, certificate) = X509Certificate::from_der(der).map_err(|error| error.to_string())?;
        let names = match certificate.subject_alternative_name() {
            Ok(Some(extension)) => extension.value.general_names.iter().filter_map(name).collect(),
            Ok(None) => Vec::new(),
            Err(error) => return Err(error.to_string()),
        };
        let usages = match certificate.extended_key_usage() {
            Ok(extension) => extension.map(|extension| Usages {
                server: extension.value.server_auth || extension.value.any,
                client: extension.value.client_auth || extension.value.any,
            }),
            Err(error) => return Err(error.to_string()),
        };
        let is_ca = match certificate.basic_constraints() {
            Ok(extension) => extension.is_some_and(|extension| extension.value.ca),
            Err(error) => return Err(error.to_string()),
        };
        let subject = certificate.subject();
        let (key_id, issuer_key_id) = key_ids(&certificate);
        Ok(Self {
            organization: first(subject.iter_organization()),
            common_name: first(subject.iter_common_name()),
            names,
            not_before: certificate.validity().not_before.timestamp(),
            not_after: certificate.validity().not_after.timestamp(),
            is_ca,
            usages,
            key: key_type(&certificate),
            issuer: certificate.issuer().as_raw().to_vec(),
            subject: subject.as_raw().to_vec(),
            serial: certificate.raw_serial().to_vec(),
            fingerprint: Sha256::digest(der).into(),
            public_key: PublicKeyDigest(Sha256::digest(certificate.public_key().raw).into()),
            key_id,
            issuer_key_id,
        })
    }
}

fn first<'a>(mut values: impl Iterator<Item = &'a AttributeTypeAndValue<'a>>) -> String {
    values.next().and_then(|value| value.as_str().ok()).unwrap_or_default().to_owned()
}

/// The identifiers of its own key and of its signer's.
fn key_ids(certificate: &X509Certificate<'_>) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    let (mut own, mut issuer) = (None, None);
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => own = Some(id.0.to_vec()),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                issuer = id.key_identifier.as_ref().map(|id| id.0.to_vec());
            }
            _ => {}
        }
    }
    (own, issuer)
}

fn name(name: &GeneralName<'_>) -> Option<ServerName> {
    match name {
        GeneralName::DNSName(name) => Some(ServerName::Dns((*name).to_owned())),
        GeneralName::IPAddress(bytes) => {
            let address = <[u8; 4]>::try_from(*bytes)
                .map(IpAddr::from)
                .or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from));
            address.ok().map(ServerName::Address)
        }
        _ => None,
    }
}

fn key_type(certificate: &X509Certificate<'_>) -> KeyType {
    let key = certificate.public_key();
    let algorithm = key.algorithm.algorithm.to_id_string();
    let curve =
        key.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok()).map(|oid| oid.to_id_string());
    match (algorithm.as_str(), curve.as_deref()) {
        ("1.2.840.10045.2.1", Some("1.2.840.10045.3.1.7")) => KeyType::EcdsaP256,
        ("1.2.840.10045.2.1", Some("1.3.132.0.34")) => KeyType::EcdsaP384,
        ("1.2.840.113549.1.1.1", _) => KeyType::Rsa(key.parsed().map_or(0, |parsed| parsed.key_size())),
        ("1.3.101.112", _) => KeyType::Ed25519,
        _ => KeyType::Other(algorithm),
    }
}

/// What a PEM file holds: certificates in file order, or a private key.
pub fn read_pem(bytes: &[u8]) -> CertificateFile {
    let mut chain = Vec::new();
    let mut has_key = false;
    for item in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes) {
        match item {
            Ok((SectionKind::Certificate, der)) => chain.push(der),
            Ok((SectionKind::PrivateKey | SectionKind::EcPrivateKey | SectionKind::RsaPrivateKey, _)) => {
                has_key = true;
            }
            Ok(_) => {}
            Err(error) => return CertificateFile::Unreadable(error.to_string()),
        }
    }
    let is_encrypted = String::from_utf8_lossy(bytes).lines().any(|line| {
        line.contains("BEGIN ENCRYPTED PRIVATE KEY") || line.starts_with("Proc-Type: 4,ENCRYPTED")
    });
    if is_encrypted {
        return CertificateFile::Unreadable("an encrypted private key, which no engine opens".to_owned());
    }
    match (chain.is_empty(), has_key) {
        (false, _) => CertificateFile::Chain(chain),
        (true, true) => CertificateFile::Key(None),
        (true, false) => CertificateFile::Unreadable("no PEM certificate in it".to_owned()),
    }
}
