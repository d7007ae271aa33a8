//! An apply: what is there now, what is agreed to, what is carried out, and what to do next.

use super::consent::Granted;
use super::host::HostChoice;
use super::judge::CheckedStack;
use super::load::Loaded;
use super::proving::{Live, Strict, Unproven, kept_stack};
use super::session::{Session, Stop};
use super::steady::steady_survey;
use super::survey::digests;
use super::validation::Asking;
use super::{consent, host, proving};
use crate::apply::Judges;
use crate::apply::{ApplyError, NoProver, Outcome, Survey, SurveyRequest};
use crate::component::wire;
use crate::exit::Exit;
use std::path::Path;

/// Why nothing is proven; `None` where it is.
pub(crate) fn unproven(place: &HostChoice, asked: bool) -> Option<NoProver> {
    match place.machine() {
        None => Some(NoProver::below_root()),
        Some(_) if asked => Some(NoProver("`--no-prove`".to_owned())),
        Some(_) => None,
    }
}

pub(crate) fn carry_out(
    session: &mut Session,
    place: &mut HostChoice,
    (request, survey): (&SurveyRequest<'_>, &Survey),
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
pub(crate) fn refused(session: &mut Session, error: ApplyError, judged: &CheckedStack<'_>) -> Stop {
    match error {
        ApplyError::Invalid(findings) => {
            session.say("error: the engines refuse what was staged; everything was taken back\n");
            Stop::Findings(findings, judged.sources.clone())
        }
        error => host::stopped(&error),
    }
}

/// What stands on the host now; a run that was killed is finished or taken back before.
pub(crate) fn fresh_survey(
    session: &mut Session,
    place: &mut HostChoice,
    request: &SurveyRequest<'_>,
    accept_drift: bool,
) -> Result<Survey, Stop> {
    let first = steady_survey(place.target(), request)?;
    if first.pending.is_none() {
        return Ok(first);
    }
    consent::recover(session, place.exclusive(), request, ("apply", accept_drift))?;
    steady_survey(place.target(), request)
}

/// Either digest will do; it must be the one that was reviewed.
pub(crate) fn expect(wanted: Option<&str>, survey: &Survey) -> Result<(), Stop> {
    let Some(wanted) = wanted else { return Ok(()) };
    let known = digests(survey);
    if known.iter().any(|(_, digest)| digest.trim_start_matches("sha256:").starts_with(wanted)) {
        return Ok(());
    }
    let known: Vec<_> = known.iter().map(|(name, digest)| format!("{name}: {digest}")).collect();
    Err(Stop::Because(
        Exit::Drift,
        format!("`--expect {wanted}` is neither of the two digests now\n  {}", known.join("\n  ")),
    ))
}

/// What to look at, and what to do next.
pub(crate) fn next_steps(session: &mut Session, loaded: &Loaded, (place, stack): (&HostChoice, &Path)) {
    let file = loaded.document.source();
    let (flag, stack) = (place.flag(), stack.display());
    let look = match place {
        HostChoice::Directory(root, _) => format!("find {} -type f", root.display()),
        HostChoice::Machine(_) => format!("tracewright status {stack}"),
    };
    session.print(&format!(
        "\nLook at:   {look}\n           tracewright history {stack}{flag}\nThen try:  edit a line of {file}, and `tracewright plan {stack}{flag}`\n           tracewright rollback {stack}{flag}\n",
    ));
    if let Some(app) = loaded.stack.apps.keys().next() {
        session.print(&format!("           tracewright explain app.{app} {stack}\n"));
    }
}
