//! What a certificate says of itself, from its bytes or from the certificate specification for it.

use crate::model::certificate::{CertificateRole, ServerName};
use crate::model::dataflow::CertificateFile;
use crate::pki::read::CertificateFacts;
use std::collections::BTreeSet;

/// The fields of a certificate that clients and servers look at. The common name is none of them:
/// every engine here ignores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// Dates in seconds since 1970, first and last second; `None` for a certificate specification, which begins at apply.
    pub(super) dates: Option<(i64, i64)>,
    /// SAN entries.
    pub(super) names: BTreeSet<ServerName>,
    /// Whether a server may present it. A certificate without any extended key usage fits every use
    /// (seen on Tempo 2.10.8, 3.0.3 and collector 0.159).
    pub(super) server: bool,
    /// Whether a client may present it.
    pub(super) client: bool,
}

impl Leaf {
    /// What the first certificate of a file, or a certificate specification, says; `None` where it is not a certificate.
    pub(super) fn of(file: &CertificateFile) -> Option<Self> {
        match file {
            CertificateFile::Chain(chain) => Self::of_der(chain.first()?),
            CertificateFile::Spec(spec) => Some(match &spec.role {
                CertificateRole::Leaf { names, server, client } => {
                    Self { dates: None, names: names.clone(), server: *server, client: *client }
                }
                CertificateRole::Ca => {
                    Self { dates: None, names: BTreeSet::new(), server: true, client: true }
                }
            }),
            CertificateFile::Key(_)
            | CertificateFile::Unreadable(_)
            | CertificateFile::Missing
            | CertificateFile::NotHere => None,
        }
    }

    /// What a certificate in DER says; `None` where it does not parse.
    pub(super) fn of_der(der: &[u8]) -> Option<Self> {
        let facts = CertificateFacts::of_der(der).ok()?;
        Some(Self {
            dates: Some((facts.not_before, facts.not_after)),
            names: facts.names.into_iter().collect(),
            server: facts.usages.is_none_or(|usages| usages.server),
            client: facts.usages.is_none_or(|usages| usages.client),
        })
    }

    /// Whether it is valid at this second.
    pub(super) fn is_current(&self, now: i64) -> bool {
        self.dates.is_none_or(|(from, until)| from <= now && now <= until)
    }

    /// Whether a client that dials this name accepts it. Addresses are compared with addresses, names
    /// with names; a wildcard stands for exactly the first label.
    pub(super) fn covers(&self, wanted: &ServerName) -> bool {
        match wanted {
            ServerName::Address(_) => self.names.contains(wanted),
            ServerName::Dns(wanted) => self.names.iter().any(|name| match name {
                ServerName::Dns(pattern) => matches(pattern, wanted),
                ServerName::Address(_) => false,
            }),
        }
    }

    /// Its names for a message: `127.0.0.1, tempo.internal`, or `nothing`.
    pub(super) fn shown_names(&self) -> String {
        if self.names.is_empty() {
            return "nothing".to_owned();
        }
        let shown = |name: &ServerName| match name {
            // Go compares an address with addresses alone.
            ServerName::Dns(text) if text.parse::<std::net::IpAddr>().is_ok() => {
                format!("{text} as DNS, not as an address")
            }
            name => name.to_string(),
        };
        self.names.iter().map(shown).collect::<Vec<_>>().join(", ")
    }
}

fn matches(pattern: &str, wanted: &str) -> bool {
    let (pattern, wanted) = (pattern.trim_end_matches('.'), wanted.trim_end_matches('.'));
    let wildcard = pattern.strip_prefix("*.").zip(wanted.split_once('.'));
    pattern.eq_ignore_ascii_case(wanted)
        || wildcard
            .is_some_and(|(rest, (label, domain))| !label.is_empty() && rest.eq_ignore_ascii_case(domain))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_wildcard_stands_for_exactly_one_label() {
        for (pattern, wanted, fits) in [
            ("tempo.internal", "TEMPO.internal", true),
            ("*.internal", "tempo.internal", true),
            ("*.internal", "a.tempo.internal", false),
            ("*.internal", "internal", false),
            ("*.internal", ".internal", false),
            ("t*.internal", "tempo.internal", false),
        ] {
            assert_eq!(matches(pattern, wanted), fits, "{pattern} against {wanted}");
        }
    }
}
