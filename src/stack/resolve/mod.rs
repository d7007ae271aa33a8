//! [`RawStack`] -> [`Stack`]: versions become dialects, references are followed, constants fill in
//! what is not written, and every fault across keys is found. All of them, before any is told.
//!
//! Purely a function of the file: addresses, TLS modes, paths and owners that the file leaves open
//! stay open for [`crate::wiring`].

mod alone;
mod app;
mod certificates;
mod circle;
mod collector;
mod export;
mod grafana;
mod host;
mod listener;
mod neighbour;
mod pipeline;
mod program;
mod route;
mod sdk;
mod service;
mod targets;
mod tempo;
mod version;

use super::{App, Collector, HostSettings, Stack, TlsPreset};
use crate::diagnostic::{Code, Finding, Findings, SourceName};
use crate::model::names::{ComponentName, HostName, StackName};
use crate::toml::{RawStack, TomlDocument, read};
pub use neighbour::{ManagedProgram, ManagedService, ResolvedNeighbour};
use std::collections::BTreeMap;
use targets::Targets;

/// The stack with its warnings, or all faults across keys.
pub fn resolve(raw: &RawStack) -> Result<(Stack, Findings), Findings> {
    let (stack, findings) = resolve_sound(raw);
    findings.or_else(stack)
}

/// From the text to the stack: the faults of both stages together, since what one stage finds
/// wrong with a table does not stop the other from judging the rest. Located and in order.
pub fn load(source: SourceName, text: &str) -> (TomlDocument, Result<(Stack, Findings), Findings>) {
    let (document, stack, mut faults) = load_sound(source, text);
    document.locate(&mut faults);
    (document, faults.or_else(stack))
}

/// The sound components of a text, and everything that was found, not yet located. The stack is whole
/// only where nothing found is an error.
pub fn load_sound(source: SourceName, text: &str) -> (TomlDocument, Stack, Findings) {
    let parsed = read(source, text);
    let mut faults = parsed.faults;
    let (stack, found) = resolve_sound(&parsed.stack);
    faults.extend(found);
    (parsed.document, stack, faults)
}

/// The stack's name alone, for verbs that need no more; other faults of the file do not stop them.
pub fn load_name(source: SourceName, text: &str) -> (TomlDocument, Result<StackName, Findings>) {
    let (document, name) = crate::toml::stack_name(source, text);
    (document, name.map(StackName::new))
}

/// Resolves every component that was read without a fault. The stack is whole only if nothing is
/// wrong; the findings decide.
fn resolve_sound(root: &RawStack) -> (Stack, Findings) {
    let mut faults = Findings::new();
    root_keys(root, &mut faults);
    let hosts = host::hosts(root, &mut faults);
    let targets = Targets::of(root, &mut faults);
    let mut scene = Scene { hosts: &hosts, targets: &targets, faults: &mut faults };
    let collectors = collectors(root, &mut scene);
    let tempo = Some(&root.tempo).filter(|table| table.at.is_written());
    let tempo =
        tempo.and_then(|table| alone::judged(&table.at, &mut scene, |scene| tempo::tempo(table, scene)));
    let apps = apps(root, &mut scene);
    let grafana = Some(&root.grafana).filter(|table| table.at.is_written());
    let grafana = grafana
        .and_then(|table| alone::judged(&table.at, &mut scene, |scene| grafana::grafana(table, scene)));
    circle::circles(&collectors, &targets, &mut faults);
    let name = root.name.text().unwrap_or_default();
    let stack = Stack {
        name: StackName::new(name),
        tls: root.tls.or(TlsPreset::Edge),
        certificates: certificates::settings(&root.certificates, name, &mut faults),
        hosts,
        collectors,
        tempo,
        apps,
        grafana,
        raw: Some(root.clone()),
    };
    (stack, faults)
}

/// What a component is resolved against.
struct Scene<'a> {
    hosts: &'a BTreeMap<HostName, HostSettings>,
    targets: &'a Targets,
    faults: &'a mut Findings,
}

impl Scene<'_> {
    /// Records a fault; there is no value then.
    fn fault<T>(&mut self, finding: Finding) -> Option<T> {
        self.faults.push(finding);
        None
    }

    /// The host of a component: what it says, if that is the stack's host, else the only one.
    fn place(&mut self, keys: &host::HostKeys<'_>) -> Option<HostName> {
        host::place(keys, self.hosts, self.faults)
    }
}

fn root_keys(root: &RawStack, faults: &mut Findings) {
    if let Some(schema) = root.schema.get().filter(|schema| **schema != 1) {
        let title = format!("schema {schema} is not known");
        faults.push(
            Finding::error(Code("schema-unknown"), title).at(root.schema.value(), "").help("schema = 1"),
        );
    }
}

fn collectors(root: &RawStack, scene: &mut Scene<'_>) -> BTreeMap<ComponentName, Collector> {
    let resolved = root.collector.iter().filter_map(|(name, table)| {
        alone::judged(&table.at, scene, |scene| collector::collector(name, table, scene))
    });
    resolved.map(|collector| (collector.name.clone(), collector)).collect()
}

fn apps(root: &RawStack, scene: &mut Scene<'_>) -> BTreeMap<ComponentName, App> {
    let resolved = root
        .app
        .iter()
        .filter_map(|(name, table)| alone::judged(&table.at, scene, |scene| app::app(name, table, scene)));
    resolved.map(|app| (app.name.clone(), app)).collect()
}
