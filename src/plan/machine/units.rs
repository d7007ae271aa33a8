//! Units that cannot be started, whatever their files say.

use super::Runner;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::names::{Scope, UnitName};
use crate::model::units::{Load, Machine};
use crate::wiring::UnitShape;

pub(super) fn find(runners: &[Runner<'_>], machine: &Machine, findings: &mut Findings) {
    for runner in runners {
        let Some(unit) = runner.unit_id() else { continue };
        let Some(observed) = machine.units.get(&unit) else { continue };
        // A whole unit of ours is what makes it loadable.
        let ours = runner.shape == Some(UnitShape::Whole);
        match &observed.load {
            // What is not ours to start is not ours to judge.
            Load::Masked | Load::Faulty(_) if runner.shape.is_none() => {}
            Load::Masked => findings.push(masked(runner, &unit.name)),
            Load::NotFound if !ours => findings.push(missing(runner, &unit.name)),
            Load::Faulty(word) if !ours => findings.push(faulty(runner, &unit.name, word)),
            Load::Loaded | Load::NotFound | Load::Faulty(_) => {}
        }
    }
}

/// An administrator's word; it is theirs to take back.
fn masked(runner: &Runner<'_>, unit: &UnitName) -> Finding {
    Finding::error(Code("unit-masked"), format!("`{unit}` is masked"))
        .at(runner.at("unit"), format!("`{}` cannot be started", runner.id))
        .help(format!("{} unmask {unit}", runner.systemctl()))
}

fn missing(runner: &Runner<'_>, unit: &UnitName) -> Finding {
    let (code, title) = (Code("unit-missing"), format!("there is no unit `{unit}`"));
    // A neighbour that is not installed yet is nobody's fault.
    if runner.shape.is_none() {
        let finding = Finding::warning(code, title);
        let finding = finding.at(runner.at("unit"), format!("`{}` is restarted by this name", runner.id));
        return finding.help("another `unit`, or none: then nothing is restarted");
    }
    let finding = Finding::error(code, title);
    let finding = finding.at(runner.at("unit"), "only a drop-in is written beside the package's own");
    finding.help("install the package that has it")
}

fn faulty(runner: &Runner<'_>, unit: &UnitName, word: &str) -> Finding {
    let scope = if *runner.scope == Scope::System { "" } else { "--user " };
    Finding::error(Code("unit-faulty"), format!("systemd cannot load `{unit}`"))
        .at(runner.at("unit"), format!("it says `{word}`"))
        .help(format!("systemd-analyze {scope}verify {unit}"))
}
