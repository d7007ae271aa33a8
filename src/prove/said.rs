//! What engines say about an edge, in a log line, a gRPC status or the body of an error: text to
//! cause.
//!
//! The texts are those of Go's crypto/tls, net/http, grpc-go and of the engines themselves, seen
//! on collector 0.159 and Tempo 2.10.8 and 3.0.3. Only used where nothing typed is at hand. A
//! connection that was reset or a broken pipe names no cause: a server that misses a client
//! certificate leaves both, and so does one that was restarted.

use super::cause::{Cause, Limit, Mismatch};

/// Fragments in the order in which they are looked for: one that holds another stands first.
const FRAGMENTS: &[(&str, Cause)] = &[
    ("no org id", Cause::TenantMissing),
    ("RATE_LIMITED", Cause::Limit(Limit::Rate)),
    ("TRACE_TOO_LARGE", Cause::Limit(Limit::TraceSize)),
    ("LIVE_TRACES_EXCEEDED", Cause::Limit(Limit::LiveTraces)),
    ("message larger than max", Cause::Limit(Limit::MessageSize)),
    ("message after decompression larger than max", Cause::Limit(Limit::MessageSize)),
    ("request body too large", Cause::Limit(Limit::MessageSize)),
    ("sending queue is full", Cause::QueueFull),
    ("high memory usage", Cause::Limit(Limit::Memory)),
    ("code = Unauthenticated", Cause::NotAllowed),
    ("unknown service opentelemetry", Cause::NotOtlp),
    ("HTTP Status Code 404", Cause::NotOtlp),
    ("Client sent an HTTP request to an HTTPS server", Cause::Edge(Mismatch::PlaintextToTls)),
    ("first record does not look like a TLS handshake", Cause::Edge(Mismatch::TlsToPlaintext)),
    ("server gave HTTP response to HTTPS client", Cause::Edge(Mismatch::TlsToPlaintext)),
    ("certificate signed by unknown authority", Cause::Edge(Mismatch::UnknownAuthority)),
    ("cannot validate certificate for", Cause::Edge(Mismatch::WrongName)),
    ("certificate is valid for", Cause::Edge(Mismatch::WrongName)),
    ("certificate is not valid for any names", Cause::Edge(Mismatch::WrongName)),
    ("certificate relies on legacy Common Name", Cause::Edge(Mismatch::WrongName)),
    ("incompatible key usage", Cause::Edge(Mismatch::CertificateUnfit)),
    ("tls: unrecognized name", Cause::Edge(Mismatch::CertificateUnfit)),
    ("tls: certificate required", Cause::Edge(Mismatch::ClientCertificateMissing)),
    ("tls: bad certificate", Cause::Edge(Mismatch::ClientCertificateRefused)),
    ("tls: unknown certificate authority", Cause::Edge(Mismatch::ClientCertificateRefused)),
    ("tls: expired certificate", Cause::Edge(Mismatch::ClientCertificateRefused)),
    ("looked like an HTTP/1.1 header", Cause::Edge(Mismatch::Protocol)),
    ("http2: frame too large", Cause::Edge(Mismatch::Protocol)),
    ("malformed HTTP response", Cause::Edge(Mismatch::Protocol)),
    ("readLoopPeekFailLocked", Cause::Edge(Mismatch::Protocol)),
    ("HTTP Status Code 400", Cause::Edge(Mismatch::PlaintextToTls)),
    ("error reading server preface", Cause::Edge(Mismatch::PlaintextToTls)),
    ("connect: connection refused", Cause::Edge(Mismatch::NobodyListens)),
    ("no such host", Cause::Edge(Mismatch::NoAnswer)),
    ("i/o timeout", Cause::Edge(Mismatch::NoAnswer)),
];

/// The cause that a text speaks of, if it speaks of one.
pub(super) fn cause(text: &str) -> Option<Cause> {
    if text.contains("certificate has expired or is not yet valid") {
        let early = text.contains(" is before ");
        return Some(Cause::Edge(if early { Mismatch::NotYetValid } else { Mismatch::Expired }));
    }
    FRAGMENTS.iter().find(|(fragment, _)| text.contains(fragment)).map(|(_, cause)| cause.clone())
}

/// The newest line of a log that speaks of a failure and names its cause; where no line names one,
/// the newest that speaks of a failure.
pub(super) fn newest<'l>(log: &'l str, speaks_of: &str) -> Option<(&'l str, Option<Cause>)> {
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
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/said");
        let mut count = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
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
        assert_eq!((line, cause), ("Exporting failed. sending queue is full", Some(Cause::QueueFull)));
        assert_eq!(newest("Exporting failed. what", "Exporting failed").unwrap().1, None);
        assert_eq!(newest("all is well", "Exporting failed"), None);
    }
}
