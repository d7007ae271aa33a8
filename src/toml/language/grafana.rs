//! `[grafana]`.

use super::service::{CertificatePathTable, RunnerTable};
use crate::toml::declare::*;
use crate::toml::kind::{Flag, Later, Name, Path, Text};

table! {
    /// Grafana, as a reader of Tempo: a datasource is provisioned, and with `[prometheus]` and `[loki]` one for each of
    /// them, joined with it. The rest of Grafana is not ours.
    pub struct GrafanaTable {
        /// The host it runs on.
        host: Name = r#""main""#, derived("the only host");
        /// A certificate that somebody else issues.
        certificate: Later = "let the stack issue its own: leave `certificate` out";
        /// Who runs it.
        service: RunnerTable = r#"{ user = "shop" }"#;
        /// Where its files are.
        paths: CertificatePathTable = r#"{ certificates = "/etc/shop/tls" }"#;
        /// Further keys of the datasource.
        extra: Later;
        /// The directory of its provisioning.
        provisioning: Path = r#""/etc/grafana/provisioning""#, default(r#""/etc/grafana/provisioning""#),
            renders("the directory of `datasources/tracewright-STACK.yaml`");
        /// The name of the datasource, as it is shown.
        datasource: Text = r#""Tempo""#, default(r#""Tempo""#), renders("`name` of the datasource");
        /// The uid of the datasource, which dashboards point to.
        uid: Text = r#""tempo""#, default(r#""tempo""#), renders("`uid` of the datasource");
        /// Results while they come.
        streaming: Later;
        /// Dashboards of our own in the folder of the stack's name: its health and what it refuses and drops, from the
        /// metrics that `prometheus.scrape_file` has fetched, and requests, errors and durations by service, from
        /// those of Tempo's metrics generator.
        dashboards: Flag = "true", default("false"),
            renders("`dashboards/tracewright-STACK.yaml`, and beside it a directory with the dashboards");
        /// The datasource of a Prometheus that is there.
        prometheus_uid: Later;
    }
}
