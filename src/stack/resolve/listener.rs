//! Listeners: the written overrides on top of each place's default.

use super::super::{ListenerSettings, OtlpListeners, Size};
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::names::Port;
use crate::toml::{RawListener, RawTable};
use std::net::IpAddr;

/// OTLP messages up to here; the gRPC default of the engine, 4 MiB, drops larger batches for good.
const MAX_MESSAGE: Size = Size::mib(16);

/// What stands where a table does not speak of its listeners.
pub(super) struct DefaultListeners {
    /// Port of gRPC, and whether it is open where `receive` is not written.
    pub(super) grpc: (u16, bool),
    /// Port of HTTP, likewise.
    pub(super) http: (u16, bool),
    /// What can be typed.
    pub(super) example: &'static str,
}

/// A collector opens both listeners where `receive` is not written.
pub(super) const COLLECTOR_LISTENERS: DefaultListeners = DefaultListeners {
    grpc: (4317, true),
    http: (4318, true),
    example: "receive = { grpc = 4317, http = 4318 }",
};

/// Tempo opens gRPC beside the collector's ports.
pub(super) const TEMPO_LISTENERS: DefaultListeners =
    DefaultListeners { grpc: (14317, true), http: (14318, false), example: "receive = { grpc = 14317 }" };

/// `receive` of a component: the written listeners and no others, else the default ones.
pub(super) fn listeners(
    table: &RawTable,
    default: &DefaultListeners,
    faults: &mut Findings,
) -> Option<OtlpListeners> {
    let receive = table.table("receive");
    let written = table.has("receive");
    let listener = |key: &str, (port, open): (u16, bool)| {
        let raw = receive.listener(key);
        let open = raw.map_or(open && !written, |raw| raw.enabled != Some(false));
        open.then(|| settings(&receive, key, raw, port))
    };
    let listeners = OtlpListeners {
        grpc: listener("grpc", default.grpc),
        http: listener("http", default.http),
        key: table.path_of("receive"),
    };
    if listeners.grpc.is_some() || listeners.http.is_some() {
        return Some(listeners);
    }
    let title = match table.path().0.as_slice() {
        [_, name] => format!("collector `{name}` opens no listener"),
        _ => "Tempo opens no listener".to_owned(),
    };
    faults
        .push(Finding::error(Code("no-listener"), title).at(table.key("receive"), "").help(default.example));
    None
}

/// A listener that is open by default; `None` where it is switched off.
pub(super) fn switchable(table: &RawTable, key: &str, port: u16) -> Option<ListenerSettings> {
    let raw = table.listener(key);
    let open = raw.is_none_or(|raw| raw.enabled != Some(false));
    open.then(|| settings(table, key, raw, port))
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
    Some(settings(table, key, raw, port))
}

fn settings(table: &RawTable, key: &str, raw: Option<&RawListener>, port: u16) -> ListenerSettings {
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

/// Faults of the collector's own metrics listener, which has no TLS in any release.
pub(super) fn without_tls(
    table: &RawTable,
    key: &str,
    settings: Option<&ListenerSettings>,
    faults: &mut Findings,
) {
    let Some(settings) = settings else { return };
    let reachable = settings.bind.is_some_and(|address: IpAddr| !address.is_loopback());
    if settings.tls == Some(true) || (reachable && settings.tls.is_none()) {
        let title = format!("the collector's {key} listener cannot serve TLS");
        faults.push(
            Finding::error(Code("tls-unsupported"), title)
                .at(table.key(key), if reachable { "other hosts can reach it" } else { "" })
                .help("bind it to loopback: leave `bind` and `tls` out")
                .help("`tls = false` to accept plaintext"),
        );
    }
}
