//! Clients of a collector whose peers are not read: named one by one, so that nothing is passed over in
//! silence. The exporter `prometheus` is none: it listens.

use super::receivers::{Rules, server_tls};
use crate::format::page::{FileReading, WrittenAddress};
use crate::format::yaml::{Node, YamlEntry};
use crate::model::dataflow::Protocol;

/// Exporters that send to nobody.
const NOWHERE: &[&str] = &["debug", "logging", "nop", "file"];

/// An exporter in use that does not speak OTLP.
pub fn exporter(page: &mut FileReading<'_>, entry: &YamlEntry, setting: &str, (kind, rules): (&str, Rules)) {
    match kind {
        "prometheus" => {
            let tls = server_tls(page, &entry.value, setting, rules);
            if let WrittenAddress::At(socket) = page.address(&entry.value, "endpoint", setting) {
                page.listener(setting, Protocol::OwnHttp, socket, tls);
            }
        }
        kind if NOWHERE.contains(&kind) => {}
        kind => page
            .not_read(setting, format!("where an exporter of type `{kind}` sends, and how, is not judged")),
    }
}

/// What the collector exports of itself.
pub fn own_telemetry(page: &mut FileReading<'_>, root: &Node) {
    let Some(telemetry) = root.at(&["service", "telemetry"]) else { return };
    for (signal, list) in [("metrics", "readers"), ("traces", "processors"), ("logs", "processors")] {
        let items = telemetry.value.at(&[signal, list]).map(|entry| entry.value.items()).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            let sends = ["periodic", "batch", "simple"]
                .iter()
                .any(|kind| item.at(&[kind, "exporter", "otlp"]).is_some());
            if sends {
                let place = format!("service.telemetry.{signal}.{list}.{index}");
                page.not_read(&place, "where the collector sends its own telemetry is not judged");
            }
        }
    }
}
