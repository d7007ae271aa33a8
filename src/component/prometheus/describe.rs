//! What the template of the scrape file prints.

use super::settings::PrometheusSettings;
use crate::component::values::tempo_version;
use crate::wiring::{ClientId, ComponentId, Wiring};
use serde::Serialize;
use std::collections::BTreeMap;

/// The file name of the template.
pub const TEMPLATE: &str = "prometheus/scrape.yml.j2";

/// The context of the scrape file.
#[derive(Debug, Serialize)]
pub struct ScrapeContext<'a> {
    stack: &'a str,
    jobs: Vec<Job>,
    labels: BTreeMap<String, String>,
}

/// A program of the stack, by the listener at which its metrics are.
#[derive(Debug, Serialize)]
struct Job {
    name: String,
    target: String,
    tls: Option<JobTls>,
}

#[derive(Debug, Serialize)]
struct JobTls {
    ca: String,
    minimum_version: String,
}

/// Everything the template prints.
pub(super) fn context<'a>(
    wiring: &'a Wiring<'_>,
    settings: PrometheusSettings,
    id: &ComponentId,
) -> ScrapeContext<'a> {
    let ca = wiring.clients[id].certificates.join("ca.crt");
    // `TLS12`, where Tempo says `VersionTLS12`.
    let minimum_version =
        tempo_version(wiring.stack.certificates.minimum_version).trim_start_matches("Version").to_owned();
    let edges =
        wiring.edges.iter().filter(|edge| matches!(&edge.from, ClientId::Each(from, _) if from == id));
    let jobs = edges.map(|edge| {
        let listener = wiring.target(edge);
        Job {
            name: format!("{}/{}", wiring.stack.name, listener.id.component),
            target: edge.socket(),
            tls: listener
                .tls
                .then(|| JobTls { ca: ca.to_string(), minimum_version: minimum_version.clone() }),
        }
    });
    ScrapeContext { stack: wiring.stack.name.as_str(), jobs: jobs.collect(), labels: settings.labels }
}
