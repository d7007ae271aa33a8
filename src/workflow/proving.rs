//! The proof of what runs on this machine, as a transaction asks for it.

use super::journals::Journals;
use super::proof::{by_app, came_back, doing, nothing_to_prove, within, word};
use super::running::ca_file;
use super::session::{Session, Stop};
use super::stages::Stages;
use super::status::counters;
use crate::apply::{self, NoProver};
use crate::diagnostic::SourceName;
use crate::exit::Exit;
use crate::host::all_listening;
use crate::model::ground::Ground;
use crate::model::units::UnitId;
use crate::prove::{Endpoint, SignalProver, SignalWay, Tls, TrustedCa, fetch};
use crate::report::proof::{self, ProofOutcome};
use crate::stack::{self, Stack};
use crate::trial::{self, Probe};
use crate::wiring::{ComponentId, Wiring};
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

/// How long one page may take.
const LOOK: Duration = Duration::from_secs(2);

/// What a collector holds, batches that wait to be tried again included (seen on 0.159).
const QUEUE: &str = "otelcol_exporter_queue_size";

/// Sends a trace, a point, a record through every application's endpoints of a stack and reads them back.
pub(crate) struct Live<'a, 's> {
    wiring: &'a Wiring<'a>,
    stages: &'a RefCell<Stages<'s>>,
    /// The unit that is waited for.
    waits: Cell<Option<UnitId>>,
}

impl<'a, 's> Live<'a, 's> {
    /// The prover of a stack.
    pub(crate) fn of(wiring: &'a Wiring<'a>, stages: &'a RefCell<Stages<'s>>) -> Self {
        Self { wiring, stages, waits: Cell::default() }
    }

    fn tls(&self) -> Tls {
        Tls { ca: TrustedCa::File(ca_file(self.wiring)), ..Tls::default() }
    }

    /// The engine that is a unit.
    fn engine(&self, unit: &UnitId) -> Option<&ComponentId> {
        let mut engines = self.wiring.engines.iter();
        engines.find(|(_, place)| place.scope == unit.scope && place.unit.name == unit.name).map(|(id, _)| id)
    }

    /// One look at what answers for a unit: an engine's listeners and its own word, an application's health.
    fn answer(&self, unit: &UnitId) -> Result<(), String> {
        if let Some(id) = self.engine(unit) {
            let probe = Probe::of(self.wiring, id, self.tls());
            return probe.look(&all_listening()).map_err(|missing| missing.to_string());
        }
        let mut apps =
            self.wiring.stack.apps.values().filter(|app| {
                app.service.scope == unit.scope && app.service.unit.as_ref() == Some(&unit.name)
            });
        let Some(url) = apps.find_map(|app| app.health_url.clone()) else { return Ok(()) };
        match fetch(&url, &self.tls(), LOOK) {
            Ok(page) if page.status == 200 => Ok(()),
            Ok(page) => Err(format!("{url} answers {}", page.status)),
            Err(why) => Err(format!("{url} does not answer: {why}")),
        }
    }
}

impl apply::Prover for Live<'_, '_> {
    fn look(&self, unit: &UnitId) -> Result<(), String> {
        let mut stages = self.stages.borrow_mut();
        let name = unit.name.to_string();
        if self.waits.replace(Some(unit.clone())).as_ref() != Some(unit) {
            stages.begin(&name, "waits until it is ready");
        }
        match self.answer(unit) {
            Ok(()) => {
                let took = stages.took();
                stages.done(&name, &format!("ready after {took}"));
                self.waits.take();
                Ok(())
            }
            Err(missing) => {
                stages.waiting(&name, &format!("waits: {missing}"));
                Err(missing)
            }
        }
    }

    fn drained(&self, unit: &UnitId) -> Result<(), String> {
        let Some(id) = self.engine(unit) else { return Ok(()) };
        // One that does not answer has nothing to wait for.
        let counters = counters(self.wiring, id, &self.tls()).unwrap_or_default();
        let held = counters.get(QUEUE).copied().unwrap_or_default();
        if held <= 0.0 {
            return Ok(());
        }
        let mut stages = self.stages.borrow_mut();
        let held = format!("{held} of `{QUEUE}`");
        stages.waiting(unit.name.as_str(), &format!("waits until it has passed on {held}"));
        Err(held)
    }

    fn prove(&self, deadline: Duration) -> apply::Proof {
        let began = Instant::now();
        let ways = trial::ways(self.wiring, &ca_file(self.wiring));
        if ways.is_empty() {
            let why = "the stack has no application that sends to anything that is read back";
            return apply::Proof::CouldNotRun(why.to_owned());
        }
        let logs = Journals(self.wiring);
        let prover = SignalProver { logs: &logs, within: within(self.wiring) };
        let mut outcomes = Vec::new();
        for own in by_app(&ways) {
            let name = format!("app.{}", own[0].endpoint.name);
            self.stages.borrow_mut().begin(&name, &doing(own));
            let proven = || prover.prove(own).into_iter().map(ProofOutcome::from).collect::<Vec<_>>();
            let mut seen = proven();
            // A collector that met a closed listener knocks again after a pause that grows with the time it
            // was closed (gRPC waits 1.6 times longer each time): the next knock may be after the first proof.
            while seen.iter().any(ProofOutcome::is_retrying) && began.elapsed() < deadline {
                seen = proven();
            }
            let seen: Vec<_> = own.iter().map(|way| way.endpoint.clone()).zip(seen).collect();
            let mut stages = self.stages.borrow_mut();
            let took = stages.took();
            stages.done(&name, &format!("{} in {took}", word(&seen)));
            outcomes.extend(seen);
        }
        verdict(&outcomes, || came_back(&ways))
    }
}

/// One listener that failed is a failure of all; so is, but for its name, one that could not be tried.
fn verdict(outcomes: &[(Endpoint, ProofOutcome)], proven: impl Fn() -> String) -> apply::Proof {
    let those = |wanted: fn(&ProofOutcome) -> bool| -> Vec<_> {
        outcomes.iter().filter(|(_, outcome)| wanted(outcome)).cloned().collect()
    };
    let text = |outcomes: &[_]| proof::text(outcomes).trim_end().to_owned();
    let (failed, not_tried) = (those(ProofOutcome::is_failed), those(ProofOutcome::is_not_tried));
    match (failed.is_empty(), not_tried.is_empty()) {
        (false, _) => apply::Proof::Failed(text(&failed)),
        (true, false) => apply::Proof::CouldNotRun(text(&not_tried)),
        (true, true) => apply::Proof::Proven(proven()),
    }
}

/// The stack of a generation, from the text that was kept with it.
pub(crate) fn kept_stack(text: Option<&str>) -> Option<Stack> {
    let (_, loaded) = stack::load(SourceName("stack.toml".to_owned()), text?);
    loaded.ok().map(|(stack, _)| stack)
}

/// Why what stood there before cannot be proven.
pub(crate) fn nothing_before() -> NoProver {
    NoProver("what stood here before was no stack of ours".to_owned())
}

/// The prover of what a wiring describes; nobody, where there is none.
pub(crate) fn prover<'a>(
    wiring: Option<&'a Wiring<'a>>,
    stages: &'a RefCell<Stages<'_>>,
) -> Box<dyn apply::Prover + 'a> {
    match wiring {
        Some(wiring) => Box::new(Live::of(wiring, stages)),
        None => Box::new(nothing_before()),
    }
}

/// The stages of a transaction, shared by those who judge it.
pub(crate) fn stages(session: &mut Session) -> RefCell<Stages<'_>> {
    RefCell::new(Stages::new(session))
}

/// Whether what runs can be proven at all, with the rights that are at hand.
///
/// # Errors
/// The stack sends nothing that is read back; or the CA of an API is not to be read.
pub(crate) fn possible(wiring: &Wiring<'_>, ground: &Ground) -> Result<(), Stop> {
    let help = "\n  help: `--no-prove` applies it all the same";
    let ca = ca_file(wiring);
    let ways = trial::ways(wiring, &ca);
    if ways.is_empty() {
        return Err(match nothing_to_prove(wiring) {
            Stop::Because(exit, text) => Stop::Because(exit, text + help),
            stop @ Stop::Findings(..) => stop,
        });
    }
    let ours = TrustedCa::File(ca.clone());
    let barred = |way: &&SignalWay| way.reader.api.starts_with("https:") && way.reader.tls.ca == ours;
    match ways.iter().find(barred) {
        // Where root issues it, it may only be there later.
        Some(way) if !ground.is_machine() && !ca.is_file() => {
            let text = format!(
                "no proof is possible: {} are read back from {}, and its CA `{}` cannot be read here\n  help: `sudo tracewright apply` proves what it applies",
                way.endpoint.store.signal(),
                way.reader.api,
                ca.display()
            );
            Err(Stop::Because(Exit::Refused, text + help))
        }
        Some(_) | None => Ok(()),
    }
}

/// A proof that was not given up by anybody must run: one that cannot counts as failed.
pub(crate) struct Strict<'a>(pub(crate) &'a dyn apply::Prover);

impl apply::Prover for Strict<'_> {
    fn look(&self, unit: &UnitId) -> Result<(), String> {
        self.0.look(unit)
    }

    fn prove(&self, deadline: Duration) -> apply::Proof {
        match self.0.prove(deadline) {
            apply::Proof::CouldNotRun(why) => {
                apply::Proof::Failed(format!("{why}\n  help: `--no-prove` applies it without a proof"))
            }
            tried => tried,
        }
    }
}

/// Waits until what was started is ready, and proves nothing, for a reason.
pub(crate) struct Unproven<'a>(pub(crate) &'a dyn apply::Prover, pub(crate) &'a NoProver);

impl apply::Prover for Unproven<'_> {
    fn look(&self, unit: &UnitId) -> Result<(), String> {
        self.0.look(unit)
    }

    fn prove(&self, deadline: Duration) -> apply::Proof {
        self.1.prove(deadline)
    }
}
