//! Whom a Prometheus scrapes: the static targets of its configuration, which a collector's `prometheus`
//! receiver holds in the same form.

use crate::format::address;
use crate::format::page::FileReading;
use crate::format::yaml::Node;
use crate::model::dataflow::{Client, ClientTls, Protocol, Sends, Trust};

/// More targets of one job are not followed.
const MOST: usize = 200;

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
        let is_https = text("scheme") == Some("https");
        let groups = job.get("static_configs").map(Node::items).unwrap_or_default();
        let targets =
            groups.iter().flat_map(|group| group.get("targets").map(Node::items).unwrap_or_default());
        for target in targets.take(MOST) {
            scrape(page, target, &setting, is_https);
        }
    }
}

fn scrape(page: &mut FileReading<'_>, target: &Node, setting: &str, is_https: bool) {
    let Ok(text) = page.values.text(target) else {
        return page.not_read(setting, "a target that is known where it runs");
    };
    let (host, port) = address::split(&text.text);
    let written = port.and_then(address::port);
    let default = crate::model::names::Port::known(if is_https { 443 } else { 80 });
    let Some(port) = written.or_else(|| port.is_none().then_some(default)) else {
        return page.not_read(setting, format!("`{}` is no target", text.text));
    };
    let at = page.mark(target.span.clone());
    let tls = ClientTls { enabled: is_https, trust: Trust::Unknown, ..ClientTls::plaintext() };
    page.client(Client {
        program: page.program,
        setting: setting.to_owned(),
        protocol: Protocol::Scrape,
        host: address::dialled(host),
        port,
        wrong_path: None,
        tls,
        sends: Sends::default(),
        means: Vec::new(),
        at,
    });
}
