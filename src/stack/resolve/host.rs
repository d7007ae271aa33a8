//! Hosts, and the host of a component. One host, named or not.

use super::super::HostSettings;
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath};
use crate::model::names::HostName;
use crate::toml::{HostTable, KeyField, RawHosts, RawStack, is_dns_name, nearest};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The hosts of the stack; `this` where none is named.
pub(super) fn hosts(root: &RawStack, faults: &mut Findings) -> BTreeMap<HostName, HostSettings> {
    let mut hosts = BTreeMap::new();
    for (name, table) in &root.host {
        hosts.insert(HostName::new(name), host(table, faults));
    }
    for table in root.host.values().skip(1) {
        let title = "more than one host is planned, not written yet";
        let found = Finding::error(Code("not-yet"), title).at(table.at.header(), "");
        faults.push(found.help(format!("leave `[{}]` out: one stack, one host", table.at.path())));
    }
    if hosts.is_empty() {
        let key = KeyPath::default();
        hosts.insert(HostName::this(), HostSettings { address: None, listen: None, names: Vec::new(), key });
    }
    hosts
}

fn host(table: &HostTable, faults: &mut Findings) -> HostSettings {
    let mut judge = |text: &str, path: KeyPath, example: &str| {
        if text.parse::<IpAddr>().is_err() && !is_dns_name(text) {
            let title = format!("`{text}` is neither a host name nor an IP address");
            let found = Finding::error(Code("address-text"), title).at((path, KeyPart::Value), "");
            faults.push(found.help(example));
        }
        text.to_owned()
    };
    let address =
        table.address.text().map(|text| judge(text, table.address.path(), "address = \"tempo.lan\""));
    let names = table.names.get().into_iter().flatten().enumerate();
    let names = names.map(|(index, text)| {
        judge(text, table.names.path().join(&index.to_string()), "names = [\"tempo.example\"]")
    });
    let (names, listen) = (names.collect(), table.listen.get().copied());
    HostSettings { names, address, listen, key: table.at.path().clone() }
}

/// The keys by which a component says where it runs.
pub(super) struct HostKeys<'a> {
    host: &'a KeyField<String>,
    hosts: Option<&'a KeyField<RawHosts>>,
}

impl<'a> HostKeys<'a> {
    /// Of a component that runs once.
    pub(super) fn one(host: &'a KeyField<String>) -> Self {
        Self { host, hosts: None }
    }

    /// Of a component that may run on several.
    pub(super) fn many(host: &'a KeyField<String>, hosts: &'a KeyField<RawHosts>) -> Self {
        Self { host, hosts: Some(hosts) }
    }
}

/// The host of a component: what it says, if that is a host of the stack, else the only one.
pub(super) fn place(
    keys: &HostKeys<'_>,
    hosts: &BTreeMap<HostName, HostSettings>,
    faults: &mut Findings,
) -> Option<HostName> {
    let only = hosts.keys().next().expect("there is always a host").clone();
    let single = keys.host.text();
    let many = keys.hosts.and_then(|hosts| Some((hosts, hosts.get()?)));
    if let (Some(_), Some((hosts, _))) = (single, many) {
        faults.push(
            Finding::error(Code("one-of"), "a component has `host` or `hosts`, not both")
                .at(hosts.key(), "")
                .also(keys.host.key(), "")
                .help("keep one"),
        );
        return None;
    }
    let written: Vec<(&str, KeyPath)> = match (single, many) {
        (Some(name), _) => vec![(name, keys.host.path())],
        (None, Some((hosts, RawHosts::Listed(names)))) if names.is_empty() => {
            let found = Finding::error(Code("host-list"), "`hosts` names no host").at(hosts.value(), "");
            faults.push(found.help("hosts = \"all\""));
            return None;
        }
        (None, Some((hosts, RawHosts::Listed(names)))) => {
            let path = |index: usize| hosts.path().join(&index.to_string());
            names.iter().enumerate().map(|(index, name)| (name.as_str(), path(index))).collect()
        }
        (None, Some((_, RawHosts::All)) | None) => return Some(only),
    };
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
