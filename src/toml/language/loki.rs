//! `[loki]`.

use super::listener::ListenerTable;
use super::service::{PathsTable, StoreServiceTable};
use crate::toml::declare::*;
use crate::toml::kind::{Duration, Flag, Later, ListenerOf, Name, Text, Version};

table! {
    /// Grafana Loki, as a target of logs: collectors and applications hand them over by OTLP. One of somebody else's is
    /// described, and nothing is written for it; with `managed = true` it is the stack's own: its configuration, its
    /// unit or a drop-in, its certificates.
    pub struct LokiTable {
        /// The release that is installed, as `loki -version` says: a line, or a release of it. Required with `managed`.
        version: Version = r#""3.7""#, derived("not known; required with `managed`");
        /// `true`: its whole configuration is the stack's.
        managed: Flag = "true", default("false"),
            renders("the configuration, the unit or a drop-in, certificates");
        /// The host it runs on.
        host: Name = r#""main""#, derived("the only host");
        /// A certificate that somebody else issues.
        certificate: Later = "leave `certificate` out";
        /// Who runs it. Read with `managed` alone.
        service: StoreServiceTable = r#"{ memory_limit = "4GiB" }"#;
        /// Where its files are. Read with `managed` alone.
        paths: PathsTable = r#"{ data = "/srv/logs" }"#;
        /// Further keys of its configuration.
        extra: Later;
        /// Its HTTP API, with `/ready` and `/metrics`. Of somebody else's: as it is, nothing is changed there, and with
        /// `tls` its CA is one that the host trusts.
        http: ListenerOf<ListenerTable> = "3100", default("3100"),
            renders("the URL of the exporter that sends to it; with `managed` `server.http_listen_address`, `http_listen_port`, `http_tls_config`");
        /// Its own gRPC, which its parts dial at 127.0.0.1, always in plaintext. Loki's own default, 9095, is Tempo's
        /// too. Read with `managed` alone.
        internal: ListenerOf<ListenerTable> = "9096", default("9096"),
            renders("`server.grpc_listen_address`, `grpc_listen_port`");
        /// How long a log is kept. Read with `managed` alone.
        retention: Duration = r#""336h""#, default(r#""336h""#), unadvised(),
            renders("`limits_config.retention_period`, with the compactor that deletes");
        /// The tenant that logs are for, where its `auth_enabled` is on.
        tenant: Text = r#""shop""#,
            renders("the header `X-Scope-OrgID` of the exporter that sends to it; with `managed` `auth_enabled`");
    }
}
