//! The metrics generator: it needs a storage path and, for some tenant, processors. With one of the two it is
//! silent (seen on 2.10.8 and 3.0.3: every component is up, and no series ever appears).

use crate::format::page::FileReading;
use crate::format::yaml::{Node, YamlEntry};
use crate::model::dataflow::FileFaultKind;

/// Where processors for every tenant are written.
const PROCESSORS: [&[&str]; 2] = [
    &["overrides", "defaults", "metrics_generator", "processors"],
    &["overrides", "metrics_generator_processors"],
];

/// Reads whether a generator that was meant runs.
pub fn read(page: &mut FileReading<'_>, root: &Node) {
    let block = root.entry("metrics_generator").filter(|entry| !entry.value.is_null());
    let path = match page.text(root, &["metrics_generator", "storage", "path"], "") {
        Some((text, _)) => !text.text.is_empty(),
        // A path that cannot be told is one.
        None => {
            root.at(&["metrics_generator", "storage", "path"]).is_some_and(|entry| !entry.value.is_null())
        }
    };
    let processors: Option<&YamlEntry> =
        PROCESSORS.iter().find_map(|way| root.at(way).filter(|entry| !entry.value.items().is_empty()));
    let per_tenant = ["per_tenant_override_config", "user_configurable_overrides"];
    let elsewhere =
        per_tenant.iter().any(|key| root.at(&["overrides", key]).is_some_and(|entry| !entry.value.is_null()));
    if page.topology.programs[page.program].excerpt {
        return;
    }
    match (processors, path, block) {
        (Some(entry), false, _) => page.file_fault(entry.key_span.clone(), FileFaultKind::GeneratorOff),
        (None, true, Some(block)) if !elsewhere => {
            page.file_fault(block.key_span.clone(), FileFaultKind::GeneratorIdle);
        }
        _ => {}
    }
}
