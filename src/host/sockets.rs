//! The sockets that are really open, as the kernel lists them, and who holds them.
//!
//! `/proc/net` tells address, inode and user of every socket to everybody; which process has it open is
//! read from `/proc/PID/fd`, for root of all processes, else of one's own. A process's unit stands in
//! `/proc/PID/cgroup`, readable for everybody. A container's sockets are in another network and not here.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place: what the kernel tells of sockets is read here"
)]

use crate::model::names::UnitName;
use crate::model::units::{ObservedSocket, SocketHolder};
use crate::text::foreign_line;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The state `LISTEN` in the kernel's tables.
const LISTEN: &str = "0A";

/// The addresses on which a process listens; of a process that has ended, none. Only of this user's
/// processes, unless it is root.
pub fn listening(pid: u32) -> BTreeSet<SocketAddr> {
    let own: BTreeSet<String> = inodes(pid).collect();
    let rows = table(&format!("/proc/{pid}/net")).into_iter();
    rows.filter(|row| own.contains(&row.inode)).map(|row| row.address).collect()
}

/// The addresses on which anybody listens.
pub fn all_listening() -> BTreeSet<SocketAddr> {
    table("/proc/net").into_iter().map(|row| row.address).collect()
}

/// Every socket of this machine that listens, with its holder as far as this user may know, by address.
pub fn sockets() -> Vec<ObservedSocket> {
    let rows = table("/proc/net");
    let wanted: BTreeSet<&str> = rows.iter().map(|row| row.inode.as_str()).collect();
    let holders = processes(&wanted);
    let mut sockets: Vec<_> = rows
        .iter()
        .map(|row| {
            let holder = holders.get(&row.inode).and_then(|pid| holder(*pid));
            ObservedSocket { address: row.address, holder: holder.unwrap_or(SocketHolder::User(row.uid)) }
        })
        .collect();
    sockets.sort_by_key(|socket| socket.address);
    sockets
}

/// The process that has each of these inodes open. Of several it is the oldest, but the service manager
/// only where no other has it: it keeps the sockets that it hands to its services.
fn processes(wanted: &BTreeSet<&str>) -> BTreeMap<String, u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let mut pids: Vec<u32> = pids.collect();
    pids.sort_by_key(|pid| (*pid == 1, *pid));
    let mut holders = BTreeMap::new();
    for pid in pids {
        for inode in inodes(pid).filter(|inode| wanted.contains(inode.as_str())) {
            holders.entry(inode).or_insert(pid);
        }
    }
    holders
}

/// What a process is known by; `None` where it has ended meanwhile.
fn holder(pid: u32) -> Option<SocketHolder> {
    let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    if let Some((uid, name)) = unit(&groups) {
        return Some(SocketHolder::Unit { uid, name, pid: Some(pid) });
    }
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    let name = foreign_line(&name);
    Some(SocketHolder::Process { pid, name })
}

/// The unit of a control group, and the user whose manager runs it. On a host with both hierarchies only
/// the unified one counts. Below a unit the groups are its own, by whatever names: what a container or a
/// user calls one is no unit of this host. What runs in the scope of a login was started by hand.
fn unit(groups: &str) -> Option<(Option<u32>, UnitName)> {
    let path = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let mut units = path.split('/').filter(|part| is_unit(part));
    let outer = units.next()?;
    let manager = |unit: &str| unit.strip_prefix("user@")?.strip_suffix(".service")?.parse().ok();
    match (manager(outer), units.next()) {
        (Some(uid), Some(inner)) => Some((Some(uid), UnitName::new(inner))),
        _ if outer.starts_with("session-") => None,
        _ => Some((None, UnitName::new(outer))),
    }
}

fn is_unit(name: &str) -> bool {
    [".service", ".scope", ".socket"].iter().any(|kind| name.ends_with(kind))
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":-_.\\@".contains(&byte))
}

/// The inodes of the sockets that a process has open, as far as this user may know.
fn inodes(pid: u32) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten();
    let links = entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    links.filter_map(|link| inode(link.to_str()?).map(str::to_owned))
}

/// The open socket that takes what is sent to an address: this one, or one of all interfaces. Which of
/// them is dialled from an IPv4 address, the kernel's table does not tell.
pub fn real(open: &BTreeSet<SocketAddr>, desired: SocketAddr) -> Option<SocketAddr> {
    let exact = open.get(&desired);
    exact
        .or_else(|| open.iter().find(|one| one.port() == desired.port() && one.ip().is_unspecified()))
        .copied()
}

/// A socket that listens, as the kernel lists it.
#[derive(Debug)]
struct Row {
    address: SocketAddr,
    uid: u32,
    inode: String,
}

/// The listening sockets of the network that a process sees.
fn table(directory: &str) -> Vec<Row> {
    let texts =
        ["tcp", "tcp6"].map(|name| fs::read_to_string(format!("{directory}/{name}")).unwrap_or_default());
    texts.iter().flat_map(|text| text.lines().skip(1)).filter_map(row).collect()
}

fn row(line: &str) -> Option<Row> {
    let fields: Vec<_> = line.split_whitespace().collect();
    let (local, state, uid, inode) = (fields.get(1)?, fields.get(3)?, fields.get(7)?, fields.get(9)?);
    if *state != LISTEN {
        return None;
    }
    Some(Row { address: address(local)?, uid: uid.parse().ok()?, inode: (*inode).to_owned() })
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
    fn an_open_socket_has_a_holder() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let found: Vec<_> = sockets().into_iter().filter(|one| one.address == address).collect();
        let [ObservedSocket { holder, .. }] = found.as_slice() else { panic!("{found:?}") };
        let pid = match holder {
            SocketHolder::Unit { pid, .. } => *pid,
            SocketHolder::Process { pid, .. } => Some(*pid),
            SocketHolder::User(_) => None,
        };
        assert_eq!(pid, Some(std::process::id()));
    }

    #[test]
    fn a_control_group_names_its_unit() {
        let of = |path: &str| unit(path).map(|(uid, name)| (uid, name.as_str().to_owned()));
        let user = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/otelcol.service";
        for (groups, expected) in [
            ("0::/system.slice/tempo.service\n", Some((None, "tempo.service"))),
            (user, Some((Some(1000), "otelcol.service"))),
            ("0::/user.slice/user-1000.slice/user@1000.service/init.scope", Some((Some(1000), "init.scope"))),
            ("0::/user.slice/user-1000.slice/user@1000.service", Some((None, "user@1000.service"))),
            ("0::/user.slice/user-1000.slice/session-3.scope", None),
            (
                "0::/system.slice/docker-1f2e.scope/system.slice/tempo.service",
                Some((None, "docker-1f2e.scope")),
            ),
            (&format!("{user}/tempo.service"), Some((Some(1000), "otelcol.service"))),
            ("0::/user.slice/user@1000.service/$(reboot).service", Some((None, "user@1000.service"))),
            ("0::/init.scope", Some((None, "init.scope"))),
            ("0::/", None),
            ("12:cpu:/system.slice/old.service\n0::/system.slice/new.service", Some((None, "new.service"))),
            ("12:cpu:/system.slice/old.service\n", None),
            ("", None),
        ] {
            assert_eq!(of(groups), expected.map(|(uid, name)| (uid, name.to_owned())), "{groups}");
        }
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
