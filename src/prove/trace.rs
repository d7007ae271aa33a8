//! The proof trace: what is sent, and whether what came back is the same.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, span::SpanKind};
use prost::Message;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Marks every span and resource of a proof, so that samplers keep them and people can hide them.
const PROOF: &str = "tracewright.proof";
/// The number of a span within its run.
const NUMBER: &str = "tracewright.span";
/// What the probabilistic sampler of the collector heeds: above 0 is always kept.
const PRIORITY: &str = "sampling.priority";

/// One run of the prover: the random part of all its ids, and the name it sends under.
#[derive(Clone, Debug)]
pub(super) struct ProofRun {
    id: [u8; 8],
    service: String,
}

impl ProofRun {
    /// A run with these random bytes.
    pub(super) fn new(id: [u8; 8], service_name: &str) -> Self {
        Self { id, service: format!("{service_name}-proof") }
    }

    /// The trace with the spans of these numbers. The first of all numbers names the trace, so
    /// parts of it can be sent one by one.
    pub(super) fn trace(&self, numbers: Range<u32>) -> ProofTrace<'_> {
        ProofTrace { run: self, numbers }
    }
}

/// One trace of a run.
#[derive(Clone, Debug)]
pub(super) struct ProofTrace<'r> {
    run: &'r ProofRun,
    numbers: Range<u32>,
}

impl ProofTrace<'_> {
    /// The id as Tempo's API takes it.
    pub(super) fn hex(&self) -> String {
        self.id().iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a String takes all that is written");
            hex
        })
    }

    fn id(&self) -> [u8; 16] {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.run.id);
        // Never all zero in its lower half: some samplers look only at that one.
        id[8..].copy_from_slice(&(u64::from(self.numbers.start) + 1).to_be_bytes());
        for (low, high) in id[8..14].iter_mut().zip(&self.run.id) {
            *low ^= high;
        }
        id
    }

    /// The spans of `part`, encoded as OTLP.
    pub(super) fn encode(&self, part: Range<u32>, now: SystemTime) -> Vec<u8> {
        let resource = Resource {
            attributes: vec![text("service.name", &self.run.service), yes(PROOF)],
            ..Resource::default()
        };
        let spans = part.map(|number| self.span(number, now)).collect();
        let scope =
            InstrumentationScope { name: "tracewright".to_owned(), ..InstrumentationScope::default() };
        let scoped = ScopeSpans { scope: Some(scope), spans, ..ScopeSpans::default() };
        let all =
            ResourceSpans { resource: Some(resource), scope_spans: vec![scoped], ..ResourceSpans::default() };
        ExportTraceServiceRequest { resource_spans: vec![all] }.encode_to_vec()
    }

    fn span(&self, number: u32, now: SystemTime) -> Span {
        let root = self.numbers.start;
        let parent = if number == root { Vec::new() } else { self.span_id(root) };
        let start = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let kind = if number == root { SpanKind::Server } else { SpanKind::Internal };
        Span {
            trace_id: self.id().to_vec(),
            span_id: self.span_id(number),
            parent_span_id: parent,
            name: name(number),
            kind: kind.into(),
            start_time_unix_nano: nanoseconds(start),
            end_time_unix_nano: nanoseconds(start + Duration::from_millis(1)),
            attributes: vec![yes(PROOF), whole(NUMBER, number.into()), whole(PRIORITY, 1)],
            ..Span::default()
        }
    }

    fn span_id(&self, number: u32) -> Vec<u8> {
        let mut id = self.run.id;
        for (byte, digit) in id[4..].iter_mut().zip((number + 1).to_be_bytes()) {
            *byte ^= digit;
        }
        id.to_vec()
    }

    /// Judges what was read back under this trace's id.
    pub(super) fn judge(&self, read: &ReadTrace) -> SeenTrace {
        let mut seen = SeenTrace { numbers: BTreeSet::new(), altered: None };
        for group in &read.resource_spans {
            let resource = group.resource.as_ref().map_or(&[][..], |resource| &resource.attributes);
            if let Some(change) = self.resource_change(resource) {
                seen.altered.get_or_insert(change);
            }
            for span in group.scope_spans.iter().flat_map(|scope| &scope.spans) {
                self.judge_span(span, &mut seen);
            }
        }
        seen
    }

    fn resource_change(&self, attributes: &[Attribute]) -> Option<String> {
        let service = attributes.iter().find(|attribute| attribute.key == "service.name");
        match service.and_then(|attribute| attribute.value.as_text()) {
            Some(name) if name == self.run.service => {}
            Some(name) => {
                return Some(format!("`service.name` `{}` came back as `{name}`", self.run.service));
            }
            None => return Some("`service.name` did not come back".to_owned()),
        }
        mark_change(attributes, "resource")
    }

    fn judge_span(&self, span: &ReadSpan, seen: &mut SeenTrace) {
        let number = span.attributes.iter().find(|attribute| attribute.key == NUMBER);
        let number = number.and_then(|attribute| attribute.value.as_number());
        let Some(number) = number.filter(|number| self.numbers.contains(number)) else {
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

    /// The numbers that are not among those seen.
    pub(super) fn missing(&self, seen: &SeenTrace) -> Vec<u32> {
        self.numbers.clone().filter(|number| !seen.numbers.contains(number)).collect()
    }
}

/// What came back of a trace.
#[derive(Clone, Debug, Default)]
pub(super) struct SeenTrace {
    /// Each span's number once, however often it came.
    pub(super) numbers: BTreeSet<u32>,
    /// The first difference in an attribute or name.
    pub(super) altered: Option<String>,
}

fn mark_change(attributes: &[Attribute], of: &str) -> Option<String> {
    let marked = attributes.iter().any(|mark| mark.key == PROOF && mark.value.bool_value == Some(true));
    (!marked).then(|| format!("`{PROOF}` of {of} did not come back"))
}

fn name(number: u32) -> String {
    format!("proof {number}")
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

fn yes(key: &str) -> KeyValue {
    attribute(key, Value::BoolValue(true))
}

fn whole(key: &str, value: i64) -> KeyValue {
    attribute(key, Value::IntValue(value))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

/// The answer of `/api/v2/traces/ID`, as far as it is looked at. An unknown trace is an answer
/// with an empty trace, or with none.
#[derive(Debug, Deserialize)]
pub(super) struct TraceAnswer {
    #[serde(default)]
    pub(super) trace: ReadTrace,
}

/// A trace as Tempo writes it in JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ReadTrace {
    resource_spans: Vec<ReadResource>,
}

impl ReadTrace {
    /// Whether it holds nothing: Tempo does not know the trace.
    pub(super) fn is_empty(&self) -> bool {
        self.resource_spans.is_empty()
    }
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
#[allow(clippy::disallowed_methods, reason = "tests read recordings")]
mod tests {
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
            let run = ProofRun::new([7; 8], "lab-app");
            let seen = run.trace(0..3).judge(&found);
            assert!(seen.numbers.is_empty() && seen.altered.is_some());
            assert!(recorded(&format!("trace-not-found-v2-{version}")).trace.is_empty());
        }
    }

    #[test]
    fn ids_of_a_run_are_all_different_and_never_zero() {
        for random in [[0; 8], [255; 8], [1, 2, 3, 4, 5, 6, 7, 8]] {
            let run = ProofRun::new(random, "shop");
            let traces: BTreeSet<[u8; 16]> = (0..500).map(|start| run.trace(start..start + 1).id()).collect();
            assert_eq!(traces.len(), 500);
            assert!(!traces.contains(&[0; 16]));
            let spans: BTreeSet<Vec<u8>> = (0..500).map(|number| run.trace(0..500).span_id(number)).collect();
            assert_eq!(spans.len(), 500);
        }
    }
}
