//! Prometheus by the flags that it is started with (measured on 2.53 and 3). Called by [`crate::topology`].

use crate::component::systemd::read::Unit;
use crate::diagnostic::SourceName;
use crate::format::address;
use crate::format::page::{FileReading, Socket};
use crate::format::yaml::{self, YamlLibrary};
use crate::model::dataflow::{Bind, Protocol, ServerTls, ServerTlsMode, Signal};
use crate::model::names::{Port, TargetPath};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// The text of another file of the host, with the name under which it is shown.
pub type OtherTexts<'t> = &'t dyn Fn(&TargetPath) -> Option<(SourceName, &'t str)>;

const LISTENER: &str = "web";

/// Reads the HTTP listener. `command` is where the command line stands in the unit.
pub fn read(page: &mut FileReading<'_>, unit: &Unit, command: std::ops::Range<usize>, texts: OtherTexts<'_>) {
    let flag = |name: &str| unit.flags.get(name).map(String::as_str);
    let tls = match flag("web.config.file") {
        None => Some(ServerTls::plaintext()),
        Some(path) => address::path(path).and_then(|path| texts(&path)).and_then(|file| web(page, file)),
    };
    let Some(tls) = tls else {
        page.not_read(LISTENER, "its TLS and its passwords stand in a file of their own");
        return;
    };
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
    page.listener(LISTENER, Protocol::PrometheusApi, socket, tls);
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

/// What the file of `--web.config.file` says of TLS; `None` where it has passwords, or cannot be read. A half pair
/// ends the start (seen on 2.42 and 3.16).
fn web(page: &mut FileReading<'_>, (source, text): (SourceName, &str)) -> Option<ServerTls> {
    let document = yaml::parse(text, YamlLibrary::V2).ok()?;
    if document.root.get("basic_auth_users").is_some() {
        return None;
    }
    let Some(block) = document.root.entry("tls_server_config") else { return Some(ServerTls::plaintext()) };
    let unit = std::mem::replace(&mut page.source, source);
    let mut file = |key: &str| page.file(&block.value, &[key], "tls_server_config");
    let (certificate, key, client) = (file("cert_file"), file("key_file"), file("client_ca_file"));
    let policy = page.text(&block.value, &["client_auth_type"], "tls_server_config");
    let policy = policy.map(|(text, _)| text.text.into_owned()).unwrap_or_default();
    let at = page.mark(block.key_span.clone());
    page.source = unit;
    let whole = certificate.is_written() && key.is_written();
    Some(ServerTls {
        mode: if whole { ServerTlsMode::Tls } else { ServerTlsMode::StartFails },
        certificate: certificate.file(),
        key: key.file(),
        client_ca: client.file(),
        demands_client_certificate: policy.starts_with("Require"),
        at: Some(at),
    })
}
