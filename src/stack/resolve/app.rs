//! `[app.NAME]`.

use super::super::{App, AppContainer, Neighbour};
use super::host::HostKeys;
use super::route::{RouteSender, routes};
use super::service::Runner;
use super::{Scene, export, program, sdk};
use crate::diagnostic::{Code, Finding};
use crate::model::env::EnvFormat;
use crate::model::names::{ComponentName, TargetPath};
use crate::toml::{AppCompression, AppContainerTable, AppTable, is_dns_name};
use std::net::IpAddr;

/// Resolves one application, telling all of its faults.
pub(super) fn app(name: &str, table: &AppTable, scene: &mut Scene<'_>) -> Option<App> {
    let host = scene.place(&HostKeys::many(&table.host, &table.hosts));
    let routes = routes(&RouteSender::app(name, table), scene);
    let runner = Runner::of(&table.service, scene.faults);
    let env_dialect = dialect(table, scene);
    let env_file = runner.as_ref().and_then(|runner| runner.path(&table.env_file, scene.faults));
    let env_file =
        env_file.or_else(|| (env_dialect == EnvFormat::Injector).then(|| TargetPath::new(INJECTOR)));
    let certificates =
        runner.as_ref().and_then(|runner| runner.path(&table.paths.certificates, scene.faults));
    let headers = export::headers(&table.headers, None, scene.faults);
    if let Some(routes) = &routes {
        export::shared(&[&table.headers], routes, scene.faults);
    }
    let first = routes.as_ref().and_then(|routes| routes.0.first());
    let protocol = first.map(|route| route.protocol).or_else(|| table.protocol.get().copied());
    let sdk = sdk::sdk(table, protocol, scene.faults);
    let gzip = table.compression.get() == Some(&AppCompression::Gzip);
    let timeout = table.timeout.get().copied();
    let health_url = table.health_url.text().map(ToOwned::to_owned);
    if let Some(url) = health_url.as_ref().filter(|url| !is_url(url)) {
        let found = Finding::error(Code("url-text"), "a URL begins with `http://` or `https://`");
        let help = format!("health_url = \"{}\"", with_scheme(url));
        scene.faults.push(found.at(table.health_url.value(), "").help(help));
    }
    let reads_env = reads_env(table, scene);
    let container = container(table, scene);
    let lines = sdk.as_ref().map(|sdk| program::lines(table, (sdk, env_dialect), scene.faults));
    Some(App {
        name: ComponentName::new(name),
        host: host?,
        env_file,
        env_dialect,
        service_name: table.service_name.text().unwrap_or(name).to_owned(),
        sdk: sdk?,
        routes: routes?,
        gzip,
        timeout,
        headers,
        lines: lines?,
        container,
        service: Neighbour { reads_env, ..runner?.neighbour(&table.service) },
        certificates,
        health_url,
        key: table.at.path().clone(),
    })
}

/// `container`, whose host has a name or an address there.
fn container(table: &AppTable, scene: &mut Scene<'_>) -> Option<AppContainer> {
    let AppContainerTable { at, host_address, certificates } = &table.container;
    let address = host_address.text()?;
    let bare = address.trim_start_matches('[').trim_end_matches(']');
    let numeric = bare.parse::<IpAddr>();
    let nobody = |ip: &IpAddr| ip.is_loopback() || ip.is_unspecified();
    let own = address.eq_ignore_ascii_case("localhost") || numeric.as_ref().is_ok_and(nobody);
    let title = if own {
        format!("`{address}` is the container itself")
    } else if numeric.is_err() && !is_dns_name(address) {
        format!("`{address}` is no name and no address of a host")
    } else {
        let certificates = certificates.text().map(TargetPath::new);
        let host_address = numeric.map_or_else(|_| address.to_owned(), |numeric| numeric.to_string());
        return Some(AppContainer { host_address, certificates, key: at.path().clone() });
    };
    let found = Finding::error(Code("address-text"), title).at(host_address.value(), "");
    let found = HOST_OF_CONTAINER.into_iter().fold(found, Finding::help);
    scene.faults.push(found);
    None
}

/// Docker Desktop has this name; on Linux it needs a line in the Compose file.
const HOST_OF_CONTAINER: [&str; 2] = [
    "host_address = \"host.docker.internal\"",
    "on Linux the container needs `extra_hosts: [\"host.docker.internal:host-gateway\"]` for that name",
];

/// Where the injector looks.
const INJECTOR: &str = "/etc/opentelemetry/injector/default_env.conf";

/// Who reads the file. What all programs of a host read bears the name of none.
fn dialect(table: &AppTable, scene: &mut Scene<'_>) -> EnvFormat {
    let usual = if table.service.reads_env.or(false) { EnvFormat::Systemd } else { EnvFormat::Dotenv };
    let dialect = table.env_dialect.or(usual);
    if dialect == EnvFormat::Injector && table.service_name.is_written() {
        let title = "every program of the host reads this file, and each has a name of its own";
        let found = Finding::error(Code("key-unused"), title).at(table.service_name.key(), "");
        scene.faults.push(found.also(table.env_dialect.value(), "").help("leave `service_name` out"));
    }
    dialect
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
