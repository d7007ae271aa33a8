//! A stack beside what stands where it is planned.

use super::host::HostChoice;
use super::judge::CheckedStack;
use super::load::Loaded;
use super::session::{Session, Stop};
use super::{ca, host};
use crate::apply::{DesiredState, Fate, Killed, Survey, SurveyRequest, survey};
use crate::model::ground::Ground;
use crate::plan::DesiredSource;
use crate::stack::Stack;

/// The host of a stack that has one.
pub(crate) fn host_of(stack: &Stack) -> &crate::model::names::HostName {
    stack.hosts.keys().next().expect("a stack has a host")
}

/// What a stack's wish meets where it is planned.
pub(crate) fn look(
    session: &Session,
    (place, ground): (&HostChoice, &Ground),
    (loaded, judged): (&Loaded, &CheckedStack<'_>),
) -> Result<Survey, Stop> {
    let cas = ca::open(&loaded.stack.certificates, place, ground)?;
    let request = SurveyRequest {
        stack: &loaded.stack.name,
        host: host_of(&loaded.stack),
        ground,
        desired: DesiredState::Stack(&judged.desired),
        text: Some(&loaded.text),
        cas: cas.as_ref(),
        now: session.now,
    };
    survey(place.target(), &request).map_err(|error| host::stopped(&error))
}

/// Both digests: the first is for reviews, the second for this host.
pub(crate) fn digests(survey: &Survey) -> Vec<(&'static str, String)> {
    let desired = match &survey.plan.source {
        DesiredSource::Stack(digest) => Some(("Desired", digest.clone())),
        DesiredSource::Generation(..) => None,
    };
    desired.into_iter().chain([("Plan", survey.digest.to_string())]).collect()
}

/// A run that was killed is told of, and left to the next verb that writes.
pub(crate) fn say_pending(session: &mut Session, survey: &Survey) {
    if let Some(killed) = &survey.pending {
        session.say(&format!("note: {}\n", told(killed)));
    }
}

/// Who was killed, and what becomes of it.
pub(crate) fn told(Killed { author, fate }: &Killed) -> String {
    let who = if author.user.is_empty() {
        author.verb.clone()
    } else {
        format!("{} by {}", author.verb, author.user)
    };
    let then = match fate {
        Fate::Forgotten => "it had changed nothing".to_owned(),
        Fate::Finished(generation) => {
            format!("generation {generation} is kept, and the next apply or rollback clears up first")
        }
        Fate::TakenBack => "the next apply or rollback takes it back first".to_owned(),
        Fate::GivenBack => {
            "everything was given back, and the next run removes what is left of the state".to_owned()
        }
        Fate::Roots => "`sudo tracewright apply` finishes it or takes it back".to_owned(),
    };
    format!("{who} ended half way; {then}")
}
