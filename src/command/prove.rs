//! `prove`: a trace through every application's door of what runs.

use super::journals::Journals;
use super::running::There;
use super::stages::Stages;
use super::{Exit, Session, Stop};
use crate::cli::{Format, Prove};
use crate::host::{all_listening, real};
use crate::prove::{Component, Door, Logs, Numbered, Proof, Prover};
use crate::report::proof::{self, Outcome};
use crate::trial::{self, Found, newest_lines};
use crate::wiring::Wiring;
use std::net::SocketAddr;
use std::time::Duration;

/// How long a trace may take until it can be read, beside the batches on its way.
const WITHIN: Duration = Duration::from_secs(15);

pub(super) fn run(session: &mut Session, arguments: &Prove) -> Result<Exit, Stop> {
    let there = There::find(session, &arguments.stack.stack)?;
    let wiring = there.wiring()?;
    let doors = trial::doors(&wiring);
    let reader = trial::reader(&wiring, &there.authority(&wiring));
    let Some(reader) = reader.filter(|_| !doors.is_empty()) else { return Err(nothing_to_prove(&wiring)) };
    if there.trial.is_none() {
        somebody_listens(&wiring)?;
    }
    let logs: Box<dyn Logs> = match &there.trial {
        Some(found) => Box::new(TrialLogs(found.clone())),
        None => Box::new(Journals(&wiring)),
    };
    let prover = Prover { reader: &reader, logs: &*logs, within: within(&wiring) };
    let mut stages = Stages::new(session);
    let mut outcomes = Vec::new();
    for door in doors {
        stages.begin(&format!("app.{}", door.name), "a trace is sent and read back");
        let outcome = match arguments.count {
            None => Outcome::from(prover.prove(&door)),
            Some(count) => match prover.count(&door, Numbered { count, rate: arguments.rate }) {
                Ok((tally, failure)) => Outcome::Counted(tally, failure),
                Err(not) => Outcome::from(Proof::CouldNotRun(not)),
            },
        };
        stages.clear();
        outcomes.push((door, outcome));
    }
    session.print(&match arguments.format {
        Format::Text => proof::text(&outcomes),
        Format::Json => proof::json(&outcomes),
    });
    Ok(exit(&outcomes))
}

/// The time the engines may take, their batches included.
pub(super) fn within(wiring: &Wiring<'_>) -> Duration {
    let batches = wiring.stack.collectors.values().filter_map(|collector| collector.batch);
    batches.map(|batch| batch.timeout).sum::<Duration>() + WITHIN
}

/// The worst of all decides.
pub(super) fn exit(outcomes: &[(Door, Outcome)]) -> Exit {
    let any = |wanted: fn(&Outcome) -> bool| outcomes.iter().any(|(_, outcome)| wanted(outcome));
    if any(Outcome::is_failed) {
        Exit::Machine
    } else if any(Outcome::is_not_tried) {
        Exit::Refused
    } else {
        Exit::Fine
    }
}

/// What is said where no trace can be sent along any way.
pub(super) fn nothing_to_prove(wiring: &Wiring<'_>) -> Stop {
    let name = &wiring.stack.name;
    let text = format!("`{name}` has no application or no Tempo: there is no way to send a trace along");
    Stop::Because(Exit::Refused, text)
}

/// A stack of which nothing runs was not applied here, or stopped: no edge of it is at fault.
fn somebody_listens(wiring: &Wiring<'_>) -> Result<(), Stop> {
    let open = all_listening();
    let mut wished =
        wiring.listeners.iter().map(|listener| SocketAddr::new(listener.bind, listener.port.number()));
    if wished.any(|address| real(&open, address).is_some()) {
        return Ok(());
    }
    let name = &wiring.stack.name;
    let text = format!(
        "nothing of `{name}` runs here: no trial of it is held, and nobody listens at any of its addresses\n  \
         help: `tracewright try --hold` runs it without touching this machine"
    );
    Err(Stop::Because(Exit::Refused, text))
}

/// The logs of a trial, for the cause of a failure.
struct TrialLogs(Found);

impl Logs for TrialLogs {
    fn newest(&self, component: Component<'_>) -> Option<String> {
        newest_lines(&self.0.log(&component_name(component)))
    }
}

/// A component as the stack calls it.
pub(super) fn component_name(component: Component<'_>) -> String {
    match component {
        Component::Tempo => "tempo".to_owned(),
        Component::Collector(name) => format!("collector.{name}"),
    }
}
