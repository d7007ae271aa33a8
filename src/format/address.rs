//! Addresses as configuration files write them: `host:port`, `:port`, `[::1]:port`, URLs, paths.

use crate::model::dataflow::ClientHost;
use crate::model::names::{Port, TargetPath};
use std::net::{IpAddr, Ipv4Addr};

/// Splits `host:port`; the host may be empty or a bracketed IPv6 address, the port may be missing.
pub fn split(text: &str) -> (&str, Option<&str>) {
    if let Some(rest) = text.strip_prefix('[')
        && let Some((host, after)) = rest.split_once(']')
    {
        return (host, after.strip_prefix(':'));
    }
    match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (text, None),
    }
}

/// A decimal port, 1 to 65535.
pub fn port(text: &str) -> Option<Port> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().and_then(Port::new)
}

/// The address a listener binds: nothing is all interfaces, `localhost` is 127.0.0.1 (measured with
/// the usual hosts file). `None` for another name.
pub fn bind(host: &str) -> Option<IpAddr> {
    match host {
        "" => Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        "localhost" => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        _ => host.parse().ok(),
    }
}

/// The host a client dials.
pub fn dialled(host: &str) -> ClientHost {
    host.parse().map_or_else(|_| ClientHost::Name(host.to_owned()), ClientHost::Address)
}

/// A URL in the parts that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Url<'a> {
    /// Scheme, as written.
    pub scheme: &'a str,
    /// Host without brackets.
    pub host: &'a str,
    /// Port as written.
    pub port: Option<&'a str>,
    /// From the first slash after the CA to the query; empty where there is none.
    pub path: &'a str,
}

impl<'a> Url<'a> {
    /// The parts of `scheme://host[:port][/path]`; `None` without a scheme.
    pub fn of(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let cut = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (ca, path) = rest.split_at(cut);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let ca = ca.rsplit_once('@').map_or(ca, |(_, host)| host);
        let (host, port) = split(ca);
        Some(Self { scheme, host, port, path })
    }

    /// Whether the scheme is `https`.
    pub fn is_https(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("https")
    }

    /// The port written, or the scheme's own.
    pub fn port_or_default(&self) -> Option<Port> {
        match self.port {
            Some(text) => port(text),
            None if self.is_https() => Some(Port::known(443)),
            None => Some(Port::known(80)),
        }
    }
}

/// A path in its one form: absolute, without `.`, `..` and double slashes. `None` for a relative
/// path, which depends on the directory the program is started in.
pub fn path(text: &str) -> Option<TargetPath> {
    if !text.starts_with('/') || text.contains(['\n', '\0']) {
        return None;
    }
    let mut parts = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(TargetPath::new(format!("/{}", parts.join("/"))))
}
