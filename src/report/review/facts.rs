//! A plan and what is known around it, as the value that is shown.

use super::causes::{KeyCause, Otherwise, causes};
use super::view::{
    Because, ChangeView, DriftSetting, DriftView, EdgeCounts, EdgeEnd, EdgeView, IrreversibleView, KeyView,
    ListenerEnd, ListenerView, ModeView, NeedsView, PLAN_VERSION, PlaceView, PlanGoal, PlanSummary, PlanView,
    ServiceView, WarningView,
};
use crate::cause::{Cause, Differing, EdgeState, ListenerState, changed_keys, settings};
use crate::check::{CheckReport, ConditionState};
use crate::component::one_way::OneWay;
use crate::diagnostic::KeyPath;
use crate::model::names::{Scope, TargetPath};
use crate::model::prior::PathKind;
use crate::model::units::UnitRun;
use crate::plan::{Change, ContentChange, Needs, Plan, PlannedService, ServiceChange};
use crate::text::{InPlace, TextFormat, redact, redact_line};
use crate::toml::{KeyDifference, TomlDocument};
use crate::validate::{ValidatedFile, Validation};
use std::collections::BTreeMap;

use crate::report::others;

/// A plan, and all that is known around it.
#[derive(Debug)]
pub struct PlanFacts<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Where it works.
    pub place: String,
    /// The stack's file.
    pub file: Option<String>,
    /// What root types to see or carry out what is not the planner's own.
    pub as_root: String,
    /// What it leads to.
    pub goal: PlanGoal,
    /// The digests.
    pub digests: Vec<(&'static str, String)>,
    /// The text of the stack as it was applied last, and as it is; where they can be read.
    pub texts: (Option<&'a TomlDocument>, Option<&'a TomlDocument>),
    /// Whether there is an older text that cannot be read.
    pub unread: bool,
    /// What changed between these.
    pub causes: Vec<Cause>,
    /// Listeners that differ.
    pub listeners: Vec<Differing<ListenerState>>,
    /// All edges, those that do not differ too.
    pub edges: Vec<Differing<EdgeState>>,
    /// Whether the edges hold.
    pub report: Option<&'a CheckReport>,
    /// What the engines say.
    pub validation: Option<&'a Validation>,
    /// What no way back gives back.
    pub lost: Vec<OneWay>,
    /// What the last apply left where somebody else changed it.
    pub left: BTreeMap<TargetPath, String>,
    /// What stays when everything else is given back.
    pub leaves: Vec<String>,
    /// What was warned of.
    pub warnings: Vec<WarningView>,
    /// Whose each file is, as it was applied last and as it is.
    pub owners: BTreeMap<TargetPath, String>,
    /// What each component is.
    pub components: BTreeMap<String, String>,
}

/// The plan as it is shown.
pub fn plan_view(facts: PlanFacts<'_>) -> PlanView {
    let plan = facts.plan;
    let compared = facts.texts.0.is_some() && facts.texts.1.is_some();
    let otherwise = match (&facts.goal, compared) {
        (PlanGoal::Generation(number), _) => Otherwise::Generation(*number),
        // Between two texts there is no other reason.
        (PlanGoal::Base(_), true) => Otherwise::Tool,
        (PlanGoal::Destroy, _) | (_, false) => Otherwise::Component(facts.components.clone()),
        (_, true) => Otherwise::Tool,
    };
    let keys = Keys::of(facts.texts);
    let key_causes = facts.causes.iter().map(|cause| KeyCause {
        keys: cause.keys.iter().map(|key| keys.view(key)).collect(),
        places: cause.places.clone(),
    });
    let causes = causes(plan, key_causes.collect(), (&otherwise, &facts.owners));
    let summary = summary(&facts);
    PlanView {
        format_version: PLAN_VERSION,
        stack: plan.stack.to_string(),
        file: facts.file,
        host: plan.host.to_string(),
        headline: match &facts.goal {
            PlanGoal::Base(base) => format!("No changes. The stack asks for the same as at `{base}`."),
            _ => headline(plan, &facts.place),
        },
        place: facts.place,
        unread: facts.unread,
        generation: plan.generation.0,
        goal: facts.goal,
        digests: facts.digests.into_iter().map(|(name, digest)| (name.to_owned(), digest)).collect(),
        summary,
        refused: plan.refused().map(|(change, why)| place(change.path.as_str(), why)).collect(),
        causes,
        new_ca: plan.new_ca_in.clone(),
        listeners: facts.listeners.iter().map(|pair| listener(pair, &keys)).collect(),
        edges: facts.edges.iter().filter(|pair| pair.differs()).map(edge).collect(),
        dataflow: facts.edges.iter().map(edge).collect(),
        edge_counts: facts.report.map(counts).unwrap_or_default(),
        drift: plan.drifted().map(|change| drift(change, facts.left.get(&change.path))).collect(),
        services: plan.services.iter().map(service).collect(),
        runs_services: plan.ground().runs_services(),
        lingers: plan.to_linger.iter().map(ToString::to_string).collect(),
        irreversible: facts.lost.into_iter().map(lost).collect(),
        leaves: facts.leaves,
        warnings: facts.warnings,
        others: others::view(&plan.others, &facts.as_root),
        validated: facts.validation.map(validated).unwrap_or_default(),
        not_checked: not_checked(facts.report, facts.validation),
        changes: plan.entries.iter().map(change_view).collect(),
    }
}

/// What both texts say of a key.
struct Keys<'a> {
    before: Option<(&'a TomlDocument, InPlace)>,
    after: Option<(&'a TomlDocument, InPlace)>,
}

impl<'a> Keys<'a> {
    fn of((before, after): (Option<&'a TomlDocument>, Option<&'a TomlDocument>)) -> Self {
        let shown = |document: &'a TomlDocument| (document, document.in_place());
        Self { before: before.map(shown), after: after.map(shown) }
    }

    fn view(&self, key: &KeyDifference) -> KeyView {
        let value = |text: &Option<(&TomlDocument, InPlace)>| {
            text.as_ref().and_then(|(document, shown)| document.shown_value(&key.path, shown))
        };
        KeyView {
            key: key.path.to_string(),
            before: value(&self.before).filter(|_| key.before),
            after: value(&self.after).filter(|_| key.after),
            sign: match (key.before, key.after) {
                (false, _) => "+",
                (true, false) => "-",
                (true, true) => "~",
            },
            line: self.line(&key.path).filter(|_| key.after),
        }
    }

    /// The line of a key in the newer text.
    fn line(&self, path: &KeyPath) -> Option<usize> {
        self.after.as_ref().map(|(document, _)| document.line(path))
    }
}

fn headline(plan: &Plan, place: &str) -> String {
    crate::report::plan::headline(plan, place)
}

fn summary(facts: &PlanFacts<'_>) -> PlanSummary {
    let plan = facts.plan;
    let (add, change, destroy) = plan.counts();
    PlanSummary {
        add,
        change,
        destroy,
        directories: plan.entries.iter().filter(|change| change.subject == PathKind::Directory).count(),
        warnings: facts.warnings.len(),
        drifted: plan.drifted().count(),
        irreversible: facts.lost.len(),
        refused: plan.refused().count(),
        others: others::numbers(&plan.others),
    }
}

fn place(place: &str, reason: &impl ToString) -> PlaceView {
    PlaceView { place: place.to_owned(), reason: reason.to_string() }
}

fn listener(pair: &Differing<ListenerState>, keys: &Keys<'_>) -> ListenerView {
    let end = |state: &ListenerState| ListenerEnd {
        address: state.address.clone(),
        tls: state.tls,
        names: state.names.clone(),
    };
    let reached = |state: &Option<ListenerState>| state.as_ref().is_some_and(|state| state.reachable);
    ListenerView {
        name: pair.name.clone(),
        before: pair.before.as_ref().map(end),
        after: pair.after.as_ref().map(end),
        opens: reached(&pair.after) && !reached(&pair.before),
        line: keys.line(&pair.key).filter(|_| pair.after.is_some()),
    }
}

fn edge(pair: &Differing<EdgeState>) -> EdgeView {
    let end = |state: &EdgeState| EdgeEnd {
        to: state.to.clone(),
        dials: redact_line(&state.dials),
        protocol: state.protocol.clone(),
        tls: state.tls,
        trusts: state.trusts.as_deref().map(redact_line),
        state: state.state,
    };
    EdgeView {
        from: pair.name.clone(),
        before: pair.before.as_ref().map(end),
        after: pair.after.as_ref().map(end),
    }
}

fn counts(report: &CheckReport) -> EdgeCounts {
    let count = |state| report.edges.iter().filter(|edge| edge.state() == state).count();
    EdgeCounts {
        all: report.edges.len(),
        ok: count(ConditionState::Met),
        broken: count(ConditionState::Broken),
        not_known: count(ConditionState::NotKnown),
    }
}

/// What somebody else changed, with what was left there by the last apply.
fn drift(change: &Change, left: Option<&String>) -> DriftView {
    let what = match &change.needs {
        Needs::AcceptDrift { what } => what.clone(),
        _ => String::new(),
    };
    let path = change.path.to_string();
    let format = match change.subject {
        PathKind::Block => TextFormat::Environment,
        _ => TextFormat::of_path(&path),
    };
    let (ContentChange::Text { before, after, .. }, Some(left)) = (&change.content, left) else {
        return DriftView { path, what, settings: Vec::new() };
    };
    let read = |text: &str| settings(format, text);
    let left = redact(format, left);
    let (Some(was), Some(is), Some(will)) =
        (read(left.as_str()), read(before.as_str()), read(after.as_str()))
    else {
        return DriftView { path, what, settings: Vec::new() };
    };
    let value = |settings: &crate::cause::Settings, key: &str| settings.get(key).map(|one| one.value.clone());
    let setting = |key: String| DriftSetting {
        generation: value(&was, &key),
        disk: value(&is, &key),
        stack: value(&will, &key),
        key,
    };
    DriftView { path, what, settings: changed_keys(&was, &is).into_iter().map(setting).collect() }
}

fn service(service: &PlannedService) -> ServiceView {
    let mut notes = Vec::new();
    if service.first {
        notes.push("stops before the others start: it may hold a port of theirs".to_owned());
    }
    match &service.run {
        Some(UnitRun::Failed(how)) => notes.push(format!("it does not run: {how}")),
        Some(UnitRun::Stopped) if service.change == ServiceChange::Start => {
            notes.push("it does not run".to_owned());
        }
        _ => {}
    }
    let because =
        service.because.iter().map(|(path, why)| Because { path: path.to_string(), why: why.clone() });
    ServiceView {
        unit: service.unit.as_ref().map(ToString::to_string),
        component: service.component.to_string(),
        scope: match &service.scope {
            Scope::System => "system".to_owned(),
            Scope::User(user) => format!("user {user}"),
        },
        managed: service.managed,
        change: match (service.change, service.managed, &service.unit) {
            (ServiceChange::Untouched, ..) => "untouched",
            (ServiceChange::Stop, ..) => "stop",
            (_, false, None) => "by-hand",
            (ServiceChange::Start, ..) => "start",
            (ServiceChange::Restart, ..) => "restart",
            (ServiceChange::ReloadAndRestart, ..) => "reload-manager-and-restart",
        },
        because: because.collect(),
        notes,
    }
}

fn lost(one: OneWay) -> IrreversibleView {
    IrreversibleView { component: one.component.to_string(), what: one.what }
}

fn validated(engines: &Validation) -> Vec<PlaceView> {
    let one = |judged: &ValidatedFile| {
        let word = if judged.accepted { "validated" } else { "refused" };
        place(judged.file.as_str(), &format!("{word} by {}", judged.by))
    };
    engines.validated.iter().map(one).collect()
}

fn not_checked(report: Option<&CheckReport>, validation: Option<&Validation>) -> Vec<PlaceView> {
    let rules = report.into_iter().flat_map(|report| &report.not_checked);
    let engines = validation.into_iter().flat_map(|engines| &engines.not_checked);
    let all: std::collections::BTreeSet<_> = rules.chain(engines).collect();
    all.into_iter().map(|one| place(&one.place, &one.reason)).collect()
}

fn change_view(change: &Change) -> ChangeView {
    let texts = match &change.content {
        ContentChange::Text { before, after, .. } => Some((before.as_str(), after.as_str())),
        _ => None,
    };
    ChangeView {
        path: change.path.to_string(),
        kind: crate::report::nouns::noun(change.subject),
        action: crate::report::nouns::action(change.action),
        sign: change.action.symbol(),
        reason: change.reason.clone(),
        component: change.component.as_ref().map(ToString::to_string),
        owner: change.owner.as_ref().map(ToString::to_string),
        needs: match &change.needs {
            Needs::Nothing => None,
            Needs::AcceptDrift { what } => Some(NeedsView::AcceptDrift(what.clone())),
            Needs::Adopt => Some(NeedsView::Adopt(true)),
            Needs::Refused(refusal) => Some(NeedsView::Refused(refusal.to_string())),
        },
        mode: ModeView {
            before: change.mode_before.map(|mode| mode.to_string()),
            after: change.mode_after.map(|mode| mode.to_string()),
        },
        content_changes: change.content != ContentChange::None,
        before: texts.map(|(before, _)| before.to_owned()),
        after: texts.map(|(_, after)| after.to_owned()),
    }
}
