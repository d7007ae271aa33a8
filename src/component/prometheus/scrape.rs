//! Whom a Prometheus scrapes: the static targets of its configuration, which a collector's `prometheus`
//! receiver holds in the same form.

use crate::component::{ConfigReader, FileRead};
use crate::format::address;
use crate::format::page::FileReading;
use crate::format::values::Expansion;
use crate::format::yaml::{Node, YamlLibrary};
use crate::model::dataflow::{Client, ClientTls, FileReference, ProgramKind, Protocol, Sends, Trust};

/// More targets of one job are not followed.
const MOST: usize = 200;

/// Its configuration, and files that hold jobs and nothing else (`scrape_config_files`, from 2.43 on).
pub static READER: ConfigReader = ConfigReader {
    kind: ProgramKind::Prometheus,
    places: &["/etc/prometheus/prometheus.yml", "/etc/prometheus/prometheus.yaml"],
    directories: &["/etc/prometheus/scrape.d"],
    in_home: None,
    in_path: None,
    words: &["scrape_configs:"],
    library: YamlLibrary::V2,
    is_own: |root| root.get("scrape_configs").is_some() && root.entries().len() == 1,
    in_repository: false,
    expansion: |_| Expansion::None,
    read: |page, root, _| {
        if let Some(list) = root.get("scrape_configs") {
            jobs(page, list, "scrape_configs");
        }
        FileRead::PLAIN
    },
};

/// Reads every job of a list of them. `prefix` is the key path of the list.
pub fn jobs(page: &mut FileReading<'_>, jobs: &Node, prefix: &str) {
    for (index, job) in jobs.items().iter().enumerate() {
        let text = |key: &str| job.get(key).and_then(Node::scalar).map(|scalar| scalar.text.as_str());
        let name = text("job_name").map_or_else(|| index.to_string(), str::to_owned);
        let setting = format!("{prefix}.{name}");
        let discovered = job.entries().iter().any(|entry| entry.key.ends_with("_sd_configs"));
        if discovered {
            page.not_read(&setting, "targets that are discovered where it runs");
        }
        let tls = if text("scheme") == Some("https") { tls(page, job) } else { ClientTls::plaintext() };
        let groups = job.get("static_configs").map(Node::items).unwrap_or_default();
        let targets =
            groups.iter().flat_map(|group| group.get("targets").map(Node::items).unwrap_or_default());
        for target in targets.take(MOST) {
            scrape(page, target, &setting, &tls);
        }
    }
}

fn scrape(page: &mut FileReading<'_>, target: &Node, setting: &str, tls: &ClientTls) {
    let Ok(text) = page.values.text(target) else {
        return page.not_read(setting, "a target that is known where it runs");
    };
    let (host, port) = address::split(&text.text);
    let written = port.and_then(address::port);
    let default = crate::model::names::Port::known(if tls.enabled { 443 } else { 80 });
    let Some(port) = written.or_else(|| port.is_none().then_some(default)) else {
        return page.not_read(setting, format!("`{}` is no target", text.text));
    };
    let at = page.mark(target.span.clone());
    page.client(Client {
        program: page.program,
        setting: setting.to_owned(),
        protocol: Protocol::Scrape,
        host: address::dialled(host),
        port,
        wrong_path: None,
        tls: ClientTls { at: Some(at.clone()), ..tls.clone() },
        sends: Sends::default(),
        means: Vec::new(),
        at,
    });
}

/// `tls_config` of a client of Prometheus' own making, where the scheme has switched TLS on; without a CA the host's
/// own store is trusted.
pub fn tls(page: &FileReading<'_>, job: &Node) -> ClientTls {
    let at = |key: &str| job.at(&["tls_config", key]);
    let file = |key: &str| {
        let entry = at(key)?;
        let path = address::path(&entry.value.scalar()?.text)?;
        Some(FileReference { path, at: page.mark(entry.place()) })
    };
    let says = |key: &str| at(key).and_then(|entry| entry.value.scalar()).map(|scalar| scalar.text.clone());
    let is_blind = says("insecure_skip_verify").as_deref() == Some("true");
    let trust = match (is_blind, at("ca_file"), file("ca_file")) {
        (true, _, _) => Trust::Anybody,
        (false, None, _) => Trust::System,
        (false, Some(_), Some(file)) => Trust::File(file),
        // Relative to the file of whoever takes this one in.
        (false, Some(_), None) => Trust::Unknown,
    };
    ClientTls {
        enabled: true,
        trust,
        server_name: says("server_name").filter(|name| !name.is_empty()),
        certificate: file("cert_file"),
        key: file("key_file"),
        ..ClientTls::plaintext()
    }
}
