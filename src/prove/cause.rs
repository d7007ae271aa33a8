//! Why a proof failed: causes, not symptoms. What is said of each stands in `told`.
//!
//! A cause says what is wrong between two ends; the edge, the address and the evidence stand
//! beside it in a [`Failure`]. No I/O here.

use super::route::Store;
use crate::diagnostic::{Code, Finding};

/// A proof that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What keeps the signal that did not come back.
    pub store: Store,
    /// The edge at fault, as `Finding::edge` names it.
    pub edge: String,
    /// The address at the far end of that edge, or the name of the collector that holds what was sent.
    pub peer: String,
    /// What is wrong there.
    pub cause: FailureCause,
    /// What was seen of it, one line each: a counter, a line of a log, an answer.
    pub evidence: Vec<String>,
}

impl Failure {
    /// The finding to show for it; its evidence stands beside it.
    pub fn finding(&self) -> Finding {
        let title = self.cause.title(&self.peer, self.store);
        let finding = Finding::error(self.cause.code(), title).edge(&self.edge);
        self.cause.help(self.store).into_iter().fold(finding, Finding::help)
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureCause {
    /// The two ends of the edge do not fit.
    Edge(Mismatch),
    /// The two ends of an edge inside Tempo do not fit: its own clients and its own gRPC server.
    Internal(Mismatch),
    /// The store has tenants, and the request named none.
    TenantMissing,
    /// A limit was hit.
    Limit(Limit),
    /// The listener does not let the application in.
    NotAllowed,
    /// The listener answered, and it takes this signal not here: another service, another path.
    NotOtlp,
    /// Prometheus has the receiver for this, and it is switched off.
    ReceiverOff,
    /// Prometheus refused a whole request for a point that is older than what it holds of the same series.
    OutOfOrder,
    /// The store takes nothing of that age.
    Age,
    /// Loki takes no records with attributes: what it stores beside a line is switched off.
    MetadataOff,
    /// The listener or the API answered something that fits no protocol it should speak.
    UnexpectedAnswer,
    /// The collector's sending queue is full.
    QueueFull,
    /// The collector cannot deliver and tries again and again; nothing tells why.
    ExporterRetrying,
    /// The collector gave up what was sent; nothing tells why.
    ExporterDropped,
    /// The collector took what was sent and passed nothing on.
    NotForwarded,
    /// The peer took what was sent, or a collector passed it on, and the store received none of it.
    ForwardedElsewhere,
    /// The store received it and did not keep it.
    ReceivedNotStored,
    /// The store keeps it and did not yet show it.
    NotYetReadable,
    /// The store is read as another tenant than it is written to.
    OtherTenant,
    /// The listener took what was sent, it did not come back, and no counter could be read.
    Lost,
    /// The store says that it is not ready.
    NotReady,
    /// Reads through the query frontend get no answer.
    FrontendSilent,
    /// Some items did not come back: these, by number.
    Missing(Vec<u32>),
    /// What was sent came back changed.
    Altered,
}

/// How two ends of an edge do not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mismatch {
    /// Nobody listens there.
    NobodyListens,
    /// No answer, no address, no route.
    NoAnswer,
    /// gRPC on one side, plain HTTP on the other.
    Protocol,
    /// TLS is dialled, plaintext is served.
    TlsToPlaintext,
    /// Plaintext is dialled, TLS is served.
    PlaintextToTls,
    /// The certificate comes from a CA that is not trusted.
    UnknownCa,
    /// The certificate is not for the name or address that is dialled.
    WrongName,
    /// The certificate has expired.
    Expired,
    /// The certificate is not yet valid.
    NotYetValid,
    /// The certificate cannot be used for this in another way.
    CertificateUnfit,
    /// A client certificate is demanded and none was shown.
    ClientCertificateMissing,
    /// The client certificate was shown and turned away.
    ClientCertificateRefused,
}

/// The limits that refuse or discard what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// Bytes of one message.
    MessageSize,
    /// Bytes a second.
    Rate,
    /// Bytes of one trace.
    TraceSize,
    /// Traces alive at a time.
    LiveTraces,
    /// The memory of a collector.
    Memory,
}

impl FailureCause {
    /// Its stable name.
    pub fn code(&self) -> Code {
        Code(match self {
            Self::Edge(mismatch) => mismatch.code(),
            Self::Internal(_) => "proof-tempo-internal",
            Self::TenantMissing => "proof-tenant-missing",
            Self::Limit(_) => "proof-limit",
            Self::NotAllowed => "proof-not-allowed",
            Self::NotOtlp => "proof-not-otlp",
            Self::ReceiverOff => "proof-receiver-off",
            Self::OutOfOrder => "proof-out-of-order",
            Self::Age => "proof-age",
            Self::MetadataOff => "proof-metadata-off",
            Self::UnexpectedAnswer => "proof-unexpected-answer",
            Self::QueueFull => "proof-queue-full",
            Self::ExporterRetrying => "proof-exporter-retrying",
            Self::ExporterDropped => "proof-exporter-dropped",
            Self::NotForwarded => "proof-not-forwarded",
            Self::ForwardedElsewhere => "proof-forwarded-elsewhere",
            Self::ReceivedNotStored => "proof-not-stored",
            Self::NotYetReadable => "proof-not-readable",
            Self::OtherTenant => "proof-other-tenant",
            Self::Lost => "proof-lost",
            Self::NotReady => "proof-not-ready",
            Self::FrontendSilent => "proof-frontend-silent",
            Self::Missing(_) => "proof-incomplete",
            Self::Altered => "proof-altered",
        })
    }
}

impl Mismatch {
    fn code(self) -> &'static str {
        match self {
            Self::NobodyListens => "proof-nobody-listens",
            Self::NoAnswer => "proof-no-answer",
            Self::Protocol => "proof-protocol-mixed",
            Self::TlsToPlaintext => "proof-tls-to-plaintext",
            Self::PlaintextToTls => "proof-plaintext-to-tls",
            Self::UnknownCa => "proof-unknown-authority",
            Self::WrongName => "proof-wrong-name",
            Self::Expired => "proof-expired",
            Self::NotYetValid => "proof-not-yet-valid",
            Self::CertificateUnfit => "proof-certificate-unfit",
            Self::ClientCertificateMissing => "proof-client-certificate-missing",
            Self::ClientCertificateRefused => "proof-client-certificate-refused",
        }
    }
}
