//! The conditions of an edge: what has to be so that it carries anything, one by one.

use super::certificate::CertificateFault;
use super::sites::Lost;
use crate::model::dataflow::Signal;
use std::fmt;

/// What an edge needs, the most fundamental first: the order in which the engines themselves stumble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionKind {
    /// The client's file is read, and every reader takes it alike.
    Reading,
    /// Where the client dials, the listener accepts.
    Reachability,
    /// What goes in does not come around again.
    Circle,
    /// Both speak the same.
    Protocol,
    /// The request is sent to a path that is served.
    Path,
    /// Both ends' settings for TLS are whole, and the ends agree about it.
    Tls,
    /// A certificate that is presented is valid now.
    Dates,
    /// The server's certificate names what is dialled.
    Name,
    /// The one who looks at a certificate trusts its issuer.
    Ca,
    /// A certificate is made for the role it is presented in.
    Usage,
    /// What is sent is taken.
    Signals,
    /// A tenant is named where one is needed.
    Tenant,
    /// Credentials are shown where they are demanded.
    Credentials,
    /// Who demands a certificate of its client is shown one.
    ClientCertificate,
}

impl fmt::Display for ConditionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reading => "reading",
            Self::Reachability => "reachability",
            Self::Circle => "circle",
            Self::Protocol => "protocol",
            Self::Path => "path",
            Self::Tls => "TLS",
            Self::Dates => "dates",
            Self::Name => "name",
            Self::Ca => "CA",
            Self::Usage => "usage",
            Self::Signals => "signals",
            Self::Tenant => "tenant",
            Self::Credentials => "credentials",
            Self::ClientCertificate => "client certificate",
        })
    }
}

/// Whether a condition is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionState {
    /// It is.
    Met,
    /// These files do not tell.
    NotKnown,
    /// It is not.
    Broken,
}

impl fmt::Display for ConditionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Met => "met",
            Self::NotKnown => "not known",
            Self::Broken => "broken",
        })
    }
}

/// One condition of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What is needed.
    pub kind: ConditionKind,
    /// Whether it is so.
    pub state: ConditionState,
}

/// What the judge of a condition finds, with what is needed to speak of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Found {
    /// It is met.
    Met,
    /// It is not met, and this is why.
    Broken(Fault),
    /// It cannot be told, for this reason.
    NotKnown(&'static str),
}

impl Found {
    pub(super) fn state(&self) -> ConditionState {
        match self {
            Self::Met => ConditionState::Met,
            Self::Broken(_) => ConditionState::Broken,
            Self::NotKnown(_) => ConditionState::NotKnown,
        }
    }

    /// Broken where there is a fault.
    pub(super) fn of(fault: Option<Fault>) -> Self {
        fault.map_or(Self::Met, Self::Broken)
    }
}

/// What breaks a condition, and with it the rule that speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Fault {
    /// `port-taken`: its listener fights with another.
    PortTaken,
    /// `env-conflict`: what the file sets up depends on who reads it.
    Environment,
    /// `env-file-unread`: the unit of the client's program does not read its file.
    Unread,
    /// `half-tls`: settings of either end are incomplete.
    HalfTls,
    /// `exporter-loop`, and the circle it lies on.
    Loop(usize),
    /// `no-listener`.
    NoListener,
    /// `unresolved-name`.
    Name(Lost),
    /// `bind-unreachable`.
    Misses,
    /// `protocol-mismatch`.
    Protocol,
    /// `streaming-off`: answers are asked for as a stream, and the server does not stream.
    Streaming,
    /// `tenant-missing`: every request needs a tenant, and names none.
    NoTenant,
    /// `credentials-missing`: every request needs credentials, and shows none.
    NoCredentials,
    /// `signal-unserved`: the listener takes no such signal.
    Unserved(Signal),
    /// `remote-write-off`: the server's receiver for remote writes is switched off.
    RemoteWriteOff,
    /// `protocol-mismatch`, with what is sent.
    Path(String),
    /// `protocol-mismatch`: a proxy lies between, and this is what it makes of it.
    Passed(String),
    /// `internal-client-plaintext`: TLS on one end of Tempo's own gRPC.
    Internal,
    /// `tls-not-enabled`: it has the files and dials plaintext.
    NotEnabled,
    /// `tls-mismatch`: TLS on one end only.
    Mode,
    /// `tls-mismatch`: the server demands a client certificate and there is none.
    NoClientCertificate,
    /// `certificate-dates`, `san-missing`, `ca-mismatch`, `eku-mismatch`.
    Certificate(CertificateFault),
}
