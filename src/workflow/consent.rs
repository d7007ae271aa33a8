//! Asking, refusing, and saying how it ended: what apply and rollback share.

use super::host;
use super::session::{Session, Stop};
use crate::apply::Judges;
use crate::apply::{
    ApplyError, ApplySession as Transaction, Consent, Doubt, Outcome, Proof, Recovered, Survey,
    SurveyRequest, TakenBackCause,
};
use crate::cli;
use crate::diagnostic::{Code, Finding};
use crate::exit::Exit;
use crate::host::{Exclusive, Holder};
use crate::model::names::TargetPath;
use crate::text::Sources;
use std::collections::BTreeSet;
use std::io::BufRead;

/// What somebody agreed to beyond the plan itself.
#[derive(Clone, Copy, Debug)]
pub struct Granted {
    /// `--auto-approve`.
    pub approved: bool,
    /// `--accept-drift`.
    pub accept_drift: bool,
    /// `--adopt`.
    pub adopt: bool,
    /// Whether the state goes when everything is given back: `destroy`.
    pub forget: bool,
}

impl Granted {
    /// What the flags grant.
    pub fn of(consent: &cli::ConsentArguments, adopt: bool) -> Self {
        Self { approved: consent.auto_approve, accept_drift: consent.accept_drift, adopt, forget: false }
    }
}

/// What nobody may be asked about, because no answer would help: refusals, drift, files in the way.
///
/// # Errors
/// With the exit code of the first of these.
pub fn refuse(survey: &Survey, granted: Granted) -> Result<(), Stop> {
    let refused: Vec<_> =
        survey.plan.refused().map(|(entry, why)| format!("{}: {why}", entry.path)).collect();
    let paths = |entries: &mut dyn Iterator<Item = &crate::plan::Change>| -> Vec<TargetPath> {
        entries.map(|entry| entry.path.clone()).collect()
    };
    let (drifted, adopted) = (paths(&mut survey.plan.drifted()), paths(&mut survey.plan.adopted()));
    if !refused.is_empty() {
        // Below a root directory a path is not the one to be typed.
        let typed = survey.plan.refused().filter(|_| survey.machine.is_some());
        let help: BTreeSet<_> = typed.filter_map(|(entry, why)| why.help(&entry.path)).collect();
        let help: String = help.iter().map(|help| format!("\n  help: {help}")).collect();
        return Err(Stop::Because(Exit::Refused, ApplyError::Refused(refused).to_string() + &help));
    }
    let error = if !drifted.is_empty() && !granted.accept_drift {
        ApplyError::Drift(drifted)
    } else if !adopted.is_empty() && !granted.adopt {
        ApplyError::NotAdopted(adopted)
    } else {
        return Ok(());
    };
    Err(host::stopped(&error))
}

/// Asks, unless that was granted; without a terminal nobody can be asked.
///
/// # Errors
/// Not approved, or the plan could not be shown.
pub fn ask(session: &mut Session, granted: Granted, question: &str) -> Result<(), Stop> {
    session.arrived()?;
    if granted.approved {
        return Ok(());
    }
    if !session.interactive {
        let text = "not approved: there is no terminal to ask on\n  help: `--auto-approve`";
        return Err(Stop::Because(Exit::Refused, text.to_owned()));
    }
    session.say(&format!("\n{question}\n  Only 'yes' will be accepted: "));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    match read {
        Ok(_) if answer.trim_end_matches(['\n', '\r']) == "yes" => Ok(()),
        Ok(_) => Err(Stop::Because(Exit::Refused, "not approved; nothing was changed".to_owned())),
        Err(error) => Err(Stop::machine(&error)),
    }
}

/// Takes the lock, recovers what a killed run left, and carries the approved plan out.
///
/// # Errors
/// As [`ApplyError`] says.
pub fn carry_out(
    target: &mut dyn Exclusive,
    (request, survey): (&SurveyRequest<'_>, &Survey),
    (granted, holder, judges): (Granted, &Holder, Judges<'_>),
) -> Result<Outcome, ApplyError> {
    let consent =
        Consent { approved: survey.digest, accept_drift: granted.accept_drift, adopt: granted.adopt };
    let mut transaction = Transaction::begin(target, request.ground, holder)?;
    let outcome = transaction.apply(request, &consent, judges);
    match &outcome {
        Ok(Outcome::Kept { left: None, .. }) if granted.forget => {
            transaction.forget_given_back()?;
        }
        Ok(Outcome::Kept { .. } | Outcome::Incomplete { .. }) => {}
        // A first apply that was taken back leaves nothing behind, its state neither.
        _ => {
            let _how_it_ended_is_to_be_told = transaction.forget_nothing();
        }
    }
    outcome
}

/// Finishes or takes back what a killed run left, before anything is shown.
///
/// # Errors
/// Somebody else holds the lock, or not everything can be taken back.
pub fn recover(
    session: &mut Session,
    target: &mut dyn Exclusive,
    request: &SurveyRequest<'_>,
    (verb, accept_drift): (&str, bool),
) -> Result<(), Stop> {
    let holder = host::holder(session, verb);
    let stop = |error: ApplyError| host::stopped(&error);
    let mut transaction = Transaction::begin(target, request.ground, &holder).map_err(stop)?;
    let (text, notes) = match transaction.recover(accept_drift).map_err(stop)? {
        None | Some(Recovered::Nothing) => return Ok(()),
        Some(Recovered::Finished { generation, author, notes }) => (
            format!(
                "{} by {} was killed after its last step: generation {generation} is kept",
                author.verb, author.user
            ),
            notes,
        ),
        Some(Recovered::TakenBack { author, notes }) => {
            (format!("{} by {} ended half way: it was taken back", author.verb, author.user), notes)
        }
    };
    session.say(&format!("note: {text}\n"));
    say_notes(session, &notes);
    Ok(())
}

/// Says what of users' parts of the state is not believed.
pub(crate) fn say_doubts(session: &mut Session, doubts: &[Doubt]) {
    let finding = |doubt: &Doubt| {
        let Doubt { user, path, what } = doubt;
        Finding::warning(Code("state-doubted"), format!("not believed of {user}: {path}: {what}"))
            .help(format!("`mv {path} {path}.old`: what only it knew of then counts as not ours"))
    };
    session.say_findings(&doubts.iter().map(finding).collect(), &Sources::default());
}

/// Says what a person should know.
pub(crate) fn say_notes(session: &mut Session, notes: &[String]) {
    for note in notes {
        session.say(&format!("note: {note}\n"));
    }
}

/// Says how it ended; `verb` is `Apply`, `Rollback` or `Destroy`.
pub fn ended(session: &mut Session, survey: &Survey, (verb, outcome): (&str, Outcome)) -> Exit {
    match outcome {
        Outcome::Unchanged => Exit::Fine,
        Outcome::Kept { generation, proof, notes, left } => {
            let (added, changed, destroyed) = survey.plan.counts();
            say_notes(session, &notes);
            session.print(&format!(
                "\n{verb} complete! {added} added, {changed} changed, {destroyed} destroyed. This is generation {generation}.\n"
            ));
            if survey.machine.is_some() {
                say_proof(session, &proof);
            }
            if let Some(left) = left {
                session.say(&format!("note: the next run clears away what is left: {left}\n"));
            }
            Exit::Fine
        }
        Outcome::RolledBack { cause, old_state, notes } => {
            say_notes(session, &notes);
            let (why, exit) = told(cause);
            session.say(&format!("error: {why}\n  everything that was done was taken back\n"));
            rolled_back(session, exit, &old_state)
        }
        Outcome::Incomplete { cause, left } => {
            let (why, _) = told(cause);
            session.say(&format!(
                "error: {why}\nnot everything could be taken back; these are left:\n  {}\n  help: move away what somebody else put there, mend what keeps a unit from running, and run `apply` again: it takes back the rest first; `--accept-drift` leaves as it is what somebody else changed\n",
                left.join("\n  ")
            ));
            Exit::Incomplete
        }
    }
}

/// Why a transaction was taken back, and the exit code where that worked.
fn told(cause: TakenBackCause) -> (String, Exit) {
    match cause {
        TakenBackCause::Machine(error) => (error.to_string(), Exit::Machine),
        TakenBackCause::Service(unit, why) => (format!("{unit} {why}"), Exit::TakenBack),
        TakenBackCause::Proof(why) => (format!("the proof failed\n{why}"), Exit::TakenBack),
    }
}

fn say_proof(session: &mut Session, proof: &Proof) {
    session.print(&match proof {
        Proof::Proven(what) => format!("Proven: {what}.\n"),
        Proof::CouldNotRun(why) => format!("NOT PROVEN: nothing was sent: {why}.\n"),
        Proof::Failed(why) => format!("NOT PROVEN: {why}\n"),
    });
}

/// The old state is back; whether it works too.
fn rolled_back(session: &mut Session, exit: Exit, old_state: &Proof) -> Exit {
    match old_state {
        Proof::Proven(_) => {
            session.say("  the old state is proven again\n");
            exit
        }
        Proof::CouldNotRun(why) => {
            session.say(&format!("  the old state was not proven: {why}\n"));
            exit
        }
        Proof::Failed(why) => {
            session.say(&format!("error: the old state is back, and it does not work either\n{why}\n"));
            Exit::Incomplete
        }
    }
}
