//! What can be sent to, and what everybody sends: which signals reach which collector.

use super::super::{OtlpListeners, PrometheusReceiver, RouteTarget};
use super::listener::{COLLECTOR_LISTENERS, TEMPO_LISTENERS, listeners};
use crate::diagnostic::Findings;
use crate::model::dataflow::{OtlpProtocol, Signal};
use crate::model::names::ComponentName;
use crate::model::release::prometheus;
use crate::toml::{PrometheusTable, RawStack, RawTargets};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that can be sent to. The listeners of a component whose table is faulty are not known;
/// it exists all the same.
pub(super) struct Targets {
    known: BTreeMap<RouteTarget, Option<OpenListeners>>,
    collectors: Vec<ComponentName>,
    carried: BTreeMap<ComponentName, BTreeSet<Signal>>,
    complete: bool,
    senders_known: bool,
}

/// Where a target takes OTLP.
pub(super) enum OpenListeners {
    /// At receivers of its own.
    Receivers(OtlpListeners),
    /// At its HTTP API, if that is open.
    Api(bool),
}

impl OpenListeners {
    /// Whether something is open for a protocol.
    pub(super) fn serves(&self, protocol: OtlpProtocol) -> bool {
        match self {
            Self::Receivers(listeners) => listeners.listener(protocol).is_some(),
            Self::Api(open) => *open && protocol.is_http(),
        }
    }

    fn receivers(&self) -> Option<&OtlpListeners> {
        match self {
            Self::Receivers(listeners) => Some(listeners),
            Self::Api(_) => None,
        }
    }
}

impl Targets {
    /// All collectors, Tempo, Prometheus and Loki, with their listeners.
    pub(super) fn of(root: &RawStack, faults: &mut Findings) -> Self {
        let mut known = BTreeMap::new();
        let mut collectors = Vec::new();
        for (name, table) in &root.collector {
            let sound = table.at.is_sound();
            let open = sound.then(|| listeners(&table.receive, &COLLECTOR_LISTENERS, faults)).flatten();
            collectors.push(ComponentName::new(name));
            let target = RouteTarget::Collector(ComponentName::new(name));
            known.insert(target, open.map(OpenListeners::Receivers));
        }
        if root.tempo.at.is_written() {
            let sound = root.tempo.at.is_sound();
            let open = sound.then(|| listeners(&root.tempo.receive, &TEMPO_LISTENERS, faults)).flatten();
            known.insert(RouteTarget::Tempo, open.map(OpenListeners::Receivers));
        }
        let api = |sound: bool, enabled: bool| sound.then_some(OpenListeners::Api(enabled));
        let (prometheus, loki) = (&root.prometheus, &root.loki);
        if prometheus.at.is_written() {
            let open = api(prometheus.at.is_sound(), prometheus.http.enabled.or(true));
            known.insert(RouteTarget::Prometheus(receiver(prometheus)), open);
        }
        if loki.at.is_written() {
            known.insert(RouteTarget::Loki, api(loki.at.is_sound(), loki.http.enabled.or(true)));
        }
        let senders_known = root.at.is_whole()
            && root.app.values().all(|table| table.at.is_sound())
            && root.collector.values().all(|table| table.at.is_sound());
        let carried = carried(root, &collectors);
        Self { known, collectors, carried, complete: root.at.is_whole(), senders_known }
    }

    /// The receivers of a target, where they are known.
    pub(super) fn listeners(&self, target: &RouteTarget) -> Option<&OtlpListeners> {
        self.open(target).and_then(OpenListeners::receivers)
    }

    /// Where a target takes OTLP, where that is known.
    pub(super) fn open(&self, target: &RouteTarget) -> Option<&OpenListeners> {
        self.known.get(target).and_then(Option::as_ref)
    }

    /// The target of a reference.
    pub(super) fn named(&self, text: &str) -> Option<&RouteTarget> {
        self.known.keys().find(|target| target.to_string() == text)
    }

    /// Every target.
    pub(super) fn all(&self) -> impl Iterator<Item = &RouteTarget> {
        self.known.keys()
    }

    /// The target beside collectors that takes a signal.
    pub(super) fn store(&self, signal: Signal) -> Option<&RouteTarget> {
        let is_store = |target: &&RouteTarget| target.collector().is_none();
        self.known.keys().filter(is_store).find(|target| target.takes().contains(&signal))
    }

    /// All collectors.
    pub(super) fn collectors(&self) -> &[ComponentName] {
        &self.collectors
    }

    /// What a collector is sent.
    pub(super) fn carried(&self, collector: &str) -> BTreeSet<Signal> {
        self.carried.get(&ComponentName::new(collector)).cloned().unwrap_or_default()
    }

    /// Whether everybody who sends was understood.
    pub(super) fn senders_known(&self) -> bool {
        self.senders_known
    }

    /// Whether there is nothing else: a table that was not understood may be what is looked for.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }
}

/// How a Prometheus is handed metrics: as written, else as its release says.
fn receiver(table: &PrometheusTable) -> PrometheusReceiver {
    let takes_otlp = table.version.text().is_none_or(prometheus::takes_otlp);
    table.receive.or(if takes_otlp { PrometheusReceiver::Otlp } else { PrometheusReceiver::RemoteWrite })
}

/// What each collector takes: what its table says, what applications and collectors send to it, and traces
/// where that is nothing.
fn carried(root: &RawStack, collectors: &[ComponentName]) -> BTreeMap<ComponentName, BTreeSet<Signal>> {
    let mut all: BTreeMap<ComponentName, BTreeSet<Signal>> = BTreeMap::new();
    for (name, table) in &root.collector {
        let written = table.signals.get().into_iter().flatten().copied().collect();
        all.insert(ComponentName::new(name), written);
    }
    for table in root.app.values() {
        let signals = table.signals.get().cloned().unwrap_or_else(|| vec![Signal::Traces]);
        for signal in signals {
            match (table.send_to.get().and_then(|written| written.of(signal)), collectors) {
                (Some(targets), _) => pass(&mut all, targets, signal),
                (None, [only]) => drop(all.entry(only.clone()).or_default().insert(signal)),
                (None, _) => {}
            }
        }
    }
    passed_on(root, &mut all);
    for signals in all.values_mut().filter(|signals| signals.is_empty()) {
        signals.insert(Signal::Traces);
    }
    passed_on(root, &mut all);
    all
}

/// What collectors send to collectors, until nothing is added any more.
fn passed_on(root: &RawStack, all: &mut BTreeMap<ComponentName, BTreeSet<Signal>>) {
    let sum =
        |all: &BTreeMap<ComponentName, BTreeSet<Signal>>| all.values().map(BTreeSet::len).sum::<usize>();
    loop {
        let before = sum(all);
        for (name, table) in &root.collector {
            let own = all.get(&ComponentName::new(name)).cloned().unwrap_or_default();
            let written = table.send_to.get().into_iter();
            let sent = written.flat_map(|written| own.iter().map(|signal| (written.of(*signal), *signal)));
            for (targets, signal) in sent {
                targets.into_iter().for_each(|targets| pass(all, targets, signal));
            }
        }
        if sum(all) == before {
            return;
        }
    }
}

/// Adds a signal to the collectors that it is sent to.
fn pass(all: &mut BTreeMap<ComponentName, BTreeSet<Signal>>, targets: &RawTargets, signal: Signal) {
    for name in &targets.names {
        let collector = name.strip_prefix("collector.").map(ComponentName::new);
        if let Some(signals) = collector.and_then(|name| all.get_mut(&name)) {
            signals.insert(signal);
        }
    }
}
