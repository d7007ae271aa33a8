//! Hosts, and the host of a component. One host, named or not.

use super::super::HostSettings;
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath};
use crate::model::names::HostName;
use crate::toml::{RawHosts, RawTable, is_dns_name, nearest};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The hosts of the stack; `this` where none is named.
pub(super) fn hosts(root: &RawTable, faults: &mut Findings) -> BTreeMap<HostName, HostSettings> {
    let mut hosts = BTreeMap::new();
    for (name, table) in root.named("host") {
        hosts.insert(HostName::new(name), host(table, faults));
    }
    for (_, table) in root.named("host").skip(1) {
        let title = "more than one host is planned, not written yet";
        let found = Finding::error(Code("not-yet"), title).at(table.header(), "");
        faults.push(found.help(format!("leave `[{}]` out: one stack, one host", table.path())));
    }
    if hosts.is_empty() {
        let key = KeyPath::default();
        hosts.insert(HostName::this(), HostSettings { address: None, listen: None, names: Vec::new(), key });
    }
    hosts
}

fn host(table: &RawTable, faults: &mut Findings) -> HostSettings {
    let mut judge = |text: &str, path: KeyPath, example: &str| {
        if text.parse::<IpAddr>().is_err() && !is_dns_name(text) {
            let title = format!("`{text}` is neither a host name nor an IP address");
            let found = Finding::error(Code("address-text"), title).at((path, KeyPart::Value), "");
            faults.push(found.help(example));
        }
        text.to_owned()
    };
    let address =
        table.text("address").map(|text| judge(text, table.path_of("address"), "address = \"tempo.lan\""));
    let names = table.texts("names").into_iter().enumerate();
    let names = names.map(|(index, text)| {
        judge(text, table.path_of("names").join(&index.to_string()), "names = [\"tempo.example\"]")
    });
    HostSettings { names: names.collect(), address, listen: table.bind("listen"), key: table.path().clone() }
}

/// The host of a component: what it says, if that is a host of the stack, else the only one.
pub(super) fn place(
    table: &RawTable,
    hosts: &BTreeMap<HostName, HostSettings>,
    faults: &mut Findings,
) -> Option<HostName> {
    let only = hosts.keys().next().expect("there is always a host").clone();
    let single = table.text("host");
    let many = if table.declares("hosts") { table.hosts("hosts") } else { None };
    if single.is_some() && many.is_some() {
        faults.push(
            Finding::error(Code("one-of"), "a component has `host` or `hosts`, not both")
                .at(table.key("hosts"), "")
                .also(table.key("host"), "")
                .help("keep one"),
        );
        return None;
    }
    let written: Vec<(&str, KeyPath)> = match (single, many) {
        (Some(name), _) => vec![(name, table.path_of("host"))],
        (None, Some(RawHosts::Listed(names))) => {
            let path = |index: usize| table.path_of("hosts").join(&index.to_string());
            names.iter().enumerate().map(|(index, name)| (name.as_str(), path(index))).collect()
        }
        (None, Some(RawHosts::All) | None) => return Some(only),
    };
    if written.is_empty() {
        let found = Finding::error(Code("host-list"), "`hosts` names no host").at(table.value("hosts"), "");
        faults.push(found.help("hosts = \"all\""));
        return None;
    }
    let unknown = written.into_iter().filter(|(name, _)| !hosts.contains_key(&HostName::new(*name)));
    let unknown: Vec<Finding> = unknown.map(|(name, path)| unknown_host(name, path, hosts)).collect();
    if unknown.is_empty() {
        return Some(only);
    }
    unknown.into_iter().for_each(|finding| faults.push(finding));
    None
}

fn unknown_host(name: &str, path: KeyPath, hosts: &BTreeMap<HostName, HostSettings>) -> Finding {
    let found = Finding::error(Code("reference-unknown"), format!("`host.{name}` does not exist"))
        .at((path, KeyPart::Value), "");
    let named: Vec<&str> =
        hosts.iter().filter(|(_, host)| host.address.is_some()).map(|(name, _)| name.as_str()).collect();
    match nearest(name, named.iter().copied()) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None if named.is_empty() => found.help(format!("add `[host.{name}]`, or leave `host` out")),
        None => found.help(format!("hosts: {}", named.join(", "))),
    }
}
