//! `[grafana]`.

use super::super::Grafana;
use super::Scene;
use super::host::HostKeys;
use super::service::Runner;
use crate::diagnostic::{Code, Finding};
use crate::model::dataflow::Signal;
use crate::model::names::TargetPath;
use crate::toml::GrafanaTable;

/// Resolves Grafana, telling all of its faults.
pub(super) fn grafana(table: &GrafanaTable, scene: &mut Scene<'_>) -> Option<Grafana> {
    if scene.targets.store(Signal::Traces).is_none() && scene.targets.is_complete() {
        let found = Finding::error(Code("send-to-missing"), "Grafana has no Tempo to read from");
        scene.faults.push(found.at(table.at.header(), "").help("add `[tempo]`, or leave `[grafana]` out"));
    }
    let host = scene.place(&HostKeys::one(&table.host));
    let runner = Runner::of(&table.service, scene.faults);
    let provisioning = match &runner {
        Some(runner) if table.provisioning.is_written() => runner.path(&table.provisioning, scene.faults),
        _ => Some(TargetPath::new("/etc/grafana/provisioning")),
    };
    let certificates =
        runner.as_ref().and_then(|runner| runner.path(&table.paths.certificates, scene.faults));
    if certificates.as_ref().is_some_and(|directory| directory.as_str().contains(['$', '}'])) {
        // Its provisioning reads a file's name between `$__file{` and the first `}`, and expands in it.
        let title = "Grafana reads no certificate from a path with `$` or `}`";
        let at = table.paths.certificates.value();
        let found = Finding::error(Code("path-shape"), title).at(at, "");
        scene.faults.push(found.help("leave `certificates` out: `/etc/grafana/tls`"));
    }
    let uid = table.uid.text().unwrap_or("tempo");
    if !is_uid(uid) {
        let title = format!("`{uid}` is not the uid of a datasource");
        let found = Finding::error(Code("name-shape"), title)
            .at(table.uid.value(), "letters, digits, `-` and `_`, at most 40");
        scene.faults.push(found.help("for example: uid = \"tempo\""));
    }
    Some(Grafana {
        host: host?,
        provisioning: provisioning?,
        datasource: table.datasource.text().unwrap_or("Tempo").to_owned(),
        uid: uid.to_owned(),
        dashboards: table.dashboards.get().copied().unwrap_or(false),
        certificates,
        service: runner?.neighbour(&table.service),
        key: table.at.path().clone(),
    })
}

/// What Grafana takes as a datasource's uid.
fn is_uid(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
