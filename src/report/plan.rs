//! A plan as text, in the look that Terraform's users know by heart.
//!
//! Deterministic to the byte: no clock, no temporary path, no order of a hash. Contents arrive redacted
//! and private keys as digests; nothing here could show more.

use super::nouns::noun;
use super::push;
use super::{diff, others};
use crate::model::certificate::{CertificateRole, CertificateSpec};
use crate::model::desired::Digest;
use crate::model::names::Scope;
use crate::model::prior::PathKind;
use crate::model::units::UnitRun;
use crate::pki::CertificateFacts;
use crate::plan::{
    Action, CertificateAfter, Change, ContentChange, DesiredSource, Needs, Plan, PlannedService,
    ServiceChange,
};

/// What the plan's text needs besides the plan.
#[derive(Debug)]
pub struct PlanFrame<'a> {
    /// Where it works: `below ./out`.
    pub place: &'a str,
    /// The dataflow part, already printed; empty for a rollback, whose stack is not read.
    pub dataflow: &'a str,
    /// The digests, `Desired:` and `Plan:`; a rollback has no desired digest of its own.
    pub digests: &'a [(&'static str, String)],
    /// What root types to see or carry out what is not the planner's own.
    pub as_root: &'a str,
}

/// The whole plan. One sentence where there is nothing to do.
pub fn text(plan: &Plan, frame: &PlanFrame<'_>) -> String {
    let mut text = String::new();
    if plan.is_empty() {
        push(&mut text, format_args!("{}\n", headline(plan, frame.place)));
    } else {
        push(&mut text, format_args!("Changes {}{}:\n", frame.place, goal(plan).1));
        directories(&mut text, plan);
        if let Some(directory) = &plan.new_ca_in {
            let what = "its key and certificate are kept there, and no generation takes them away";
            push(&mut text, format_args!("\n  # a new CA: {what}\n  + CA 0700 {directory}\n"));
        }
        for entry in
            plan.entries.iter().filter(|entry| entry.subject != PathKind::Directory || needs_words(entry))
        {
            object(&mut text, entry);
        }
        services(&mut text, plan);
    }
    others::section(&mut text, &plan.others, frame.as_root);
    if !frame.dataflow.is_empty() {
        push(&mut text, format_args!("\n{}", frame.dataflow));
    }
    if !plan.is_settled() {
        push(&mut text, format_args!("\n{}\n", summary(plan)));
    }
    for (name, digest) in frame.digests {
        push(&mut text, format_args!("{name}: {digest}\n"));
    }
    text
}

/// What is said where nothing is to be done.
pub(super) fn headline(plan: &Plan, place: &str) -> String {
    match plan.is_settled() {
        true => format!("No changes. Everything {place} is as {}.", goal(plan).0),
        false => others::headline(&plan.others, place),
    }
}

/// What it is like once nothing differs, and what the changes are for.
fn goal(plan: &Plan) -> (String, String) {
    match &plan.source {
        DesiredSource::Stack(_) => ("the stack wants it".to_owned(), String::new()),
        DesiredSource::Generation(number, _) => {
            (format!("in generation {number}"), format!(" to go back to generation {number}"))
        }
    }
}

/// `Plan: 2 to add, 1 to change, 0 to destroy.` A replacement is one of each, as in Terraform.
pub fn summary(plan: &Plan) -> String {
    let (added, changed, destroyed) = plan.counts();
    let others = others::numbers(&plan.others).map(|numbers| format!(" Not yours: {numbers}."));
    format!(
        "Plan: {added} to add, {changed} to change, {destroyed} to destroy.{}",
        others.unwrap_or_default()
    )
}

fn needs_words(entry: &Change) -> bool {
    entry.needs != Needs::Nothing
}

/// Directories in one table: they have nothing to show but their rights.
fn directories(text: &mut String, plan: &Plan) {
    let rows: Vec<_> = plan
        .entries
        .iter()
        .filter(|entry| entry.subject == PathKind::Directory && !needs_words(entry))
        .map(|entry| format!("{:>3} {} {}", entry.action.symbol(), rights(entry), entry.path))
        .collect();
    if !rows.is_empty() {
        push(text, format_args!("\n  # directories\n{}\n", rows.join("\n")));
    }
}

fn object(text: &mut String, entry: &Change) {
    push(text, format_args!("\n  # {} {}: {}\n", entry.path, fate(entry), entry.reason));
    needs(text, entry);
    push(
        text,
        format_args!(
            "{:>3} {} {}{}\n",
            entry.action.symbol(),
            noun(entry.subject),
            rights(entry),
            mode_change(entry)
        ),
    );
    for line in content(&entry.content) {
        push(text, format_args!("      {line}\n"));
    }
}

fn fate(entry: &Change) -> &'static str {
    match (&entry.needs, entry.action) {
        (Needs::Refused(_), _) => "cannot be changed",
        (_, Action::Create) => "will be created",
        (_, Action::Update) => "will be updated in-place",
        (_, Action::Replace) => "must be replaced",
        (_, Action::Delete) => "will be destroyed",
    }
}

/// What must be allowed before this can happen; why stands in the line above.
fn needs(text: &mut String, entry: &Change) {
    text.push_str(match entry.needs {
        Needs::Nothing | Needs::Refused(_) => "",
        Needs::AcceptDrift { .. } => "  # drift: somebody else changed it; --accept-drift overwrites it\n",
        Needs::Adopt => "  # in the way: --adopt takes it over and keeps its bytes as generation 0\n",
    });
}

fn rights(entry: &Change) -> String {
    let mode = entry.mode_after.or(entry.mode_before).map(|mode| mode.to_string());
    let owner = entry.owner.as_ref().map(ToString::to_string);
    [mode, owner].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn mode_change(entry: &Change) -> String {
    match (entry.mode_before, entry.mode_after) {
        (Some(before), Some(after)) if before != after => format!(" (mode was {before})"),
        _ => String::new(),
    }
}

fn content(change: &ContentChange) -> Vec<String> {
    match change {
        ContentChange::None => Vec::new(),
        ContentChange::Text { before, after, hidden } => {
            let mut lines = diff::unified(before, after);
            if *hidden {
                lines.push("(a value that is not shown changes)".to_owned());
            }
            lines
        }
        ContentChange::Binary { before, after } => {
            let size =
                |size: &Option<usize>| size.map_or("nothing".to_owned(), |size| format!("{size} bytes"));
            vec![format!("{} -> {}, not text", size(before), size(after))]
        }
        ContentChange::Certificate { before, after } => certificate(before.as_deref(), after),
        ContentChange::Link { to } => vec![format!("-> {to}")],
        ContentChange::Owner { before, after } => {
            vec![format!("- owner {before}"), format!("+ owner {after}")]
        }
        ContentChange::PrivateKey { before, after } => {
            let before = before.as_ref().map(|digest| format!("- {digest}"));
            let after = after.as_ref().map_or("+ made at apply".to_owned(), |digest| format!("+ {digest}"));
            before.into_iter().chain([after]).collect()
        }
    }
}

fn certificate(before: Option<&CertificateFacts>, after: &CertificateAfter) -> Vec<String> {
    let before = before.map(|facts| format!("- {}", known(facts)));
    let after = match after {
        CertificateAfter::Issued(spec) => Some(format!("+ {}", desired(spec))),
        CertificateAfter::Known(facts) => facts.as_ref().map(|facts| format!("+ {}", known(facts))),
        CertificateAfter::Gone => None,
    };
    before.into_iter().chain(after).collect()
}

/// What a certificate that is there says.
fn known(facts: &CertificateFacts) -> String {
    let names = facts.names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let role = if facts.is_ca { "CA".to_owned() } else { format!("names {names}") };
    let fingerprint = Digest::from(facts.fingerprint);
    format!("CN={}, O={}, {role}, sha256:{fingerprint}", facts.common_name, facts.organization)
}

/// `CN=ag tempo, O=ag, names 127.0.0.1, 397 days, issued at apply`.
fn desired(spec: &CertificateSpec) -> String {
    let role = match &spec.role {
        CertificateRole::Ca => "CA".to_owned(),
        CertificateRole::Leaf { names, .. } => {
            format!("names {}", names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
    };
    let lifetime = super::nouns::lifetime(spec.lifetime);
    format!("CN={}, O={}, {role}, {lifetime}, issued at apply", spec.common_name, spec.organization)
}

fn services(text: &mut String, plan: &Plan) {
    if plan.services.is_empty() && plan.to_linger.is_empty() {
        return;
    }
    text.push_str(match plan.ground().runs_services() {
        true => "\nServices:\n",
        false => "\nServices (none is touched below a root directory; on the host itself):\n",
    });
    for user in &plan.to_linger {
        push(
            text,
            format_args!("  {:<10} services of {user} without a login; this is never taken back\n", "linger"),
        );
    }
    for service in &plan.services {
        push(text, format_args!("  {:<10} {}\n", verb(service), unit(service)));
        if service.first {
            text.push_str("             stops before the others start: it may hold a port of theirs\n");
        }
        if let Some(UnitRun::Failed(how)) = &service.run {
            push(text, format_args!("             it does not run: {how}\n"));
        } else if service.run == Some(UnitRun::Stopped) && service.change == ServiceChange::Start {
            text.push_str("             it does not run\n");
        }
        for (path, why) in &service.because {
            push(text, format_args!("             {path}: {why}\n"));
        }
    }
}

fn verb(service: &PlannedService) -> &'static str {
    match (service.change, service.managed, &service.unit) {
        (ServiceChange::Untouched, ..) => "untouched",
        (ServiceChange::Stop, ..) => "stop",
        (_, false, None) => "by hand",
        (ServiceChange::Start, ..) => "start",
        (ServiceChange::Restart | ServiceChange::ReloadAndRestart, ..) => "restart",
    }
}

fn unit(service: &PlannedService) -> String {
    let scope = match &service.scope {
        Scope::System => "system".to_owned(),
        Scope::User(user) => format!("user {user}"),
    };
    match &service.unit {
        Some(unit) => format!("{unit} ({scope}, {})", service.component),
        None => format!("{} ({scope}, no unit named)", service.component),
    }
}
