//! `logs`: what the engines of a trial say.

use super::load::load_name;
use super::{Exit, Session, Stop};
use crate::cli::Logs;
use crate::trial::{Follower, Found, running};
use std::thread;
use std::time::Duration;

/// The pause between two looks at logs that are followed.
const POLL: Duration = Duration::from_millis(100);

pub(super) fn run(session: &mut Session, arguments: &Logs) -> Result<Exit, Stop> {
    let name = load_name(&arguments.stack.stack)?;
    let Some(found) = running(&name).into_iter().next() else {
        let text = format!("no trial of `{name}` runs\n  help: `tracewright try --hold` runs one");
        return Err(Stop::Because(Exit::Refused, text));
    };
    let names = wanted(&found, arguments.component.as_deref())?;
    let mut logs: Vec<_> = names.iter().map(|name| (name, Follower::of(&found.log(name)))).collect();
    if arguments.follow {
        session.say("following until the trial ends, or Ctrl-C\n");
    }
    loop {
        let over = !found.state.engines.iter().any(crate::trial::Running::is_alive);
        for (name, log) in &mut logs {
            let text = log.read().map_err(|error| Stop::machine(&error))?;
            session.print(&if names.len() == 1 { text } else { prefixed(name, &text) });
        }
        if !arguments.follow || over || session.closed() {
            return Ok(Exit::Fine);
        }
        thread::sleep(POLL);
    }
}

/// The engines whose logs are wanted, by their names in the stack.
fn wanted(found: &Found, component: Option<&str>) -> Result<Vec<String>, Stop> {
    let all: Vec<_> = found.state.engines.iter().map(|engine| engine.name.clone()).collect();
    let Some(wanted) = component else { return Ok(all) };
    let is = |name: &String| name == wanted || name.strip_prefix("collector.") == Some(wanted);
    match all.iter().find(|name| is(name)) {
        Some(name) => Ok(vec![name.clone()]),
        None => {
            let text = format!("the trial runs no `{wanted}`\n  help: `{}`", all.join("`, `"));
            Err(Stop::Because(Exit::Refused, text))
        }
    }
}

/// Each line with the name of its engine before it.
fn prefixed(name: &str, text: &str) -> String {
    text.lines().map(|line| format!("{name}: {line}\n")).collect()
}
