//! Prometheus and Loki as child processes, as a host has them that takes OTLP.

use super::engines::{Engine, PROOFS, find, free_ports, get};
use std::fmt::Write;
use std::path::PathBuf;
use tempfile::TempDir;

/// The releases.
pub const PROMETHEUS: &str = "prometheus-3.16.0";
pub const LOKI: &str = "loki-3.7.8";

/// Each of these engines, if all of them are there.
pub fn all<const N: usize>(test: &str, names: [&str; N]) -> Option<[PathBuf; N]> {
    let found: Vec<PathBuf> = names.into_iter().filter_map(|name| find(test, name)).collect();
    found.try_into().ok()
}

/// A running Prometheus.
pub struct Prometheus {
    /// Ended with it.
    _engine: Engine,
    pub http: u16,
}

impl Prometheus {
    /// Starts it with these flags beside those of its place, and with these lines in its configuration.
    pub fn start(binary: &std::path::Path, flags: &[&str], config: &str) -> Self {
        let directory = TempDir::new().unwrap();
        let [http] = free_ports();
        let storage = if flags.contains(&"--agent") { "agent" } else { "tsdb" };
        let mut arguments = vec![
            format!("--web.listen-address=127.0.0.1:{http}"),
            format!("--storage.{storage}.path={}", directory.path().join("data").display()),
        ];
        arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
        let mut engine = Engine::start_with(binary, directory, "--config.file", config, &arguments);
        engine.wait("ready", || get(http, "/-/ready").is_some_and(|answer| answer.contains(" 200 ")));
        Self { _engine: engine, http }
    }

    /// One that takes points in both ways.
    pub fn taking(binary: &std::path::Path) -> Self {
        Self::start(binary, &["--web.enable-otlp-receiver", "--web.enable-remote-write-receiver"], "")
    }
}

/// A running Loki.
pub struct Loki {
    pub engine: Engine,
    pub http: u16,
}

impl Loki {
    /// Starts it with these top-level lines, without waiting: it takes records at once, and shows them after 10 s.
    pub fn start(binary: &std::path::Path, tenants: bool, lines: &str) -> Self {
        let directory = TempDir::new().unwrap();
        let [http, grpc] = free_ports();
        let mut config = format!(
            "auth_enabled: {tenants}\nanalytics:\n  reporting_enabled: false\nserver:\n  \
             http_listen_address: 127.0.0.1\n  http_listen_port: {http}\n  grpc_listen_address: 127.0.0.1\n  \
             grpc_listen_port: {grpc}\ningester:\n  lifecycler:\n    min_ready_duration: 0s\n{lines}"
        );
        write!(
            config,
            "common:\n  instance_addr: 127.0.0.1\n  path_prefix: {0}\n  replication_factor: 1\n  \
             ring:\n    kvstore:\n      store: inmemory\n  storage:\n    filesystem:\n      \
             chunks_directory: {0}/chunks\n      rules_directory: {0}/rules\nschema_config:\n  configs:\n  \
             - from: '2024-01-01'\n    store: tsdb\n    object_store: filesystem\n    schema: v13\n    \
             index:\n      prefix: index_\n      period: 24h\n",
            directory.path().join("data").display()
        )
        .unwrap();
        let mut engine = Engine::start(binary, directory, "-config.file", &config);
        engine.wait("listening", || get(http, "/ready").is_some());
        Self { engine, http }
    }

    pub fn wait_ready(&mut self) {
        let http = self.http;
        self.engine.wait("ready", || get(http, "/ready").is_some_and(|answer| answer.contains(" 200 ")));
    }
}

/// A sound way was proven.
pub fn proven(count: usize) {
    println!("promise: {PROOFS} | {count} | real");
}
