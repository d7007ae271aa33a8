//! Where a socket is: ports, bind addresses, listeners, names to dial.

use super::misshapen::{Misshapen, Shaped};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `"loopback"`, `"any"` or an IP literal.
pub(in crate::toml) fn bind(text: &str) -> Shaped<IpAddr> {
    match text {
        "loopback" => Ok(Ipv4Addr::LOCALHOST.into()),
        "any" => Ok(Ipv4Addr::UNSPECIFIED.into()),
        _ => text.parse().map_err(|_| {
            let wrong =
                Misshapen::new("listener-text", "a bind address is `loopback`, `any` or an IP address")
                    .or("loopback")
                    .or("any");
            if text == "localhost" { wrong.label("localhost may be ::1") } else { wrong }
        }),
    }
}

/// `"bind:port"`, IPv6 as `"[::1]:4317"`.
pub(in crate::toml) fn listener(text: &str, example: &str) -> Shaped<(IpAddr, u16)> {
    let Some((host, number)) = text.rsplit_once(':') else {
        let usual: String = example.chars().filter(char::is_ascii_digit).collect();
        let meant = match (port(text), bind(text)) {
            (Ok(port), _) => format!("loopback:{port}"),
            (_, Ok(_)) => format!("{text}:{usual}"),
            _ => format!("loopback:{usual}"),
        };
        return Err(Misshapen::new("listener-text", "a listener in quotes is `bind:port`").or(meant));
    };
    let port = port(number).map_err(|wrong| wrong.part(host.len() + 1..text.len()))?;
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = match literal {
        Some(inner) => inner.parse::<Ipv6Addr>().map(IpAddr::V6).ok(),
        None if host.contains(':') => None,
        None => bind(host).ok(),
    };
    address.map(|address| (address, port)).ok_or_else(|| {
        let wrong = Misshapen::new("listener-text", "a bind address is `loopback`, `any` or an IP address");
        let wrong = match host {
            "localhost" => wrong.label("localhost may be ::1"),
            "" => wrong.label("which addresses?"),
            _ if host.parse::<Ipv6Addr>().is_ok() => {
                return wrong
                    .label("IPv6 stands in brackets")
                    .part(0..host.len())
                    .or(format!("[{host}]:{port}"));
            }
            _ => wrong,
        };
        wrong.part(0..host.len()).or(format!("loopback:{port}")).or(format!("any:{port}"))
    })
}

/// Digits between 1 and 65535.
fn port(text: &str) -> Shaped<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u16>().ok().filter(|port| digits && *port != 0) {
        Some(port) => Ok(port),
        None => Err(port_range(text)),
    }
}

/// A number that is not a port.
pub(in crate::toml) fn port_range(text: &str) -> Misshapen {
    Misshapen::new("port-range", format!("port {text} is not between 1 and 65535"))
}

/// `"name"` or `"name:port"`; the name is a DNS name or an IP literal.
pub(in crate::toml) fn dial(text: &str) -> Shaped<(String, Option<u16>)> {
    let wrong = || Misshapen::new("dial-text", "`dial` is the name or address that clients use");
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Ok(address) = bare.unwrap_or(text).parse::<IpAddr>() {
        return Ok((address.to_string(), None));
    }
    let (host, number) = match text.rsplit_once(':') {
        Some((host, number)) => (host, Some(number)),
        None => (text, None),
    };
    let number = match number {
        Some(digits) => Some(port(digits).map_err(|found| found.part(host.len() + 1..text.len()))?),
        None => None,
    };
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inner {
        Some(literal) if literal.parse::<Ipv6Addr>().is_ok() => Ok((literal.to_owned(), number)),
        None if is_dns_name(host) => Ok((host.to_owned(), number)),
        _ => Err(wrong().label("neither a host name nor an IP address").or_meant(bare_ca(text))),
    }
}

/// `tempo.lan:4317` of `http://tempo.lan:4317/x`.
fn bare_ca(text: &str) -> Option<String> {
    let ca = text.split_once("://")?.1.split('/').next()?;
    dial(ca).is_ok().then(|| ca.to_owned())
}

/// Letters, digits and `-` in labels of at most 63, joined by dots.
pub fn is_dns_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners() {
        let read = |text| listener(text, "http = 3200").map(|(address, port)| (address.to_string(), port));
        for (text, address, port) in [
            ("loopback:4317", "127.0.0.1", 4317),
            ("any:1", "0.0.0.0", 1),
            ("10.0.0.5:65535", "10.0.0.5", 65535),
            ("[::1]:4317", "::1", 4317),
            ("[::]:4317", "::", 4317),
        ] {
            assert_eq!(read(text), Ok((address.to_owned(), port)), "{text}");
        }
        for (text, code, part) in [
            ("localhost:4317", "listener-text", Some(0..9)),
            (":4317", "listener-text", Some(0..0)),
            ("::1:4317", "listener-text", Some(0..3)),
            ("[127.0.0.1]:4317", "listener-text", Some(0..11)),
            ("example.com:4317", "listener-text", Some(0..11)),
            ("4317", "listener-text", None),
            ("", "listener-text", None),
            ("any:", "port-range", Some(4..4)),
            ("any:0", "port-range", Some(4..5)),
            ("any:+80", "port-range", Some(4..7)),
            ("any:70000", "port-range", Some(4..9)),
        ] {
            let wrong = read(text).expect_err(text);
            assert_eq!((wrong.code, wrong.part), (code, part), "{text}");
        }
    }

    #[test]
    fn names_to_dial() {
        for (text, host, port) in [
            ("tempo.lan", "tempo.lan", None),
            ("tempo.lan:4317", "tempo.lan", Some(4317)),
            ("10.0.0.5:80", "10.0.0.5", Some(80)),
            ("::1", "::1", None),
            ("[::1]:80", "::1", Some(80)),
            ("[::1]", "::1", None),
        ] {
            assert_eq!(dial(text), Ok((host.to_owned(), port)), "{text}");
        }
        for text in
            ["", "a b", "http://tempo", "tempo:0", "tempo:", "-a", "a..b", "[tempo]:80", "tempo/x", "ä.lan"]
        {
            assert!(dial(text).is_err(), "{text}");
        }
    }
}
