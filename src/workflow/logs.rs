//! Logs of a trial, and journals of services.

use super::host::HostChoice;
use super::journals;
use super::load::load;
use super::session::{Session, Stop};
use super::survey::host_of;
use crate::cli::{LogsArguments, RootArgument};
use crate::component::wire;
use crate::exit::Exit;
use crate::host::UnitJournal;
use crate::model::names::StackName;
use crate::model::observed::Inventory;
use crate::model::units::{Load, UnitId};
use crate::text::redact_line;
use crate::trial::{Follower, FoundTrial};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// The pause between two looks at logs that are followed.
const POLL: Duration = Duration::from_millis(100);

pub(crate) fn of_trial(
    session: &mut Session,
    found: &FoundTrial,
    arguments: &LogsArguments,
) -> Result<Exit, Stop> {
    let all: Vec<_> = found.state.engines.iter().map(|engine| engine.name.clone()).collect();
    let names = wanted(all, arguments.component.as_deref(), "the trial runs")?;
    let mut logs: Vec<_> = names.iter().map(|name| (name, Follower::of(&found.log(name)))).collect();
    if arguments.follow {
        session.say("following until the trial ends, or Ctrl-C\n");
    }
    loop {
        let over = !found.state.engines.iter().any(crate::trial::Running::is_alive);
        for (name, log) in &mut logs {
            let text = log.read().map_err(|error| Stop::machine(&error))?;
            let text: String = text.lines().map(|line| redact_line(line) + "\n").collect();
            session.print(&if names.len() == 1 { text } else { prefixed(name, &text) });
        }
        if !arguments.follow || over || session.closed() {
            return Ok(Exit::Fine);
        }
        thread::sleep(POLL);
    }
}

/// The journals of the engines' services, as far as this user may read them.
pub(crate) fn of_host(
    session: &mut Session,
    name: &StackName,
    arguments: &LogsArguments,
) -> Result<Exit, Stop> {
    let units = units(name, arguments)?;
    let names = wanted(
        units.iter().map(|(name, _)| name.clone()).collect(),
        arguments.component.as_deref(),
        &format!("`{name}` has"),
    )?;
    let mut journals = Vec::new();
    for (name, unit) in units.into_iter().filter(|(name, _)| names.contains(name)) {
        journals.push((name, UnitJournal::of(&unit).map_err(|error| Stop::machine(&error))?));
    }
    if arguments.follow {
        session.say("following until Ctrl-C\n");
        return follow(session, &journals);
    }
    for (name, journal) in &journals {
        let lines = journal.newest(None).map_err(|error| Stop::machine(&error))?;
        if lines.is_empty() {
            session.say(&format!("note: the journal shows you nothing of `{name}`\n"));
        }
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        session.print(&if names.len() == 1 { text } else { prefixed(name, &text) });
    }
    Ok(Exit::Fine)
}

/// One thread a journal: each waits for its own lines.
fn follow(session: &mut Session, journals: &[(String, UnitJournal)]) -> Result<Exit, Stop> {
    let (sender, lines) = channel();
    let alone = journals.len() == 1;
    for (name, journal) in journals {
        let followed = journal.follow().map_err(|error| Stop::machine(&error))?;
        let (name, sender) = (name.clone(), sender.clone());
        thread::spawn(move || {
            for line in followed {
                let line = if alone { line + "\n" } else { format!("{name}: {line}\n") };
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    drop(sender);
    for line in lines {
        session.print(&line);
        if session.closed() {
            break;
        }
    }
    Ok(Exit::Fine)
}

/// The engines' units, those of them at least one of which a manager of this host knows.
fn units(name: &StackName, arguments: &LogsArguments) -> Result<Vec<(String, UnitId)>, Stop> {
    let stack = load(&arguments.stack.stack)?.stack;
    let stop = |findings| Stop::Findings(findings, crate::text::Sources::default());
    let (wiring, _) = wire(&stack).map_err(stop)?;
    let units: Vec<_> =
        wiring.engines.iter().map(|(id, place)| (id.to_string(), journals::unit(place))).collect();
    let place = HostChoice::of(&RootArgument::default(), host_of(&stack))?;
    let inventory =
        Inventory { units: units.iter().map(|(_, unit)| unit.clone()).collect(), ..Inventory::default() };
    let seen = place.target().observe(&inventory).map_err(|error| Stop::machine(&error))?;
    if seen.machine.iter().flat_map(|machine| machine.units.values()).any(|unit| unit.load != Load::NotFound)
    {
        return Ok(units);
    }
    let text = format!(
        "no trial of `{name}` runs\n  and none of its services is here\n  help: `tracewright try --hold` runs a trial"
    );
    Err(Stop::Because(Exit::Refused, text))
}

/// The engines whose logs are wanted, by their names in the stack.
fn wanted(all: Vec<String>, component: Option<&str>, who: &str) -> Result<Vec<String>, Stop> {
    let Some(wanted) = component else { return Ok(all) };
    let is = |name: &String| name == wanted || name.strip_prefix("collector.") == Some(wanted);
    match all.iter().find(|name| is(name)) {
        Some(name) => Ok(vec![name.clone()]),
        None => {
            let text = format!("{who} no `{wanted}`\n  help: `{}`", all.join("`, `"));
            Err(Stop::Because(Exit::Refused, text))
        }
    }
}

/// Each line with the name of its engine before it.
fn prefixed(name: &str, text: &str) -> String {
    text.lines().map(|line| format!("{name}: {line}\n")).collect()
}
