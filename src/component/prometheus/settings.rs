//! What `[prometheus]` means.

use crate::diagnostic::{Code, Finding, Findings, KeyPath};
use crate::model::names::TargetPath;
use crate::model::release::prometheus as release;
use crate::stack::{ListenerSettings, ManagedProgram, ManagedService, ResolvedNeighbour, RouteTarget, Stack};
use crate::toml::{KeyField, PrometheusReceiver, PrometheusTable};
use std::collections::BTreeMap;
use std::time::Duration;

/// `[prometheus]`, resolved.
pub(super) struct PrometheusSettings {
    /// Who runs it, and where.
    pub(super) neighbour: ResolvedNeighbour,
    /// `scrape_file`.
    pub(super) scrape_file: Option<TargetPath>,
    /// `http`; `None` where it is switched off.
    pub(super) http: Option<ListenerSettings>,
    /// `labels`.
    pub(super) labels: BTreeMap<String, String>,
    /// `paths.certificates`.
    pub(super) certificates: Option<TargetPath>,
    /// What is read of one that the stack runs.
    pub(super) own: Option<OwnPrometheus>,
}

/// A Prometheus of the stack's own.
#[derive(Clone)]
pub(super) struct OwnPrometheus {
    /// How it is run.
    pub(super) run: ManagedService,
    /// `out_of_order`.
    pub(super) out_of_order: Duration,
    /// `retention`.
    pub(super) retention: Duration,
}

/// What it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenReceivers {
    /// OTLP.
    pub otlp: bool,
    /// Remote write.
    pub remote_write: bool,
}

impl OpenReceivers {
    /// The flags that open them.
    pub fn flags(self) -> Vec<String> {
        let all = [
            (self.otlp, "--web.enable-otlp-receiver"),
            (self.remote_write, "--web.enable-remote-write-receiver"),
        ];
        all.into_iter().filter(|(open, _)| *open).map(|(_, flag)| flag.to_owned()).collect()
    }
}

const PROGRAM: ManagedProgram = ManagedProgram {
    name: "Prometheus",
    knows: release::is_known,
    known: release::KNOWN,
    newest: release::NEWEST,
};

const OUT_OF_ORDER: Duration = Duration::from_secs(30 * 60);

/// Its own default, 15 days.
const RETENTION: Duration = Duration::from_secs(360 * 3600);

/// Labels that Prometheus itself sets on what it scrapes: one value for several programs would make one series
/// of them.
const ITS_OWN: [&str; 2] = ["instance", "job"];

impl PrometheusSettings {
    /// Resolves the table, telling all of its faults; `None` where it is not written or cannot be understood.
    pub(super) fn of(stack: &Stack, faults: &mut Findings) -> Option<Self> {
        let table = &stack.raw.as_ref()?.prometheus;
        let PrometheusTable { at, host, service, scrape_file, http, labels, paths, version, receive, .. } =
            table;
        let neighbour = ResolvedNeighbour::of(stack, at, host, service, faults)?;
        released(version, receive, faults);
        let written = labels.get().cloned().unwrap_or_default();
        for name in written.keys().filter(|name| !is_label(name)) {
            let title = format!("`{name}` is no label that can be set");
            let why = if ITS_OWN.contains(&name.as_str()) { "Prometheus sets it itself" } else { "" };
            let at = (labels.path().join(name), crate::diagnostic::KeyPart::Key);
            let found = Finding::error(Code("name-shape"), title).at(at, why);
            faults.push(found.help("letters, digits and `_`, for example: labels = { cluster = \"lab\" }"));
        }
        let own = own(table, &neighbour, faults)?;
        Some(Self {
            own,
            scrape_file: neighbour.path(scrape_file, faults),
            http: neighbour.listener(http, 9090),
            labels: written,
            certificates: neighbour.path(&paths.certificates, faults),
            neighbour,
        })
    }
}

/// What is read of one that the stack runs; the outer `None` is a fault.
fn own(
    table: &PrometheusTable,
    neighbour: &ResolvedNeighbour,
    faults: &mut Findings,
) -> Option<Option<OwnPrometheus>> {
    if !table.managed.or(false) {
        neighbour.only_managed(&managed_keys(table), faults);
        return Some(None);
    }
    let http = &table.http;
    if !http.enabled.or(true) {
        let title = "Prometheus cannot run without its `http` listener";
        let found = Finding::error(Code("listener-needed"), title).at(http.enabled.key(), "");
        faults.push(found.help("leave `enabled` out"));
    }
    if table.scrape_file.is_written() {
        let title = "`scrape_file` is for a Prometheus of somebody else's";
        let found = Finding::error(Code("key-unused"), title).at(table.scrape_file.key(), "");
        faults.push(found.help("leave `scrape_file` out: the jobs stand in its own configuration"));
    }
    let run = neighbour.managed(PROGRAM, &table.version, (&table.service, &table.paths), faults)?;
    let (out_of_order, retention) = (table.out_of_order.or(OUT_OF_ORDER), table.retention.or(RETENTION));
    Some(Some(OwnPrometheus { run, out_of_order, retention }))
}

/// What is written and read only where the stack runs it.
fn managed_keys(table: &PrometheusTable) -> Vec<KeyPath> {
    let (service, paths) = (&table.service, &table.paths);
    let written = [
        (service.packaged.is_written(), service.packaged.path()),
        (service.binary.is_written(), service.binary.path()),
        (service.hardening.is_written(), service.hardening.path()),
        (service.memory_limit.is_written(), service.memory_limit.path()),
        (service.stop_timeout.is_written(), service.stop_timeout.path()),
        (service.environment_files.is_written(), service.environment_files.path()),
        (service.credentials.is_written(), service.credentials.path()),
        (paths.config.is_written(), paths.config.path()),
        (paths.data.is_written(), paths.data.path()),
        (table.out_of_order.is_written(), table.out_of_order.path()),
        (table.retention.is_written(), table.retention.path()),
    ];
    written.into_iter().filter_map(|(is_written, path)| is_written.then_some(path)).collect()
}

/// What a stack sends to its Prometheus, which takes each only where it is told to.
pub fn receivers(stack: &Stack) -> OpenReceivers {
    let routes = stack.apps.values().map(|app| &app.routes);
    let routes = routes.chain(stack.collectors.values().map(|collector| &collector.routes));
    let to: Vec<_> = routes.flat_map(|routes| &routes.0).map(|route| &route.to).collect();
    let sent = |receiver| to.contains(&&RouteTarget::Prometheus(receiver));
    let generates = stack.tempo.as_ref().is_some_and(|tempo| tempo.generator.is_some());
    OpenReceivers {
        otlp: sent(PrometheusReceiver::Otlp),
        remote_write: generates || sent(PrometheusReceiver::RemoteWrite),
    }
}

/// The release that is installed, where one is written.
pub fn version(stack: &Stack) -> Option<String> {
    stack.raw.as_ref()?.prometheus.version.text().map(ToOwned::to_owned)
}

/// A release that does not take what `receive` says.
fn released(version: &KeyField<String>, receive: &KeyField<PrometheusReceiver>, faults: &mut Findings) {
    let old = version.text().is_some_and(|version| !release::takes_otlp(version));
    if old && receive.get() == Some(&PrometheusReceiver::Otlp) {
        let found = Finding::error(Code("version-too-old"), "`receive = \"otlp\"` needs Prometheus 3.0");
        let found = found.at(receive.value(), "").also(version.value(), "");
        faults.push(found.help("receive = \"remote-write\"").help("or update Prometheus"));
    }
}

/// What every release takes as the name of a label that a target has.
fn is_label(name: &str) -> bool {
    let begins = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    name.starts_with(begins)
        && name.chars().all(|letter| begins(letter) || letter.is_ascii_digit())
        && !name.starts_with("__")
        && !ITS_OWN.contains(&name)
}
