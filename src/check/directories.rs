//! `directory-not-writable` and `config-missing`: what a unit keeps from its program.

use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::dataflow::{Confinement, NeededDirectory};
use crate::model::names::TargetPath;

/// The code of a directory that the program cannot write to.
pub(super) const CODE: Code = Code("directory-not-writable");
/// The code of a configuration that a unit names and that is not there.
pub(super) const MISSING: Code = Code("config-missing");

/// Speaks of directories that the unit of their program makes read-only or hides.
pub(super) fn writable(facts: &Facts<'_>, findings: &mut Findings) {
    for confinement in &facts.topology.confinements {
        if let Some((path, at)) = &confinement.hidden {
            let title =
                format!("`{path}` is not there for `{}`: its /tmp is its own, and empty", confinement.unit);
            let mut finding = Finding::error(CODE, title).at(at.clone(), "cannot be mounted: 226/NAMESPACE");
            if let Some(private) = &confinement.private_tmp {
                finding = finding.also(private.clone(), "an empty /tmp of the unit's own");
            }
            findings.push(
                finding.help("keep data elsewhere: `StateDirectory=` makes a directory below /var/lib"),
            );
            continue;
        }
        let own = |need: &&NeededDirectory| need.program == confinement.program;
        for need in facts.topology.directories.iter().filter(own) {
            read_only(confinement, need, findings);
        }
    }
}

fn read_only(confinement: &Confinement, need: &NeededDirectory, findings: &mut Findings) {
    let path = &need.path;
    let temporary = ["/tmp", "/var/tmp"].iter().any(|tmp| path.is_within(&TargetPath::new(*tmp)));
    if let Some(private) = confinement.private_tmp.as_ref().filter(|_| temporary) {
        let title = format!("`{}` keeps its data in a /tmp of its own", confinement.unit);
        findings.push(
            Finding::warning(CODE, title)
                .at(need.at.clone(), "empty at every start")
                .also(private.clone(), "removed when the unit stops")
                .help("keep data elsewhere: `StateDirectory=` makes a directory below /var/lib"),
        );
        return;
    }
    let Some(strict) = &confinement.strict else { return };
    if temporary || confinement.writable.iter().any(|writable| path.is_within(writable)) {
        return;
    }
    let title = format!("`{}` may not write to `{path}`", confinement.unit);
    let outcome =
        if need.is_made { "cannot be made" } else { "it does not start: must exist, and be writable" };
    findings.push(
        Finding::error(CODE, title)
            .at(need.at.clone(), outcome)
            .also(strict.clone(), "everything is read-only but what is named")
            .help(format!("`ReadWritePaths={path}` in the unit, and the directory made for its user"))
            .help("or `StateDirectory=NAME`, and the directory below /var/lib"),
    );
}

/// Speaks of configuration that a unit names and that is not there.
pub(super) fn missing(facts: &Facts<'_>, findings: &mut Findings) {
    for fault in &facts.topology.unit_faults {
        let title = format!("there is no `{}`, the configuration of `{}`", fault.missing, fault.unit);
        findings.push(
            Finding::error(MISSING, title)
                .at(fault.at.clone(), "named here; its program does not start")
                .help(format!("put the file at `{}`, or name the one that is there", fault.missing)),
        );
    }
}
