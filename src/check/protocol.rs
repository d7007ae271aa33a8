//! `protocol-mismatch`: the listener speaks something else, or is asked for a path it does not have.

use super::advice;
use super::edge::Fault;
use super::facts::{Facts, door, peer};
use crate::diagnostic::{Code, Finding, Findings};

/// The code of this rule.
pub(super) const CODE: Code = Code("protocol-mismatch");

/// Speaks of edges whose two ends do not understand each other.
pub(super) fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    for broken in facts.broken() {
        let (client, listener) = (broken.client, broken.listener);
        let server = door(facts.server(listener), listener);
        let finding = match broken.fault {
            Fault::Protocol => {
                let title = format!("{} is dialled where {} is served", client.protocol, listener.protocol);
                let finding = Finding::error(CODE, title)
                    .at(client.at.clone(), format!("`{}` dials {}", client.setting, peer(client)))
                    .also(listener.at.clone(), format!("{server} on port {}", listener.port));
                advice::right_door(facts, client, listener).into_iter().fold(finding, Finding::help)
            }
            Fault::Path(sent) => Finding::error(CODE, format!("a path that {server} does not have"))
                .at(client.at.clone(), sent.clone())
                .also(listener.at.clone(), format!("{} on port {}", listener.protocol, listener.port))
                .help(advice::dial(facts, client, listener)),
            _ => continue,
        };
        findings.push(finding.edge(broken.edge));
    }
}
