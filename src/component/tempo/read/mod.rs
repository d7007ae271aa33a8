//! Tempo's configuration as Tempo reads it. Called by [`crate::topology`].

mod clients;
mod generator;
mod keys;
mod release;
mod scalars;
pub mod server;
mod silent;

use release::{Edition, TempoReading};

use crate::component::collector::read::receivers;
use crate::component::{ConfigReader, FileRead};
use crate::format::address;
use crate::format::page::{FileReading, Socket, Start};
use crate::format::values::Expansion;
use crate::format::yaml::{Node, Value, YamlLibrary};
use crate::model::dataflow::{
    Bind, NeededDirectory, ProgramKind, Protocol, ReadVersion, ServerTls, ServerTlsMode, Signal,
};
use crate::model::names::{Port, TargetPath};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// Where Tempo's files are, and how they are read.
pub static READER: ConfigReader = ConfigReader {
    kind: ProgramKind::Tempo,
    places: &[
        "/etc/tempo/config.yml",
        "/etc/tempo/config.yaml",
        "/etc/tempo/tempo.yaml",
        "/etc/tempo/tempo.yml",
    ],
    directories: &[],
    in_home: None,
    in_path: None,
    words: &["distributor", "storage:"],
    library: YamlLibrary::V2,
    is_own: |root| {
        root.at(&["storage", "trace"]).is_some() || root.at(&["distributor", "receivers"]).is_some()
    },
    in_repository: true,
    expansion: |started| match started.unit {
        Some(unit) if unit.expands => Expansion::Tempo,
        None if !started.complete => Expansion::TempoOrNone,
        _ => Expansion::None,
    },
    read: |page, root, given| {
        let (release, version) = TempoReading::of(given, root);
        read(page, root, release, Edition::of(given));
        if let ReadVersion::Nearest { given, line } = &version {
            page.not_read("", format!("judged by the keys of {line}: those of {given} are not known here"));
        }
        FileRead { version, data: data_paths(root) }
    },
};

/// Reads a whole configuration into the page's topology.
fn read(page: &mut FileReading<'_>, root: &Node, release: &'static TempoReading, edition: Edition) {
    // Without a backend Tempo does not start: the file is a part of one, shown alone.
    if root.at(&["storage", "trace"]).is_none() && matches!(page.start, Start::Unknown) {
        page.is_excerpt();
    }
    keys::check(page, root, release, edition);
    let empty = root.entries().iter().filter(|entry| entry.value.is_null());
    for entry in empty.filter(|entry| release.never_empty.contains(&entry.key.as_str())) {
        let help = "an empty block takes every default away: Tempo does not start";
        page.fault(entry.key_span.clone(), help);
    }
    let before = page.topology.listeners.len();
    let internal = server::read(page, root, edition);
    let streams = scalars::flag(page, root, "stream_over_http_enabled", "");
    for listener in &mut page.topology.listeners[before..] {
        listener.takes.grpc_over_http = streams && listener.protocol == Protocol::TempoApi;
    }
    let target = clients::target(page, root);
    if matches!(target.as_str(), "" | "all" | "distributor" | "scalable-single-binary") {
        read_receivers(page, root, edition);
    }
    tenancy(page, root, before);
    generator::read(page, root);
    silent::read(page, root, &target);
    for way in DATA {
        if let Some((text, entry)) = page.text(root, way, "")
            && let Some(path) = address::path(&text.text)
        {
            let at = page.mark(entry.place());
            let (program, setting) = (page.program, way.join("."));
            page.topology.directories.push(NeededDirectory { program, path, setting, at });
        }
    }
    if let Some(port) = internal {
        clients::read(page, root, release, port);
    }
}

/// Keys of the directories that it writes its blocks to.
const DATA: [&[&str]; 2] = [&["storage", "trace", "local", "path"], &["storage", "trace", "wal", "path"]];

/// The directories that it writes its blocks to, where they are written.
fn data_paths(root: &Node) -> Vec<TargetPath> {
    let texts = DATA.iter().filter_map(|way| root.at(way)?.value.scalar());
    texts.filter_map(|scalar| address::path(&scalar.text)).collect()
}

/// What every request to Tempo's receivers and API has to bring, and that only traces are taken.
fn tenancy(page: &mut FileReading<'_>, root: &Node, before: usize) {
    let switches = ["multitenancy_enabled", "auth_enabled"];
    let on = switches.iter().find(|key| scalars::flag(page, root, key, ""));
    let mark = on.and_then(|key| root.entry(key)).map(|entry| page.mark(entry.place()));
    for listener in &mut page.topology.listeners[before..] {
        match listener.protocol {
            Protocol::OtlpGrpc | Protocol::OtlpHttp => {
                listener.takes.tenant.clone_from(&mark);
                listener.takes.signals = Some(BTreeSet::from([Signal::Traces]));
            }
            Protocol::TempoApi => listener.takes.tenant.clone_from(&mark),
            _ => {}
        }
    }
}

/// Listeners that open where no receivers are written (`defaultReceivers`, `modules/distributor/config.go`).
const DEFAULT_RECEIVERS: &[(&str, Protocol, u16)] = &[
    ("distributor.receivers.jaeger.protocols.grpc", Protocol::Other, 14250),
    ("distributor.receivers.jaeger.protocols.thrift_http", Protocol::Other, 14268),
    ("distributor.receivers.otlp.protocols.grpc", Protocol::OtlpGrpc, 4317),
];

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Tempo embeds the collector's receivers but skips their own checks: `tls: {}` starts, and every
/// handshake fails; half a pair ends the start (both seen on 2.10.8 and 3.0.3).
fn read_receivers(page: &mut FileReading<'_>, root: &Node, edition: Edition) {
    let everywhere = edition.receivers_listen_everywhere();
    let address = if everywhere { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { LOCALHOST };
    let rules = receivers::Rules {
        default_address: address,
        empty_tls: ServerTlsMode::HandshakeFails,
        half_tls: ServerTlsMode::StartFails,
        needs_protocol: false,
    };
    let written = root.at(&["distributor", "receivers"]);
    let entries = written.map(|entry| entry.value.entries()).unwrap_or_default();
    if page.values.expansion == Expansion::None
        && let Some(entry) = written
    {
        refuse_variables(page, &entry.value);
    }
    for entry in entries {
        receivers::read(page, entry, &format!("distributor.receivers.{}", entry.key), rules);
    }
    if entries.is_empty() {
        let at = written
            .or_else(|| root.entry("distributor"))
            .map_or_else(|| root.beginning(), |entry| entry.key_span.clone());
        for (setting, protocol, port) in DEFAULT_RECEIVERS {
            let at = page.mark(at.clone());
            let socket = Socket { bind: Bind::Address(address), port: Port::known(*port), at };
            page.listener(setting, *protocol, socket, ServerTls::plaintext());
        }
    }
}

/// The receivers' own expansion runs in Tempo without a provider: `${X}` ends the start (seen on
/// 2.10.8).
fn refuse_variables(page: &mut FileReading<'_>, node: &Node) {
    match &node.value {
        Value::Scalar(scalar) if scalar.text.contains("${") => {
            let help = "variables are not put in here: Tempo does that for the whole file, with `-config.expand-env=true`";
            page.fault(node.span.clone(), help);
        }
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| refuse_variables(page, item)),
        Value::Mapping(entries) => entries.iter().for_each(|entry| refuse_variables(page, &entry.value)),
    }
}
