//! Attributes as OTLP writes them, and the resource of everything that a proof sends.

use super::items::{PROOF, ProofItems};
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;

/// The resource: the proof's own service, and the mark.
pub(super) fn resource(items: &ProofItems<'_>) -> Resource {
    Resource { attributes: vec![text("service.name", items.service()), yes(PROOF)], ..Resource::default() }
}

/// The scope: this tool.
pub(super) fn scope() -> InstrumentationScope {
    InstrumentationScope { name: "tracewright".to_owned(), ..InstrumentationScope::default() }
}

/// A text.
pub(super) fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, string(value))
}

/// A flag that is set.
pub(super) fn yes(key: &str) -> KeyValue {
    attribute(key, Value::BoolValue(true))
}

/// A whole number.
pub(super) fn whole(key: &str, value: i64) -> KeyValue {
    attribute(key, Value::IntValue(value))
}

/// A text as a value.
pub(super) fn string(value: &str) -> Value {
    Value::StringValue(value.to_owned())
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}
