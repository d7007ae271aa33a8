//! Where the files of a tracing stack stand on a host: fixed places, and patterns in homes.

use crate::model::dataflow::ProgramKind;
use crate::model::names::TargetPath;

/// Configuration files of packaged engines.
pub const FIXED: &[(ProgramKind, &str)] = &[
    (ProgramKind::Collector, "/etc/otelcol/config.yaml"),
    (ProgramKind::Collector, "/etc/otelcol-contrib/config.yaml"),
    (ProgramKind::Collector, "/etc/otelcol-k8s/config.yaml"),
    (ProgramKind::Collector, "/etc/otelcol-otlp/config.yaml"),
    (ProgramKind::Tempo, "/etc/tempo/config.yml"),
    (ProgramKind::Tempo, "/etc/tempo/config.yaml"),
    (ProgramKind::Tempo, "/etc/tempo/tempo.yaml"),
    (ProgramKind::Tempo, "/etc/tempo/tempo.yml"),
    (ProgramKind::Prometheus, "/etc/prometheus/prometheus.yml"),
    (ProgramKind::Prometheus, "/etc/prometheus/prometheus.yaml"),
];

/// Directories whose `*.yaml` and `*.yml` files provision datasources.
pub const DATASOURCES: &[&str] = &["/etc/grafana/provisioning/datasources"];

/// The directory of a user's collector, below the home.
pub const USER_COLLECTOR: &str = ".config/otelcol";

/// Directories whose directories are homes.
pub const HOMES: &[&str] = &["/home"];

/// Directories of applications that live in no home: only environment files are looked for there.
pub const APPLICATIONS: &[&str] = &["/opt", "/srv"];
/// The home of root.
pub const ROOT_HOME: &str = "/root";

/// Directories below `/etc` of programs that listen, and that are not read.
pub const NEIGHBOURS: &[&str] = &[
    "nginx", "caddy", "haproxy", "traefik", "envoy", "apache2", "httpd", "alloy", "loki", "jaeger", "zipkin",
];

/// Directories of system units, and of a user's own units below the home.
pub use crate::component::systemd::read::{
    SYSTEM_DIRECTORIES as UNIT_DIRECTORIES, USER_DIRECTORY as USER_UNITS,
};

/// Directories in which nothing was written by hand: no environment file is looked for there.
pub const FETCHED: &[&str] = &["node_modules", "target", "vendor", "venv", "site-packages", "snap", "go"];

/// Whose configuration stands at a path, judged by the path alone.
pub fn kind_of(path: &TargetPath) -> Option<ProgramKind> {
    let text = path.as_str();
    if let Some((kind, _)) = FIXED.iter().find(|row| row.1 == text) {
        return Some(*kind);
    }
    is_yaml(path).then_some(())?;
    if text.contains(&format!("/{USER_COLLECTOR}/")) {
        return Some(ProgramKind::Collector);
    }
    text.contains("/provisioning/datasources/").then_some(ProgramKind::Grafana)
}

/// Whether a file is YAML by its name.
pub fn is_yaml(path: &TargetPath) -> bool {
    let name = path.file_name();
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// Whether a file is an environment file by its name: `.env`, `.env.local`, `app.env`.
pub fn is_environment(path: &TargetPath) -> bool {
    let name = path.file_name();
    name == ".env" || name.ends_with(".env") || name.starts_with(".env.")
}
