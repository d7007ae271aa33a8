//! `apply`: the plan, one question, one transaction.

use super::consent::{self, Granted};
use super::judge::{Judged, judge};
use super::load::{Loaded, load};
use super::opinion::{Asking, heed};
use super::plan::{digests, host_of, place};
use super::{Exit, Session, Stop, authority, host};
use crate::apply::{ApplyError, Judges, Outcome, Request, Survey, Wish, survey};
use crate::cli::Apply;
use crate::engine::Opinion;
use crate::report::plan::{Frame, text};
use crate::report::verdict;
use crate::target::LocalRoot;
use std::path::Path;

pub(super) fn run(session: &mut Session, arguments: &Apply) -> Result<Exit, Stop> {
    let root = host::root(&arguments.root)?;
    let loaded = load(&arguments.stack.stack)?;
    let mut target = host::target(root, host_of(&loaded.stack));
    let judged = judge(session, &loaded, &host::environment(&target, &loaded.stack)?)?;
    judged.refuse(session)?;
    let authorities = authority::open(&loaded.stack.certificates)?;
    let request = Request {
        stack: &loaded.stack.name,
        host: host_of(&loaded.stack),
        wish: Wish::Stack(&judged.desired),
        authorities: authorities.as_ref(),
        now: session.now,
    };
    let survey = fresh_survey(session, &mut target, &request)?;
    let asking = Asking { arguments: &arguments.validators, loaded: &loaded, judged: &judged };
    let opinion = asking.about_changes(&survey.plan)?;
    heed(session, &opinion, &judged)?;
    show(session, (&judged, &survey, &opinion), root);
    expect(arguments.expect.as_deref(), &survey)?;
    if survey.plan.is_empty() {
        return Ok(Exit::Fine);
    }
    let granted = Granted::of(&arguments.consent, arguments.adopt);
    consent::refuse(&survey, granted)?;
    consent::ask(session, granted, "Do you want to make these changes?")?;
    let judges = Judges { validator: &asking, ..Judges::NONE };
    let outcome = consent::carry_out(session, &mut target, (&request, &survey), (granted, "apply", judges))
        .map_err(|error| refused(session, error, &judged))?;
    let kept = matches!(outcome, Outcome::Kept { .. });
    let exit = consent::ended(session, &survey, ("Apply", outcome));
    if kept {
        next_steps(session, &loaded, (root, &arguments.stack.stack));
    }
    Ok(exit)
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
fn fresh_survey(
    session: &mut Session,
    target: &mut LocalRoot,
    request: &Request<'_>,
) -> Result<Survey, Stop> {
    let first = survey(target, request).map_err(|error| host::stopped(&error))?;
    if first.pending.is_none() {
        return Ok(first);
    }
    consent::recover(session, target, request, "apply")?;
    survey(target, request).map_err(|error| host::stopped(&error))
}

fn show(session: &mut Session, (judged, survey, opinion): (&Judged<'_>, &Survey, &Opinion), root: &Path) {
    let dataflow = verdict::dataflow(&judged.topology, &judged.verdict, opinion);
    let digests = digests(survey);
    session
        .print(&text(&survey.plan, &Frame { place: &place(root), dataflow: &dataflow, digests: &digests }));
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
fn next_steps(session: &mut Session, loaded: &Loaded, (root, stack): (&Path, &Path)) {
    let file = loaded.document.source();
    let (root, stack) = (root.display(), stack.display());
    session.print(&format!(
        "\nLook at:   find {root} -type f\n           tracewright history {stack} --root {root}\nThen try:  edit a line of {file}, and `tracewright plan {stack} --root {root}`\n           tracewright rollback {stack} --root {root}\n",
    ));
    if let Some(app) = loaded.stack.apps.keys().next() {
        session.print(&format!("           tracewright explain app.{app} {stack}\n"));
    }
}
