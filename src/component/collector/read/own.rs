//! The collector's own doors: extensions that are switched on, and its own metrics.

use super::receivers::{Rules, server_tls};
use super::release::{Release, kind_of};
use crate::dataflow::{Bind, Protocol, ServerTls};
use crate::stack::Port;
use crate::topology::address;
use crate::topology::page::{Page, Socket};
use crate::topology::yaml::{Entry, Node};
use std::net::IpAddr;

/// Extensions that listen, with their default ports (their `factory.go`).
const EXTENSIONS: &[(&str, u16)] = &[("health_check", 13133), ("zpages", 55679), ("pprof", 1777)];

/// Extensions named in `service.extensions`; one that is only defined opens nothing.
pub fn extensions(page: &mut Page<'_>, root: &Node, rules: Rules) {
    let used = root.at(&["service", "extensions"]).map(|entry| entry.value.items()).unwrap_or_default();
    for item in used {
        let Some(id) = item.scalar().map(|scalar| scalar.text.as_str()) else { continue };
        let Some(entry) = root.get("extensions").and_then(|node| node.entry(id)) else {
            page.fault(item.span.clone(), format!("references extension `{id}` which is not configured"));
            continue;
        };
        let Some((_, port)) = EXTENSIONS.iter().find(|row| row.0 == kind_of(id)) else { continue };
        let door = format!("extensions.{id}");
        let tls = server_tls(page, &entry.value, &door, rules);
        let socket = match page.text(&entry.value, &["endpoint"], &door) {
            Some((text, endpoint)) => page.socket(&text, endpoint, &door),
            None if entry.value.get("endpoint").is_some_and(|node| !node.is_null()) => None,
            None => Some(by_default(page, entry, rules.default_address, *port)),
        };
        if let Some(socket) = socket {
            page.listener(&door, Protocol::OwnHttp, socket, tls);
        }
    }
}

fn by_default(page: &Page<'_>, entry: &Entry, address: IpAddr, port: u16) -> Socket {
    Socket { bind: Bind::Address(address), port: Port::known(port), at: page.mark(entry.key_span.clone()) }
}

/// Own metrics: `level: none` switches them off, `readers` replaces the default door, and without
/// either it is port 8888.
pub fn metrics(page: &mut Page<'_>, root: &Node, release: Release) {
    const DOOR: &str = "service.telemetry.metrics";
    let none = Node::nothing();
    let block = root.at(&["service", "telemetry", "metrics"]).map_or(&none, |entry| &entry.value);
    if let Some((text, _)) = page.text(block, &["level"], DOOR)
        && text.text.eq_ignore_ascii_case("none")
    {
        return;
    }
    if let Some(readers) = block.entry("readers").filter(|entry| !entry.value.is_null()) {
        for (index, reader) in readers.value.items().iter().enumerate() {
            if let Some(prometheus) = reader.at(&["pull", "exporter", "prometheus"]) {
                reader_door(page, prometheus, &format!("{DOOR}.readers.{index}"), release);
            }
        }
        return;
    }
    if release.reads_metrics_address()
        && let Some((text, entry)) = page.text(block, &["address"], DOOR)
    {
        if let Some(socket) = page.socket(&text, entry, DOOR) {
            page.listener(DOOR, Protocol::OwnHttp, socket, ServerTls::plaintext());
        }
        return;
    }
    let key = ["service", "telemetry", "metrics"];
    let at = (1..=3).rev().find_map(|length| root.at(&key[..length])).map_or_else(|| root.beginning(), |entry| entry.key_span.clone());
    let socket = Socket {
        bind: Bind::Address(release.metrics_address()),
        port: Port::known(8888),
        at: page.mark(at),
    };
    page.listener(DOOR, Protocol::OwnHttp, socket, ServerTls::plaintext());
}

/// One Prometheus reader: host and port are keys of their own.
fn reader_door(page: &mut Page<'_>, entry: &Entry, door: &str, release: Release) {
    let port = match page.text(&entry.value, &["port"], door) {
        Some((text, at)) => match address::port(&text.text) {
            Some(port) => Some((port, at)),
            None if text.text == "0" => {
                page.not_read(door, "port 0 is a random port");
                None
            }
            None => {
                page.fault(at.place(), "not a port");
                None
            }
        },
        None => Some((Port::known(8888), entry)),
    };
    let Some((port, at)) = port else { return };
    let bind = match page.text(&entry.value, &["host"], door) {
        Some((text, _)) => match (&text.unset, address::bind(&text.text)) {
            (Some(name), _) => Bind::UnsetVariable(name.clone()),
            (None, Some(address)) => Bind::Address(address),
            (None, None) => {
                page.not_read(door, format!("the address of `{}` is known where it runs", text.text));
                return;
            }
        },
        None => Bind::Address(release.metrics_address()),
    };
    let socket = Socket { bind, port, at: page.mark(at.place()) };
    page.listener(door, Protocol::OwnHttp, socket, ServerTls::plaintext());
}
