//! A plan put together for a reader: the stack as it was beside the stack as it is, what follows from which
//! key, and everything that was said on the way.

use super::host;
use super::host::HostChoice;
use super::judge::{CheckedStack, judge_stack};
use super::load::Loaded;
use super::readers::HostFiles;
use super::session::{Session, Stop};
use super::survey::{digests, host_of};
use crate::apply::Survey;
use crate::cause::{self, Cause, CauseSide, Judged};
use crate::component::one_way::one_way;
use crate::diagnostic::SourceName;
use crate::model::desired::{Content, Desired};
use crate::model::ground::Ground;
use crate::model::names::{HostName, StackName, TargetPath};
use crate::model::prior::GenerationNumber;
use crate::plan::{self, DesiredSource, Plan};
use crate::report::document::DataflowReport;
use crate::report::plan::PlanFrame;
use crate::report::review::{self, PlanFacts, PlanGoal, PlanView};
use crate::report::{plan as plan_text, verdict};
use crate::stack::{self, Stack};
use crate::toml::{self, KeyTree, TomlDocument};
use crate::validate::Validation;
use std::collections::BTreeMap;

/// A stack as its text has it.
pub(crate) struct StackSide {
    document: TomlDocument,
    keys: KeyTree,
    stack: Stack,
}

impl StackSide {
    /// What a text says; `None` where this version does not understand it.
    pub(crate) fn read(name: &SourceName, text: &str) -> Option<Self> {
        let (document, keys) = toml::key_tree(name.clone(), text);
        let keys = keys?;
        let (stack, _) = stack::resolve(&keys.stack()).ok()?;
        Some(Self { document, keys, stack })
    }

    fn judged(&self, session: &Session) -> Option<CheckedStack<'_>> {
        judge_stack(session.now, &self.stack, &HostFiles::default()).ok()
    }
}

/// What a plan is about, as the verb that shows it has it.
pub(crate) struct Subject<'a> {
    /// The stack's file, as it was named.
    pub(crate) file: Option<String>,
    /// Where it works.
    pub(crate) place: &'a HostChoice,
    /// Whose part it is.
    pub(crate) ground: &'a Ground,
    /// What was seen.
    pub(crate) survey: &'a Survey,
    /// The stack's text and its own rendering, judged; of a way back neither.
    pub(crate) stack: Option<(&'a str, &'a CheckedStack<'a>)>,
    /// What root types to see or carry out what is not the planner's own.
    pub(crate) as_root: String,
    /// What the engines say.
    pub(crate) validation: Option<&'a Validation>,
}

/// A plan for a reader, and what stands behind it.
pub(crate) struct Reviewed {
    /// What a reader is told.
    pub(crate) view: PlanView,
    /// The edges of the generation that a way back leads to.
    pub(crate) back: Option<DataflowReport>,
}

/// The plan for a reader. What was warned of in this run is among it.
///
/// # Errors
/// The state cannot be read.
pub(crate) fn review(session: &Session, subject: &Subject<'_>) -> Result<Reviewed, Stop> {
    let survey = subject.survey;
    let stopped = |error| host::stopped(&error);
    let busy = !survey.plan.is_empty();
    let old_text = match busy {
        true => survey.text_before(subject.place.target(), subject.ground).map_err(stopped)?,
        false => None,
    };
    let name = SourceName("stack.toml".to_owned());
    let side = |text: Option<&str>| text.and_then(|text| StackSide::read(&name, text));
    let old = side(old_text.as_deref());
    // What a way back leads to is told also where nothing changes.
    let new_text = match subject.stack {
        Some((text, _)) => Some(text).filter(|_| busy),
        None => survey.text_after.as_deref(),
    };
    let new = side(new_text);
    let old_judged = old.as_ref().and_then(|side| side.judged(session));
    let back = new.as_ref().filter(|_| subject.stack.is_none()).and_then(|side| side.judged(session));
    let new_judged = subject.stack.map(|(_, judged)| judged).or(back.as_ref());
    let causes = causes((old.as_ref(), old_judged.as_ref()), (new.as_ref(), new_judged));
    let unread = busy && old.is_none() && survey.plan.generation != GenerationNumber(0);
    let after = new_judged.filter(|_| busy || subject.stack.is_none()).map(side_of);
    // Beside what cannot be read nothing is known to be new.
    let pair = (if unread || !busy { after } else { old_judged.as_ref().map(side_of) }, after);
    let lost = match (&old_judged, new_judged) {
        (Some(old), Some(new)) => one_way(&old.wiring, &new.wiring),
        _ => Vec::new(),
    };
    let facts = PlanFacts {
        plan: &survey.plan,
        place: subject.place.shown(),
        file: subject.file.clone(),
        as_root: subject.as_root.clone(),
        goal: goal(&survey.plan.source),
        digests: digests(survey),
        texts: (old.as_ref().map(|side| &side.document), new.as_ref().map(|side| &side.document)),
        unread,
        causes,
        listeners: cause::listeners(pair.0, pair.1),
        edges: cause::edges(pair.0, pair.1),
        report: new_judged.map(|judged| &judged.verdict),
        validation: subject.validation,
        lost,
        left: survey.left_at_drift(subject.place.target(), subject.ground).map_err(stopped)?,
        leaves: match (goal(&survey.plan.source), &old_judged) {
            (PlanGoal::Destroy, Some(judged)) => stays(judged, survey),
            _ => Vec::new(),
        },
        owners: [old_judged.as_ref(), new_judged].into_iter().flatten().flat_map(owners).collect(),
        warnings: session.warnings().to_vec(),
        components: new_judged
            .or(old_judged.as_ref())
            .map(|judged| judged.wiring.releases())
            .unwrap_or_default(),
    };
    let engines = Validation::default();
    let back = back.as_ref().map(|judged| DataflowReport::of(&judged.view(&engines)));
    Ok(Reviewed { view: review::plan_view(facts), back })
}

/// Every line of every file that changes.
pub(crate) fn full(subject: &Subject<'_>) -> String {
    let dataflow = match (subject.stack, subject.validation) {
        (Some((_, judged)), Some(engines)) => verdict::dataflow(&judged.view(engines)),
        _ => String::new(),
    };
    let (place, digests) = (subject.place.shown(), digests(subject.survey));
    let frame =
        PlanFrame { place: &place, dataflow: &dataflow, digests: &digests, as_root: &subject.as_root };
    plan_text::text(&subject.survey.plan, &frame)
}

/// How a verb that carries a plan out shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HowShown {
    /// Whether every line is shown.
    pub(crate) full: bool,
    /// Whether it was approved before it is shown.
    pub(crate) approved: bool,
}

/// Shows a plan as text: what a reader needs, or every line. Where nobody will be asked nobody is waited for either:
/// then no pager shows it.
pub(crate) fn show(session: &mut Session, subject: &Subject<'_>, how: HowShown) -> Result<PlanView, Stop> {
    let view = review(session, subject)?.view;
    let text = if how.full { full(subject) } else { review::text(&view, session.page()) };
    if how.approved {
        session.print(&text);
    } else {
        session.print_plan(&text);
    }
    Ok(view)
}

/// What of the stack as it is differs from the stack as it was elsewhere, as one value; no host is looked at.
/// `base`: what the other one is called.
pub(crate) fn between(
    session: &Session,
    (base, old): (&str, Option<&StackSide>),
    (loaded, judged): (&Loaded, &CheckedStack<'_>),
) -> Result<(PlanView, Plan), Stop> {
    let name = SourceName("stack.toml".to_owned());
    let new = StackSide::read(&name, &loaded.text);
    let old_judged = old.and_then(|side| side.judged(session));
    let nothing = Desired {
        files: BTreeMap::new(),
        directories: BTreeMap::new(),
        units: Vec::new(),
        ..judged.desired.clone()
    };
    let before = old_judged.as_ref().map_or(&nothing, |old| &old.desired);
    let changes = plan::between(before, &judged.desired, host_of(&loaded.stack), session.now);
    let (old_side, new_side) = (old_judged.as_ref().map(side_of), side_of(judged));
    let facts = PlanFacts {
        plan: &changes,
        place: String::new(),
        file: Some(loaded.document.source().to_string()),
        as_root: String::new(),
        goal: PlanGoal::Base(base.to_owned()),
        digests: vec![("Desired", judged.desired.digest().to_string())],
        texts: (old.map(|side| &side.document), new.as_ref().map(|side| &side.document)),
        unread: false,
        causes: causes((old, old_judged.as_ref()), (new.as_ref(), Some(judged))),
        listeners: cause::listeners(old_side, Some(new_side)),
        edges: cause::edges(old_side, Some(new_side)),
        report: Some(&judged.verdict),
        validation: None,
        lost: old_judged.as_ref().map(|old| one_way(&old.wiring, &judged.wiring)).unwrap_or_default(),
        left: BTreeMap::new(),
        leaves: Vec::new(),
        owners: old_judged.iter().chain([judged]).flat_map(owners).collect(),
        warnings: session.warnings().to_vec(),
        components: judged.wiring.releases(),
    };
    Ok((review::plan_view(facts), changes))
}

/// The plan that gives back what is not there.
pub(crate) fn nothing(session: &Session, (stack, host): (&StackName, &HostName), place: String) -> PlanView {
    let none = Desired {
        stack: stack.clone(),
        directories: BTreeMap::new(),
        files: BTreeMap::new(),
        units: Vec::new(),
    };
    let headline = format!("Nothing of `{stack}` is {place}: there is nothing to give back.");
    let facts = PlanFacts {
        plan: &plan::between(&none, &none, host, session.now),
        place,
        file: None,
        as_root: String::new(),
        goal: PlanGoal::Destroy,
        digests: Vec::new(),
        texts: (None, None),
        unread: false,
        causes: Vec::new(),
        listeners: Vec::new(),
        edges: Vec::new(),
        report: None,
        validation: None,
        lost: Vec::new(),
        left: BTreeMap::new(),
        leaves: Vec::new(),
        owners: BTreeMap::new(),
        warnings: session.warnings().to_vec(),
        components: BTreeMap::new(),
    };
    PlanView { headline, ..review::plan_view(facts) }
}

/// What changed between two stacks that were read, by cause.
fn causes(
    (old, old_judged): (Option<&StackSide>, Option<&CheckedStack<'_>>),
    (new, new_judged): (Option<&StackSide>, Option<&CheckedStack<'_>>),
) -> Vec<Cause> {
    let (Some(old), Some(new)) = (old, new) else { return Vec::new() };
    let old = CauseSide { keys: &old.keys, desired: old_judged.map(|judged| &judged.desired) };
    let new = CauseSide { keys: &new.keys, desired: new_judged.map(|judged| &judged.desired) };
    cause::causes(old, new)
}

fn side_of<'a>(judged: &'a CheckedStack<'_>) -> Judged<'a> {
    Judged {
        wiring: &judged.wiring,
        desired: &judged.desired,
        topology: &judged.topology,
        report: &judged.verdict,
    }
}

/// What a plan leads to, by where its goal comes from.
fn goal(source: &DesiredSource) -> PlanGoal {
    match source {
        DesiredSource::Stack(_) => PlanGoal::Stack,
        DesiredSource::Generation(GenerationNumber(0), _) => PlanGoal::Destroy,
        DesiredSource::Generation(number, _) => PlanGoal::Generation(number.0),
    }
}

/// Whose each file is; the link that starts a unit goes with it.
fn owners(judged: &CheckedStack<'_>) -> Vec<(TargetPath, String)> {
    let files = judged.desired.files.iter();
    files.map(|((_, path), file)| (path.clone(), file.component.to_string())).collect()
}

/// What of a stack that is given back stays: what its engines wrote, the CA in a directory of its own, and
/// directories that others use.
fn stays(judged: &CheckedStack<'_>, survey: &Survey) -> Vec<String> {
    let data =
        judged.wiring.engines.iter().flat_map(|(id, place)| place.data.iter().map(move |path| (id, path)));
    // Below a root directory no engine runs, and none wrote anything.
    let data = data.filter(|_| survey.plan.ground().runs_services());
    let data = data.map(|(id, path)| (path.to_string(), format!("{path}, with what {id} wrote there")));
    let others = survey.stays().map(|path| (path.to_string(), format!("{path}, which is not empty")));
    let issues = judged.desired.files.values().any(|file| matches!(file.content, Content::Certificate(_)));
    let ca = judged.wiring.stack.certificates.directory.iter().filter(|_| issues);
    let ca = ca.map(|path| (path.clone(), format!("{path}, with the CA and its key")));
    let all: BTreeMap<_, _> = others.chain(data).chain(ca).collect();
    all.into_values().collect()
}
