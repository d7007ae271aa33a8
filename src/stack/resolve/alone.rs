//! What is said of the values of a table that was not understood as a whole.

use super::Scene;
use crate::diagnostic::{Finding, Findings, Place};
use crate::toml::{AppTable, CollectorTable, GrafanaTable, RunnerTable, Table, TableAt};

/// Faults of one value, whatever stands or is missing beside it.
const OF_ONE_VALUE: &[&str] =
    &["version-unknown", "url-text", "header-text", "header-secret", "hardening-off", "debug-detailed"];

/// The same, for values of these keys.
const OF_KEYS: &[(&str, &str)] = &[
    ("not-yet", CollectorTable::SCHEMA.named("version")),
    ("reference-unknown", AppTable::SCHEMA.named("send_to")),
    ("reference-unknown", AppTable::SCHEMA.named("host")),
    ("name-shape", RunnerTable::SCHEMA.named("user")),
    ("name-shape", RunnerTable::SCHEMA.named("group")),
    ("name-shape", RunnerTable::SCHEMA.named("unit")),
    ("name-shape", GrafanaTable::SCHEMA.named("uid")),
];

/// The component of a table, where the table was read without a fault. Where it was not, what is found
/// may come from the key that was not understood: only faults of single values are told.
pub(super) fn judged<T>(
    at: &TableAt,
    scene: &mut Scene<'_>,
    resolve: impl FnOnce(&mut Scene<'_>) -> Option<T>,
) -> Option<T> {
    if at.is_sound() {
        return resolve(scene);
    }
    let mut found = Findings::new();
    resolve(&mut Scene { hosts: scene.hosts, targets: scene.targets, faults: &mut found });
    found.into_iter().filter(is_of_one_value).for_each(|finding| scene.faults.push(finding));
    None
}

fn is_of_one_value(finding: &Finding) -> bool {
    let key = match finding.at.as_ref().map(|label| &label.place) {
        Some(Place::Stack(path, _)) => path.0.last().map_or("", String::as_str),
        _ => "",
    };
    OF_ONE_VALUE.contains(&finding.code.0) || OF_KEYS.contains(&(finding.code.0, key))
}
