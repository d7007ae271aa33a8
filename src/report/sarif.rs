//! Findings as SARIF 2.1.0, which code scanning takes.

use super::ShownFindings;
use super::document::printed;
use super::github::{joined, message, position};
use crate::diagnostic::{Finding, Label, Severity};
use crate::text::Sources;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One directory that was judged: what was found, and where its files lie below the root of the checkout.
pub type SarifPart<'a> = (ShownFindings<'a>, &'a str);

/// The whole document: one run, with the findings of every part.
pub fn document(parts: &[SarifPart<'_>]) -> String {
    let mut codes = BTreeSet::new();
    let mut results: Vec<Value> = Vec::new();
    for (shown, directory) in parts {
        let findings = shown.findings();
        codes.extend(findings.iter().map(|finding| finding.code.0));
        results.extend(findings.iter().map(|finding| result(finding, shown.sources(), directory)));
    }
    let rules: Vec<Value> = codes.into_iter().map(|code| json!({ "id": code })).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "tracewright",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    printed(&document)
}

fn result(finding: &Finding, sources: &Sources, directory: &str) -> Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let located = |label: &Label| location(label, sources, directory);
    let also = finding.also.iter().enumerate().filter_map(|(id, label)| {
        let mut place = located(label)?;
        place["id"] = json!(id + 1);
        place["message"] = json!({ "text": label.text });
        Some(place)
    });
    json!({
        "ruleId": finding.code.0,
        "level": level,
        "message": { "text": message(finding, sources) },
        "locations": finding.at.iter().filter_map(located).collect::<Vec<_>>(),
        "relatedLocations": also.collect::<Vec<_>>(),
    })
}

fn location(label: &Label, sources: &Sources, directory: &str) -> Option<Value> {
    let place = position(label, sources)?;
    Some(json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&joined(directory, &place.file)) },
        "region": { "startLine": place.line, "startColumn": place.column },
    } }))
}

/// A path as a relative reference: everything that may not stand in one is percent-encoded.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/@+".contains(&byte);
    path.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
