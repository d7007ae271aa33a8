//! `[app.NAME]`.

use super::super::App;
use super::route::{RouteSender, route};
use super::service::Runner;
use super::{Scene, export, sdk};
use crate::diagnostic::{Code, Finding};
use crate::model::env::EnvFormat;
use crate::model::names::ComponentName;
use crate::toml::RawTable;

const DIALECTS: &[(&str, EnvFormat)] = &[
    ("dotenv", EnvFormat::Dotenv),
    ("systemd", EnvFormat::Systemd),
    ("shell", EnvFormat::Shell),
    ("docker", EnvFormat::Docker),
];

/// Resolves one application, telling all of its faults.
pub(super) fn app(name: &str, table: &RawTable, scene: &mut Scene<'_>) -> Option<App> {
    let host = scene.place(table);
    let route = route(&RouteSender { table, name, is_app: true }, scene);
    let runner = Runner::of(table, scene.faults);
    let env_file = runner.as_ref().and_then(|runner| runner.path(table, "env_file", scene.faults));
    let certificates = runner.as_ref().and_then(|runner| runner.certificates(table, scene.faults));
    let headers = export::headers(table, scene.faults);
    let sdk = sdk::sdk(table, scene.faults);
    let gzip = table.text("compression") == Some("gzip");
    let timeout = table.duration("timeout");
    let health_url = table.text("health_url").map(ToOwned::to_owned);
    if health_url.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
        let found = Finding::error(Code("url-text"), "a URL begins with `http://` or `https://`");
        scene.faults.push(
            found.at(table.value("health_url"), "").help("health_url = \"http://127.0.0.1:3010/health\""),
        );
    }
    Some(App {
        name: ComponentName::new(name),
        host: host?,
        env_file,
        env_dialect: table.word("env_dialect", DIALECTS).unwrap_or(EnvFormat::Dotenv),
        service_name: table.text("service_name").unwrap_or(name).to_owned(),
        sdk: sdk?,
        route: route?,
        gzip,
        timeout,
        headers,
        service: runner?.neighbour(table),
        certificates,
        health_url,
        key: table.path().clone(),
    })
}
