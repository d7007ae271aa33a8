//! From the changes of a plan to what they follow from.

use super::view::{CauseKind, CauseView, FileView, KeyView, SettingView};
use crate::cause::{FilePlace, FilePlacePart, Settings, changed_keys, settings};
use crate::model::certificate::{CertificateRole, CertificateSpec};
use crate::model::names::TargetPath;
use crate::model::prior::PathKind;
use crate::pki::CertificateFacts;
use crate::plan::{Action, CertificateAfter, Change, ContentChange, Needs, Plan};
use crate::report::nouns::lifetime;
use crate::text::{Redacted, TextFormat};
use std::collections::{BTreeMap, BTreeSet};

/// Keys of `stack.toml` and what follows from them.
#[derive(Clone, Debug)]
pub struct KeyCause {
    /// The keys, as they are shown.
    pub keys: Vec<KeyView>,
    /// What differs because of them.
    pub places: BTreeSet<FilePlace>,
}

/// What a change is put down to that no key explains.
#[derive(Clone, Debug)]
pub enum Otherwise {
    /// The component whose file it is, and what that is: nothing older is known to compare with.
    Component(BTreeMap<String, String>),
    /// This version of the tool.
    Tool,
    /// The generation that is gone back to.
    Generation(u64),
}

/// The causes of a plan in order: keys by their lines, then the rest.
pub fn causes(
    plan: &Plan,
    keys: Vec<KeyCause>,
    (otherwise, owners): (&Otherwise, &BTreeMap<TargetPath, String>),
) -> Vec<CauseView> {
    let mut told: Vec<(KeyCause, Vec<FileView>)> =
        keys.into_iter().map(|cause| (cause, Vec::new())).collect();
    let mut rest: Vec<CauseView> = Vec::new();
    for change in in_order(plan) {
        let mut open = parts(change);
        for (cause, files) in &mut told {
            // A setting may follow from two keys: it is told below each.
            let mine: Vec<_> = open.iter().filter(|part| cause.made(change, part)).cloned().collect();
            if !mine.is_empty() {
                files.push(file(change, &mine));
            }
        }
        open.retain(|part| !told.iter().any(|(cause, _)| cause.made(change, part)));
        if !open.is_empty() && !is_drift(change) {
            let why = reason(change, (otherwise, owners));
            match rest.iter_mut().find(|cause| cause.why == why) {
                Some(cause) => cause.files.push(file(change, &open)),
                None => rest.push(CauseView { why, files: vec![file(change, &open)] }),
            }
        }
    }
    told.sort_by_key(|(cause, _)| {
        cause.keys.first().map(|key| (key.line.is_none(), key.line, key.key.clone()))
    });
    let told =
        told.into_iter().map(|(cause, files)| CauseView { why: CauseKind::Keys { keys: cause.keys }, files });
    told.chain(rest).collect()
}

/// All that is told by path: not directories. In the order in which the components start.
fn in_order(plan: &Plan) -> Vec<&Change> {
    let place = |change: &Change| {
        let mut services = plan.services.iter();
        services
            .position(|service| Some(&service.component) == change.component.as_ref())
            .unwrap_or(usize::MAX)
    };
    let told = plan
        .entries
        .iter()
        .filter(|change| change.subject != PathKind::Directory || change.needs != Needs::Nothing);
    let mut told: Vec<_> = told.filter(|change| !matches!(change.needs, Needs::Refused(_))).collect();
    told.sort_by_key(|change| place(change));
    told
}

fn is_drift(change: &Change) -> bool {
    matches!(change.needs, Needs::AcceptDrift { .. })
}

/// What a change is put down to that no key explains.
fn reason(change: &Change, (otherwise, owners): (&Otherwise, &BTreeMap<TargetPath, String>)) -> CauseKind {
    let issued =
        matches!(&change.content, ContentChange::Certificate { after: CertificateAfter::Issued(_), .. })
            || matches!(&change.content, ContentChange::PrivateKey { after: None, .. });
    if issued && change.action == Action::Replace {
        return CauseKind::Reason { reason: change.reason.clone() };
    }
    match otherwise {
        Otherwise::Tool => CauseKind::Tool,
        Otherwise::Generation(number) => {
            CauseKind::Reason { reason: format!("generation {number} has it so") }
        }
        Otherwise::Component(known) => {
            let own = change.component.as_ref().map(ToString::to_string);
            match own.or_else(|| owners.get(&subject(change)).cloned()) {
                Some(component) => {
                    let what = known.get(&component).cloned().unwrap_or_default();
                    CauseKind::Component { component, what }
                }
                None => CauseKind::Reason { reason: change.reason.clone() },
            }
        }
    }
}

/// One part of a change, as causes speak of it.
#[derive(Clone, Debug)]
struct ChangePart {
    part: FilePlacePart,
    setting: Option<SettingView>,
}

impl KeyCause {
    /// Whether a part of a change follows from it.
    fn made(&self, change: &Change, part: &ChangePart) -> bool {
        let path = subject(change);
        let at = |part: FilePlacePart| self.places.contains(&FilePlace { path: path.clone(), part });
        let whole = || {
            at(FilePlacePart::Whole)
                || (change.action != Action::Update || change.subject == PathKind::Link)
                    && self.places.iter().any(|place| place.path == path)
        };
        at(part.part.clone()) || whole()
    }
}

/// The path that causes know a change by: a key goes with its certificate, a link with its unit.
fn subject(change: &Change) -> TargetPath {
    match (&change.content, change.subject) {
        (ContentChange::Link { to }, _) => TargetPath::new(to.as_str()),
        (_, PathKind::PrivateKey) => match change.path.as_str().strip_suffix(".key") {
            Some(stem) => TargetPath::new(format!("{stem}.crt")),
            None => change.path.clone(),
        },
        _ => change.path.clone(),
    }
}

fn parts(change: &Change) -> Vec<ChangePart> {
    let bare = |part| ChangePart { part, setting: None };
    let mut found = Vec::new();
    let rights = change.mode_before.is_some()
        && change.mode_after.is_some()
        && change.mode_before != change.mode_after;
    if rights || matches!(change.content, ContentChange::Owner { .. }) {
        found.push(bare(FilePlacePart::Rights));
    }
    if let ContentChange::Text { before, after, .. } = &change.content {
        let read = |text: &Redacted| settings(format_of(change), text.as_str());
        if let (Some(before), Some(after)) = (read(before), read(after)) {
            found.extend(of_settings(&before, &after));
        }
    }
    match &change.content {
        ContentChange::Certificate { .. } => found.push(bare(FilePlacePart::Certificate)),
        _ if found.is_empty() => found.push(bare(FilePlacePart::Text)),
        _ => {}
    }
    found
}

fn format_of(change: &Change) -> TextFormat {
    match change.subject {
        PathKind::Block => TextFormat::Environment,
        _ => TextFormat::of_path(change.path.as_str()),
    }
}

fn of_settings(before: &Settings, after: &Settings) -> Vec<ChangePart> {
    let value = |settings: &Settings, key: &str| settings.get(key).map(|setting| setting.value.clone());
    let part = |key: String| ChangePart {
        setting: Some(SettingView {
            before: value(before, &key),
            after: value(after, &key),
            key: key.clone(),
        }),
        part: FilePlacePart::Setting(key),
    };
    changed_keys(before, after).into_iter().map(part).collect()
}

/// A file below its cause. Of one that comes or leaves as a whole no settings are told, but for the lines
/// of somebody's environment file.
fn file(change: &Change, parts: &[ChangePart]) -> FileView {
    let whole = change.action != Action::Update && change.subject == PathKind::File;
    let settings = parts.iter().filter_map(|part| part.setting.clone()).filter(|_| !whole).collect();
    FileView {
        path: change.path.to_string(),
        sign: change.action.symbol(),
        about: about(change, parts),
        settings,
    }
}

/// What is to be said of the whole.
fn about(change: &Change, parts: &[ChangePart]) -> String {
    let mut said = Vec::new();
    if change.action == Action::Create {
        let mode = change.mode_after.map(|mode| mode.to_string());
        let owner = change.owner.as_ref().map(ToString::to_string);
        said.push(mode.into_iter().chain(owner).collect::<Vec<_>>().join(" "));
    }
    if parts.iter().any(|part| part.part == FilePlacePart::Rights)
        && let (Some(before), Some(after)) = (change.mode_before, change.mode_after)
        && before != after
    {
        said.push(format!("mode {before} -> {after}"));
    }
    said.extend(content(change));
    match &change.needs {
        Needs::Adopt => said.push("in the way: `--adopt` takes it over".to_owned()),
        Needs::AcceptDrift { what } => said.push(format!("drift: {what}")),
        Needs::Nothing | Needs::Refused(_) => {}
    }
    said.retain(|one| !one.is_empty());
    said.join(", ")
}

fn content(change: &Change) -> Option<String> {
    match &change.content {
        ContentChange::Certificate { after: CertificateAfter::Issued(spec), .. } => Some(issued(spec)),
        ContentChange::Certificate { after: CertificateAfter::Known(facts), .. } => {
            facts.as_deref().map(known)
        }
        ContentChange::PrivateKey { after: None, before: None } if change.action != Action::Delete => {
            Some("private key, made at apply".to_owned())
        }
        ContentChange::PrivateKey { .. } => Some("private key".to_owned()),
        ContentChange::Link { to } => Some(format!("link to {to}")),
        ContentChange::Owner { before, after } => Some(format!("owner {before} -> {after}")),
        ContentChange::Binary { .. } => Some("not text".to_owned()),
        ContentChange::Text { hidden: true, .. } => Some("a value that is not shown changes".to_owned()),
        _ if change.same_meaning => Some("only comments, order, quoting or permissions change".to_owned()),
        _ => None,
    }
}

fn issued(spec: &CertificateSpec) -> String {
    let lifetime = lifetime(spec.lifetime);
    match &spec.role {
        CertificateRole::Ca => format!("CA certificate, {lifetime}"),
        CertificateRole::Leaf { names, .. } => {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            format!("certificate for {}, {lifetime}", names.join(", "))
        }
    }
}

fn known(facts: &CertificateFacts) -> String {
    if facts.is_ca {
        return "CA certificate".to_owned();
    }
    let names: Vec<_> = facts.names.iter().map(ToString::to_string).collect();
    format!("certificate for {}", names.join(", "))
}
