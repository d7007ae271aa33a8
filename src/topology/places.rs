//! Where the files of a tracing stack stand on a host: fixed places, and patterns in homes.

use crate::component::{ConfigReader, readers};
use crate::model::dataflow::ProgramKind;
use crate::model::names::TargetPath;

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

/// Directories in which nothing was written by hand: no environment file is looked for there.
pub const FETCHED: &[&str] = &["node_modules", "target", "vendor", "venv", "site-packages", "snap", "go"];

/// Whose configuration stands at a path, judged by the path alone.
pub fn kind_of(path: &TargetPath) -> Option<ProgramKind> {
    let text = path.as_str();
    if let Some(reader) = readers().find(|reader| reader.places.contains(&text)) {
        return Some(reader.kind);
    }
    is_yaml(path).then_some(())?;
    let named = |reader: &&ConfigReader| reader.in_path.is_some_and(|part| text.contains(part));
    readers().find(named).map(|reader| reader.kind)
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
