//! Words about edges that several reports share.

use crate::check::{CheckReport, NotChecked};
use crate::model::dataflow::{Client, ReadVersion, Topology};
use crate::validate::Validation;
use std::collections::BTreeSet;

/// Whose rules were applied to the programs in containers, and what tells the release.
pub(super) fn judged_as(topology: &Topology) -> BTreeSet<String> {
    let programs = topology.programs.iter().enumerate();
    let in_container = programs.filter(|(index, _)| topology.site_of(*index).service().is_some());
    in_container
        .filter_map(|(index, program)| {
            let version = match &program.version {
                ReadVersion::Image(line) => format!("{line} (image tag)"),
                ReadVersion::Given(line) => format!("{line} (given)"),
                ReadVersion::Inferred(line) => format!("{line} (by its keys)"),
                ReadVersion::Nearest { given, line } => format!("{line} ({given} is not known here)"),
                ReadVersion::Assumed(line) => format!("{line} (assumed: the image's tag names no release)"),
                ReadVersion::None => return None,
            };
            Some(format!("{}{}: {} {version}", topology.file(index), site(topology, index), program.kind))
        })
        .collect()
}

/// What neither rules nor engines could decide.
pub(super) fn not_checked<'a>(verdict: &'a CheckReport, engines: &'a Validation) -> BTreeSet<&'a NotChecked> {
    verdict.not_checked.iter().chain(&engines.not_checked).collect()
}

/// The service whose container a program runs in.
pub(super) fn site(topology: &Topology, program: usize) -> String {
    topology.site_of(program).service().map(|service| format!(" in `{service}`")).unwrap_or_default()
}

pub(super) fn socket(client: &Client) -> String {
    format!("{}:{}", client.host, client.port)
}

/// `1 error`, `2 errors`.
pub fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
