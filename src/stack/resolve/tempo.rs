//! `[tempo]`.

use super::super::{MetricsGenerator, RouteTarget, Tempo};
use super::host::HostKeys;
use super::listener::needed;
use super::service::{Runner, ServiceDefaults};
use super::version::ReleaseKeys;
use super::{Scene, version};
use crate::diagnostic::{Code, Finding, KeyPart, KeyPath};
use crate::model::dataflow::{OtlpProtocol, Signal};
use crate::model::release::tempo::TempoRelease;
use crate::toml::{KeyField, ListenerTable, MetricsGeneratorTable, Table, TempoTable};
use std::time::Duration;

/// 20 seconds: Tempo hangs at SIGTERM after a recent query, and loses nothing when it is killed.
const SERVICE: ServiceDefaults =
    ServiceDefaults { memory_limit: None, stop_timeout: Duration::from_secs(20) };

/// Below this nobody has looked yet.
const HOUR: Duration = Duration::from_secs(3600);

/// Two weeks.
const RETENTION: Duration = Duration::from_secs(336 * 3600);

/// Resolves Tempo, telling all of its faults.
pub(super) fn tempo(table: &TempoTable, scene: &mut Scene<'_>) -> Option<Tempo> {
    let version = version::tempo(
        ReleaseKeys { version: &table.version, dialect: &table.dialect, at: &table.at },
        scene,
    );
    let host = scene.place(&HostKeys::one(&table.host));
    let listeners = scene.targets.listeners(&RouteTarget::Tempo).cloned();
    let runner = Runner::of(&table.service, scene.faults);
    let paths = runner.as_ref().map(|runner| runner.paths(&table.paths, scene.faults));
    let storage = &table.storage;
    if storage.at.is_written() && !storage.local.is_written() {
        let found = Finding::error(Code("one-of"), "storage is one of `local`, `s3`, `gcs` and `azure`");
        scene.faults.push(found.at(storage.at.value(), "").help("storage = { local = \"/var/lib/tempo\" }"));
    }
    let local_storage = runner.as_ref().and_then(|runner| runner.path(&storage.local, scene.faults));
    let (data, certificates) = (table.paths.data.value(), table.paths.certificates.value());
    let written = paths.iter().flat_map(|paths| [(&data, &paths.data), (&certificates, &paths.certificates)]);
    for (at, path) in written.chain([(&storage.local.value(), &local_storage)]) {
        // Without `-config.expand-env` these are letters, with it a variable: no spelling is right for both.
        if path.as_ref().is_some_and(|path| path.as_str().contains("${")) {
            let found = Finding::error(Code("path-shape"), "a path in Tempo's file goes without `${`")
                .at(at.clone(), "");
            scene.faults.push(found.help("Tempo may be told to put variables in: write the path itself"));
        }
    }
    let service = runner.and_then(|runner| runner.service(&table.service, &SERVICE, scene.faults));
    let http = needed(&table.http, 3200, scene.faults);
    let internal = needed(&table.internal, 9095, scene.faults);
    pinned(&table.internal, scene);
    let generator = generator(&table.metrics_generator, scene);
    let (version, dialect) = version?;
    kept(&table.retention, dialect, scene);
    Some(Tempo {
        host: host?,
        version,
        dialect,
        service: service?,
        paths: paths?,
        receive: listeners?,
        http: http?,
        internal: internal?,
        local_storage,
        retention: table.retention.or(RETENTION),
        generator,
        usage_report: table.usage_report.or(false),
        written: table.printed(),
        key: table.at.path().clone(),
    })
}

/// Traces are to be there when somebody looks for them: below an hour that is doubtful, and below the time that
/// one block takes they can go before the block is whole.
fn kept(retention: &KeyField<Duration>, release: &TempoRelease, scene: &mut Scene<'_>) {
    let Some(kept) = retention.get().filter(|kept| **kept < HOUR) else { return };
    let block = release.longest_block;
    let found = if *kept < block {
        let title = format!("traces are deleted before Tempo {} has finished a block of them", release.name);
        let label = match block.as_secs() {
            seconds if seconds.is_multiple_of(60) => {
                format!("it writes to a block for {} minutes", seconds / 60)
            }
            seconds => format!("it writes to a block for {seconds} seconds"),
        };
        Finding::error(Code("retention-short"), title).at(retention.value(), label)
    } else {
        let title = "traces are deleted within the hour";
        Finding::warning(Code("retention-short"), title).at(retention.value(), "")
    };
    scene.faults.push(found.help("an hour and more: `h` counts hours, `d` days; left out it is 14 days"));
}

/// The metrics generator, which is silent where it has nothing to do or nowhere to write.
fn generator(table: &MetricsGeneratorTable, scene: &mut Scene<'_>) -> Option<MetricsGenerator> {
    if !table.at.is_written() {
        return None;
    }
    let written = table.processors.get().cloned().unwrap_or_else(|| vec!["service-graphs", "span-metrics"]);
    if written.is_empty() {
        let found = Finding::error(Code("text-empty"), "`processors` is empty");
        let found = found.at(table.processors.value(), "no series would ever appear");
        scene.faults.push(found.help("leave `metrics_generator` out"));
    }
    let mut processors: Vec<&'static str> = Vec::new();
    for processor in written {
        if !processors.contains(&processor) {
            processors.push(processor);
        }
    }
    match scene.targets.store(Signal::Metrics).map(|target| scene.targets.open(target)) {
        None if scene.targets.is_complete() => {
            let title = "the metrics generator of Tempo has nowhere to write";
            let found = Finding::error(Code("send-to-missing"), title).at(table.at.key(), "");
            scene.faults.push(found.help("add `[prometheus]`"));
        }
        Some(Some(open)) if !open.serves(OtlpProtocol::HttpProtobuf) => {
            let title = "`prometheus` is written to, and its `http` is switched off";
            let found = Finding::error(Code("no-listener"), title);
            let found = found.at((KeyPath::of(["prometheus", "http"]), KeyPart::Key), "");
            scene.faults.push(found.also(table.at.key(), "writes to it").help("leave `enabled` out"));
        }
        _ => {}
    }
    let interval = table.interval.or(Duration::from_secs(15));
    Some(MetricsGenerator { processors, interval, key: table.at.path().clone() })
}

/// In one process Tempo's own clients dial 127.0.0.1, whatever is written: the internal listener
/// binds it or everything, and cannot be dialled by another name.
fn pinned(internal: &ListenerTable, scene: &mut Scene<'_>) {
    let fits = internal
        .bind
        .get()
        .is_none_or(|address| matches!(address.to_string().as_str(), "127.0.0.1" | "0.0.0.0"));
    if !fits {
        let title = "Tempo dials its own `internal` listener at 127.0.0.1";
        let found = Finding::error(Code("internal-bind"), title).at(internal.bind.value(), "");
        scene.faults.push(found.help("bind = \"loopback\"").help("bind = \"any\""));
    }
    if internal.dial.is_written() {
        let title = "`dial` is not read here: Tempo dials its own `internal` listener at 127.0.0.1";
        let found = Finding::error(Code("key-unused"), title).at(internal.dial.key(), "");
        scene.faults.push(found.help("leave `dial` out"));
    }
}
