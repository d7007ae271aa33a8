//! The collector's own listeners: extensions that are switched on, and its own metrics.

use super::receivers::{Rules, server_tls};
use super::release::{CollectorReading, kind_of};
use crate::format::address;
use crate::format::page::{FileReading, Socket, WrittenAddress};
use crate::format::yaml::{Node, YamlEntry};
use crate::model::dataflow::{Bind, NeededDirectory, Protocol, ServerTls};
use crate::model::names::Port;
use std::net::IpAddr;

/// Extensions that listen, with their default ports (their `factory.go`).
const EXTENSIONS: &[(&str, u16)] = &[("health_check", 13133), ("zpages", 55679), ("pprof", 1777)];

/// Extensions named in `service.extensions`; one that is only defined opens nothing.
pub fn extensions(page: &mut FileReading<'_>, root: &Node, rules: Rules) {
    let used = root.at(&["service", "extensions"]).map(|entry| entry.value.items()).unwrap_or_default();
    for item in used {
        let Some(id) = item.scalar().map(|scalar| scalar.text.as_str()) else { continue };
        let Some(entry) = root.get("extensions").and_then(|node| node.entry(id)) else {
            page.fault(item.span.clone(), format!("references extension `{id}` which is not configured"));
            continue;
        };
        if kind_of(id) == "file_storage" {
            storage(page, entry, &format!("extensions.{id}"));
        }
        let Some((_, port)) = EXTENSIONS.iter().find(|row| row.0 == kind_of(id)) else { continue };
        let setting = format!("extensions.{id}");
        let tls = server_tls(page, &entry.value, &setting, rules);
        let socket = match page.address(&entry.value, "endpoint", &setting) {
            WrittenAddress::At(socket) => socket,
            WrittenAddress::Default => by_default(page, entry, rules.default_address, *port),
            WrittenAddress::Nowhere => continue,
        };
        page.listener(&setting, Protocol::OwnHttp, socket, tls);
    }
}

/// Where `file_storage` keeps what it holds.
fn storage(page: &mut FileReading<'_>, entry: &YamlEntry, setting: &str) {
    const DEFAULT: &str = "/var/lib/otelcol/file_storage";
    let (path, at) = match page.text(&entry.value, &["directory"], setting) {
        Some((text, written)) => (address::path(&text.text), written.place()),
        None if entry.value.get("directory").is_some_and(|node| !node.is_null()) => return,
        None => (address::path(DEFAULT), entry.key_span.clone()),
    };
    let Some(path) = path else { return };
    let at = page.mark(at);
    let program = page.program;
    page.topology.directories.push(NeededDirectory { program, path, setting: setting.to_owned(), at });
}

fn by_default(page: &FileReading<'_>, entry: &YamlEntry, address: IpAddr, port: u16) -> Socket {
    Socket { bind: Bind::Address(address), port: Port::known(port), at: page.mark(entry.key_span.clone()) }
}

/// Own metrics: `level: none` switches them off, `readers` replaces the default listener, and without
/// either it is port 8888.
pub fn metrics(page: &mut FileReading<'_>, root: &Node, release: CollectorReading) {
    const SETTING: &str = "service.telemetry.metrics";
    let none = Node::nothing();
    let block = root.at(&["service", "telemetry", "metrics"]).map_or(&none, |entry| &entry.value);
    if let Some((text, _)) = page.text(block, &["level"], SETTING)
        && text.text.eq_ignore_ascii_case("none")
    {
        return;
    }
    if let Some(readers) = block.entry("readers").filter(|entry| !entry.value.is_null()) {
        if readers.value.items().is_empty() {
            page.fault(readers.place(), "a metrics reader should exist when the level is not `none`");
        }
        for (index, reader) in readers.value.items().iter().enumerate() {
            if let Some(prometheus) = reader.at(&["pull", "exporter", "prometheus"]) {
                reader_setting(page, prometheus, &format!("{SETTING}.readers.{index}"));
            }
        }
        return;
    }
    if release.reads_metrics_address() {
        match page.address(block, "address", SETTING) {
            WrittenAddress::At(socket) => {
                return page.listener(SETTING, Protocol::OwnHttp, socket, ServerTls::plaintext());
            }
            WrittenAddress::Nowhere => return,
            WrittenAddress::Default => {}
        }
    }
    let key = ["service", "telemetry", "metrics"];
    let at = (1..=3)
        .rev()
        .find_map(|length| root.at(&key[..length]))
        .map_or_else(|| root.beginning(), |entry| entry.key_span.clone());
    let socket =
        Socket { bind: Bind::Address(release.metrics_address()), port: Port::known(8888), at: page.mark(at) };
    page.listener(SETTING, Protocol::OwnHttp, socket, ServerTls::plaintext());
}

/// One Prometheus reader: host and port are keys of their own, and neither has a default (seen on
/// 0.159).
fn reader_setting(page: &mut FileReading<'_>, entry: &YamlEntry, setting: &str) {
    let Some((host, _)) = page.text(&entry.value, &["host"], setting) else {
        return missing(page, entry, "host");
    };
    let Some((port, at)) = page.text(&entry.value, &["port"], setting) else {
        return missing(page, entry, "port");
    };
    let Some(port) = address::port(&port.text) else {
        return if port.text == "0" {
            page.not_read(setting, "a random port");
        } else {
            page.fault(at.place(), "not a port");
        };
    };
    let bind = match (&host.unset, address::bind(&host.text)) {
        (Some(name), _) => Bind::UnsetVariable(name.clone()),
        (None, Some(address)) => Bind::Address(address),
        (None, None) => {
            page.not_read(setting, format!("the address of `{}` is known where it runs", host.text));
            return;
        }
    };
    let socket = Socket { bind, port, at: page.mark(at.place()) };
    page.listener(setting, Protocol::OwnHttp, socket, ServerTls::plaintext());
}

/// A key that must be written; one that is there and cannot be told is in the lists already.
fn missing(page: &mut FileReading<'_>, entry: &YamlEntry, key: &str) {
    if entry.value.get(key).is_none_or(Node::is_null) {
        page.fault(entry.key_span.clone(), format!("{key} must be specified"));
    }
}
