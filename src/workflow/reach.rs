//! What of a stack is within reach of whoever runs the tool on a machine, and what is not.

use super::judge::CheckedStack;
use super::load::Loaded;
use super::session::{Session, Stop};
use super::survey::host_of;
use crate::apply::Survey;
use crate::diagnostic::{Code, Finding, Findings, KeyPart};
use crate::exit::Exit;
use crate::host::is_program;
use crate::model::ground::Ground;
use crate::model::names::Scope;
use crate::plan;
use crate::wiring::{ComponentId, EnginePlace, Wiring};
use std::collections::BTreeSet;
use std::path::Path;

/// What the machine says against the stack: users, managers and units that are missing, ports that
/// somebody else holds.
///
/// # Errors
/// An error among them.
pub(crate) fn confirm(
    session: &mut Session,
    (loaded, judged): (&Loaded, &CheckedStack<'_>),
    (ground, survey): (&Ground, &Survey),
) -> Result<(), Stop> {
    let Some(machine) = &survey.machine else { return Ok(()) };
    let mut findings = plan::confirm(&judged.wiring, host_of(&loaded.stack), machine, ground);
    findings.extend(programs(&judged.wiring, ground));
    loaded.document.locate(&mut findings);
    if findings.has_errors() {
        return Err(Stop::Findings(findings, judged.sources.clone()));
    }
    session.say_findings(&findings, &judged.sources);
    Ok(())
}

/// Engines that a unit of ours would start and that are not there: what runs would be stopped for nothing.
fn programs(wiring: &Wiring<'_>, ground: &Ground) -> Findings {
    let ours =
        wiring.engines.iter().filter(|(_, place)| ground.covers(&place.scope) && !place.packaged_command);
    let missing = ours.filter(|(_, place)| !is_program(Path::new(place.binary.as_str())));
    let finding = |(id, place): (&ComponentId, &EnginePlace)| {
        let title = format!("there is no program `{}`", place.binary);
        let finding = Finding::error(Code("program-missing"), title);
        let at = (place.service.key.join("binary"), KeyPart::Value);
        let finding = finding.at(at, format!("`{id}` is started with it"));
        finding.help("install it there").help("service.binary = \"...\": where it is")
    };
    missing.map(finding).collect()
}

/// What root types to have a verb work on the whole stack.
pub(crate) fn as_root(verb: &str, stack: &Path) -> String {
    format!("sudo tracewright {verb} {}", stack.display())
}

/// An apply of somebody to whom nothing of the stack belongs.
///
/// # Errors
/// It is.
pub(crate) fn refuse_nothing_own(survey: &Survey, stack: &Path) -> Result<(), Stop> {
    let others = &survey.plan.others;
    if !others.is_everything || others.is_settled() {
        return Ok(());
    }
    let help = as_root("apply", stack);
    let text = format!("nothing of this stack is yours to apply; nothing was changed\n  help: `{help}`");
    Err(Stop::Because(Exit::Refused, text))
}

/// The CA of a stack with parts of others is root's: a new one of this user's would be trusted by
/// nobody else.
///
/// # Errors
/// Something would be issued.
pub(crate) fn refuse_issuing(
    survey: &Survey,
    judged: &CheckedStack<'_>,
    ground: &Ground,
) -> Result<(), Stop> {
    let others: BTreeSet<&Scope> =
        judged.desired.units.iter().map(|unit| &unit.scope).filter(|scope| !ground.covers(scope)).collect();
    if survey.plan.to_issue.is_empty() || others.is_empty() || ground.is_machine() {
        return Ok(());
    }
    let text = "the plan issues certificates, and others have a part in this stack: their CA is root's\n  help: `sudo tracewright apply`";
    Err(Stop::Because(Exit::Refused, text.to_owned()))
}
