//! What the templates of Prometheus print: a file of scrape jobs, or the whole configuration of the stack's own.

use super::settings::{OwnPrometheus, PrometheusSettings};
use crate::component::values::{go_duration, prometheus_version};
use crate::component::{BesideFile, Described};
use crate::model::desired::OnChange;
use crate::model::names::TargetPath;
use crate::model::release::prometheus as release;
use crate::wiring::{ClientId, ComponentId, EnginePlace, ListenerKind, Wiring, socket_text};
use serde::Serialize;
use std::collections::BTreeMap;

/// The template of a file of scrape jobs.
pub const TEMPLATE: &str = "prometheus/scrape.yml.j2";

/// The template of a whole configuration.
pub(super) const CONFIG: &str = "prometheus/config.yml.j2";

/// The template of what its HTTP server has beside its flags.
pub(super) const WEB: &str = "prometheus/web.yml.j2";

/// The context of the scrape file.
#[derive(Debug, Serialize)]
pub struct ScrapeContext<'a> {
    stack: &'a str,
    jobs: Vec<Job>,
    labels: BTreeMap<String, String>,
}

/// The context of a configuration.
#[derive(Debug, Serialize)]
pub(super) struct ConfigContext<'a> {
    #[serde(flatten)]
    scrape: ScrapeContext<'a>,
    out_of_order: String,
    takes_otlp: bool,
}

/// The context of `web.yml`.
#[derive(Debug, Serialize)]
struct WebContext<'a> {
    stack: &'a str,
    certificate: String,
    key: String,
    minimum_version: &'static str,
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
    minimum_version: &'static str,
}

/// Everything the template of the scrape file prints. `certificates` is the directory of its CA.
pub(super) fn context<'a>(
    wiring: &'a Wiring<'_>,
    labels: BTreeMap<String, String>,
    (id, certificates): (&ComponentId, &TargetPath),
) -> ScrapeContext<'a> {
    let ca = certificates.join("ca.crt");
    let minimum_version = prometheus_version(wiring.stack.certificates.minimum_version);
    let edges =
        wiring.edges.iter().filter(|edge| matches!(&edge.from, ClientId::Each(from, _) if from == id));
    let jobs = edges.map(|edge| {
        let listener = wiring.target(edge);
        Job {
            name: format!("{}/{}", wiring.stack.name, listener.id.component),
            target: edge.socket(),
            tls: listener.tls.then(|| JobTls { ca: ca.to_string(), minimum_version }),
        }
    });
    ScrapeContext { stack: wiring.stack.name.as_str(), jobs: jobs.collect(), labels }
}

/// Everything the template of the configuration prints.
pub(super) fn configuration<'a>(
    wiring: &'a Wiring<'_>,
    settings: PrometheusSettings,
    (own, place): (&OwnPrometheus, &EnginePlace),
) -> ConfigContext<'a> {
    ConfigContext {
        scrape: context(wiring, settings.labels, (&super::ID, &place.certificates)),
        out_of_order: go_duration(own.out_of_order),
        takes_otlp: release::takes_otlp(&own.run.version),
    }
}

/// Where `web.yml` is.
fn web_path(place: &EnginePlace) -> TargetPath {
    place.config.parent().join("web.yml")
}

/// `web.yml`, where its listener has TLS.
pub(super) fn web(wiring: &Wiring<'_>, place: &EnginePlace) -> Option<BesideFile> {
    let listener = wiring.listener(&super::ID, ListenerKind::Api).filter(|listener| listener.tls)?;
    let file = |suffix| place.certificate(&format!("{}.{suffix}", listener.id.component.short()));
    let context = WebContext {
        stack: wiring.stack.name.as_str(),
        certificate: file("crt").to_string(),
        key: file("key").to_string(),
        minimum_version: prometheus_version(wiring.stack.certificates.minimum_version),
    };
    Some(BesideFile {
        path: web_path(place),
        content: Described::whole(WEB.to_owned(), context),
        on_change: OnChange::Restart,
    })
}

/// Its command line behind its configuration. A flag that is written twice ends the start, so what the host has for
/// it (`ARGS` of Debian's package) is not read beside this.
pub(super) fn flags(wiring: &Wiring<'_>, id: &ComponentId) -> Vec<String> {
    let settings = PrometheusSettings::of(wiring.stack, &mut crate::diagnostic::Findings::new());
    let (Some(own), Some(place)) = (settings.and_then(|settings| settings.own), wiring.engines.get(id))
    else {
        return Vec::new();
    };
    let listener = wiring.listener(id, ListenerKind::Api);
    // Its own default is every interface.
    let socket = listener.map(|listener| socket_text(&listener.bind.to_string(), listener.port));
    let web = listener.filter(|listener| listener.tls).map(|_| web_path(place));
    let mut flags: Vec<String> =
        socket.into_iter().map(|socket| format!("--web.listen-address={socket}")).collect();
    flags.extend(web.map(|path| format!("--web.config.file={path}")));
    flags.extend(place.data.first().map(|path| format!("--storage.tsdb.path={path}")));
    flags.push(format!("--storage.tsdb.retention.time={}", go_duration(own.retention)));
    flags.extend(super::receivers(wiring.stack).flags());
    // Without it exemplars are taken and dropped.
    flags.push("--enable-feature=exemplar-storage".to_owned());
    flags
}
