//! Why a proof failed: causes, not symptoms, each with its title and what to do about it.
//!
//! A cause says what is wrong between two ends; the edge, the address and the evidence stand
//! beside it in a [`Failure`]. No I/O here.

use crate::diagnostic::{Code, Finding};

/// A proof that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The edge at fault, as `Finding::edge` names it.
    pub edge: String,
    /// The address at the far end of that edge, or the name of the collector that holds the spans.
    pub peer: String,
    /// What is wrong there.
    pub cause: FailureCause,
    /// What was seen of it, one line each: a counter, a line of a log, an answer.
    pub evidence: Vec<String>,
}

impl Failure {
    /// The finding to show for it; its evidence stands beside it.
    pub fn finding(&self) -> Finding {
        let finding = Finding::error(self.cause.code(), self.cause.title(&self.peer)).edge(&self.edge);
        self.cause.help().into_iter().fold(finding, Finding::help)
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureCause {
    /// The two ends of the edge do not fit.
    Edge(Mismatch),
    /// The two ends of an edge inside Tempo do not fit: its own clients and its own gRPC server.
    Internal(Mismatch),
    /// Tempo has tenants, and the request named none.
    TenantMissing,
    /// A limit was hit.
    Limit(Limit),
    /// The listener does not let the application in.
    NotAllowed,
    /// The listener answered, and it is no listener for OTLP traces: another service, another path.
    NotOtlp,
    /// The listener or the API answered something that fits no protocol it should speak.
    UnexpectedAnswer,
    /// The collector's sending queue is full.
    QueueFull,
    /// The collector cannot deliver and tries again and again; nothing tells why.
    ExporterRetrying,
    /// The collector gave the spans up; nothing tells why.
    ExporterDropped,
    /// The collector took the spans and passed nothing on.
    NotForwarded,
    /// The peer took the spans, or a collector passed them on, and Tempo received none.
    ForwardedElsewhere,
    /// Tempo received the spans and did not store them.
    ReceivedNotStored,
    /// Tempo stored the spans and did not yet show them.
    NotYetReadable,
    /// Tempo is read as another tenant than it is written to.
    OtherTenant,
    /// The listener took the spans, they did not come back, and no counter could be read.
    Lost,
    /// Tempo says that it is not ready.
    TempoNotReady,
    /// Reads through the query frontend get no answer.
    FrontendSilent,
    /// Some spans did not come back: these, by number.
    SpansMissing(Vec<u32>),
    /// The spans came back changed.
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

/// The limits that refuse or discard spans.
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
            Self::TempoNotReady => "proof-tempo-not-ready",
            Self::FrontendSilent => "proof-frontend-silent",
            Self::SpansMissing(_) => "proof-spans-missing",
            Self::Altered => "proof-altered",
        })
    }

    /// One line, lower case, with the concrete name.
    pub fn title(&self, peer: &str) -> String {
        match self {
            Self::Edge(mismatch) => mismatch.title(peer),
            Self::Internal(Mismatch::PlaintextToTls) => {
                format!("Tempo's internal clients dial {peer} in plaintext while it serves TLS")
            }
            Self::Internal(mismatch) => {
                format!("Tempo's internal clients cannot use {peer}: {}", mismatch.title(peer))
            }
            Self::TenantMissing => format!("{peer} has tenants and the request names none"),
            Self::Limit(limit) => limit.title(peer),
            Self::NotAllowed => format!("{peer} does not let the sender in"),
            Self::NotOtlp => format!("{peer} takes no OTLP traces at this path or service"),
            Self::UnexpectedAnswer => format!("{peer} answers something unexpected"),
            Self::QueueFull => format!("the sending queue of {peer} is full"),
            Self::ExporterRetrying => format!("{peer} cannot deliver and keeps trying"),
            Self::ExporterDropped => format!("{peer} gave the spans up"),
            Self::NotForwarded => format!("{peer} took the spans and has passed none on"),
            Self::ForwardedElsewhere => format!("{peer} took the spans and Tempo received none"),
            Self::ReceivedNotStored => "Tempo received the spans and did not store them".to_owned(),
            Self::NotYetReadable => "Tempo stored the spans and does not show them yet".to_owned(),
            Self::OtherTenant => format!("{peer} is read as another tenant than it is written to"),
            Self::Lost => "the trace did not come back, and no counter tells why".to_owned(),
            Self::TempoNotReady => "Tempo is not ready".to_owned(),
            Self::FrontendSilent => "reads through Tempo's query frontend get no answer".to_owned(),
            Self::SpansMissing(numbers) => {
                format!("{} did not come back", super::words::spans(numbers))
            }
            Self::Altered => "the spans came back changed".to_owned(),
        }
    }

    /// What to do: one entry a way out. None where the evidence says all there is to say.
    pub fn help(&self) -> Vec<&'static str> {
        match self {
            Self::Edge(mismatch) => mismatch.help(),
            Self::Internal(Mismatch::PlaintextToTls) => vec![
                "remove `server.grpc_tls_config` from Tempo's configuration",
                "or give every internal client TLS: `querier.frontend_worker` and, on 2.10, `ingester_client` and \
                 `metrics_generator_client`, on 3.0, `live_store_client` and `backend_scheduler_client`, each with \
                 `grpc_client_config: {tls_enabled: true, tls_ca_path: ...}`",
            ],
            Self::Internal(_) => vec!["make the internal clients of Tempo fit its `server` block"],
            Self::TenantMissing => vec!["name the tenant on every edge to Tempo: the header `X-Scope-OrgID`"],
            Self::Limit(limit) => vec![limit.help()],
            Self::NotAllowed => vec!["compare the sender's headers with what the receiver demands"],
            Self::NotOtlp => {
                vec!["dial the listener of an OTLP receiver; over HTTP its path ends in one `/v1/traces`"]
            }
            Self::QueueFull | Self::ExporterRetrying | Self::ExporterDropped => {
                vec!["the collector's log names the error: `Exporting failed`"]
            }
            Self::NotForwarded => {
                vec![
                    "a batch or tail sampler may hold them longer than was waited; else look at its pipeline",
                ]
            }
            Self::ForwardedElsewhere => vec!["compare the endpoint that is dialled with Tempo's receiver"],
            Self::Lost => vec!["open the metrics of the collector and of Tempo to the prover"],
            Self::NotYetReadable => vec!["wait longer, then prove again"],
            Self::OtherTenant => vec!["name one tenant on the write edge and on the read edge"],
            Self::Altered => vec!["look for processors that change or remove attributes"],
            Self::UnexpectedAnswer => vec!["look at what listens there, and at what stands between"],
            Self::TempoNotReady => vec!["wait until `/ready` answers 200; Tempo's log says what keeps it"],
            Self::ReceivedNotStored | Self::FrontendSilent | Self::SpansMissing(_) => {
                vec!["Tempo's log has the rest"]
            }
        }
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

    fn title(self, peer: &str) -> String {
        match self {
            Self::NobodyListens => format!("nobody listens on {peer}"),
            Self::NoAnswer => format!("{peer} does not answer"),
            Self::Protocol => format!("{peer} does not speak the protocol that is sent to it"),
            Self::TlsToPlaintext => format!("{peer} is dialled with TLS and serves plaintext"),
            Self::PlaintextToTls => format!("{peer} is dialled in plaintext and serves TLS"),
            Self::UnknownCa => {
                format!("the certificate of {peer} comes from a CA that is not trusted")
            }
            Self::WrongName => format!("the certificate of {peer} is not for the name that is dialled"),
            Self::Expired => format!("the certificate of {peer} has expired"),
            Self::NotYetValid => format!("the certificate of {peer} is not yet valid"),
            Self::CertificateUnfit => format!("the certificate of {peer} cannot be used"),
            Self::ClientCertificateMissing => {
                format!("{peer} demands a client certificate and none was shown")
            }
            Self::ClientCertificateRefused => format!("{peer} turned the client certificate away"),
        }
    }

    fn help(self) -> Vec<&'static str> {
        match self {
            Self::NobodyListens => vec!["start what should listen there, or dial its real port"],
            Self::NoAnswer => {
                vec!["compare the dialled host with the address that is listened on; look for a firewall"]
            }
            Self::Protocol => {
                vec!["dial the port of the other protocol, or change the protocol of the sender"]
            }
            Self::TlsToPlaintext => vec!["dial `http://`, or give the listener a certificate and key"],
            Self::PlaintextToTls => {
                vec!["dial `https://` with the listener's CA, or take TLS off the listener"]
            }
            Self::UnknownCa => vec!["give the client the CA that issued the listener's certificate"],
            Self::WrongName => vec!["issue the certificate for the name or address that is dialled"],
            Self::Expired | Self::NotYetValid => {
                vec!["issue a new certificate; compare the clocks of both ends"]
            }
            Self::CertificateUnfit => vec!["issue a leaf certificate for server use"],
            Self::ClientCertificateMissing => vec!["give the client a client certificate and its key"],
            Self::ClientCertificateRefused => {
                vec![
                    "issue the client certificate for client use, by the CA that the listener checks against",
                ]
            }
        }
    }
}

impl Limit {
    fn title(self, peer: &str) -> String {
        match self {
            Self::MessageSize => format!("{peer} refuses a message of this size"),
            Self::Rate => format!("{peer} refuses the spans: the rate limit is reached"),
            Self::TraceSize => format!("{peer} discards the spans: the trace is too large"),
            Self::LiveTraces => format!("{peer} discards the spans: too many traces are alive"),
            Self::Memory => format!("{peer} refuses the spans: its memory limit is reached"),
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::MessageSize => {
                "send smaller batches, or raise the receiver's `max_recv_msg_size_mib` (over HTTP `max_request_body_size`)"
            }
            Self::Rate => "raise `ingestion.rate_limit_bytes` and `burst_size_bytes`, or send less",
            Self::TraceSize => {
                "raise `limits.trace_size` in `[tempo]`; in a file by hand `overrides.defaults.global.max_bytes_per_trace`"
            }
            Self::LiveTraces => "raise `ingestion.max_traces_per_user`",
            Self::Memory => "raise the collector's `memory_limiter`, or look at why its queue is full",
        }
    }
}
