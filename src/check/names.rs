//! `unresolved-name`: a container dials a name that leads nowhere from where it is.

use super::advice;
use super::edge::{Fault, Lost, understands};
use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings};
use crate::format::keys::nearest;
use crate::model::dataflow::{Client, Listener, Protocol, Topology};

/// The code of this rule.
pub(super) const CODE: Code = Code("unresolved-name");

/// Speaks of every name that no network of the client resolves.
pub(super) fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    let topology = facts.topology;
    for judged in &facts.judged {
        let lost = judged.faults().find_map(|fault| match fault {
            Fault::Name(lost) => Some(*lost),
            _ => None,
        });
        let Some(lost) = lost else { continue };
        let client = &topology.clients[judged.client];
        let site = topology.site_of(client.program);
        let service = site.service().unwrap_or_default();
        let title = format!("`{}` is no name that `{service}` can resolve", client.host);
        let mut finding = Finding::error(CODE, title)
            .at(client.at.clone(), format!("`{}` dials {}", client.setting, client.peer()))
            .edge(client.edge(topology));
        finding = match lost {
            Lost::OtherNetwork(other) => {
                let other = topology.site(other);
                let name = other.service().unwrap_or_default();
                let networks: Vec<&str> =
                    other.networks.iter().map(|network| network.network.as_str()).collect();
                let finding = match &other.at {
                    Some(at) => finding.also(at.clone(), format!("`{name}` is on {}", networks.join(", "))),
                    None => finding,
                };
                finding.help(format!("put `{service}` and `{name}` on one network: `networks:` of either"))
            }
            Lost::NoSuchName => near(facts, client, finding),
        };
        findings.push(finding);
    }
}

/// The service that is meant: one that serves what is dialled, by the nearest name.
fn near(facts: &Facts<'_>, client: &Client, finding: Finding) -> Finding {
    let topology = facts.topology;
    let fits = |listener: &&Listener| {
        // Nearly everything can be scraped: what is meant is told by the port alone.
        let meant = client.protocol != Protocol::Scrape || listener.port == client.port;
        meant
            && understands(listener, client)
            && listener.program != client.program
            && shares_network(topology, client, listener)
    };
    let names: Vec<String> = topology
        .sites
        .iter()
        .filter(|site| site.host == topology.site_of(client.program).host)
        .filter_map(|site| Some(site.service()?.to_owned()))
        .collect();
    let finding = match nearest(&client.host.to_string(), names.iter().map(String::as_str)) {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding,
    };
    match topology.listeners.iter().find(fits) {
        Some(listener) => finding.help(advice::dial(facts, client, listener)),
        None if names.is_empty() => finding,
        None => finding.help(format!("the services of this project are {}", names.join(", "))),
    }
}

fn shares_network(topology: &Topology, client: &Client, listener: &Listener) -> bool {
    let (from, to) = (topology.site_of(client.program), topology.site_of(listener.program));
    to.networks.iter().any(|there| from.networks.iter().any(|here| here.network == there.network))
}
