//! `[prometheus]`.

use super::listener::ListenerTable;
use super::service::{PathsTable, StoreServiceTable};
use crate::toml::declare::*;
use crate::toml::kind::{Choice, Duration, Entries, Flag, Later, ListenerOf, Name, Path, Text, Version};

table! {
    /// Prometheus, as a reader of the stack's own metrics and as a target of the metrics of applications. One of somebody
    /// else's gets a file of scrape jobs, and the rest of it is not ours; with `managed = true` it is the stack's own:
    /// its configuration, its command line, its unit or a drop-in, its certificates.
    pub struct PrometheusTable {
        /// The release that is installed, which says how metrics are handed to it: before 3.0 by remote write. Required
        /// with `managed`.
        version: Version = r#""3.16""#, derived("one that takes OTLP, from 3.0 on; required with `managed`");
        /// `true`: its whole configuration is the stack's.
        managed: Flag = "true", default("false"),
            renders("the configuration, the unit or a drop-in with the whole command line, certificates");
        /// The host it runs on.
        host: Name = r#""main""#, derived("the only host");
        /// A certificate that somebody else issues.
        certificate: Later = "leave `certificate` out";
        /// Who runs it.
        service: StoreServiceTable = r#"{ unit = "prometheus.service" }"#;
        /// Where its files are. Of somebody else's only `certificates` is read.
        paths: PathsTable = r#"{ certificates = "/etc/prometheus/tls" }"#;
        /// Further scrape jobs.
        extra: Later;
        /// The file that gets a scrape job for every program of the stack. Its own configuration names the file, or
        /// the directory it is in, in `scrape_config_files` (from 2.43 on). Without `managed` alone: with it the jobs
        /// stand in its configuration.
        scrape_file: Path = r#""/etc/prometheus/scrape.d/tracewright.yml""#,
            renders("a job for each `metrics` of a collector and `http` of Tempo, with scheme and CA");
        /// Its HTTP port. Of somebody else's: as it is, nothing is changed there, and with `tls` its CA is one that the
        /// host trusts.
        http: ListenerOf<ListenerTable> = "9090", default("9090"),
            renders("the URL of whoever sends to it; with `managed` `--web.listen-address` and `web.yml`");
        /// Labels of everything that is scraped for the stack.
        labels: Entries<Text> = r#"{ cluster = "lab" }"#, renders("`labels` of every target");
        /// How collectors hand metrics to it. It is started with `--web.enable-otlp-receiver`, or with
        /// `--web.enable-remote-write-receiver`; with `managed` the command line says so.
        receive: Choice<Receivers> = r#""remote-write""#, derived("`\"otlp\"`, before 3.0 `\"remote-write\"`"),
            renders("`otlp_http/prometheus` or `prometheus_remote_write/prometheus` in collectors");
        /// How far points may come out of order: without it one late point has its whole request refused. Read with
        /// `managed` alone.
        out_of_order: Duration = r#""30m""#, default(r#""30m""#), renders("`storage.tsdb.out_of_order_time_window`");
        /// How long a series is kept. Read with `managed` alone.
        retention: Duration = r#""360h""#, default(r#""360h""#), unadvised(),
            renders("`--storage.tsdb.retention.time`");
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
