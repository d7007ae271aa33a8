//! A plan as one JSON document.

use super::document::{DataflowReport, EngineReport};
use super::review::PlanView;
use crate::model::names::{ComponentName, UnitName};
use crate::plan::{Change, ContentChange, Needs, Plan, PlannedService, ServiceChange};
use serde_json::{Value, json};

/// Version of the JSON that this module prints. The minor number only ever adds.
pub const FORMAT_VERSION: &str = "2.0";

/// The plan, what a reader is told of it, and its dataflow.
pub fn text(plan: &Plan, view: &PlanView, dataflow: &DataflowReport, engines: &[EngineReport]) -> String {
    let (added, changed, destroyed) = plan.counts();
    let Ok(Value::Object(told)) = serde_json::to_value(view) else { return String::new() };
    let mut document = json!({
        "format_version": FORMAT_VERSION,
        "stack": plan.stack.as_str(),
        "host": plan.host.as_str(),
        "generation": plan.generation.0,
        "changes": plan.entries.iter().map(entry).collect::<Vec<_>>(),
        "services": plan.services.iter().map(service).collect::<Vec<_>>(),
        "summary": { "add": added, "change": changed, "destroy": destroyed },
        "dataflow": dataflow,
        "engines": engines,
    });
    if let Value::Object(document) = &mut document {
        for (key, value) in told {
            let known = document.entry(key).or_insert_with(|| value.clone());
            if let (Value::Object(known), Value::Object(more)) = (known, value) {
                known.extend(more);
            }
        }
    }
    super::json_text(&document)
}

fn entry(entry: &Change) -> Value {
    json!({
        "path": entry.path.as_str(),
        "kind": super::nouns::noun(entry.subject),
        "action": super::nouns::action(entry.action),
        "reason": entry.reason,
        "needs": match &entry.needs {
            Needs::Nothing => Value::Null,
            Needs::AcceptDrift { what } => json!({ "accept_drift": what }),
            Needs::Adopt => json!({ "adopt": true }),
            Needs::Refused(refusal) => json!({ "refused": refusal.to_string() }),
        },
        "mode": { "before": entry.mode_before.map(|mode| mode.to_string()), "after": entry.mode_after.map(|mode| mode.to_string()) },
        "owner": entry.owner.as_ref().map(ToString::to_string),
        "component": entry.component.as_ref().map(ComponentName::as_str),
        "content_changes": entry.content != ContentChange::None,
    })
}

fn service(service: &PlannedService) -> Value {
    json!({
        "unit": service.unit.as_ref().map(UnitName::as_str),
        "component": service.component.as_str(),
        "managed": service.managed,
        "change": match service.change {
            ServiceChange::Untouched => "untouched",
            ServiceChange::Restart => "restart",
            ServiceChange::ReloadAndRestart => "reload-manager-and-restart",
            ServiceChange::Start => "start",
            ServiceChange::Stop => "stop",
        },
        "because": service.because.iter().map(|(path, why)| json!({ "path": path.as_str(), "why": why })).collect::<Vec<_>>(),
    })
}
