//! What a proof needs of a stack that runs: time, logs, names, and somebody who listens.

use super::session::Stop;
use crate::exit::Exit;
use crate::host::{all_listening, real};
use crate::model::dataflow::Signal;
use crate::prove::{Endpoint, LogSource, LoggedComponent};
use crate::report::proof::ProofOutcome;
use crate::trial::{FoundTrial, newest_lines};
use crate::wiring::Wiring;
use std::net::SocketAddr;
use std::time::Duration;

/// How long a trace may take until it can be read, beside the batches on its way.
const WITHIN: Duration = Duration::from_secs(15);

/// The time the engines may take, their batches included.
pub(crate) fn within(wiring: &Wiring<'_>) -> Duration {
    let batches = wiring.stack.collectors.values().filter_map(|collector| collector.batch);
    batches.map(|batch| batch.timeout).sum::<Duration>() + WITHIN
}

/// The worst of all decides.
pub(crate) fn exit(outcomes: &[(Endpoint, ProofOutcome)]) -> Exit {
    let any = |wanted: fn(&ProofOutcome) -> bool| outcomes.iter().any(|(_, outcome)| wanted(outcome));
    if any(ProofOutcome::is_failed) {
        Exit::Machine
    } else if any(ProofOutcome::is_not_tried) {
        Exit::Refused
    } else {
        Exit::Fine
    }
}

/// What applications send beside traces, of which a proof says nothing; empty where that is nothing.
pub(crate) fn unproven(wiring: &Wiring<'_>) -> String {
    let told = wiring.stack.apps.values().filter_map(|app| {
        let mut others = app.routes.signals();
        others.remove(&Signal::Traces);
        let others: Vec<String> = others.iter().map(ToString::to_string).collect();
        (!others.is_empty()).then(|| {
            format!("not tried  app.{}: its {}, of which nothing is known\n", app.name, others.join(" and "))
        })
    });
    told.collect()
}

/// What is said where no trace can be sent along any way.
pub(crate) fn nothing_to_prove(wiring: &Wiring<'_>) -> Stop {
    let name = &wiring.stack.name;
    let text = format!("`{name}` has no application or no Tempo: there is no way to send a trace along");
    Stop::Because(Exit::Refused, text)
}

/// A stack of which nothing runs was not applied here, or stopped: no edge of it is at fault.
pub(crate) fn somebody_listens(wiring: &Wiring<'_>) -> Result<(), Stop> {
    let open = all_listening();
    let mut desired =
        wiring.listeners.iter().map(|listener| SocketAddr::new(listener.bind, listener.port.number()));
    if desired.any(|address| real(&open, address).is_some()) {
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
pub(crate) struct TrialLogs(pub(crate) FoundTrial);

impl LogSource for TrialLogs {
    fn newest(&self, component: LoggedComponent<'_>) -> Option<String> {
        newest_lines(&self.0.log(&component_name(component)))
    }
}

/// A component as the stack calls it.
pub(crate) fn component_name(component: LoggedComponent<'_>) -> String {
    match component {
        LoggedComponent::Tempo => "tempo".to_owned(),
        LoggedComponent::Collector(name) => format!("collector.{name}"),
    }
}
