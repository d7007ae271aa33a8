//! `config-missing`: files that a unit names and that are not there; `unit-refused`: what systemd does not start.

use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings, Help, TextChange};
use crate::model::dataflow::{UnitFault, UnitFaultKind};

/// The code of files that are not there.
pub(super) const MISSING: Code = Code("config-missing");
/// The code of units that systemd refuses.
pub(super) const REFUSED: Code = Code("unit-refused");

/// Speaks of configuration that a unit names and that is not there.
pub(super) fn missing(facts: &Facts<'_>, findings: &mut Findings) {
    for UnitFault { unit, kind, at } in &facts.topology.unit_faults {
        let UnitFaultKind::NoConfiguration(path) = kind else { continue };
        let title = format!("there is no `{path}`, the configuration of `{unit}`");
        findings.push(
            Finding::error(MISSING, title)
                .at(at.clone(), "named here; its program does not start")
                .help(format!("put the file at `{path}`, or name the one that is there")),
        );
    }
}

/// Speaks of environment files that a unit cannot do without. They hold secrets, and whoever hands on the files
/// of a host may have left them out.
pub(super) fn environment(facts: &Facts<'_>, findings: &mut Findings) {
    for UnitFault { unit, kind, at } in &facts.topology.unit_faults {
        let UnitFaultKind::NoEnvironment(path) = kind else { continue };
        let title = format!("there is no `{path}`, the environment file of `{unit}`");
        findings.push(
            Finding::warning(MISSING, title)
                .at(at.clone(), "named here without a `-`: unless the host has it, the unit does not start")
                .help(format!("put the file at `{path}`, or name the one that is there")),
        );
    }
}

/// Speaks of units with several commands.
pub(super) fn refused(facts: &Facts<'_>, findings: &mut Findings) {
    for UnitFault { unit, kind, at } in &facts.topology.unit_faults {
        if *kind != UnitFaultKind::SeveralCommands {
            continue;
        }
        let change = TextChange::Replace { span: at.span.clone(), with: "ExecStart=\nExecStart=".to_owned() };
        let way = Help::from(format!("in `{}`, before this one: `ExecStart=`", at.source.0));
        findings.push(
            Finding::error(REFUSED, format!("`{unit}` has two `ExecStart=`, and systemd refuses it"))
                .at(at.clone(), "added to the one that stands before it")
                .help(way.edit(at.source.clone(), change)),
        );
    }
}
