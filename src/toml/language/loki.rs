//! `[loki]`.

use super::listener::ListenerTable;
use crate::toml::declare::*;
use crate::toml::kind::{Later, ListenerOf, Name, Text};

table! {
    /// Grafana Loki of somebody else's, as a target of logs: collectors and applications hand them over by OTLP.
    /// Nothing of it is ours, and nothing is written for it.
    pub struct LokiTable {
        /// The release that is installed.
        version: Later;
        /// Whether its whole configuration is ours.
        managed: Later;
        /// The host it runs on.
        host: Name = r#""main""#, derived("the only host");
        /// A certificate that somebody else issues.
        certificate: Later = "leave `certificate` out";
        /// Who runs it.
        service: Later;
        /// Where its files are.
        paths: Later;
        /// Further keys of its configuration.
        extra: Later;
        /// Its own HTTP port, as it is: nothing is changed there. With `tls` its CA is one that the host trusts.
        http: ListenerOf<ListenerTable> = "3100", default("3100"), renders("the URL of the exporter that sends to it");
        /// Its own gRPC.
        internal: Later;
        /// The tenant that logs are for, where its `auth_enabled` is on.
        tenant: Text = r#""shop""#, renders("the header `X-Scope-OrgID` of the exporter that sends to it");
    }
}
