//! The sockets that are really open, as the kernel lists them.

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The state `LISTEN` in the kernel's tables.
const LISTEN: &str = "0A";

/// The addresses on which a process listens; of a process that has ended, none. Only of this user's
/// processes, unless it is root.
pub fn listening(pid: u32) -> BTreeSet<SocketAddr> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten();
    let links = entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    let own: BTreeSet<String> = links.filter_map(|link| inode(link.to_str()?).map(str::to_owned)).collect();
    table(&format!("/proc/{pid}/net"))
        .into_iter()
        .filter(|(_, inode)| own.contains(inode))
        .map(|(at, _)| at)
        .collect()
}

/// The addresses on which anybody listens.
pub fn all_listening() -> BTreeSet<SocketAddr> {
    table("/proc/net").into_iter().map(|(address, _)| address).collect()
}

/// The open socket that takes what is sent to an address: this one, or one of all interfaces. Which of
/// them is dialled from an IPv4 address, the kernel's table does not tell.
pub fn real(open: &BTreeSet<SocketAddr>, wished: SocketAddr) -> Option<SocketAddr> {
    let exact = open.get(&wished);
    exact
        .or_else(|| open.iter().find(|one| one.port() == wished.port() && one.ip().is_unspecified()))
        .copied()
}

/// Listening addresses and their inodes, of the network that a process sees.
fn table(folder: &str) -> Vec<(SocketAddr, String)> {
    let texts =
        ["tcp", "tcp6"].map(|name| fs::read_to_string(format!("{folder}/{name}")).unwrap_or_default());
    texts.iter().flat_map(|text| text.lines().skip(1)).filter_map(row).collect()
}

fn row(line: &str) -> Option<(SocketAddr, String)> {
    let fields: Vec<_> = line.split_whitespace().collect();
    let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
    (*state == LISTEN).then(|| Some((address(local)?, (*inode).to_owned()))).flatten()
}

/// `0100007F:1F90`: words of 32 bits in the machine's byte order, the port as a number.
fn address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| u32::from_str_radix(address.get(at..at + 8)?, 16).ok().map(u32::to_ne_bytes);
    let address = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let bytes = [word(0)?, word(8)?, word(16)?, word(24)?].concat();
            let address = Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?);
            address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4)
        }
        _ => return None,
    };
    Some(SocketAddr::new(address, port))
}

/// `socket:[12345]`.
fn inode(link: &str) -> Option<&str> {
    link.strip_prefix("socket:[")?.strip_suffix(']')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn an_open_socket_is_seen_while_it_is_open() {
        for host in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(socket) = TcpListener::bind(host) else { continue };
            let address = socket.local_addr().unwrap();
            assert!(listening(std::process::id()).contains(&address), "{address}");
            assert!(all_listening().contains(&address), "{address}");
            drop(socket);
            assert!(!listening(std::process::id()).contains(&address), "{address}");
        }
        assert_eq!(listening(u32::MAX), BTreeSet::new());
    }

    #[test]
    fn mapped_addresses_are_what_they_map() {
        let mapped = if cfg!(target_endian = "little") {
            "0000000000000000FFFF00000100007F"
        } else {
            "00000000000000000000FFFF7F000001"
        };
        assert_eq!(address(&format!("{mapped}:10DD")), Some("127.0.0.1:4317".parse().unwrap()));
        for wrong in ["", ":", "0100007F", "0100007F:", "zz00007F:1", "01:1"] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
