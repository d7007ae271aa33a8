//! `env-file-unread`: an environment file for systemd that the application's unit does not read. The
//! application runs with its defaults, and nothing says so.

use super::edge::Fault;
use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::dataflow::EnvReader;

/// The code of this rule.
pub(super) const CODE: Code = Code("env-file-unread");

/// Speaks of every file that is written for a unit which does not read it.
pub(super) fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let unread = |fault: &Fault| *fault == Fault::Unread;
    for judged in facts.judged.iter().filter(|judged| judged.faults().any(unread)) {
        let client = &facts.topology.clients[judged.client];
        let file = &facts.topology.programs[client.program].file;
        let Some(EnvReader::NotBy(unit)) = facts.topology.readers.get(file) else { continue };
        findings.push(
            Finding::error(CODE, format!("`{unit}` does not read `{file}`"))
                .at(client.at.clone(), "the application never sees this line, restarted or not")
                .help(format!("`reads_env = true` in its `service` writes the drop-in for `{unit}`"))
                .help(format!("or in `{unit}`: `EnvironmentFile={file}`"))
                .edge(client.edge(facts.topology)),
        );
    }
}
