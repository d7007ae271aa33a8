//! What a proof needs of a stack that runs: time, logs, names, and somebody who listens.

use super::session::Stop;
use crate::exit::Exit;
use crate::host::{all_listening, real};
use crate::prove::{Endpoint, LogSource, LoggedComponent, SignalWay, Store};
use crate::report::proof::{ProofOutcome, sent};
use crate::trial::{FoundTrial, newest_lines};
use crate::wiring::Wiring;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

/// How long something may take until it can be read, beside the batches on its way.
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

/// The ways of one application after another: its signals are proven side by side.
pub(crate) fn by_app(ways: &[SignalWay]) -> impl Iterator<Item = &[SignalWay]> {
    ways.chunk_by(|one, next| one.endpoint.name == next.endpoint.name)
}

/// What is done along these ways of one application.
pub(crate) fn doing(ways: &[SignalWay]) -> String {
    let is = if ways.len() == 1 { "is" } else { "are" };
    format!("{} {is} sent and read back", listed(ways.iter().map(|way| way.endpoint.store)))
}

/// That all of these ways are proven, as a sentence.
pub(crate) fn came_back(ways: &[SignalWay]) -> String {
    let stores = |ways: &[SignalWay]| ways.iter().map(|way| way.endpoint.store).collect::<BTreeSet<_>>();
    let all = stores(ways);
    let from = match by_app(ways).all(|own| stores(own) == all) {
        true => "every application's endpoint",
        false => "the applications' endpoints",
    };
    format!("{} came back from {from}", listed(all.into_iter()))
}

/// `a trace, a metric point and a log record`.
fn listed(stores: impl Iterator<Item = Store>) -> String {
    let all: Vec<_> = stores.map(sent).collect();
    match all.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => all.concat(),
    }
}

/// What became of these ways of one application, in a word.
pub(crate) fn word(outcomes: &[(Endpoint, ProofOutcome)]) -> String {
    let those = |wanted: fn(&ProofOutcome) -> bool| {
        let those = outcomes.iter().filter(|(_, outcome)| wanted(outcome));
        those.map(|(endpoint, _)| endpoint.store.signal().to_string()).collect::<Vec<_>>()
    };
    let (failed, not_tried) = (those(ProofOutcome::is_failed), those(ProofOutcome::is_not_tried));
    let told = |what: &str, signals: &[String]| match signals.len() < outcomes.len() {
        true => format!("{what} ({})", signals.join(", ")),
        false => what.to_owned(),
    };
    match (failed.is_empty(), not_tried.is_empty()) {
        (false, _) => told("failed", &failed),
        (true, false) => told("not tried", &not_tried),
        (true, true) => "proven".to_owned(),
    }
}

/// What applications send and these ways do not prove; empty where that is nothing.
pub(crate) fn unproven(wiring: &Wiring<'_>, ways: &[SignalWay]) -> String {
    let told = wiring.stack.apps.values().filter_map(|app| {
        let own = ways.iter().filter(|way| way.endpoint.name == app.name.as_str());
        let proven: BTreeSet<_> = own.map(|way| way.endpoint.store.signal()).collect();
        let others: Vec<String> = app.routes.signals().difference(&proven).map(ToString::to_string).collect();
        (!others.is_empty()).then(|| {
            format!("not tried  app.{}: its {}, of which nothing is known\n", app.name, others.join(" and "))
        })
    });
    told.collect()
}

/// What is said where nothing can be sent along any way.
pub(crate) fn nothing_to_prove(wiring: &Wiring<'_>) -> Stop {
    let name = &wiring.stack.name;
    let text = format!(
        "`{name}` has no application, or no Tempo, Prometheus or Loki that it sends to: there is no way to send \
         anything along"
    );
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
        LoggedComponent::Store(store) => store.name().to_lowercase(),
        LoggedComponent::Collector(name) => format!("collector.{name}"),
    }
}
