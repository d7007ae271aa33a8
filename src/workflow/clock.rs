//! A clock that cannot be right: certificates are judged by it, and good ones would be replaced.
//!
//! What the clock is held against is the time of the newest generation, which the same machine wrote.

use super::session::{Session, Stop};
use crate::apply::Survey;
use crate::exit::Exit;
use crate::pki::date;
use std::time::{Duration, SystemTime};

/// Clocks are set right by so much without anybody's wondering; a certificate's life begins as long before
/// it is issued.
const SLACK: Duration = Duration::from_secs(3600);
/// Certificates that nobody looked after for longer than this may have ended.
const LONG: Duration = Duration::from_secs(400 * 24 * 3600);

/// What a person should know of the clock, where certificates would be issued by it; a plan says it.
pub(crate) fn doubt(now: SystemTime, survey: &Survey) -> Option<String> {
    let last = survey.kept_at().filter(|_| !survey.plan.to_issue.is_empty())?;
    let number = survey.plan.generation;
    if now + SLACK < last {
        return Some(format!(
            "the clock of this machine says {}, but generation {number} was kept on {}: certificates that are good would be replaced by it",
            date(now),
            date(last)
        ));
    }
    (now > last + LONG).then(|| {
        format!(
            "the clock of this machine says {}, and generation {number} was kept on {}: by it certificates are replaced; `date` shows whether it is right",
            date(now),
            date(last)
        )
    })
}

/// Says so before anything is asked.
///
/// # Errors
/// It is behind what this machine itself wrote.
pub(crate) fn refuse_wrong(session: &mut Session, survey: &Survey) -> Result<(), Stop> {
    let Some(doubt) = doubt(session.now, survey) else { return Ok(()) };
    if survey.kept_at().is_some_and(|last| last < session.now) {
        session.say(&format!("warning: {doubt}\n"));
        return Ok(());
    }
    let help = "\n  help: `timedatectl` shows what keeps it wrong; where it is right now and was not then, `destroy` and apply anew";
    Err(Stop::Because(Exit::Refused, doubt + help))
}
