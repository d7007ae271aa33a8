//! What `[prometheus]` means.

use crate::diagnostic::{Code, Finding, Findings};
use crate::model::names::TargetPath;
use crate::model::release::prometheus as release;
use crate::stack::{ListenerSettings, ResolvedNeighbour, Stack};
use crate::toml::{KeyField, PrometheusReceiver, PrometheusTable};
use std::collections::BTreeMap;

/// `[prometheus]`, resolved.
pub(super) struct PrometheusSettings {
    /// Who runs it, and where.
    pub(super) neighbour: ResolvedNeighbour,
    /// `scrape_file`.
    pub(super) scrape_file: Option<TargetPath>,
    /// `http`; `None` where it is switched off.
    pub(super) http: Option<ListenerSettings>,
    /// `labels`.
    pub(super) labels: BTreeMap<String, String>,
    /// `paths.certificates`.
    pub(super) certificates: Option<TargetPath>,
}

/// Labels that Prometheus itself sets on what it scrapes: one value for several programs would make one series
/// of them.
const ITS_OWN: [&str; 2] = ["instance", "job"];

impl PrometheusSettings {
    /// Resolves the table, telling all of its faults; `None` where it is not written or cannot be understood.
    pub(super) fn of(stack: &Stack, faults: &mut Findings) -> Option<Self> {
        let PrometheusTable { at, host, service, scrape_file, http, labels, paths, version, receive, .. } =
            &stack.raw.as_ref()?.prometheus;
        let neighbour = ResolvedNeighbour::of(stack, at, host, service, faults)?;
        released(version, receive, faults);
        let written = labels.get().cloned().unwrap_or_default();
        for name in written.keys().filter(|name| !is_label(name)) {
            let title = format!("`{name}` is no label that can be set");
            let why = if ITS_OWN.contains(&name.as_str()) { "Prometheus sets it itself" } else { "" };
            let at = (labels.path().join(name), crate::diagnostic::KeyPart::Key);
            let found = Finding::error(Code("name-shape"), title).at(at, why);
            faults.push(found.help("letters, digits and `_`, for example: labels = { cluster = \"lab\" }"));
        }
        Some(Self {
            scrape_file: neighbour.path(scrape_file, faults),
            http: neighbour.listener(http, 9090),
            labels: written,
            certificates: neighbour.path(&paths.certificates, faults),
            neighbour,
        })
    }
}

/// The release that is installed, where one is written.
pub fn version(stack: &Stack) -> Option<String> {
    stack.raw.as_ref()?.prometheus.version.text().map(ToOwned::to_owned)
}

/// A release that does not take what `receive` says.
fn released(version: &KeyField<String>, receive: &KeyField<PrometheusReceiver>, faults: &mut Findings) {
    let old = version.text().is_some_and(|version| !release::takes_otlp(version));
    if old && receive.get() == Some(&PrometheusReceiver::Otlp) {
        let found = Finding::error(Code("version-too-old"), "`receive = \"otlp\"` needs Prometheus 3.0");
        let found = found.at(receive.value(), "").also(version.value(), "");
        faults.push(found.help("receive = \"remote-write\"").help("or update Prometheus"));
    }
}

/// What every release takes as the name of a label that a target has.
fn is_label(name: &str) -> bool {
    let begins = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    name.starts_with(begins)
        && name.chars().all(|letter| begins(letter) || letter.is_ascii_digit())
        && !name.starts_with("__")
        && !ITS_OWN.contains(&name)
}
