//! What engines say about an edge, in a log line, a gRPC status or the body of an error: text to
//! cause.
//!
//! The texts are those of Go's crypto/tls, net/http, grpc-go and of the engines themselves, seen
//! on collector 0.159 and Tempo 2.10.8 and 3.0.3. Only used where nothing typed is at hand. A
//! connection that was reset or a broken pipe names no cause: a server that misses a client
//! certificate leaves both, and so does one that was restarted.

use super::cause::{FailureCause, Limit, Mismatch};

/// What Prometheus (3.16) and Loki (3.7) say when they refuse what was sent to themselves. Who is told of it by a
/// collector's log reads no more than the status.
const REFUSALS: &[(&str, FailureCause)] = &[
    ("receiver needs to be enabled", FailureCause::ReceiverOff),
    // OTLP where remote write is taken, and the other way round.
    ("corrupt input", FailureCause::NotOtlp),
    ("unsupported compression: snappy", FailureCause::NotOtlp),
    ("out of order sample", FailureCause::OutOfOrder),
    ("duplicate sample", FailureCause::OutOfOrder),
    ("out of bounds", FailureCause::Age),
    ("too old sample", FailureCause::Age),
    ("timestamp too old", FailureCause::Age),
    ("timestamp too new", FailureCause::Age),
    ("structured metadata", FailureCause::MetadataOff),
    ("max entry size", FailureCause::Limit(Limit::MessageSize)),
];

/// Why a store refused a request, as far as its text tells.
pub(super) fn refusal(text: &str) -> Option<FailureCause> {
    REFUSALS.iter().find(|(fragment, _)| text.contains(fragment)).map(|(_, cause)| cause.clone())
}

/// Fragments in the order in which they are looked for: one that holds another stands first.
const FRAGMENTS: &[(&str, FailureCause)] = &[
    ("no org id", FailureCause::TenantMissing),
    ("RATE_LIMITED", FailureCause::Limit(Limit::Rate)),
    ("TRACE_TOO_LARGE", FailureCause::Limit(Limit::TraceSize)),
    ("LIVE_TRACES_EXCEEDED", FailureCause::Limit(Limit::LiveTraces)),
    ("message larger than max", FailureCause::Limit(Limit::MessageSize)),
    ("message after decompression larger than max", FailureCause::Limit(Limit::MessageSize)),
    ("request body too large", FailureCause::Limit(Limit::MessageSize)),
    ("sending queue is full", FailureCause::QueueFull),
    ("high memory usage", FailureCause::Limit(Limit::Memory)),
    ("code = Unauthenticated", FailureCause::NotAllowed),
    ("unknown service opentelemetry", FailureCause::NotOtlp),
    ("HTTP Status Code 404", FailureCause::NotOtlp),
    ("Client sent an HTTP request to an HTTPS server", FailureCause::Edge(Mismatch::PlaintextToTls)),
    ("first record does not look like a TLS handshake", FailureCause::Edge(Mismatch::TlsToPlaintext)),
    ("server gave HTTP response to HTTPS client", FailureCause::Edge(Mismatch::TlsToPlaintext)),
    ("certificate signed by unknown authority", FailureCause::Edge(Mismatch::UnknownCa)),
    ("cannot validate certificate for", FailureCause::Edge(Mismatch::WrongName)),
    ("certificate is valid for", FailureCause::Edge(Mismatch::WrongName)),
    ("certificate is not valid for any names", FailureCause::Edge(Mismatch::WrongName)),
    ("certificate relies on legacy Common Name", FailureCause::Edge(Mismatch::WrongName)),
    ("incompatible key usage", FailureCause::Edge(Mismatch::CertificateUnfit)),
    ("tls: unrecognized name", FailureCause::Edge(Mismatch::CertificateUnfit)),
    ("tls: certificate required", FailureCause::Edge(Mismatch::ClientCertificateMissing)),
    ("tls: bad certificate", FailureCause::Edge(Mismatch::ClientCertificateRefused)),
    ("tls: unknown certificate authority", FailureCause::Edge(Mismatch::ClientCertificateRefused)),
    ("tls: expired certificate", FailureCause::Edge(Mismatch::ClientCertificateRefused)),
    ("looked like an HTTP/1.1 header", FailureCause::Edge(Mismatch::Protocol)),
    ("http2: frame too large", FailureCause::Edge(Mismatch::Protocol)),
    ("malformed HTTP response", FailureCause::Edge(Mismatch::Protocol)),
    ("readLoopPeekFailLocked", FailureCause::Edge(Mismatch::Protocol)),
    ("HTTP Status Code 400", FailureCause::Edge(Mismatch::PlaintextToTls)),
    ("error reading server preface", FailureCause::Edge(Mismatch::PlaintextToTls)),
    ("connect: connection refused", FailureCause::Edge(Mismatch::NobodyListens)),
    ("no such host", FailureCause::Edge(Mismatch::NoAnswer)),
    ("i/o timeout", FailureCause::Edge(Mismatch::NoAnswer)),
];

/// The cause that a text speaks of, if it speaks of one.
pub(super) fn cause(text: &str) -> Option<FailureCause> {
    if text.contains("certificate has expired or is not yet valid") {
        let early = text.contains(" is before ");
        return Some(FailureCause::Edge(if early { Mismatch::NotYetValid } else { Mismatch::Expired }));
    }
    let told = FRAGMENTS.iter().find(|(fragment, _)| text.contains(fragment)).map(|(_, cause)| cause.clone());
    // Remote write logs the text of Prometheus beside its status.
    refusal(text).or(told)
}

/// The newest line of a log that speaks of a failure and names its cause; where no line names one,
/// the newest that speaks of a failure.
pub(super) fn newest<'l>(log: &'l str, speaks_of: &str) -> Option<(&'l str, Option<FailureCause>)> {
    let lines = || log.lines().rev().filter(|line| line.contains(speaks_of));
    let named = lines().find_map(|line| cause(line).map(|cause| (line, Some(cause))));
    named.or_else(|| lines().next().map(|line| (line, None)))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests read recordings")]
mod tests {
    use super::*;

    /// Each recording names its engine, its command and the cause its text stands for.
    #[test]
    fn recorded_texts_name_their_causes() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/said");
        let mut count = 0;
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            let [engine, command, cause_line, said @ ..] = lines.as_slice() else {
                panic!("{} is too short", path.display());
            };
            assert!(
                engine.starts_with("# engine: ") && command.starts_with("# command: "),
                "{}",
                path.display()
            );
            let expected = cause_line.strip_prefix("# cause: ").expect("a third line of the header");
            let found = cause(&said.join("\n")).map_or("none", |cause| cause.code().0);
            assert_eq!(found, expected, "{}", path.display());
            count += 1;
        }
        assert!(count >= 37, "{count} recordings");
    }

    #[test]
    fn the_newest_line_that_names_a_cause_wins() {
        let log =
            "Exporting failed. no org id\nExporting failed. sending queue is full\nExporting failed. what\n";
        let (line, cause) = newest(log, "Exporting failed").unwrap();
        assert_eq!((line, cause), ("Exporting failed. sending queue is full", Some(FailureCause::QueueFull)));
        assert_eq!(newest("Exporting failed. what", "Exporting failed").unwrap().1, None);
        assert_eq!(newest("all is well", "Exporting failed"), None);
    }
}
