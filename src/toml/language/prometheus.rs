//! `[prometheus]`.

use super::listener::ListenerTable;
use super::service::{CertificatePathTable, RunnerTable};
use crate::toml::declare::*;
use crate::toml::kind::{Choice, Entries, Later, ListenerOf, Name, Path, Text, Version};

table! {
    /// Prometheus, as a reader of the stack's own metrics, for which a file of scrape jobs is written, and as a target
    /// of the metrics of applications. The rest of it is not ours.
    pub struct PrometheusTable {
        /// The release that is installed, which says how metrics are handed to it: before 3.0 by remote write.
        version: Version = r#""3.16""#, derived("one that takes OTLP, from 3.0 on");
        /// Whether its whole configuration is ours.
        managed: Later;
        /// The host it runs on.
        host: Name = r#""main""#, derived("the only host");
        /// A certificate that somebody else issues.
        certificate: Later = "leave `certificate` out";
        /// Who runs it.
        service: RunnerTable = r#"{ unit = "prometheus.service" }"#;
        /// Where its files are.
        paths: CertificatePathTable = r#"{ certificates = "/etc/prometheus/tls" }"#;
        /// Further scrape jobs.
        extra: Later;
        /// The file that gets a scrape job for every program of the stack. Its own configuration names the file, or
        /// the directory it is in, in `scrape_config_files` (from 2.43 on).
        scrape_file: Path = r#""/etc/prometheus/scrape.d/tracewright.yml""#,
            renders("a job for each `metrics` of a collector and `http` of Tempo, with scheme and CA");
        /// Its own HTTP port, as it is: nothing is changed there. With `tls` its CA is one that the host trusts.
        http: ListenerOf<ListenerTable> = "9090", default("9090");
        /// Labels of everything that is scraped for the stack.
        labels: Entries<Text> = r#"{ cluster = "lab" }"#, renders("`labels` of every target");
        /// How collectors hand metrics to it. It is started with `--web.enable-otlp-receiver`, or with
        /// `--web.enable-remote-write-receiver`.
        receive: Choice<Receivers> = r#""remote-write""#, derived("`\"otlp\"`, before 3.0 `\"remote-write\"`"),
            renders("`otlp_http/prometheus` or `prometheus_remote_write/prometheus` in collectors");
        /// How far points may come out of order.
        out_of_order: Later;
    }
}

/// How metrics are handed to a Prometheus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrometheusReceiver {
    /// OTLP over HTTP, below `/api/v1/otlp`.
    Otlp,
    /// Its own remote write.
    RemoteWrite,
}

words! {
    /// `receive`.
    pub struct Receivers: PrometheusReceiver {
        /// OTLP over HTTP, from 3.0 on
        "otlp" => PrometheusReceiver::Otlp;
        /// its own protocol, which every release has
        "remote-write" => PrometheusReceiver::RemoteWrite;
    }
}
