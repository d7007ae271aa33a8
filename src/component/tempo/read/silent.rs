//! Clients of Tempo whose peers are not read: named one by one.

use crate::format::page::Page;
use crate::format::yaml::Node;

/// Reads what Tempo dials beside itself.
pub fn read(page: &mut Page<'_>, root: &Node) {
    let urls = root.at(&["metrics_generator", "storage", "remote_write"]);
    for index in 0..urls.map_or(0, |entry| entry.value.items().len()) {
        let place = format!("metrics_generator.storage.remote_write.{index}");
        page.not_read(&place, "where the generator writes its metrics, and how, is not judged");
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
