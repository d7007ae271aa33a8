//! Grafana's datasource provisioning: how it dials Tempo. Called by [`crate::topology`].
//!
//! Sources: Grafana's documentation of provisioning and of `jsonData` for TLS.

use crate::component::{ConfigReader, FileRead};
use crate::diagnostic::Mark;
use crate::format::address;
use crate::format::address::Url;
use crate::format::page::FileReading;
use crate::format::values::Expansion;
use crate::format::yaml::{Node, YamlEntry, YamlLibrary};
use crate::model::dataflow::{
    Client, ClientTls, FileReference, HeaderShown, ProgramKind, Protocol, Sends, Trust,
};

/// Where the files are that provision datasources, and how they are read.
pub static READER: ConfigReader = ConfigReader {
    kind: ProgramKind::Grafana,
    places: &[],
    directories: &["/etc/grafana/provisioning/datasources"],
    in_home: None,
    in_path: Some("/provisioning/datasources/"),
    words: &["datasources:"],
    library: YamlLibrary::V3,
    is_own: |root| root.entry("apiVersion").is_some() && is_datasources(root),
    in_repository: true,
    expansion: |_| Expansion::None,
    read: |page, root, _| {
        read(page, root);
        FileRead::PLAIN
    },
};

/// Whether a YAML file is a datasource provisioning file.
fn is_datasources(root: &Node) -> bool {
    root.get("datasources").is_some_and(|node| !node.items().is_empty())
}

/// Reads every datasource of a type that is known: Tempo, Prometheus, Loki.
fn read(page: &mut FileReading<'_>, root: &Node) {
    for (index, source) in root.get("datasources").map(Node::items).unwrap_or_default().iter().enumerate() {
        let text = |key: &str| source.get(key).and_then(Node::scalar).map(|scalar| scalar.text.as_str());
        let protocol = match text("type") {
            Some("tempo") => Protocol::TempoApi,
            Some("prometheus") => Protocol::PrometheusApi,
            Some("loki") => Protocol::LokiApi,
            _ => continue,
        };
        // Its provisioning puts variables in; `$$` is a dollar sign.
        let name = text("name").map_or_else(|| index.to_string(), |name| name.replace("$$", "$"));
        let setting = format!("datasources.{name}");
        if text("access") == Some("direct") {
            page.not_read(&setting, "the browser dials, not Grafana");
            continue;
        }
        match source.entry("url").filter(|entry| !entry.value.is_null()) {
            Some(url) => dial(page, source, url, (&setting, protocol)),
            None => page.not_read(&setting, "no `url` is written"),
        }
    }
}

/// Whether one of its headers names a tenant.
fn tenant(source: &Node) -> HeaderShown {
    let settings = source.get("jsonData").map(Node::entries).unwrap_or_default();
    let mut names = settings.iter().filter(|entry| entry.key.starts_with("httpHeaderName"));
    let is_tenant = |entry: &YamlEntry| {
        entry.value.scalar().is_some_and(|name| name.text.eq_ignore_ascii_case("X-Scope-OrgID"))
    };
    if names.any(is_tenant) { HeaderShown::Yes } else { HeaderShown::No }
}

/// Where results are asked for as a stream.
fn streams(page: &FileReading<'_>, source: &Node) -> Option<Mark> {
    let entries = source.at(&["jsonData", "streamingEnabled"])?.value.entries();
    let on = entries.iter().find(|entry| entry.value.scalar().is_some_and(|scalar| scalar.text == "true"))?;
    Some(page.mark(on.place()))
}

fn dial(page: &mut FileReading<'_>, source: &Node, entry: &YamlEntry, (setting, protocol): (&str, Protocol)) {
    let text = entry.value.scalar().map(|scalar| scalar.text.as_str()).unwrap_or_default();
    if text.contains('$') {
        page.not_read(setting, "its `url` holds a variable of Grafana's environment");
        return;
    }
    let Some((url, port)) = Url::of(text).and_then(|url| Some((url, url.port_or_default()?))) else {
        page.fault(entry.place(), "not a URL with a scheme");
        return;
    };
    if protocol == Protocol::TempoApi && !matches!(url.path, "" | "/") {
        page.not_read(setting, "whether something answers below a path");
    }
    let at = page.mark(entry.place());
    let tls = tls(page, source, &url, setting);
    page.client(Client {
        program: page.program,
        setting: setting.to_owned(),
        protocol,
        host: address::dialled(url.host),
        port,
        wrong_path: None,
        tls: ClientTls { at: Some(at.clone()), ..tls },
        sends: Sends { streams: streams(page, source), tenant: tenant(source), ..Sends::default() },
        means: match protocol {
            Protocol::TempoApi => vec![ProgramKind::Tempo],
            Protocol::PrometheusApi => vec![ProgramKind::Prometheus],
            _ => Vec::new(),
        },
        at,
    });
}

/// TLS: the scheme switches it on; a CA counts only with `tlsAuthWithCACert`, a client certificate
/// only with `tlsAuth`.
fn tls(page: &mut FileReading<'_>, source: &Node, url: &Url<'_>, setting: &str) -> ClientTls {
    let flag = |key: &str| {
        let value = source.at(&["jsonData", key]).and_then(|entry| entry.value.scalar());
        value.is_some_and(|scalar| scalar.text.eq_ignore_ascii_case("true"))
    };
    let ca = secret(page, source, "tlsCACert", setting);
    let certificate = secret(page, source, "tlsClientCert", setting);
    let key = secret(page, source, "tlsClientKey", setting);
    if !url.is_https() {
        let ignored = [ca, certificate, key].into_iter().filter_map(Secret::file).collect();
        return ClientTls { ignored, ..ClientTls::plaintext() };
    }
    let mut ignored = Vec::new();
    let trust = match (flag("tlsSkipVerify"), flag("tlsAuthWithCACert"), ca) {
        (true, _, _) => Trust::Anybody,
        (false, true, Secret::File(file)) => Trust::File(file),
        (false, true, Secret::Unknown) => Trust::NotHere,
        (false, _, ca) => {
            ignored.extend(ca.file());
            Trust::System
        }
    };
    let (certificate, key) = if flag("tlsAuth") {
        (certificate.file(), key.file())
    } else {
        ignored.extend([certificate, key].into_iter().filter_map(Secret::file));
        (None, None)
    };
    let name = source.at(&["jsonData", "serverName"]).and_then(|entry| entry.value.scalar());
    ClientTls {
        enabled: true,
        trust,
        server_name: name.map(|scalar| scalar.text.clone()).filter(|name| !name.is_empty()),
        certificate,
        key,
        ignored,
        at: None,
    }
}

/// A PEM value of `secureJsonData`.
enum Secret {
    Missing,
    /// Written inline, or from a variable.
    Unknown,
    /// `$__file{/path}`.
    File(FileReference),
}

impl Secret {
    fn file(self) -> Option<FileReference> {
        match self {
            Self::File(file) => Some(file),
            Self::Missing | Self::Unknown => None,
        }
    }
}

fn secret(page: &mut FileReading<'_>, source: &Node, key: &str, setting: &str) -> Secret {
    let Some(entry) = source.at(&["secureJsonData", key]).filter(|entry| !entry.value.is_null()) else {
        return Secret::Missing;
    };
    let text = entry.value.scalar().map(|scalar| scalar.text.trim()).unwrap_or_default();
    let file = text.strip_prefix("$__file{").and_then(|rest| rest.strip_suffix('}')).and_then(address::path);
    match file {
        Some(path) => Secret::File(FileReference { path, at: page.mark(entry.place()) }),
        None => {
            page.not_read(&format!("{setting}.secureJsonData.{key}"), "a value that is not `$__file{/path}`");
            Secret::Unknown
        }
    }
}
