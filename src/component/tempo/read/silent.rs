//! What Tempo dials beside itself: the Prometheus of its metrics generator, and clients whose peers are not
//! read, named one by one.

use crate::component::prometheus::scrape;
use crate::format::address::{self, Url};
use crate::format::page::FileReading;
use crate::format::yaml::Node;
use crate::model::dataflow::{Client, ClientTls, HeaderShown, ProgramKind, Protocol, Sends};

/// Reads what Tempo dials beside itself.
pub fn read(page: &mut FileReading<'_>, root: &Node, target: &str) {
    let generates = matches!(target, "" | "all" | "metrics-generator" | "scalable-single-binary");
    let urls = root.at(&["metrics_generator", "storage", "remote_write"]);
    let urls = urls.filter(|_| generates).map(|entry| entry.value.items()).unwrap_or_default();
    for (index, item) in urls.iter().enumerate() {
        remote_write(page, item, &format!("metrics_generator.storage.remote_write.{index}"));
    }
    let backend =
        page.text(root, &["storage", "trace", "backend"], "").map(|(text, _)| text.text.into_owned());
    if let Some(backend @ ("s3" | "gcs" | "azure")) = backend.as_deref() {
        page.not_read(&format!("storage.trace.{backend}"), "the object storage is not judged");
    }
    if root.at(&["ingest", "kafka", "address"]).is_some() {
        page.not_read("ingest.kafka", "the Kafka brokers are not judged");
    }
    if root.at(&["memberlist", "join_members"]).is_some_and(|entry| !entry.value.items().is_empty()) {
        page.not_read("memberlist.join_members", "the members it joins are not judged");
    }
}

/// One address that the metrics generator writes to.
fn remote_write(page: &mut FileReading<'_>, item: &Node, setting: &str) {
    let Some((text, entry)) = page.text(item, &["url"], setting) else { return };
    let Some((url, port)) = Url::of(&text.text).and_then(|url| Some((url, url.port_or_default()?))) else {
        page.not_read(setting, "its `url` is none");
        return;
    };
    let at = page.mark(entry.place());
    // It is Prometheus' own client.
    let tls = if url.is_https() { scrape::tls(page, item) } else { ClientTls::plaintext() };
    let tls = ClientTls { at: Some(at.clone()), ..tls };
    page.client(Client {
        program: page.program,
        setting: setting.to_owned(),
        protocol: Protocol::RemoteWrite,
        host: address::dialled(url.host),
        port,
        wrong_path: (!url.path.ends_with("/api/v1/write") && !url.path.ends_with("/api/v1/push"))
            .then(|| format!("posts to {}", url.path)),
        tls,
        // It names the tenant of each series itself, unless told otherwise.
        sends: Sends { tenant: HeaderShown::Yes, ..Sends::default() },
        means: vec![ProgramKind::Prometheus],
        at,
    });
}
