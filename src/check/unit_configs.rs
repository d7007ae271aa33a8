//! `config-missing`: a configuration that a unit names and that is not there.

use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings};

/// The code of this rule.
pub(super) const CODE: Code = Code("config-missing");

/// Speaks of configuration that a unit names and that is not there.
pub(super) fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    for fault in &facts.topology.unit_faults {
        let title = format!("there is no `{}`, the configuration of `{}`", fault.missing, fault.unit);
        findings.push(
            Finding::error(CODE, title)
                .at(fault.at.clone(), "named here; its program does not start")
                .help(format!("put the file at `{}`, or name the one that is there", fault.missing)),
        );
    }
}
