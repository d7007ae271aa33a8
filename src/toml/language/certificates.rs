//! `[certificates]`.

use crate::model::certificate::Algorithm;
use crate::toml::declare::*;
use crate::toml::kind::{Choice, Duration, Path, Text};

table! {
    /// How the stack issues its certificates: one CA, and a leaf for each component that serves TLS, with
    /// the names that its clients dial. Nothing is issued where nothing serves TLS.
    pub struct CertificatesTable {
        /// Where the CA lives, with mode 0700, on the machine that runs `apply`. Never inside a git work tree.
        folder: Path = r#""/root/authority""#,
            derived("`authority` in the state directory of the stack; with `--root`, its key is written nowhere");
        /// The organization in the subject of the CA and of every leaf.
        organization: Text = r#""Example Ltd""#, derived("the name of the stack"),
            renders("`O=` of the CA and of every leaf");
        /// How long the CA is valid.
        authority_lifetime: Duration = r#""3650d""#, default(r#""3650d""#), renders("`notAfter` of the CA");
        /// How long a leaf is valid. Nothing renews itself: `apply` does it.
        lifetime: Duration = r#""397d""#, default(r#""397d""#), renders("`notAfter` of every leaf");
        /// How long before its end a leaf is renewed by `apply`, and shown by `plan`.
        renew_before: Duration = r#""132d""#, derived("a third of `lifetime`");
        /// The kind of keys.
        algorithm: Choice<Algorithms> = r#""ecdsa-p256""#, default(r#""ecdsa-p256""#),
            renders("the keys of the CA and of every leaf");
        /// The least version of TLS.
        minimum_version: Choice<TlsVersions> = r#""1.2""#, default(r#""1.2""#),
            renders("`min_version` of collectors and of Tempo's receivers, `tls_min_version` of Tempo's servers and clients");
        /// How often engines read their certificates again.
        reload: Duration = r#""5m""#, default(r#""5m""#),
            renders("`reload_interval` of every collector listener with TLS, of its exporter and of Tempo's receivers");
    }
}

words! {
    /// `algorithm`.
    pub struct Algorithms: Algorithm {
        /// fast, and read by everything
        "ecdsa-p256" => Algorithm::EcdsaP256;
        /// where a rule asks for it
        "ecdsa-p384" => Algorithm::EcdsaP384;
    }
}

/// A TLS protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// 1.2.
    V1_2,
    /// 1.3.
    V1_3,
}

words! {
    /// `minimum_version`.
    pub struct TlsVersions: TlsVersion {
        /// every client of the last ten years
        "1.2" => TlsVersion::V1_2;
        /// the newest alone
        "1.3" => TlsVersion::V1_3;
    }
}
