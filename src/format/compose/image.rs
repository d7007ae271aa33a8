//! Which program an image runs, and which release of it, by name and tag.
//!
//! Names and tags are those of the official images (registries and mirrors in front of them are cut
//! off); what a digest alone names, or a tag that moves, has no release that is known.

/// A program of an image that is known by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageProgram {
    /// OpenTelemetry Collector, one of the distributions.
    Collector(&'static str),
    /// Grafana Tempo.
    Tempo,
    /// Grafana.
    Grafana,
    /// Another program that is known by name and not read.
    Known(&'static str),
}

/// Last parts of image names, and what runs in them.
const NAMES: &[(&str, ImageProgram)] = &[
    ("otel/opentelemetry-collector", ImageProgram::Collector("core")),
    ("otel/opentelemetry-collector-contrib", ImageProgram::Collector("contrib")),
    ("otel/opentelemetry-collector-k8s", ImageProgram::Collector("k8s")),
    ("otel/opentelemetry-collector-otlp", ImageProgram::Collector("otlp")),
    ("opentelemetry-collector-releases/opentelemetry-collector", ImageProgram::Collector("core")),
    ("opentelemetry-collector-releases/opentelemetry-collector-contrib", ImageProgram::Collector("contrib")),
    ("opentelemetry-collector-releases/opentelemetry-collector-k8s", ImageProgram::Collector("k8s")),
    ("opentelemetry-collector-releases/opentelemetry-collector-otlp", ImageProgram::Collector("otlp")),
    ("grafana/tempo", ImageProgram::Tempo),
    ("grafana/grafana", ImageProgram::Grafana),
    ("grafana/grafana-oss", ImageProgram::Grafana),
    ("grafana/grafana-enterprise", ImageProgram::Grafana),
    ("grafana/loki", ImageProgram::Known("Loki")),
    ("grafana/alloy", ImageProgram::Known("Alloy")),
    ("grafana/agent", ImageProgram::Known("Grafana Agent")),
    ("grafana/mimir", ImageProgram::Known("Mimir")),
    ("grafana/otel-lgtm", ImageProgram::Known("the LGTM bundle")),
    ("prom/prometheus", ImageProgram::Known("Prometheus")),
    ("jaegertracing/all-in-one", ImageProgram::Known("Jaeger")),
    ("jaegertracing/jaeger", ImageProgram::Known("Jaeger")),
    ("openzipkin/zipkin", ImageProgram::Known("Zipkin")),
    ("prometheus/prometheus", ImageProgram::Known("Prometheus")),
    ("bitnami/prometheus", ImageProgram::Known("Prometheus")),
    ("grafana/pyroscope", ImageProgram::Known("Pyroscope")),
    ("grafana/promtail", ImageProgram::Known("Promtail")),
    ("prom/node-exporter", ImageProgram::Known("node-exporter")),
    ("prometheus/node-exporter", ImageProgram::Known("node-exporter")),
    ("prom/alertmanager", ImageProgram::Known("Alertmanager")),
    ("cadvisor/cadvisor", ImageProgram::Known("cAdvisor")),
    ("google/cadvisor", ImageProgram::Known("cAdvisor")),
    ("/nginx", ImageProgram::Known("nginx")),
    ("library/nginx", ImageProgram::Known("nginx")),
    ("nginxinc/nginx-unprivileged", ImageProgram::Known("nginx")),
    ("/caddy", ImageProgram::Known("Caddy")),
    ("library/caddy", ImageProgram::Known("Caddy")),
    ("/haproxy", ImageProgram::Known("HAProxy")),
    ("library/haproxy", ImageProgram::Known("HAProxy")),
    ("/traefik", ImageProgram::Known("Traefik")),
    ("library/traefik", ImageProgram::Known("Traefik")),
];

/// Programs that many projects have, whatever they are about.
const ANYBODYS: &[&str] = &["nginx", "Caddy", "HAProxy", "Traefik"];

/// An image by what its name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The program, where the name is a known one.
    pub program: Option<ImageProgram>,
    /// The tag; `latest` where none is written, `None` where only a digest is.
    pub tag: Option<String>,
    /// The release the tag names: `2.10.8`.
    pub release: Option<String>,
}

impl Image {
    /// Whether it tells that a project has to do with telemetry.
    pub fn is_of_telemetry(&self) -> bool {
        match self.program {
            Some(ImageProgram::Known(name)) => !ANYBODYS.contains(&name),
            Some(_) => true,
            None => false,
        }
    }

    /// Reads `[registry/]name[:tag][@digest]`.
    pub fn of(text: &str) -> Self {
        let (named, digest) =
            text.split_once('@').map_or((text, None), |(named, digest)| (named, Some(digest)));
        let (name, tag) = match named.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (named, None),
        };
        let mut last_two = name.rsplitn(3, '/');
        let (last, before) = (last_two.next().unwrap_or_default(), last_two.next().unwrap_or_default());
        let short = format!("{before}/{last}");
        let program = NAMES.iter().find(|row| row.0 == short).map(|row| row.1);
        let tag = match (tag, digest) {
            (Some(tag), _) => Some(tag.to_owned()),
            (None, None) => Some("latest".to_owned()),
            (None, Some(_)) => None,
        };
        let release = tag.as_deref().and_then(release).map(str::to_owned);
        Self { program, tag, release }
    }
}

/// `2.10.8` of `2.10.8-amd64`; moving tags and branches name none.
fn release(tag: &str) -> Option<&str> {
    let version = tag.split('-').next().unwrap_or(tag);
    let version = version.strip_prefix('v').unwrap_or(version);
    let mut parts = version.split('.');
    let numbers =
        parts.clone().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    (numbers && parts.nth(1).is_some()).then_some(version)
}
