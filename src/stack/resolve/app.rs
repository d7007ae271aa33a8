//! `[app.NAME]`.

use super::super::{App, Neighbour};
use super::host::HostKeys;
use super::route::{RouteSender, route};
use super::service::Runner;
use super::{Scene, export, sdk};
use crate::diagnostic::{Code, Finding};
use crate::model::env::EnvFormat;
use crate::model::names::ComponentName;
use crate::toml::{AppCompression, AppTable};

/// Resolves one application, telling all of its faults.
pub(super) fn app(name: &str, table: &AppTable, scene: &mut Scene<'_>) -> Option<App> {
    let host = scene.place(&HostKeys::many(&table.host, &table.hosts));
    let route = route(&RouteSender::app(name, table), scene);
    let runner = Runner::of(&table.service, scene.faults);
    let env_file = runner.as_ref().and_then(|runner| runner.path(&table.env_file, scene.faults));
    let certificates =
        runner.as_ref().and_then(|runner| runner.path(&table.paths.certificates, scene.faults));
    let headers = export::headers(&table.headers, None, scene.faults);
    let sdk = sdk::sdk(table, scene.faults);
    let gzip = table.compression.get() == Some(&AppCompression::Gzip);
    let timeout = table.timeout.get().copied();
    let health_url = table.health_url.text().map(ToOwned::to_owned);
    if let Some(url) = health_url.as_ref().filter(|url| !is_url(url)) {
        let found = Finding::error(Code("url-text"), "a URL begins with `http://` or `https://`");
        let help = format!("health_url = \"{}\"", with_scheme(url));
        scene.faults.push(found.at(table.health_url.value(), "").help(help));
    }
    let reads_env = reads_env(table, scene);
    Some(App {
        name: ComponentName::new(name),
        host: host?,
        env_file,
        env_dialect: table.env_dialect.or(if reads_env { EnvFormat::Systemd } else { EnvFormat::Dotenv }),
        service_name: table.service_name.text().unwrap_or(name).to_owned(),
        sdk: sdk?,
        route: route?,
        gzip,
        timeout,
        headers,
        service: Neighbour { reads_env, ..runner?.neighbour(&table.service) },
        certificates,
        health_url,
        key: table.at.path().clone(),
    })
}

/// `reads_env`, which lets a unit read a file: without one of them there is nothing to write.
fn reads_env(table: &AppTable, scene: &mut Scene<'_>) -> bool {
    let (wanted, service) = (&table.service.reads_env, &table.service);
    let missing = match (service.unit.text(), table.env_file.text()) {
        _ if !wanted.or(false) => return false,
        (Some(_), Some(_)) => return true,
        (None, _) => "unit",
        (_, None) => "env_file",
    };
    let title = format!("`reads_env` is only read with `{missing}`");
    let found = Finding::error(Code("key-unused"), title).at(wanted.key(), "");
    scene.faults.push(found.help("leave `reads_env` out"));
    false
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
