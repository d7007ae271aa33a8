//! Listeners: the written overrides on top of each place's default.

use super::super::{ListenerSettings, OtlpListeners, Size};
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::names::Port;
use crate::toml::{RawListener, RawTable};
use std::net::IpAddr;

/// OTLP messages up to here; the gRPC default of the engine, 4 MiB, drops larger batches for good.
const MAX_MESSAGE: Size = Size::mib(16);

/// What stands where a table does not speak of its doors.
pub(super) struct DefaultDoors {
    /// Port of gRPC, and whether it is open where `receive` is not written.
    pub(super) grpc: (u16, bool),
    /// Port of HTTP, likewise.
    pub(super) http: (u16, bool),
    /// What can be typed.
    pub(super) example: &'static str,
}

/// A collector opens both doors where `receive` is not written.
pub(super) const COLLECTOR_DOORS: DefaultDoors = DefaultDoors {
    grpc: (4317, true),
    http: (4318, true),
    example: "receive = { grpc = 4317, http = 4318 }",
};

/// Tempo opens gRPC beside the collector's ports.
pub(super) const TEMPO_DOORS: DefaultDoors =
    DefaultDoors { grpc: (14317, true), http: (14318, false), example: "receive = { grpc = 14317 }" };

/// `receive` of a component: the written doors and no others, else the default ones.
pub(super) fn doors(
    table: &RawTable,
    default: &DefaultDoors,
    faults: &mut Findings,
) -> Option<OtlpListeners> {
    let receive = table.table("receive");
    let written = table.has("receive");
    let door = |key: &str, (port, open): (u16, bool)| {
        let raw = receive.listener(key);
        let open = raw.map_or(open && !written, |raw| raw.enabled != Some(false));
        open.then(|| wish(&receive, key, raw, port))
    };
    let doors = OtlpListeners {
        grpc: door("grpc", default.grpc),
        http: door("http", default.http),
        key: table.path_of("receive"),
    };
    if doors.grpc.is_some() || doors.http.is_some() {
        return Some(doors);
    }
    let title = match table.path().0.as_slice() {
        [_, name] => format!("collector `{name}` opens no door"),
        _ => "Tempo opens no door".to_owned(),
    };
    faults
        .push(Finding::error(Code("no-listener"), title).at(table.key("receive"), "").help(default.example));
    None
}

/// A listener that is open by default; `None` where it is switched off.
pub(super) fn switchable(table: &RawTable, key: &str, port: u16) -> Option<ListenerSettings> {
    let raw = table.listener(key);
    let open = raw.is_none_or(|raw| raw.enabled != Some(false));
    open.then(|| wish(table, key, raw, port))
}

/// A listener that the engine cannot do without.
pub(super) fn needed(
    table: &RawTable,
    key: &str,
    port: u16,
    faults: &mut Findings,
) -> Option<ListenerSettings> {
    let raw = table.listener(key);
    if raw.is_some_and(|raw| raw.enabled == Some(false)) {
        let title = format!("Tempo cannot run without its `{key}` listener");
        let place = table.path_of(key).join("enabled");
        let found =
            Finding::error(Code("listener-needed"), title).at((place, crate::diagnostic::KeyPart::Key), "");
        faults.push(found.help("leave `enabled` out"));
        return None;
    }
    Some(wish(table, key, raw, port))
}

fn wish(table: &RawTable, key: &str, raw: Option<&RawListener>, port: u16) -> ListenerSettings {
    let raw = raw.cloned().unwrap_or_default();
    let known = |port: u16| Port::new(port.into()).expect("no listener has port 0");
    ListenerSettings {
        port: known(raw.port.unwrap_or(port)),
        bind: raw.bind,
        tls: raw.tls,
        dial: raw.dial.map(|(host, port)| (host, port.map(known))),
        max_message: raw.max_message.map_or(MAX_MESSAGE, Size),
        key: table.path_of(key),
    }
}

/// Faults of the collector's own metrics door, which has no TLS in any release.
pub(super) fn without_tls(
    table: &RawTable,
    key: &str,
    wish: Option<&ListenerSettings>,
    faults: &mut Findings,
) {
    let Some(wish) = wish else { return };
    let reachable = wish.bind.is_some_and(|address: IpAddr| !address.is_loopback());
    if wish.tls == Some(true) || (reachable && wish.tls.is_none()) {
        let title = format!("the collector's {key} door cannot serve TLS");
        faults.push(
            Finding::error(Code("tls-unsupported"), title)
                .at(table.key(key), if reachable { "other hosts can reach it" } else { "" })
                .help("bind it to loopback: leave `bind` and `tls` out")
                .help("`tls = false` to accept plaintext"),
        );
    }
}
