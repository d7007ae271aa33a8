//! Who talks to whom where programs stand in containers: a small table, a site at a time, then what is not
//! known, whose rules were applied, and which files were read.

use super::edges::{broken_by, judged_as, modes, not_checked, plural, site, socket};
use super::push;
use crate::check::{CheckReport, ConditionState, Edge};
use crate::model::dataflow::{Protocol, Topology};
use crate::validate::Validation;
use std::collections::{BTreeMap, BTreeSet};

/// Whether anything stands in a container, so that a table by sites says more than a list.
pub(super) fn has_sites(topology: &Topology) -> bool {
    (0..topology.programs.len()).any(|program| topology.site_of(program).is_container())
}

/// The whole part of a report behind its findings.
pub(super) fn table(topology: &Topology, verdict: &CheckReport, engines: &Validation) -> String {
    let count = |state| verdict.edges.iter().filter(|edge| edge.state() == state).count();
    let (broken, open) = (count(ConditionState::Broken), count(ConditionState::NotKnown));
    let mut text = format!(
        "Who talks to whom: {}, {} ok",
        plural(verdict.edges.len(), "edge"),
        count(ConditionState::Met)
    );
    if broken > 0 {
        push(&mut text, format_args!(", {broken} BROKEN"));
    }
    if open > 0 {
        push(&mut text, format_args!(", {open} not known"));
    }
    text.push('\n');
    let mut programs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for edge in &verdict.edges {
        let program = topology.clients[edge.client].program;
        let name = format!(
            "{}{}, {}",
            topology.programs[program].kind,
            site(topology, program),
            topology.file(program)
        );
        programs.entry(name).or_default().insert(row(topology, verdict, edge));
    }
    for (name, rows) in programs {
        push(&mut text, format_args!("  {name}\n"));
        rows.iter().for_each(|row| push(&mut text, format_args!("    {row}\n")));
    }
    list(&mut text, "Not known", not_checked(verdict, engines).into_iter().map(ToString::to_string));
    list(&mut text, "Judged as", judged_as(topology).into_iter());
    let files: BTreeSet<&str> = topology.sources.values().map(|source| source.0.as_str()).collect();
    let files: Vec<&str> = files.into_iter().collect();
    push(&mut text, format_args!("Read: {}\n", files.join(", ")));
    text
}

fn list(text: &mut String, title: &str, items: impl Iterator<Item = String>) {
    for (index, item) in items.enumerate() {
        if index == 0 {
            push(text, format_args!("{title}:\n"));
        }
        push(text, format_args!("  {item}\n"));
    }
}

/// One edge: whether it holds, the setting, the socket, and whose listener is met.
fn row(topology: &Topology, verdict: &CheckReport, edge: &Edge) -> String {
    let client = &topology.clients[edge.client];
    let word = match edge.state() {
        ConditionState::Met => "ok       ",
        ConditionState::NotKnown => "not known",
        ConditionState::Broken => "BROKEN   ",
    };
    let listener = edge.listener.map(|index| &topology.listeners[index]);
    let modes = modes(client, listener);
    let modes = if modes == "plaintext" { String::new() } else { format!(", {modes}") };
    let peer = edge.listener.map_or_else(String::new, |index| {
        let listener = &topology.listeners[index];
        // Every Tempo dials itself.
        if client.protocol == Protocol::TempoInternal && listener.program == client.program {
            return String::new();
        }
        let kind = topology.programs[listener.program].kind;
        format!(": {} of {kind}{}", listener.setting, site(topology, listener.program))
    });
    let why = broken_by(topology, verdict, edge);
    format!("{word}  {why}{} -> {} ({}{modes}){peer}", client.setting, socket(client), client.protocol)
}
