//! The proof trace: what is sent, and whether what came back is the same.

use super::attributes::{resource, scope, whole, yes};
use super::items::{PROOF, ProofItems, SeenItems, nanoseconds};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, span::SpanKind};
use prost::Message;
use serde::Deserialize;
use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The number of a span within its run.
const NUMBER: &str = "tracewright.span";
/// What the probabilistic sampler of the collector heeds: above 0 is always kept.
const PRIORITY: &str = "sampling.priority";

/// The spans of `part`, encoded as OTLP. The first of all numbers is the root.
pub(super) fn encode(trace: &ProofItems<'_>, part: Range<u32>, now: SystemTime) -> Vec<u8> {
    let spans = part.map(|number| span(trace, number, now)).collect();
    let scoped = ScopeSpans { scope: Some(scope()), spans, ..ScopeSpans::default() };
    let all = ResourceSpans {
        resource: Some(resource(trace)),
        scope_spans: vec![scoped],
        ..ResourceSpans::default()
    };
    ExportTraceServiceRequest { resource_spans: vec![all] }.encode_to_vec()
}

fn span(trace: &ProofItems<'_>, number: u32, now: SystemTime) -> Span {
    let root = trace.numbers.start;
    let parent = if number == root { Vec::new() } else { trace.span_id(root) };
    let start = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let kind = if number == root { SpanKind::Server } else { SpanKind::Internal };
    Span {
        trace_id: trace.id().to_vec(),
        span_id: trace.span_id(number),
        parent_span_id: parent,
        name: name(number),
        kind: kind.into(),
        start_time_unix_nano: nanoseconds(start),
        end_time_unix_nano: nanoseconds(start + Duration::from_millis(1)),
        attributes: vec![yes(PROOF), whole(NUMBER, number.into()), whole(PRIORITY, 1)],
        ..Span::default()
    }
}

/// Judges what was read back under a trace's id.
pub(super) fn judge(trace: &ProofItems<'_>, body: &[u8]) -> Option<SeenItems> {
    let read = serde_json::from_slice::<TraceAnswer>(body).ok()?.trace;
    Some(seen(trace, &read))
}

fn seen(trace: &ProofItems<'_>, read: &ReadTrace) -> SeenItems {
    let mut seen = SeenItems::default();
    for group in &read.resource_spans {
        let resource = group.resource.as_ref().map_or(&[][..], |resource| &resource.attributes);
        if let Some(change) = resource_change(trace, resource) {
            seen.altered.get_or_insert(change);
        }
        for span in group.scope_spans.iter().flat_map(|scope| &scope.spans) {
            judge_span(trace, span, &mut seen);
        }
    }
    seen
}

fn resource_change(trace: &ProofItems<'_>, attributes: &[Attribute]) -> Option<String> {
    let service = attributes.iter().find(|attribute| attribute.key == "service.name");
    match service.and_then(|attribute| attribute.value.as_text()) {
        Some(name) if name == trace.service() => {}
        Some(name) => {
            return Some(format!("`service.name` `{}` came back as `{name}`", trace.service()));
        }
        None => return Some("`service.name` did not come back".to_owned()),
    }
    mark_change(attributes, "resource")
}

fn judge_span(trace: &ProofItems<'_>, span: &ReadSpan, seen: &mut SeenItems) {
    let number = span.attributes.iter().find(|attribute| attribute.key == NUMBER);
    let number = number.and_then(|attribute| attribute.value.as_number());
    let Some(number) = number.filter(|number| trace.numbers.contains(number)) else {
        seen.altered.get_or_insert(format!("span `{}` has no `{NUMBER}` of this trace", span.name));
        return;
    };
    seen.numbers.insert(number);
    if span.name != name(number) {
        seen.altered.get_or_insert(format!("span `{}` came back as `{}`", name(number), span.name));
    } else if let Some(change) = mark_change(&span.attributes, &span.name) {
        seen.altered.get_or_insert(change);
    }
}

fn mark_change(attributes: &[Attribute], of: &str) -> Option<String> {
    let marked = attributes.iter().any(|mark| mark.key == PROOF && mark.value.bool_value == Some(true));
    (!marked).then(|| format!("`{PROOF}` of {of} did not come back"))
}

fn name(number: u32) -> String {
    format!("proof {number}")
}

/// The answer of `/api/v2/traces/ID`, as far as it is looked at. An unknown trace is an answer
/// with an empty trace, or with none.
#[derive(Debug, Deserialize)]
struct TraceAnswer {
    #[serde(default)]
    trace: ReadTrace,
}

/// A trace as Tempo writes it in JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ReadTrace {
    resource_spans: Vec<ReadResource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ReadResource {
    resource: Option<Attributed>,
    scope_spans: Vec<ReadScope>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Attributed {
    attributes: Vec<Attribute>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ReadScope {
    spans: Vec<ReadSpan>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ReadSpan {
    name: String,
    attributes: Vec<Attribute>,
}

#[derive(Debug, Deserialize)]
struct Attribute {
    key: String,
    #[serde(default)]
    value: AttributeValue,
}

/// Whole numbers are strings in protobuf's JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AttributeValue {
    string_value: Option<String>,
    bool_value: Option<bool>,
    int_value: Option<String>,
}

impl AttributeValue {
    fn as_text(&self) -> Option<&str> {
        self.string_value.as_deref()
    }

    fn as_number(&self) -> Option<u32> {
        self.int_value.as_deref().and_then(|digits| digits.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "tests read recordings")]

    use super::super::items::ProofRun;
    use super::super::route::Store;
    use super::*;

    fn recorded(name: &str) -> TraceAnswer {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/traces");
        let text = std::fs::read_to_string(format!("{directory}/{name}.txt")).unwrap();
        serde_json::from_str(text.lines().last().unwrap()).unwrap()
    }

    #[test]
    fn what_tempo_answers_is_read() {
        for version in ["2.10.8", "3.0.3"] {
            let found = recorded(&format!("trace-by-id-v2-{version}")).trace;
            assert_eq!(found.resource_spans[0].scope_spans[0].spans.len(), 3);
            // It is not a proof trace: nothing of it may count.
            let run = ProofRun::new([7; 8], "lab-app", UNIX_EPOCH);
            let trace = run.items(Store::Tempo, 0..3);
            let of_it = seen(&trace, &found);
            assert!(of_it.numbers.is_empty() && of_it.altered.is_some());
            assert!(seen(&trace, &recorded(&format!("trace-not-found-v2-{version}")).trace).is_empty());
        }
    }
}
