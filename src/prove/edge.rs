//! The cause of an exchange that failed: from typed faults, the peer that was looked at, and only
//! then from words.

use super::cause::{FailureCause, Limit, Mismatch};
use super::dial::DialFault;
use super::exchange::{Answer, ExchangeFault};
use super::peer::{Peer, PeerInside};
use super::route::{Dial, Reader, Tls};
use super::said;
use super::send::{Rejection, Sent};
use super::words;
use crate::model::dataflow::OtlpProtocol;
use rustls::{AlertDescription, CertificateError, Error as TlsError};

/// What a failed exchange comes to.
#[derive(Debug)]
pub(super) enum EdgeFailure {
    /// A cause, with what was seen of it.
    Cause(FailureCause, String),
    /// The exchange could not be tried, for this reason.
    NotTried(String),
}

/// One end of an exchange: what was dialled, how, and what was then seen there.
#[derive(Clone, Debug)]
pub(super) struct Dialled<'d> {
    /// `host:port`.
    at: String,
    /// What was asked for, for evidence.
    asked: String,
    grpc: bool,
    tls: bool,
    client_certificate: bool,
    peer: Option<&'d Peer>,
}

impl<'d> Dialled<'d> {
    /// An OTLP listener, and what is spoken there if it was looked at.
    pub(super) fn endpoint(dial: &Dial, peer: Option<&'d Peer>) -> Self {
        let at = words::host_of(&dial.url);
        let grpc = dial.protocol == OtlpProtocol::Grpc;
        let asked = if grpc { at.clone() } else { format!("POST {}", dial.url) };
        Self { asked, grpc, peer, ..Self::url(&dial.url, &dial.tls) }
    }

    /// The API of a store.
    pub(super) fn api(reader: &Reader, peer: Option<&'d Peer>) -> Self {
        Self { peer, ..Self::url(&reader.api, &reader.tls) }
    }

    fn url(url: &str, tls: &Tls) -> Self {
        let at = words::host_of(url);
        let client_certificate = tls.client.is_some();
        Self {
            asked: at.clone(),
            at,
            grpc: false,
            tls: url.starts_with("https:"),
            client_certificate,
            peer: None,
        }
    }

    /// The cause why something sent was not taken. `Accepted` never comes here.
    pub(super) fn of_sent(&self, sent: &Sent) -> EdgeFailure {
        match sent {
            Sent::Accepted => {
                EdgeFailure::Cause(FailureCause::UnexpectedAnswer, format!("{} accepted it", self.asked))
            }
            Sent::Rejected(rejection) => self.of_rejection(rejection),
            Sent::Foreign(answer) => self.of_answer(answer),
            Sent::Failed(fault) => self.of_fault(fault),
        }
    }

    fn of_rejection(&self, rejection: &Rejection) -> EdgeFailure {
        let Rejection { code, message } = rejection;
        let cause = said::cause(message).unwrap_or(match code {
            7 | 16 | 401 | 403 => FailureCause::NotAllowed,
            12 | 404 => FailureCause::NotOtlp,
            413 => FailureCause::Limit(Limit::MessageSize),
            429 | 8 => FailureCause::Limit(Limit::Rate),
            _ => FailureCause::UnexpectedAnswer,
        });
        EdgeFailure::Cause(cause, format!("{} answered {code}: {message}", self.asked))
    }

    /// The cause behind an answer that no OTLP listener and no store gives when all is well.
    pub(super) fn of_answer(&self, answer: &Answer) -> EdgeFailure {
        let text = String::from_utf8_lossy(&answer.body);
        let cause = match answer.status {
            _ if text.contains("HTTP request to an HTTPS server") => {
                FailureCause::Edge(Mismatch::PlaintextToTls)
            }
            _ if text.contains("no org id") => FailureCause::TenantMissing,
            400 | 404 | 422 if let Some(cause) = said::refusal(&text) => cause,
            401 | 403 => FailureCause::NotAllowed,
            413 => FailureCause::Limit(Limit::MessageSize),
            429 => FailureCause::Limit(Limit::Rate),
            // A plain HTTP server that was asked over HTTP/2 for a method of gRPC.
            200..=299 | 400 | 404 | 405 | 415 if self.grpc => FailureCause::Edge(Mismatch::Protocol),
            404 | 405 | 415 => FailureCause::NotOtlp,
            _ => FailureCause::UnexpectedAnswer,
        };
        EdgeFailure::Cause(cause, format!("{} {}", self.asked, answered(answer)))
    }

    /// The cause of an exchange that got no whole answer.
    pub(super) fn of_fault(&self, fault: &ExchangeFault) -> EdgeFailure {
        let mismatch = match fault {
            ExchangeFault::Dial(DialFault::Settings(reason)) => return EdgeFailure::NotTried(reason.clone()),
            ExchangeFault::Dial(DialFault::Refused) => Mismatch::NobodyListens,
            ExchangeFault::Dial(DialFault::Tls(TlsError::InvalidMessage(_)) | DialFault::Closed(_))
            | ExchangeFault::Broken(_) => return self.of_peer(&fault.to_string()),
            ExchangeFault::Dial(DialFault::Tls(error)) | ExchangeFault::Tls(error) => {
                return EdgeFailure::Cause(FailureCause::Edge(self.of_tls(error)), self.tls_evidence(error));
            }
            ExchangeFault::Dial(DialFault::NoAddress { .. } | DialFault::Silent | DialFault::Network(_))
            | ExchangeFault::Silent(_) => Mismatch::NoAnswer,
        };
        EdgeFailure::Cause(FailureCause::Edge(mismatch), format!("{}: {fault}", self.at))
    }

    fn tls_evidence(&self, error: &TlsError) -> String {
        format!("{}: {}", self.at, words::tls(error))
    }

    /// The exchange broke, with words that depend on timing: what is spoken there decides.
    fn of_peer(&self, text: &str) -> EdgeFailure {
        let at = &self.at;
        let (mismatch, evidence) = match (self.peer, self.tls) {
            (Some(Peer::Tls(_)), false) => {
                (Mismatch::PlaintextToTls, format!("{at} answers a TLS handshake"))
            }
            (Some(Peer::Http2), tls) => (
                if tls { Mismatch::TlsToPlaintext } else { Mismatch::Protocol },
                format!("{at} answers the first frame of HTTP/2 in plaintext, as gRPC servers do"),
            ),
            (Some(Peer::Http1(line)), tls) => (
                if tls { Mismatch::TlsToPlaintext } else { Mismatch::Protocol },
                format!("{at} answers the first frame of HTTP/2 with `{line}`"),
            ),
            (Some(Peer::Tls(PeerInside::Fault(error))), true) => {
                (self.of_tls(error), self.tls_evidence(error))
            }
            (Some(Peer::Tls(PeerInside::Http2)), true) if !self.grpc => {
                (Mismatch::Protocol, format!("{at} answers HTTP/2 inside of TLS, and not HTTP/1.1"))
            }
            // TLS that ends before anything is said: so do servers that miss a certificate.
            (Some(Peer::Tls(PeerInside::Silence)), true) if !self.client_certificate => {
                (Mismatch::ClientCertificateMissing, format!("{at} ends TLS before it says anything"))
            }
            (Some(Peer::Unreachable(DialFault::Refused)), _) => {
                (Mismatch::NobodyListens, format!("{at}: connection refused"))
            }
            _ => return EdgeFailure::Cause(FailureCause::UnexpectedAnswer, format!("{at}: {text}")),
        };
        EdgeFailure::Cause(FailureCause::Edge(mismatch), evidence)
    }

    fn of_tls(&self, error: &TlsError) -> Mismatch {
        match error {
            TlsError::InvalidCertificate(certificate) => of_certificate(certificate),
            TlsError::AlertReceived(alert) => of_alert(*alert, self.client_certificate),
            _ => Mismatch::CertificateUnfit,
        }
    }
}

/// An answer as a part of a line of evidence.
pub(super) fn answered(answer: &Answer) -> String {
    match (answer.header("location"), answer.excerpt()) {
        (Some(location), _) => {
            format!("answered {} to {}, which is not followed", answer.status, words::line(location))
        }
        (None, text) if text.is_empty() => format!("answered {} and no text", answer.status),
        (None, text) => format!("answered {}: {text}", answer.status),
    }
}

fn of_certificate(error: &CertificateError) -> Mismatch {
    use CertificateError as E;
    match error {
        E::Expired | E::ExpiredContext { .. } => Mismatch::Expired,
        E::NotValidYet | E::NotValidYetContext { .. } => Mismatch::NotYetValid,
        E::NotValidForName | E::NotValidForNameContext { .. } => Mismatch::WrongName,
        // A CA of the same name with another key fails at the signature.
        E::UnknownIssuer | E::BadSignature => Mismatch::UnknownCa,
        _ => Mismatch::CertificateUnfit,
    }
}

fn of_alert(alert: AlertDescription, client_certificate: bool) -> Mismatch {
    use AlertDescription as A;
    match alert {
        A::CertificateRequired => Mismatch::ClientCertificateMissing,
        A::NoApplicationProtocol => Mismatch::Protocol,
        // Go's servers say `bad certificate` also where none was shown, before TLS 1.3.
        A::BadCertificate if !client_certificate => Mismatch::ClientCertificateMissing,
        A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateRevoked
        | A::CertificateExpired
        | A::CertificateUnknown
        | A::UnknownCA
        | A::AccessDenied
        | A::DecryptError => Mismatch::ClientCertificateRefused,
        _ => Mismatch::CertificateUnfit,
    }
}
