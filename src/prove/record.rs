//! The records of a proof: one line each that names the id and the number, in the trace of the same id.
//!
//! They carry that trace's id as every record does that is written while a span is open: where Loki refuses what it
//! stores beside a line, the application's own records are refused too.

use super::attributes::{resource, scope, string, yes};
use super::items::{PROOF, ProofItems, SeenItems, nanoseconds};
use crate::text::percent_encode;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs, SeverityNumber};
use prost::Message;
use serde::Deserialize;
use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long before and after the run its records are looked for: clocks may differ, and numbers take their time.
const BEFORE: Duration = Duration::from_secs(60);
const AFTER: Duration = Duration::from_secs(3600);
/// At most so many lines are asked for; a group has 100, and one that was sent again comes twice.
const LINES: u32 = 1000;

/// The records of `part`, encoded as OTLP.
pub(super) fn encode(records: &ProofItems<'_>, part: Range<u32>, now: SystemTime) -> Vec<u8> {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let log_records = part.map(|number| record(records, number, now)).collect();
    let scoped = ScopeLogs { scope: Some(scope()), log_records, ..ScopeLogs::default() };
    let all = ResourceLogs {
        resource: Some(resource(records)),
        scope_logs: vec![scoped],
        ..ResourceLogs::default()
    };
    ExportLogsServiceRequest { resource_logs: vec![all] }.encode_to_vec()
}

fn record(records: &ProofItems<'_>, number: u32, now: Duration) -> LogRecord {
    LogRecord {
        time_unix_nano: nanoseconds(now),
        observed_time_unix_nano: nanoseconds(now),
        severity_number: SeverityNumber::Info.into(),
        severity_text: "INFO".to_owned(),
        body: Some(AnyValue { value: Some(string(&line(records, number))) }),
        attributes: vec![yes(PROOF)],
        trace_id: records.id().to_vec(),
        span_id: records.span_id(number),
        ..LogRecord::default()
    }
}

/// The text of a number.
fn line(records: &ProofItems<'_>, number: u32) -> String {
    format!("tracewright proof {} {number}", records.hex())
}

/// The query for all lines that name the id.
pub(super) fn path(records: &ProofItems<'_>) -> String {
    let service = records.service().replace('\\', "\\\\").replace('"', "\\\"");
    let query = format!("{{service_name=\"{service}\"}} |= \"{}\"", records.hex());
    let (start, end) = (records.began().saturating_sub(BEFORE), records.began() + AFTER);
    format!(
        "/loki/api/v1/query_range?query={}&start={}&end={}&limit={LINES}",
        percent_encode(&query),
        nanoseconds(start),
        nanoseconds(end)
    )
}

/// Judges what was answered.
pub(super) fn judge(records: &ProofItems<'_>, body: &[u8]) -> Option<SeenItems> {
    let read = serde_json::from_slice::<Answer>(body).ok()?.data.result;
    let mut seen = SeenItems::default();
    for (_, text) in read.into_iter().flat_map(|stream| stream.values) {
        let number = text.rsplit(' ').next().and_then(|number| number.parse().ok());
        match number.filter(|number| records.numbers.contains(number) && line(records, *number) == text) {
            Some(number) => drop(seen.numbers.insert(number)),
            None => drop(seen.altered.get_or_insert(format!("a record came back as `{text}`"))),
        }
    }
    Some(seen)
}

/// The answer of `/loki/api/v1/query_range`, as far as it is looked at.
#[derive(Debug, Deserialize)]
struct Answer {
    data: AnswerData,
}

#[derive(Debug, Deserialize)]
struct AnswerData {
    result: Vec<Stream>,
}

#[derive(Debug, Deserialize)]
struct Stream {
    values: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::super::items::ProofRun;
    use super::super::route::Store;
    use super::*;

    #[test]
    fn what_loki_answers_is_read() {
        let run = ProofRun::new([7; 8], "shop", UNIX_EPOCH + Duration::from_secs(1000));
        let records = run.items(Store::Loki, 0..3);
        let answer = |lines: &str| {
            let stream = r#"{"stream":{"service_name":"shop-proof"},"values":["#;
            let body = format!("{{\"status\":\"success\",\"data\":{{\"result\":[{stream}{lines}]}}]}}}}");
            judge(&records, body.as_bytes())
        };
        let id = records.hex();
        let seen = answer(&format!("[\"1\",\"tracewright proof {id} 1\"]")).unwrap();
        assert_eq!((seen.numbers.into_iter().collect::<Vec<_>>(), seen.altered), (vec![1], None));
        let seen = answer(&format!("[\"1\",\"tracewright proof {id} 1 cut\"]")).unwrap();
        assert!(seen.numbers.is_empty() && seen.altered.is_some());
        assert!(answer("").unwrap().is_empty());
        assert!(judge(&records, b"{}").is_none());
    }

    #[test]
    fn a_service_may_have_quotes_in_its_name() {
        let run = ProofRun::new([7; 8], "a\"b\\", UNIX_EPOCH + Duration::from_secs(1000));
        let path = path(&run.items(Store::Loki, 0..1));
        assert!(path.contains("%7Bservice_name%3D%22a%5C%22b%5C%5C-proof%22%7D"), "{path}");
    }
}
