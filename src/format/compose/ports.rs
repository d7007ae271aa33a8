//! `ports`: what a container publishes on its host.

use super::ComposeFault;
use super::tree::{InterpolatedText, Shape, Tree};
use crate::diagnostic::Mark;
use std::net::IpAddr;
use std::ops::RangeInclusive;

/// A port of a container that is published on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The host address; all of them where none is written.
    pub host_ip: Option<String>,
    /// The host port, or a range of which one is taken; `None` is a random one.
    pub host: Option<RangeInclusive<u16>>,
    /// The port in the container.
    pub target: u16,
    /// `tcp`, `udp`, `sctp`.
    pub protocol: String,
    /// A variable that nothing sets and that decides about the host port.
    pub unset: Option<String>,
    /// Where it is written.
    pub at: Mark,
}

/// One entry of `ports`: a range is several.
pub(super) fn parse(item: &Tree) -> Result<Vec<Published>, ComposeFault> {
    let fault = |text: String| ComposeFault { at: item.at.clone(), text };
    match &item.shape {
        Shape::Scalar(text) => short(text, &item.at).map_err(fault),
        Shape::Map(_) => long(item).map_err(fault),
        Shape::List(_) => Err(fault("a port is a text, a number or a mapping".to_owned())),
    }
}

fn short(written: &InterpolatedText, at: &Mark) -> Result<Vec<Published>, String> {
    let text = &written.text;
    let (rest, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let protocol = protocol.to_lowercase();
    if !matches!(protocol.as_str(), "tcp" | "udp" | "sctp") {
        return Err(format!("invalid protocol `{protocol}`"));
    }
    let (front, target) = rest.rsplit_once(':').map_or((None, rest), |(front, target)| (Some(front), target));
    let (ip, host) = match front {
        None => (None, ""),
        Some(front) if front.starts_with('[') => {
            let (ip, after) =
                front[1..].split_once(']').ok_or_else(|| format!("invalid IP address: `{front}`"))?;
            (Some(ip), after.strip_prefix(':').unwrap_or(""))
        }
        Some(front) => match front.rsplit_once(':') {
            Some((ip, host)) => (Some(ip), host),
            None => (None, front),
        },
    };
    let ip = ip.filter(|ip| !ip.is_empty());
    if let Some(ip) = ip.filter(|ip| ip.parse::<IpAddr>().is_err()) {
        return Err(format!("invalid IP address: {ip}"));
    }
    let targets = range(target).ok_or_else(|| format!("invalid containerPort: {target}"))?;
    let hosts = match host {
        "" => None,
        text => Some(range(text).ok_or_else(|| format!("invalid hostPort: {text}"))?),
    };
    let published = |host, target| Published {
        host_ip: ip.map(str::to_owned),
        host,
        target,
        protocol: protocol.clone(),
        unset: written.unset.clone(),
        at: at.clone(),
    };
    let length = |range: &RangeInclusive<u16>| range.end() - range.start();
    match hosts {
        None => Ok(targets.map(|target| published(None, target)).collect()),
        Some(hosts) if length(&hosts) == length(&targets) => {
            Ok(hosts.zip(targets).map(|(host, target)| published(Some(host..=host), target)).collect())
        }
        Some(hosts) if length(&targets) == 0 => Ok(vec![published(Some(hosts), *targets.start())]),
        Some(_) => Err("invalid ranges specified for container and host ports".to_owned()),
    }
}

fn long(item: &Tree) -> Result<Vec<Published>, String> {
    let text = |key: &str| item.get(key).and_then(Tree::text);
    let target = text("target").ok_or("`target` is missing")?;
    let target = number(&target.text).ok_or_else(|| format!("`target: {}` is not a port", target.text))?;
    let published = text("published");
    let host = match published.filter(|text| !text.text.is_empty()) {
        None => None,
        Some(text) => {
            Some(range(&text.text).ok_or_else(|| format!("`published: {}` is not a port", text.text))?)
        }
    };
    Ok(vec![Published {
        host_ip: text("host_ip").map(|text| text.text.clone()).filter(|text| !text.is_empty()),
        host,
        target,
        protocol: text("protocol").map_or_else(|| "tcp".to_owned(), |text| text.text.clone()),
        unset: published.and_then(|text| text.unset.clone()),
        at: item.get("published").or(item.get("target")).unwrap_or(item).at.clone(),
    }])
}

fn number(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let (start, end) = (number(start)?, number(end)?);
    (start <= end).then_some(start..=end)
}
