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
    if let Some(url) = health_url.as_ref().filter(|url| !is_url(url)) {
        let found = Finding::error(Code("url-text"), "a URL begins with `http://` or `https://`");
        let help = format!("health_url = \"{}\"", with_scheme(url));
        scene.faults.push(found.at(table.value("health_url"), "").help(help));
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

fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// `127.0.0.1:3010/health` with `http://` before it; a scheme that is misspelled is replaced.
fn with_scheme(text: &str) -> String {
    let secure = text.to_ascii_lowercase().starts_with("https");
    let words = ["https", "http"].into_iter().filter_map(|word| {
        let head = text.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word))?;
        text[head.len()..].strip_prefix(':')
    });
    let rest = words.clone().next().or_else(|| text.split_once("://").map(|(_, rest)| rest));
    let rest = rest.unwrap_or(text).trim_start_matches('/');
    format!("{}://{rest}", if secure { "https" } else { "http" })
}
