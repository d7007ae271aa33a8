//! Certificates for tests: a CA and leaves with one thing wrong each.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracewright::prove::{ClientCertificate, Tls, TrustedCa as Trusted};

/// A CA of this test alone, its files in a directory.
pub struct Ca {
    issuer: CertifiedIssuer<'static, KeyPair>,
    directory: PathBuf,
    name: String,
}

/// What a leaf says.
pub struct Leaf {
    pub names: Vec<&'static str>,
    pub usage: Option<ExtendedKeyUsagePurpose>,
    /// The first days of its first and of its last year.
    pub years: (i32, i32),
    /// Whether it began yesterday and ends tomorrow instead.
    pub two_days: bool,
}

impl Leaf {
    /// A server certificate for these names.
    pub fn server(names: &[&'static str]) -> Self {
        Self {
            names: names.to_vec(),
            usage: Some(ExtendedKeyUsagePurpose::ServerAuth),
            years: (2020, 2060),
            two_days: false,
        }
    }

    /// A client certificate.
    pub fn client() -> Self {
        Self { usage: Some(ExtendedKeyUsagePurpose::ClientAuth), ..Self::server(&["client"]) }
    }
}

impl Ca {
    /// A new CA; its certificate is `NAME.crt` in the directory.
    pub fn new(directory: &Path, name: &str) -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(directory.join(format!("{name}.crt")), issuer.pem()).unwrap();
        Self { issuer, directory: directory.to_owned(), name: name.to_owned() }
    }

    /// The path of its certificate.
    pub fn certificate(&self) -> PathBuf {
        self.directory.join(format!("{}.crt", self.name))
    }

    /// A client that trusts this CA.
    pub fn trusted(&self) -> Tls {
        Tls { ca: Trusted::File(self.certificate()), ..Tls::default() }
    }

    /// Issues a leaf as `FILE.crt` and `FILE.key`.
    pub fn issue(&self, file: &str, leaf: &Leaf) -> ClientCertificate {
        let names: Vec<String> = leaf.names.iter().map(ToString::to_string).collect();
        let mut parameters = CertificateParams::new(names).unwrap();
        parameters.extended_key_usages = leaf.usage.iter().cloned().collect();
        parameters.not_before = date_time_ymd(leaf.years.0, 1, 1);
        parameters.not_after = date_time_ymd(leaf.years.1, 1, 1);
        if leaf.two_days {
            let (now, day) = (std::time::SystemTime::now(), Duration::from_secs(24 * 3600));
            (parameters.not_before, parameters.not_after) = ((now - day).into(), (now + day).into());
        }
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let pair = ClientCertificate {
            certificate: self.directory.join(format!("{file}.crt")),
            key: self.directory.join(format!("{file}.key")),
        };
        std::fs::write(&pair.certificate, certificate.pem()).unwrap();
        std::fs::write(&pair.key, key.serialize_pem()).unwrap();
        pair
    }
}
