//! `[prometheus]`.

use super::listener::ListenerTable;
use super::service::{CertificatePathTable, RunnerTable};
use crate::toml::declare::*;
use crate::toml::kind::{Entries, Later, ListenerOf, Name, Path, Text};

table! {
    /// Prometheus, as a reader of the stack's own metrics: a file of scrape jobs is written. The rest of it is not ours.
    pub struct PrometheusTable {
        /// The release that is installed.
        version: Later;
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
        /// Its own HTTP port, as it is: nothing is changed there.
        http: ListenerOf<ListenerTable> = "9090", default("9090");
        /// Labels of everything that is scraped for the stack.
        labels: Entries<Text> = r#"{ cluster = "lab" }"#, renders("`labels` of every target");
        /// How metrics are handed to it.
        receive: Later;
        /// How far points may come out of order.
        out_of_order: Later;
    }
}
