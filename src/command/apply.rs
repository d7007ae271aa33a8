//! `apply`: the plan, one question, one transaction.

use super::consent::{self, Granted};
use super::host::Place;
use super::judge::{Judged, judge};
use super::load::{Loaded, load};
use super::opinion::{Asking, heed};
use super::plan::{digests, host_of};
use super::proving::{self, Live, Strict, Unproven, kept_stack};
use super::steady::steady_survey;
use super::{Exit, Session, Stop, authority, host, reach};
use crate::apply::{ApplyError, Judges, NoProver, Outcome, Request, Survey, Wish};
use crate::cli::Apply;
use crate::report::plan::{Frame, text};
use crate::report::verdict;
use crate::validate::Opinion;
use crate::wiring::wire;
use std::path::Path;

pub(super) fn run(session: &mut Session, arguments: &Apply) -> Result<Exit, Stop> {
    let loaded = load(&arguments.stack.stack)?;
    let mut place = Place::of(&arguments.root, host_of(&loaded.stack))?;
    let judged = judge(session, &loaded, &host::environment(place.target(), &loaded.stack)?)?;
    judged.refuse(session)?;
    let ground = place.ground(&loaded.stack.name, Some(&judged.wiring))?;
    let authorities = authority::open(&loaded.stack.certificates, &ground)?;
    let request = Request {
        stack: &loaded.stack.name,
        host: host_of(&loaded.stack),
        ground: &ground,
        wish: Wish::Stack(&judged.desired),
        text: Some(&loaded.text),
        authorities: authorities.as_ref(),
        now: session.now,
    };
    let survey = fresh_survey(session, &mut place, &request)?;
    reach::confirm(session, (&loaded, &judged), (&ground, &survey))?;
    let asking = Asking { arguments: &arguments.validators, loaded: &loaded, judged: &judged };
    let opinion = asking.about_changes(&survey.plan)?;
    heed(session, &opinion, &judged)?;
    show(session, (&judged, &survey, &opinion), &place);
    reach::say_rest(session, &judged, (&ground, &arguments.stack.stack));
    expect(arguments.expect.as_deref(), &survey)?;
    if survey.plan.is_empty() {
        return Ok(Exit::Fine);
    }
    let granted = Granted::of(&arguments.consent, arguments.adopt);
    consent::refuse(&survey, granted)?;
    reach::refuse_issuing(&survey, &judged, &ground)?;
    let unproven = unproven(&place, arguments.no_prove);
    if unproven.is_none() {
        proving::possible(&judged.wiring, &ground)?;
    }
    consent::ask(session, granted, "Do you want to make these changes?")?;
    let outcome = carry_out(session, &mut place, (&request, &survey), (granted, &asking, unproven))
        .map_err(|error| refused(session, error, &judged))?;
    let kept = matches!(outcome, Outcome::Kept { .. });
    let exit = consent::ended(session, &survey, ("Apply", outcome));
    if kept {
        next_steps(session, &loaded, (&place, &arguments.stack.stack));
    }
    Ok(exit)
}

/// Why nothing is proven; `None` where it is.
pub(super) fn unproven(place: &Place, asked: bool) -> Option<NoProver> {
    match place.machine() {
        None => Some(NoProver::below_root()),
        Some(_) if asked => Some(NoProver("`--no-prove`".to_owned())),
        Some(_) => None,
    }
}

fn carry_out(
    session: &mut Session,
    place: &mut Place,
    (request, survey): (&Request<'_>, &Survey),
    (granted, asking, unproven): (Granted, &Asking<'_>, Option<NoProver>),
) -> Result<Outcome, ApplyError> {
    let holder = host::holder(session, "apply");
    let stages = proving::stages(session);
    let old = kept_stack(survey.text_before(place.target(), request.ground)?.as_deref());
    let old = old.as_ref().and_then(|stack| wire(stack).ok()).map(|(wiring, _)| wiring);
    let before = proving::prover(old.as_ref(), &stages);
    let live = Live::of(&asking.judged.wiring, &stages);
    let strict = Strict(&live);
    let waiting = unproven.as_ref().map(|nobody| Unproven(&live, nobody));
    let judges = match (&waiting, &unproven) {
        (Some(waiting), _) if place.machine().is_some() => {
            Judges { validator: asking, prover: waiting, before: &*before }
        }
        (_, Some(nobody)) => Judges { validator: asking, ..Judges::none(nobody) },
        _ => Judges { validator: asking, prover: &strict, before: &*before },
    };
    consent::carry_out(place.exclusive(), (request, survey), (granted, &holder, judges))
}

/// What the engines refused of the staged files is a finding like any other.
fn refused(session: &mut Session, error: ApplyError, judged: &Judged<'_>) -> Stop {
    match error {
        ApplyError::Invalid(findings) => {
            session.say("error: the engines refuse what was staged; everything was taken back\n");
            Stop::Findings(findings, judged.sources.clone())
        }
        error => host::stopped(&error),
    }
}

/// What stands on the host now; a run that was killed is finished or taken back before.
fn fresh_survey(session: &mut Session, place: &mut Place, request: &Request<'_>) -> Result<Survey, Stop> {
    let first = steady_survey(place.target(), request)?;
    if first.pending.is_none() {
        return Ok(first);
    }
    consent::recover(session, place.exclusive(), request, "apply")?;
    steady_survey(place.target(), request)
}

fn show(session: &mut Session, (judged, survey, opinion): (&Judged<'_>, &Survey, &Opinion), place: &Place) {
    let dataflow = verdict::dataflow(&judged.topology, &judged.verdict, opinion);
    let digests = digests(survey);
    session
        .print(&text(&survey.plan, &Frame { place: &place.shown(), dataflow: &dataflow, digests: &digests }));
}

/// Either digest will do; it must be the one that was reviewed.
fn expect(wanted: Option<&str>, survey: &Survey) -> Result<(), Stop> {
    let Some(wanted) = wanted else { return Ok(()) };
    let known = digests(survey);
    let bare = |digest: &str| digest.trim_start_matches("sha256:").to_owned();
    if known.iter().any(|(_, digest)| bare(digest) == bare(wanted)) {
        return Ok(());
    }
    let known: Vec<_> = known.iter().map(|(name, digest)| format!("{name}: {digest}")).collect();
    Err(Stop::Because(
        Exit::Drift,
        format!("`--expect {wanted}` is neither of the two digests now\n  {}", known.join("\n  ")),
    ))
}

/// What to look at, and what to do next.
fn next_steps(session: &mut Session, loaded: &Loaded, (place, stack): (&Place, &Path)) {
    let file = loaded.document.source();
    let (flag, stack) = (place.flag(), stack.display());
    let look = match place {
        Place::Folder(root, _) => format!("find {} -type f", root.display()),
        Place::Machine(_) => format!("tracewright status {stack}"),
    };
    session.print(&format!(
        "\nLook at:   {look}\n           tracewright history {stack}{flag}\nThen try:  edit a line of {file}, and `tracewright plan {stack}{flag}`\n           tracewright rollback {stack}{flag}\n",
    ));
    if let Some(app) = loaded.stack.apps.keys().next() {
        session.print(&format!("           tracewright explain app.{app} {stack}\n"));
    }
}
