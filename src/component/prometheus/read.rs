//! Prometheus by the flags that it is started with (measured on 2.53 and 3). Called by [`crate::topology`].

use crate::component::systemd::read::Unit;
use crate::format::address;
use crate::format::page::{FileReading, Socket};
use crate::model::dataflow::{Bind, Protocol, ServerTls, Signal};
use crate::model::names::Port;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// Reads the HTTP listener. `command` is where the command line stands in the unit.
pub fn read(page: &mut FileReading<'_>, unit: &Unit, command: std::ops::Range<usize>) {
    const LISTENER: &str = "web";
    let flag = |name: &str| unit.flags.get(name).map(String::as_str);
    if flag("web.config.file").is_some() {
        page.not_read(LISTENER, "its TLS and its passwords stand in a file of their own");
        return;
    }
    let (address, port) = match flag("web.listen-address").map(address::split) {
        None => (Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), Some(Port::known(9090))),
        Some((host, port)) => (address::bind(host), port.and_then(address::port)),
    };
    let (Some(address), Some(port)) = (address, port) else {
        page.not_read(LISTENER, "the address it listens on is known where it runs");
        return;
    };
    let at = page.mark(command);
    let before = page.topology.listeners.len();
    let socket = Socket { bind: Bind::Address(address), port, at };
    page.listener(LISTENER, Protocol::PrometheusApi, socket, ServerTls::plaintext());
    let features = flag("enable-feature").is_some_and(|text| text.contains("remote-write-receiver"));
    let otlp = flag("web.enable-otlp-receiver").is_some()
        || flag("enable-feature").is_some_and(|text| text.contains("otlp-write-receiver"));
    let on = flag("web.enable-remote-write-receiver").is_some() || features || flag("agent").is_some();
    for listener in &mut page.topology.listeners[before..] {
        // Flags may stand in a file of arguments that is not here.
        let known = on || unit.environment.unread.is_empty();
        listener.takes.remote_write = known.then_some(on);
        listener.takes.otlp_metrics = (otlp || unit.environment.unread.is_empty()).then_some(otlp);
        listener.takes.otlp_below = Some("/api/v1/otlp");
        listener.takes.signals = Some(BTreeSet::from([Signal::Metrics]));
    }
}
