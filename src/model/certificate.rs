//! Certificates as what the stack wants: what a certificate must say, before any byte of it exists.
//!
//! Keys and serial numbers are random, so the desired side of a plan holds what the stack wants; bytes are made by
//! `pki/` while an apply is staged, and existing files are judged against the certificate specification.

use super::names::CertificateName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// A name a client may check in a server's certificate (a SAN entry).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServerName {
    /// An IP address entry.
    Address(IpAddr),
    /// A DNS entry.
    Dns(String),
}

impl ServerName {
    /// An address if the text is one, else a DNS name.
    pub fn of(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Dns(text.to_owned()), Self::Address)
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Dns(name) => f.write_str(name),
        }
    }
}

/// Key algorithm of everything the stack issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Algorithm {
    /// `ecdsa-p256`.
    #[serde(rename = "ecdsa-p256")]
    EcdsaP256,
    /// `ecdsa-p384`.
    #[serde(rename = "ecdsa-p384")]
    EcdsaP384,
}

/// What a certificate is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CertificateRole {
    /// The stack's own certificate authority.
    Ca,
    /// A leaf signed by it.
    Leaf {
        /// SAN entries: every name and address a client uses.
        names: BTreeSet<ServerName>,
        /// Extended key usage serverAuth.
        server: bool,
        /// Extended key usage clientAuth.
        client: bool,
    },
}

/// A certificate of the stack that apply shall issue, keep or renew.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateSpec {
    /// Its name within the stack; the common name of the subject is `STACK NAME`.
    pub name: CertificateName,
    /// `O=` of the subject.
    pub organization: String,
    /// Subject common name.
    pub common_name: String,
    /// CA or leaf.
    pub role: CertificateRole,
    /// From issue to expiry; notBefore lies one further hour back.
    pub lifetime: Duration,
    /// How long before expiry the plan replaces it.
    pub renew_before: Duration,
    /// Key algorithm.
    pub algorithm: Algorithm,
}
