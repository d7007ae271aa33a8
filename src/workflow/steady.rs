//! A look at a host from which something is refused: not one into the middle of somebody else's run.
//!
//! Nobody has the lock while a plan is shown and approved, so a look may find files of a run that is not
//! over, and take them for drift or for somebody else's. What would be refused is therefore looked at until
//! nobody is at work and two looks in a row agree.

use super::host;
use super::session::Stop;
use crate::apply::{ApplyError, Survey, SurveyRequest, at_work, survey};
use crate::host::Host;

/// How often it is looked until two looks agree.
const LOOKS: u32 = 6;

/// Looks at a host and compares.
///
/// # Errors
/// As [`ApplyError`] says; another run is at work.
pub(super) fn steady_survey(target: &dyn Host, request: &SurveyRequest<'_>) -> Result<Survey, Stop> {
    let mut last = None;
    for _ in 0..LOOKS {
        let seen = survey(target, request);
        let sign = match &seen {
            Ok(seen) if !is_hindered(seen) => None,
            Ok(seen) => Some(seen.digest.to_string()),
            Err(error) => Some(error.to_string()),
        };
        if sign.is_none() || sign == last {
            return seen.map_err(|error| host::stopped(&error));
        }
        last = sign;
        if let Some(holder) = at_work(target, request.ground).map_err(|error| host::stopped(&error))? {
            return Err(host::stopped(&ApplyError::Locked(Some(holder))));
        }
    }
    Err(host::stopped(&ApplyError::Locked(None)))
}

/// Whether something keeps this plan from being carried out that another run may be the cause of. One that
/// was killed is recovered first.
fn is_hindered(seen: &Survey) -> bool {
    let plan = &seen.plan;
    let any =
        plan.refused().next().is_some() || plan.drifted().next().is_some() || plan.adopted().next().is_some();
    any && seen.pending.is_none()
}
