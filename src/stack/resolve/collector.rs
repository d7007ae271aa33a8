//! `[collector.NAME]`.

use super::super::{Collector, Debug, Distribution, Queue, RouteTarget, Size, WhenFull};
use super::host::HostKeys;
use super::listener::{switchable, without_tls};
use super::pipeline::{batch, queue, retry};
use super::route::{RouteSender, routes};
use super::service::{Runner, ServiceDefaults};
use super::version::ReleaseKeys;
use super::{Scene, export, version};
use crate::diagnostic::{Code, Finding};
use crate::model::dataflow::Signal;
use crate::model::names::ComponentName;
use crate::model::release::collector::CollectorRelease;
use crate::toml::{CollectorTable, Table};
use std::time::Duration;

const SERVICE: ServiceDefaults =
    ServiceDefaults { memory_limit: Some(Size::mib(512)), stop_timeout: Duration::from_secs(30) };

/// The least memory limit of which 16 % are still one MiB: the engine takes no spike limit of 0.
const LEAST_MEMORY: Size = Size::mib(7);

/// Resolves one collector, telling all of its faults.
pub(super) fn collector(name: &str, table: &CollectorTable, scene: &mut Scene<'_>) -> Option<Collector> {
    taken(name, table, scene);
    let version = version::collector(
        ReleaseKeys { version: &table.version, dialect: &table.dialect, at: &table.at },
        scene,
    );
    let host = scene.place(&HostKeys::many(&table.host, &table.hosts));
    let routes = routes(&RouteSender::collector(name, table, scene.targets), scene);
    let target = RouteTarget::Collector(ComponentName::new(name));
    let listeners = scene.targets.listeners(&target).cloned();
    let runner = Runner::of(&table.service, scene.faults);
    let paths = runner.as_ref().map(|runner| runner.paths(&table.paths, scene.faults));
    let service = runner.and_then(|runner| runner.service(&table.service, &SERVICE, scene.faults));
    let metrics = switchable(&table.metrics, 8888);
    without_tls(&table.metrics, metrics.as_ref(), scene.faults);
    let queue = queue(&table.queue, scene.faults);
    let batch = batch(table, queue.as_ref(), scene.faults);
    let retry = retry(&table.retry, scene.faults);
    let export = export::export(table, service.as_ref(), scene.faults);
    if let Some(routes) = &routes {
        export::shared(&[&table.headers, &table.secret_headers], routes, scene.faults);
        export::unread(table, routes, scene.faults);
    }
    memory(table, scene);
    let (version, dialect) = version?;
    waiting(table, queue, dialect, scene);
    Some(Collector {
        name: ComponentName::new(name),
        host: host?,
        version,
        dialect,
        distribution: table.distribution.or(Distribution::Core),
        service: service?,
        paths: paths?,
        receive: listeners?,
        metrics,
        health: switchable(&table.health, 13133),
        signals: scene.targets.carried(name),
        // The stack is refused where a way out is not known; what the collector opens and owns is judged all the same.
        routes: routes.unwrap_or_default(),
        export: export?,
        batch,
        queue,
        retry,
        debug: debug(table, scene),
        written: table.printed(),
        key: table.at.path().clone(),
    })
}

/// A name whose certificate would bear the name of another one of the stack, or whose exporter that of another one of
/// the same collector.
fn taken(name: &str, table: &CollectorTable, scene: &mut Scene<'_>) {
    let stores = Signal::SENT.iter().filter_map(|signal| scene.targets.store(*signal));
    let store = stores.into_iter().any(|store| store.name() == name);
    let what = match name {
        "ca" | "tempo" => "certificate",
        _ if store => "target",
        _ => return,
    };
    let title = format!("`{name}` is the name of another {what} of the stack");
    let found = Finding::error(Code("name-shape"), title).at(table.at.key(), "");
    scene.faults.push(found.help("for example: `[collector.main]`"));
}

/// A queue that lets senders wait, on a release where that can stop the collector.
fn waiting(table: &CollectorTable, queue: Option<Queue>, release: &CollectorRelease, scene: &mut Scene<'_>) {
    let waits = queue.is_some_and(|queue| queue.when_full == WhenFull::Wait);
    if waits && release.waiting_can_deadlock {
        let title = "a full queue that lets senders wait can stop this collector for good";
        let found = Finding::warning(Code("queue-wait-stalls"), title)
            .at(table.queue.when_full.value(), "")
            .also(table.version.value(), "mended in 0.163");
        scene.faults.push(found.help("when_full = \"refuse\"").help("or a collector of 0.163 or newer"));
    }
}

fn memory(table: &CollectorTable, scene: &mut Scene<'_>) {
    let written = &table.service.memory_limit;
    if written.get().is_some_and(|bytes| *bytes > 0 && *bytes < LEAST_MEMORY.0) {
        let found = Finding::error(Code("number-range"), "a collector cannot run within so little memory");
        scene.faults.push(found.at(written.value(), "").help("for example: memory_limit = \"64MiB\""));
    }
    let limit = written.or(Size::mib(512).0);
    let bytes = &table.queue.bytes;
    if limit > 0 && bytes.get().is_some_and(|bytes| *bytes > limit / 2) {
        let found =
            Finding::warning(Code("queue-memory"), "a full queue takes more than half of the memory limit");
        let found = match written.is_written() {
            true => found.at(bytes.value(), "").also(written.value(), ""),
            false => found.at(bytes.value(), "the limit is 512MiB where none is written"),
        };
        scene.faults.push(found.help(format!("bytes = \"{}MiB\"", limit / 4 / (1 << 20))));
    }
}

fn debug(table: &CollectorTable, scene: &mut Scene<'_>) -> Option<Debug> {
    let debug = table.debug.or(None);
    if debug == Some(Debug::Detailed) {
        let title = "every span is printed whole, attributes and all";
        let found = Finding::warning(Code("debug-detailed"), title).at(table.debug.value(), "");
        scene.faults.push(found.help("debug = \"basic\""));
    }
    debug
}
