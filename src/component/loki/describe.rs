//! What the template of Loki's configuration prints.

use super::settings::OwnLoki;
use super::{ID, settings};
use crate::component::values::{ServerFiles, go_duration, server_files, tempo_version};
use crate::wiring::{EnginePlace, ListenerKind, Wiring};
use serde::Serialize;

/// The file name of the template.
pub(super) const TEMPLATE: &str = "loki/config.yml.j2";

/// The context of the configuration.
#[derive(Debug, Serialize)]
pub(super) struct LokiContext<'a> {
    stack: &'a str,
    tenants: bool,
    api: Server,
    internal: Server,
    minimum_version: &'static str,
    data: String,
    chunks: String,
    rules: String,
    compactor: String,
    retention: String,
}

#[derive(Debug, Serialize)]
struct Server {
    host: String,
    port: u16,
    tls: Option<ServerFiles>,
}

/// Everything the template prints; `None` where a listener is missing, which is a fault of the table.
pub(super) fn context<'a>(
    wiring: &'a Wiring<'_>,
    own: &OwnLoki,
    place: &EnginePlace,
) -> Option<LokiContext<'a>> {
    let server = |kind| {
        let listener = wiring.listener(&ID, kind)?;
        let tls = server_files(wiring, place, listener, str::to_owned);
        Some(Server { host: listener.bind.to_string(), port: listener.port.number(), tls })
    };
    let data = place.data.first()?;
    Some(LokiContext {
        stack: wiring.stack.name.as_str(),
        tenants: settings::tenant(wiring.stack).is_some(),
        api: server(ListenerKind::Api)?,
        internal: server(ListenerKind::Internal)?,
        minimum_version: tempo_version(wiring.stack.certificates.minimum_version),
        data: data.to_string(),
        chunks: data.join("chunks").to_string(),
        rules: data.join("rules").to_string(),
        compactor: data.join("compactor").to_string(),
        retention: go_duration(own.retention),
    })
}
