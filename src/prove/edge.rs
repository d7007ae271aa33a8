//! The cause of an exchange that failed: from typed faults, the peer that was looked at, and only
//! then from words.

use super::cause::{Cause, Limit, Mismatch};
use super::dial::DialFault;
use super::exchange::{Answer, ExchangeFault};
use super::peer::Peer;
use super::said;
use super::send::{Rejection, Sent};
use rustls::{AlertDescription, CertificateError, Error as TlsError};

/// What a failed exchange comes to.
#[derive(Debug)]
pub(super) enum Judged {
    /// A cause, with what was seen of it.
    Cause(Cause, String),
    /// The exchange could not be tried, for this reason.
    NotTried(String),
}

/// What is known beside the fault itself.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    /// What is spoken at the address, where it was looked at.
    pub(super) peer: Option<&'k Peer>,
    /// Whether TLS was dialled.
    pub(super) tls: bool,
    /// Whether a client certificate was shown.
    pub(super) client_certificate: bool,
}

/// The cause why something sent was not taken. `Accepted` never comes here.
pub(super) fn of_sent(sent: &Sent, known: Known<'_>) -> Judged {
    match sent {
        Sent::Accepted => Judged::Cause(Cause::UnexpectedAnswer, "accepted".to_owned()),
        Sent::Rejected(rejection) => of_rejection(rejection),
        Sent::Foreign(answer) => of_answer(answer),
        Sent::Failed(fault) => of_fault(fault, known),
    }
}

fn of_rejection(rejection: &Rejection) -> Judged {
    let Rejection { code, message } = rejection;
    let cause = said::cause(message).unwrap_or(match code {
        7 | 16 | 401 | 403 => Cause::NotAllowed,
        12 | 404 => Cause::NotOtlp,
        413 => Cause::Limit(Limit::MessageSize),
        429 | 8 => Cause::Limit(Limit::Rate),
        _ => Cause::UnexpectedAnswer,
    });
    Judged::Cause(cause, format!("it answered {code}: {message}"))
}

/// The cause behind an answer that no OTLP door and no Tempo gives when all is well.
pub(super) fn of_answer(answer: &Answer) -> Judged {
    let text = String::from_utf8_lossy(&answer.body);
    let cause = match answer.status {
        _ if text.contains("HTTP request to an HTTPS server") => Cause::Edge(Mismatch::PlaintextToTls),
        _ if text.contains("no org id") => Cause::TenantMissing,
        401 | 403 => Cause::NotAllowed,
        404 => Cause::NotOtlp,
        413 => Cause::Limit(Limit::MessageSize),
        // An HTTP door that is asked over HTTP/2 for a gRPC method.
        415 => Cause::Edge(Mismatch::Protocol),
        429 => Cause::Limit(Limit::Rate),
        _ => Cause::UnexpectedAnswer,
    };
    Judged::Cause(cause, answer_evidence(answer))
}

/// An answer as a line of evidence.
pub(super) fn answer_evidence(answer: &Answer) -> String {
    match (answer.header("location"), answer.excerpt()) {
        (Some(location), _) => {
            format!("it answered {} to {} (not followed)", answer.status, super::words::line(location))
        }
        (None, text) if text.is_empty() => format!("it answered {} and no text", answer.status),
        (None, text) => format!("it answered {}: {text}", answer.status),
    }
}

/// The cause of an exchange that got no whole answer.
pub(super) fn of_fault(fault: &ExchangeFault, known: Known<'_>) -> Judged {
    let mismatch = match fault {
        ExchangeFault::Dial(DialFault::Settings(reason)) => return Judged::NotTried(reason.clone()),
        ExchangeFault::Dial(DialFault::Refused) => Mismatch::NobodyListens,
        ExchangeFault::Dial(DialFault::Tls(error)) | ExchangeFault::Tls(error) => of_tls(error, known),
        ExchangeFault::Dial(DialFault::Closed(_)) | ExchangeFault::Broken(_) => {
            return of_broken(&fault.to_string(), known);
        }
        ExchangeFault::Dial(DialFault::NoAddress { .. } | DialFault::Silent | DialFault::Network(_))
        | ExchangeFault::Silent(_) => Mismatch::NoAnswer,
    };
    Judged::Cause(Cause::Edge(mismatch), fault.to_string())
}

fn of_broken(text: &str, known: Known<'_>) -> Judged {
    let mismatch = match (known.tls, known.peer) {
        (false, Some(Peer::Tls(_))) => Mismatch::PlaintextToTls,
        (true, Some(Peer::Http1(_) | Peer::Http2)) => Mismatch::TlsToPlaintext,
        (false, Some(Peer::Http1(_) | Peer::Http2)) => Mismatch::Protocol,
        (true, Some(Peer::Tls(Some(error)))) => of_tls(error, known),
        // TLS, but it ended before anything was said: so do servers that miss a certificate.
        (true, Some(Peer::Tls(None))) if !known.client_certificate => Mismatch::ClientCertificateMissing,
        (_, Some(Peer::Unreachable(DialFault::Refused))) => Mismatch::NobodyListens,
        _ => return Judged::Cause(Cause::UnexpectedAnswer, text.to_owned()),
    };
    Judged::Cause(Cause::Edge(mismatch), text.to_owned())
}

fn of_tls(error: &TlsError, known: Known<'_>) -> Mismatch {
    match error {
        TlsError::InvalidMessage(_) => Mismatch::TlsToPlaintext,
        TlsError::InvalidCertificate(certificate) => of_certificate(certificate),
        TlsError::AlertReceived(alert) => of_alert(*alert, known.client_certificate),
        _ => Mismatch::CertificateUnfit,
    }
}

fn of_certificate(error: &CertificateError) -> Mismatch {
    use CertificateError as E;
    match error {
        E::Expired | E::ExpiredContext { .. } => Mismatch::Expired,
        E::NotValidYet | E::NotValidYetContext { .. } => Mismatch::NotYetValid,
        E::NotValidForName | E::NotValidForNameContext { .. } => Mismatch::WrongName,
        // A CA of the same name with another key fails at the signature.
        E::UnknownIssuer | E::BadSignature => Mismatch::UnknownAuthority,
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
