//! One round of a trial: with one choice of ports from the files to the proof.

use super::super::proof::{by_app, component_name, doing, exit, nothing_to_prove, unproven, within, word};
use super::super::stages::seconds;
use super::binaries::{Binaries, StoreBinaries};
use super::{Trial, hold};
use crate::component::engine;
use crate::diagnostic::Findings;
use crate::exit::Exit;
use crate::host::listening;
use crate::model::dataflow::{ProgramKind, Signal};
use crate::model::names::{ComponentName, TargetPath};
use crate::prove::{LogSource, LoggedComponent, SignalProof, SignalProver, SignalWay, Tls, TrustedCa};
use crate::report::proof::{self, ProofOutcome};
use crate::stack::Stack;
use crate::text::{Sources, redact_cut};
use crate::trial::{
    Launch, OwnStore, PORT_TAKEN, Ports, Probe, Running, RunningEngine, TrialError, announce, free_ports,
    managed, moved, newest_lines, told_cause, unspoken, ways, write,
};
use crate::wiring::{ComponentId, Wiring};
use crate::workflow::judge::{CheckedStack, judge_stack};
use crate::workflow::readers::HostFiles;
use crate::workflow::session::Stop;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The pause between two looks.
const POLL: Duration = Duration::from_millis(25);
/// Lines of a log that are shown.
const LAST_LINES: usize = 12;

/// Why a round ended early.
pub(crate) enum RoundEnd {
    /// Somebody wants an end.
    Interrupted,
    /// A port was taken between choosing and binding; whose.
    PortTaken(String),
    /// An engine did not come up, or did not stay: its name and what it did.
    Engine(String, String),
    /// Anything else.
    Stop(Stop),
}

impl From<TrialError> for RoundEnd {
    fn from(error: TrialError) -> Self {
        Self::Stop(Stop::machine(&error))
    }
}

impl RoundEnd {
    /// How the verb says it, while the logs are still there.
    pub(crate) fn told(self, engines: &mut [RunningEngine]) -> Stop {
        let (name, what) = match self {
            Self::Stop(stop) => return stop,
            Self::Interrupted => return Stop::Because(Exit::Machine, "interrupted".to_owned()),
            Self::PortTaken(name) => (name, format!("did not start: {PORT_TAKEN}, again and again")),
            Self::Engine(name, what) => (name, what),
        };
        let log = engines.iter_mut().find(|engine| engine.name == name).map(RunningEngine::last_words);
        let log = log.unwrap_or_default();
        let mut text = format!("{name} {what}");
        if let Some(cause) = told_cause(&log) {
            text.push_str(&format!("\n  cause: {cause}"));
        }
        text.push_str(&last_lines(&log));
        Stop::Because(Exit::Machine, text)
    }
}

/// The end of a log, each line cut to what a terminal shows in three.
fn last_lines(log: &str) -> String {
    let lines: Vec<_> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return "\n  it logged nothing".to_owned();
    }
    let start = lines.len().saturating_sub(LAST_LINES);
    let shown = lines[start..].iter().map(|line| {
        let plain = redact_cut(line, 240);
        format!("\n    {plain}")
    });
    std::iter::once("\n  its last lines:".to_owned()).chain(shown).collect()
}

/// One round.
pub(crate) struct Round<'r, 's> {
    pub(crate) trial: &'r mut Trial<'s>,
    pub(crate) binaries: &'r Binaries,
    /// What the trial has in the place of stores of somebody else's.
    pub(crate) stores: &'r StoreBinaries,
    /// The stack as it was read.
    pub(crate) text: &'r str,
    /// How long an engine may take until it is ready.
    pub(crate) patience: Duration,
}

impl Round<'_, '_> {
    /// From free ports to the proof, and to the end of a hold.
    pub(crate) fn run(&mut self, wanted: &Wiring<'_>, hold: bool) -> Result<Exit, RoundEnd> {
        let directory = self.trial.directory.target()?;
        let found = self.stores.iter().filter(|(_, found)| found.is_ok()).map(|(store, _)| *store);
        let (found, managed): (BTreeSet<_>, _) = (found.collect(), managed(wanted));
        let ports = free_ports(&wanted.listeners, &unspoken(&found))?;
        let stack = moved(wanted, &directory, &ports, &found.union(&managed).copied().collect());
        let now = self.trial.stages.session.now;
        let judged = judge_stack(now, &stack, &HostFiles::default())
            .map_err(|findings| unsound(findings, Sources::default()))?;
        if judged.verdict.findings.has_errors() {
            return Err(unsound(judged.verdict.findings, judged.sources));
        }
        let ca = write(&judged.wiring, &judged.desired, &directory, now)?;
        let mut late = self.start_stores(&stack, &directory, &ports)?;
        late.extend(self.start(&judged, &ca)?);
        self.await_late(&late)?;
        announce(&self.trial.directory, self.text, &ports, self.running())?;
        let exit = self.prove(wanted, &judged.wiring, &ca)?;
        if hold {
            hold::hold(self, &judged.wiring)?;
        }
        Ok(exit)
    }

    /// Listeners before clients, each ready before the next one is started, but for those that are late.
    fn start(&mut self, judged: &CheckedStack<'_>, ca: &Path) -> Result<Vec<LateEngine>, RoundEnd> {
        let mut late = Vec::new();
        for id in start_order(&judged.wiring) {
            let place = &judged.wiring.engines[id];
            let Some(how) = engine(id.kind()) else { continue };
            let launch = Launch {
                name: id.to_string(),
                binary: self.binaries[id].path.clone(),
                arguments: [vec![(how.config)(&place.config)], (how.flags)(&judged.wiring, id)].concat(),
                home: PathBuf::from(place.config.parent().as_str()),
            };
            let tls = Tls { ca: TrustedCa::File(ca.to_owned()), ..Tls::default() };
            let probe = Probe::of(&judged.wiring, id, tls);
            let release = self.binaries[id].to_string();
            if how.ready.late {
                late.push(self.start_late(&launch, probe, release)?);
                continue;
            }
            self.trial.stages.begin(&launch.name, "starts");
            let engine = RunningEngine::start(&launch, &self.trial.directory)?;
            let pid = engine.pid();
            self.trial.engines.push(engine);
            self.ready((&launch.name, pid), &probe)?;
            let took = self.trial.stages.took();
            self.trial.stages.done(&launch.name, &format!("{release}, ready after {took}"));
        }
        Ok(late)
    }

    fn start_late(&mut self, launch: &Launch, probe: Probe, release: String) -> Result<LateEngine, RoundEnd> {
        let running = RunningEngine::start(launch, &self.trial.directory)?;
        let pid = running.pid();
        self.trial.engines.push(running);
        Ok(LateEngine { name: launch.name.clone(), probe, pid, release, began: Instant::now() })
    }

    /// Starts the trial's own stores, which take their time, and waits for none of them.
    fn start_stores(
        &mut self,
        stack: &Stack,
        directory: &TargetPath,
        ports: &Ports,
    ) -> Result<Vec<LateEngine>, RoundEnd> {
        let mut started = Vec::new();
        for (store, engine) in
            self.stores.iter().filter_map(|(store, found)| Some((*store, found.as_ref().ok()?)))
        {
            let own = OwnStore::of((store, engine.path.clone()), stack, directory, ports);
            let Some(own) = own else { continue };
            own.write()?;
            started.push(self.start_late(&own.launch, own.probe.clone(), engine.to_string())?);
        }
        Ok(started)
    }

    fn await_late(&mut self, late: &[LateEngine]) -> Result<(), RoundEnd> {
        for LateEngine { name, probe, pid, release, began } in late {
            self.trial.stages.begin(name, "starts");
            self.ready((name, *pid), probe)?;
            let took = seconds(began.elapsed());
            self.trial.stages.done(name, &format!("{release}, ready after {took}"));
        }
        Ok(())
    }

    fn ready(&mut self, (name, pid): (&str, u32), probe: &Probe) -> Result<(), RoundEnd> {
        let end = Instant::now() + self.patience;
        loop {
            let Err(missing) = probe.look(&listening(pid)) else { return Ok(()) };
            self.alive()?;
            self.port_taken(name)?;
            if Instant::now() >= end {
                let what = format!("is not ready after {} s: {missing}", self.patience.as_secs());
                return Err(RoundEnd::Engine(name.to_owned(), what));
            }
            self.trial.stages.waiting(name, &format!("waits: {missing}"));
            thread::sleep(POLL);
        }
    }

    /// Tempo 3.0 stays half alive for 30 s where a port of its own is taken.
    fn port_taken(&self, name: &str) -> Result<(), RoundEnd> {
        let engine = self.trial.engines.iter().find(|engine| engine.name == name);
        let log = engine.and_then(|engine| newest_lines(engine.log())).unwrap_or_default();
        if told_cause(&log) == Some(PORT_TAKEN) { Err(RoundEnd::PortTaken(name.to_owned())) } else { Ok(()) }
    }

    fn running(&self) -> Vec<Running> {
        let stores = self.stores.iter().filter_map(|(store, found)| {
            Some((store.name().to_lowercase(), found.as_ref().ok()?.to_string()))
        });
        let named = self.binaries.iter().map(|(id, engine)| (id.to_string(), engine.to_string()));
        let releases: BTreeMap<_, _> = named.chain(stores).collect();
        let release = |name: &str| releases.get(name).cloned();
        let engines = self.trial.engines.iter();
        engines
            .map(|one| Running::new(&one.name, &release(&one.name).unwrap_or_default(), one.pid()))
            .collect()
    }

    /// Whether all engines still run and nobody wants an end.
    pub(crate) fn alive(&mut self) -> Result<(), RoundEnd> {
        if self.trial.interrupt.came() {
            return Err(RoundEnd::Interrupted);
        }
        for engine in &mut self.trial.engines {
            if let Some(ended) = engine.ended()? {
                let taken = told_cause(&engine.last_words()) == Some(PORT_TAKEN);
                let name = engine.name.clone();
                return Err(if taken {
                    RoundEnd::PortTaken(name)
                } else {
                    RoundEnd::Engine(name, ended.to_string())
                });
            }
        }
        Ok(())
    }

    /// A trace, a point, a record through every application's endpoints; with what was wanted and cannot be tried.
    fn prove(&mut self, wanted: &Wiring<'_>, wiring: &Wiring<'_>, ca: &Path) -> Result<Exit, RoundEnd> {
        let ways = ways(wiring, ca);
        if ways.is_empty() {
            return Err(RoundEnd::Stop(nothing_to_prove(wiring)));
        }
        let mut outcomes = Vec::new();
        for own in by_app(&ways) {
            let name = format!("app.{}", own[0].endpoint.name);
            self.trial.stages.begin(&name, &doing(own));
            let seen = self.prove_app(&name, own, within(wiring))?.into_iter().map(ProofOutcome::from);
            let seen: Vec<_> = own.iter().map(|way| way.endpoint.clone()).zip(seen).collect();
            let took = self.trial.stages.took();
            self.trial.stages.done(&name, &format!("{} in {took}", word(&seen)));
            outcomes.extend(seen);
        }
        let beside = unproven(wanted, &ways) + &untried(self.stores);
        self.trial.stages.session.print(&(proof::text(&outcomes) + &beside));
        Ok(exit(&outcomes))
    }

    /// In a thread of its own, so that a signal or the end of an engine is seen meanwhile.
    fn prove_app(
        &mut self,
        name: &str,
        ways: &[SignalWay],
        within: Duration,
    ) -> Result<Vec<SignalProof>, RoundEnd> {
        let logs = EngineLogs::of(&self.trial.engines);
        let own = ways.to_owned();
        let (done, proof) = channel();
        thread::spawn(move || {
            // Where nobody waits any more the process is about to end.
            let _nobody = done.send(SignalProver { logs: &logs, within }.prove(&own));
        });
        loop {
            match proof.recv_timeout(POLL) {
                Ok(proof) => return Ok(proof),
                Err(RecvTimeoutError::Timeout) => {
                    self.alive()?;
                    self.trial.stages.waiting(name, &doing(ways));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let text = "the proof ended without a result".to_owned();
                    return Err(RoundEnd::Stop(Stop::Because(Exit::Machine, text)));
                }
            }
        }
    }
}

/// An engine that was started, and is waited for when all the others are ready.
struct LateEngine {
    name: String,
    probe: Probe,
    pid: u32,
    /// What it says of itself.
    release: String,
    began: Instant,
}

/// Which stores of somebody else's the trial has not, and what would give it one.
fn untried(stores: &StoreBinaries) -> String {
    let missing = stores.iter().filter_map(|(store, found)| Some((store, found.as_ref().err()?)));
    let told = missing.map(|(store, why)| {
        let name = store.name().to_lowercase();
        format!(
            "not tried  {name}: {why}\n  help: name one with `--{name} PATH`, or a directory that has one in \
             `$TRACEWRIGHT_ENGINES`\n"
        )
    });
    told.collect()
}

/// The logs of a trial's engines, for the cause of a failure.
struct EngineLogs(BTreeMap<String, PathBuf>);

impl EngineLogs {
    fn of(engines: &[RunningEngine]) -> Self {
        Self(engines.iter().map(|engine| (engine.name.clone(), engine.log().to_owned())).collect())
    }
}

impl LogSource for EngineLogs {
    fn newest(&self, component: LoggedComponent<'_>) -> Option<String> {
        self.0.get(&component_name(component)).and_then(|path| newest_lines(path))
    }
}

/// Tempo first, then the collectors from its side to the applications'.
fn start_order<'w>(wiring: &'w Wiring<'_>) -> Vec<&'w ComponentId> {
    let mut order: Vec<_> = wiring.engines.keys().collect();
    order.sort_by_key(|id| id.name_as(ProgramKind::Collector).map_or(0, |name| hops_to_tempo(wiring, name)));
    order
}

/// How many components spans pass from a collector on, itself included.
fn hops_to_tempo(wiring: &Wiring<'_>, collector: &ComponentName) -> usize {
    let collectors = &wiring.stack.collectors;
    let mut hops = 1;
    let mut at = collector;
    while let Some(next) = collectors[at].routes.next(Signal::Traces)
        && hops <= collectors.len()
    {
        (hops, at) = (hops + 1, next);
    }
    hops
}

/// The stack was sound before it was moved.
fn unsound(findings: Findings, sources: Sources) -> RoundEnd {
    RoundEnd::Stop(Stop::Findings(findings, sources))
}
