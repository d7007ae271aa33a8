//! The language as a JSON Schema, for editors: draft 7, with everything in place and no references, since
//! Taplo takes no description beside one. What only the whole file can tell (names that must exist, ports
//! that collide, the order of durations) is left to `check`.

use super::kind::Table;
use super::language::RawStack;
use super::schema::{Key, KeyDefault, Schema, ValueKind, Word};
use serde_json::{Map, Value, json};

/// The schema, as `stack.schema.json` holds it.
pub fn document() -> String {
    let mut root = table(RawStack::SCHEMA);
    let head = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "stack.toml of Tracewright",
        "x-tombi-toml-version": "v1.0.0",
    });
    let mut document = object(head);
    document.append(&mut root);
    let text = serde_json::to_string_pretty(&Value::Object(document));
    text.expect("a tree of texts and numbers is JSON") + "\n"
}

/// The fields of a `json!({ ... })`.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// A table with declared keys.
fn table(schema: &'static Schema) -> Map<String, Value> {
    let properties: Map<String, Value> =
        schema.rendered().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = schema.rendered().filter(|key| key.required).map(|key| key.name).collect();
    let mut fields = object(json!({
        "description": schema.help.trim(),
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "x-tombi-table-keys-order": "schema",
    }));
    if !required.is_empty() {
        fields.insert("required".to_owned(), json!(required));
    }
    fields
}

/// A key: its value, and what an editor shows of it.
fn property(key: &'static Key) -> Value {
    let mut fields = value(&key.kind);
    let mut about: Vec<String> = vec![key.help.trim().to_owned()];
    if let KeyDefault::Words(words) = key.default {
        about.push(format!("Default: {words}."));
    }
    if !key.renders.is_empty() {
        about.push(format!("Renders: {}.", key.renders));
    }
    fields.insert("description".to_owned(), json!(about.join("\n\n")));
    if let KeyDefault::Value(text) = key.default {
        fields.insert("default".to_owned(), toml(text));
    }
    if let Some((_, example)) = key.example.split_once(" = ") {
        fields.insert("examples".to_owned(), json!([toml(example)]));
    }
    Value::Object(fields)
}

/// A value that stands in a declaration as TOML.
fn toml(text: &str) -> Value {
    let read = toml::from_str::<toml::Table>(&format!("value = {text}")).ok();
    read.and_then(|table| serde_json::to_value(table.get("value")?).ok()).unwrap_or_default()
}

/// What can be sent to, and by which words of a signal.
const REFERENCE: &str = "^(tempo|prometheus|loki|collector\\..+)$";
const SIGNALS: [&str; 3] = ["traces", "metrics", "logs"];

const NAME: &str = "^[a-z][a-z0-9-]{0,31}$";

fn value(kind: &ValueKind) -> Map<String, Value> {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    object(match kind {
        ValueKind::Flag(None) => json!({ "type": "boolean" }),
        ValueKind::Flag(Some((refused, _))) => json!({ "type": "boolean", "enum": [!refused] }),
        ValueKind::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        ValueKind::Fraction => json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1 }),
        ValueKind::Text | ValueKind::Header => json!({ "type": "string", "minLength": 1 }),
        ValueKind::Name => text(NAME),
        ValueKind::Choice(_, words) => return choice(words),
        ValueKind::Duration => text("^[0-9]+(ms|s|m|h|d)$"),
        ValueKind::DurationOrNever => text("^(never|[0-9]+(ms|s|m|h|d))$"),
        ValueKind::Size(_) => text("^[0-9]+(B|kB|MB|GB|KiB|MiB|GiB)$"),
        ValueKind::Version => text("^[0-9]{1,5}\\.[0-9]{1,5}(\\.[0-9]{1,5})?$"),
        ValueKind::Port => json!({ "type": "integer", "minimum": 1, "maximum": 65535 }),
        ValueKind::Bind => text("^(loopback|any|[0-9.]+|[0-9a-fA-F:.]+)$"),
        ValueKind::Dial => text("^[^/ ]+$"),
        ValueKind::Path => text("^(/|~/)."),
        ValueKind::Secret => text("^(env:|file:/|credential:)."),
        ValueKind::SendTo => {
            let one = text(REFERENCE);
            let targets = json!({ "anyOf": [one, { "type": "array", "minItems": 1, "items": one }] });
            let by_signal: Map<String, Value> =
                SIGNALS.iter().map(|signal| ((*signal).to_owned(), targets.clone())).collect();
            json!({ "anyOf": [
                one,
                { "type": "array", "minItems": 1, "items": one },
                { "type": "object", "minProperties": 1, "additionalProperties": false, "properties": by_signal },
            ] })
        }
        ValueKind::Hosts => json!({ "anyOf": [{ "const": "all" }, list(&ValueKind::Name)] }),
        ValueKind::Listener(schema) => json!({ "anyOf": [
            value(&ValueKind::Port),
            { "type": "string", "pattern": ":[0-9]{1,5}$" },
            table(schema),
        ] }),
        ValueKind::List(of) => Value::Object(list(of)),
        ValueKind::Map(of) => json!({ "type": "object", "additionalProperties": value(of) }),
        ValueKind::Table(schema) => return table(schema),
        ValueKind::Named(schema, _) => json!({
            "type": "object",
            "minProperties": 1,
            "propertyNames": { "pattern": NAME },
            "additionalProperties": table(schema),
            "x-tombi-additional-key-label": "NAME",
        }),
        ValueKind::Anything => json!({}),
    })
}

fn list(of: &ValueKind) -> Map<String, Value> {
    object(json!({ "type": "array", "items": value(of) }))
}

/// Words, each with what it means where an editor shows that.
fn choice(words: &[Word]) -> Map<String, Value> {
    let known = words.iter().filter(|word| word.is_rendered());
    let texts: Vec<&str> = known.clone().map(|word| word.text).collect();
    let helps: Vec<&str> = known.map(|word| word.help.trim()).collect();
    object(json!({
        "type": "string",
        "enum": texts,
        "x-taplo": { "docs": { "enumValues": helps } },
    }))
}
