//! What could not be decided, by name. Reasons are constant, so that two runs can be compared.

use super::facts::Facts;
use crate::model::dataflow::{CertificateFile, Client, ClientHost, Trust};
use std::fmt;

/// Its peer is not this host.
pub(super) const OTHER_HOST: &str = "dials another host, whose files are not here";
/// Its peer is this host, and nobody's file here opens the port.
pub(super) const NOT_IN_DIRECTORY: &str = "dials a port of this host that no file here opens";
/// The program it means was not read completely.
pub(super) const PEER_NOT_READ: &str = "the program it means was not read completely";
/// The site it dials runs something that is not read.
pub(super) const OPEN_SITE: &str = "dials a container or host where something runs that is not read";
/// A unit without `EnvironmentFile=` whose program may load the file.
pub(super) const PERHAPS_PROGRAM: &str =
    "its unit has no `EnvironmentFile=` for the file: whether the program reads it by itself is not known";
/// A unit that is not here.
pub(super) const UNIT_NOT_HERE: &str = "whether its unit reads the file is not known: the unit is not here";
/// The hosts file decides.
pub(super) const LOCALHOST: &str = "whether localhost is also ::1 is decided by the host's own files";
/// Zipkin, Jaeger and the like.
pub(super) const OTHER_PROTOCOL: &str = "speaks a protocol whose edges are not judged";
/// The certificate of the server is not here.
pub(super) const NO_CERTIFICATE: &str = "the certificate at the other end is not among these files";
/// A certificate or key that a file names; a repository never holds keys.
pub(super) const NOT_HERE: &str = "a certificate or key that is named, and the file is not here";
/// The trusted file is not here.
pub(super) const NO_CA: &str = "the file of trusted CAs is not among these files";
/// Nothing says which protocol an SDK speaks.
pub(super) const SDK_DEFAULT: &str =
    "no protocol is written, so it speaks what its SDK does by default: gRPC or HTTP";
/// An authenticator may set headers.
pub(super) const HEADERS: &str = "what its authenticator puts into its requests is not read";
/// Part of a command line is not here.
pub(super) const FLAGS: &str = "what its server takes is decided by flags that are not known here";
/// A client without a CA of its own.
pub(super) const SYSTEM_TRUST: &str = "trusts the host's own store of CAs, which is not read";
/// A program that decides in code.
pub(super) const CODE_TRUST: &str = "whom it trusts is decided in its code";
/// `insecure_skip_verify`.
pub(super) const NO_VERIFICATION: &str = "verification is switched off: it accepts any certificate";
/// A wish on one side, a file on the other.
pub(super) const SPEC_AND_FILE: &str = "one certificate is issued at apply, the other is a file";
/// webpki cannot judge it.
pub(super) const FOREIGN_CERTIFICATE: &str = "the certificate is of a kind that cannot be judged here";

/// One thing that was not decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotChecked {
    /// The file and the setting in it, for a client with its peer:
    /// `/etc/otelcol/config.yaml#exporters.otlp_grpc/far -> 10.0.0.1:4317`.
    pub place: String,
    /// Why not: one of a fixed set of texts.
    pub reason: String,
}

impl fmt::Display for NotChecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// A reason, with what a certificate that is not here has to name.
fn with_name(reason: &str, client: &Client) -> String {
    let verifies = !matches!(client.tls.trust, Trust::Anybody | Trust::Unknown);
    if reason != NO_CERTIFICATE || !verifies {
        return reason.to_owned();
    }
    let dialled = match &client.host {
        ClientHost::Name(name) if name.is_empty() => "localhost".to_owned(),
        host => host.to_string(),
    };
    let name = client.tls.server_name.clone().unwrap_or(dialled);
    format!("{reason}: it must name `{name}`")
}

/// Everything that was not decided, sorted.
pub(super) fn collect(facts: &Facts<'_>) -> Vec<NotChecked> {
    let mut all: Vec<NotChecked> = facts
        .topology
        .not_read
        .iter()
        .map(|not_read| NotChecked { place: not_read.place.clone(), reason: not_read.reason.clone() })
        .collect();
    for judged in &facts.judged {
        let client = &facts.topology.clients[judged.client];
        let place = format!("{} -> {}", client.edge(facts.topology), client.peer());
        let reasons = judged.reasons();
        all.extend(
            reasons.map(|reason| NotChecked { place: place.clone(), reason: with_name(reason, client) }),
        );
    }
    let elsewhere = facts.topology.certificates.iter().filter(|(_, file)| **file == CertificateFile::NotHere);
    all.extend(
        elsewhere.map(|(path, _)| NotChecked { place: path.to_string(), reason: NOT_HERE.to_owned() }),
    );
    all.sort();
    all.dedup();
    all
}
