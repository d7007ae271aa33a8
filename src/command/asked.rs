//! What a command line asks to be printed: a document instead of text, one into a file, commands of a workflow.

use crate::cli::{CheckFormat, Format, JsonIntoArgument, PlanFormat, RenderFormat, Verb};
use crate::report::document::DocumentKind;
use crate::workflow::session::Asked;

/// What of this a verb's arguments ask for.
pub(super) fn asked(verb: &Verb) -> Asked {
    let of = |kind, (json, github): (bool, bool), into: &JsonIntoArgument| Asked {
        document: json.then_some(kind),
        into: into.json_into.clone().map(|file| (kind, file)),
        commands: github,
    };
    match verb {
        Verb::Check(check) => {
            let form = (check.format == CheckFormat::Json, check.format == CheckFormat::Github);
            of(DocumentKind::Check, form, &check.json_into)
        }
        Verb::Plan(plan) => {
            let form = (plan.format == PlanFormat::Json, plan.format == PlanFormat::Github);
            of(DocumentKind::Plan, form, &plan.json_into)
        }
        Verb::Render(render) => {
            let form = (render.format == RenderFormat::Json, render.format == RenderFormat::Github);
            of(DocumentKind::Render, form, &render.json_into)
        }
        Verb::History(history) => {
            of(DocumentKind::History, (history.format == Format::Json, false), &history.json_into)
        }
        Verb::Prove(prove) => {
            of(DocumentKind::Prove, (prove.format == Format::Json, false), &prove.json_into)
        }
        Verb::Status(status) => {
            of(DocumentKind::Status, (status.format == Format::Json, false), &status.json_into)
        }
        _ => Asked::default(),
    }
}
