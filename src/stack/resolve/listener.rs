//! Listeners: the written overrides on top of each place's default.

use super::super::{ListenerSettings, OtlpListeners, Size};
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::names::Port;
use crate::toml::{
    GrpcListenerTable, HttpListenerTable, KeyField, ListenerTable, ReceiveTable, TableAt, TempoReceiveTable,
};
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

/// `receive` of a component, whichever it is.
pub(super) struct WrittenListeners<'a> {
    at: &'a TableAt,
    grpc: WrittenListener<'a>,
    http: WrittenListener<'a>,
}

/// A listener of OTLP, whichever it is.
struct WrittenListener<'a> {
    keys: &'a ListenerTable,
    max_message: &'a KeyField<u64>,
}

impl<'a> WrittenListener<'a> {
    fn grpc(keys: &'a GrpcListenerTable) -> Self {
        Self { keys, max_message: &keys.max_message }
    }

    fn http(keys: &'a HttpListenerTable) -> Self {
        Self { keys, max_message: &keys.max_message }
    }
}

impl<'a> From<&'a ReceiveTable> for WrittenListeners<'a> {
    fn from(table: &'a ReceiveTable) -> Self {
        let ReceiveTable { at, grpc, http } = table;
        Self { at, grpc: WrittenListener::grpc(grpc), http: WrittenListener::http(http) }
    }
}

impl<'a> From<&'a TempoReceiveTable> for WrittenListeners<'a> {
    fn from(table: &'a TempoReceiveTable) -> Self {
        let TempoReceiveTable { at, grpc, http } = table;
        Self { at, grpc: WrittenListener::grpc(grpc), http: WrittenListener::http(http) }
    }
}

/// `receive` of a component: the written listeners and no others, else the default ones.
pub(super) fn listeners<'a>(
    receive: impl Into<WrittenListeners<'a>>,
    default: &DefaultListeners,
    faults: &mut Findings,
) -> Option<OtlpListeners> {
    let WrittenListeners { at, grpc, http } = receive.into();
    let listener = |listener: &WrittenListener<'_>, (port, open): (u16, bool)| {
        let keys = listener.keys;
        let open = if keys.at.is_written() { keys.enabled.or(true) } else { open && !at.is_written() };
        open.then(|| settings(keys, listener.max_message.or(MAX_MESSAGE.0), port))
    };
    let listeners = OtlpListeners {
        grpc: listener(&grpc, default.grpc),
        http: listener(&http, default.http),
        key: at.path().clone(),
    };
    if listeners.grpc.is_some() || listeners.http.is_some() {
        return Some(listeners);
    }
    let title = match at.path().0.as_slice() {
        [_, name, _] => format!("collector `{name}` opens no listener"),
        _ => "Tempo opens no listener".to_owned(),
    };
    faults.push(Finding::error(Code("no-listener"), title).at(at.key(), "").help(default.example));
    None
}

/// A listener that is open by default; `None` where it is switched off.
pub(super) fn switchable(listener: &ListenerTable, port: u16) -> Option<ListenerSettings> {
    listener.enabled.or(true).then(|| settings(listener, MAX_MESSAGE.0, port))
}

/// A listener that the engine cannot do without.
pub(super) fn needed(listener: &ListenerTable, port: u16, faults: &mut Findings) -> Option<ListenerSettings> {
    if !listener.enabled.or(true) {
        let title = format!("Tempo cannot run without its `{}` listener", listener.at.name());
        let found = Finding::error(Code("listener-needed"), title).at(listener.enabled.key(), "");
        faults.push(found.help("leave `enabled` out"));
        return None;
    }
    Some(settings(listener, MAX_MESSAGE.0, port))
}

fn settings(listener: &ListenerTable, max_message: u64, port: u16) -> ListenerSettings {
    let known = |port: u16| Port::new(port.into()).expect("no listener has port 0");
    ListenerSettings {
        port: known(listener.port.or(port)),
        port_is_written: listener.port.is_written(),
        bind: listener.bind.get().copied(),
        tls: listener.tls.get().copied(),
        dial: listener.dial.get().map(|(host, port)| (host.clone(), port.map(known))),
        max_message: Size(max_message),
        key: listener.at.path().clone(),
    }
}

/// Faults of the collector's own metrics listener, which has no TLS in any release.
pub(super) fn without_tls(
    listener: &ListenerTable,
    settings: Option<&ListenerSettings>,
    faults: &mut Findings,
) {
    let Some(settings) = settings else { return };
    let reachable = settings.bind.is_some_and(|address: IpAddr| !address.is_loopback());
    if settings.tls == Some(true) || (reachable && settings.tls.is_none()) {
        let title = format!("the collector's {} listener cannot serve TLS", listener.at.name());
        faults.push(
            Finding::error(Code("tls-unsupported"), title)
                .at(listener.at.key(), if reachable { "other hosts can reach it" } else { "" })
                .help("bind it to loopback: leave `bind` and `tls` out")
                .help("`tls = false` to accept plaintext"),
        );
    }
}
