//! Ports that the stack wants and somebody else has.

use super::Runner;
use crate::diagnostic::{Code, Finding, Findings, KeyPart};
use crate::model::names::{Scope, UserName};
use crate::model::units::{Machine, ObservedSocket, SocketHolder};
use crate::wiring::{WiredListener, Wiring};
use std::net::{IpAddr, SocketAddr};

/// A port of another component of the same stack is given up by the same apply; anybody else keeps it, and
/// so do components that this apply does not reach.
pub(super) fn find(
    wiring: &Wiring<'_>,
    (ours, others): (&[Runner<'_>], &[Runner<'_>]),
    machine: &Machine,
    findings: &mut Findings,
) {
    for Taken { listener, socket, by_us } in taken(wiring, ours, machine) {
        let who = holder(&socket.holder, machine);
        let mut others = others.iter().filter(|runner| runner.shape.is_some());
        findings.push(if by_us {
            moved(listener, socket.address, &who)
        } else if others.any(|engine| holds(engine, &socket.holder, machine)) {
            theirs(listener, socket.address, &who)
        } else {
            held(listener, socket.address, &who, &socket.holder)
        });
    }
}

/// Who has the address of a listener, in words, where it is not the listener's own component.
pub(super) fn holders<'w>(
    wiring: &'w Wiring<'_>,
    runners: &[Runner<'_>],
    machine: &Machine,
) -> Vec<(&'w WiredListener, String)> {
    let taken = taken(wiring, runners, machine).into_iter();
    taken.map(|taken| (taken.listener, holder(&taken.socket.holder, machine))).collect()
}

/// A socket where a listener of another shall be.
struct Taken<'w, 'm> {
    listener: &'w WiredListener,
    socket: &'m ObservedSocket,
    /// Whether another component of the stack has it.
    by_us: bool,
}

fn taken<'w, 'm>(wiring: &'w Wiring<'_>, ours: &[Runner<'_>], machine: &'m Machine) -> Vec<Taken<'w, 'm>> {
    let mut taken = Vec::new();
    // Whatever else a neighbour listens on is not ours to move.
    let engines: Vec<_> = ours.iter().filter(|runner| runner.shape.is_some()).collect();
    let here = |listener: &&WiredListener| engines.iter().any(|engine| *engine.id == listener.id.component);
    for listener in wiring.listeners.iter().filter(here) {
        let desired = SocketAddr::new(listener.bind, listener.port.number());
        for socket in machine.sockets.iter().filter(|socket| overlap(socket.address, desired)) {
            let holders: Vec<_> =
                engines.iter().filter(|engine| holds(engine, &socket.holder, machine)).collect();
            if holders.iter().any(|engine| *engine.id == listener.id.component) {
                continue;
            }
            taken.push(Taken { listener, socket, by_us: !holders.is_empty() });
        }
    }
    taken
}

/// Whether the second of two sockets could not be opened. A socket on all IPv6 addresses takes the IPv4
/// ones as well: the engines open it so.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let takes = |all: IpAddr, address: IpAddr| all.is_unspecified() && (all.is_ipv6() || address.is_ipv4());
    let (here, there) = (one.ip(), other.ip());
    one.port() == other.port() && (here == there || takes(here, there) || takes(there, here))
}

/// Whether a socket is a component's own. Where only the user of a socket is known, a component that
/// runs as that user is believed to have it.
fn holds(runner: &Runner<'_>, holder: &SocketHolder, machine: &Machine) -> bool {
    let number = |user: &UserName| machine.users.get(user).map(|account| account.uid);
    match holder {
        SocketHolder::Unit { uid, name, .. } => {
            let manager = match runner.scope {
                Scope::System => uid.is_none(),
                Scope::User(user) => uid.is_some() && number(user) == *uid,
            };
            manager && runner.unit == Some(name)
        }
        SocketHolder::Process { .. } => false,
        SocketHolder::User(uid) => {
            let observed = runner.unit_id().and_then(|unit| machine.units.get(&unit));
            runner.user.and_then(number) == Some(*uid) && observed.is_none_or(|unit| unit.run.is_running())
        }
    }
}

/// `` `nginx.service` (pid 812) ``.
fn holder(holder: &SocketHolder, machine: &Machine) -> String {
    let user = |uid: u32| {
        let named = machine.users.iter().find(|(_, account)| account.uid == uid);
        named.map_or(format!("user {uid}"), |(name, _)| format!("`{name}`"))
    };
    let numbered = |pid: Option<u32>| pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default();
    match holder {
        SocketHolder::Unit { name, .. } if name.as_str() == "init.scope" => {
            "systemd itself, for a socket unit".to_owned()
        }
        SocketHolder::Unit { uid: None, name, pid } => format!("`{name}`{}", numbered(*pid)),
        SocketHolder::Unit { uid: Some(uid), name, pid } => {
            format!("`{name}` of {}{}", user(*uid), numbered(*pid))
        }
        SocketHolder::Process { pid, name } => format!("`{name}`{}", numbered(Some(*pid))),
        SocketHolder::User(uid) => format!("a process of {}", user(*uid)),
    }
}

fn moved(listener: &WiredListener, address: SocketAddr, who: &str) -> Finding {
    let title = format!("{address} is still held by {who}");
    Finding::warning(Code("port-held"), title)
        .at((listener.key.clone(), KeyPart::Value), format!("`{}` gets it", listener.id))
        .help("nothing to do: it is of this stack, and apply moves it")
}

/// By a part of the stack that is not at hand.
fn theirs(listener: &WiredListener, address: SocketAddr, who: &str) -> Finding {
    Finding::error(Code("port-held"), format!("{address} is still held by {who}"))
        .at((listener.key.clone(), KeyPart::Value), format!("`{}` gets it", listener.id))
        .help("it is of this stack, and not yours to move: `sudo tracewright apply`")
}

fn held(listener: &WiredListener, address: SocketAddr, who: &str, holder: &SocketHolder) -> Finding {
    let port = listener.port;
    let free = match holder {
        SocketHolder::Unit { name, .. } if name.as_str() == "init.scope" => {
            "systemctl list-sockets".to_owned()
        }
        SocketHolder::Unit { uid: None, name, .. } => format!("systemctl stop {name}"),
        SocketHolder::Unit { uid: Some(_), name, .. } => format!("systemctl --user stop {name}"),
        SocketHolder::Process { pid, .. } => format!("kill {pid}"),
        SocketHolder::User(_) => format!("ss -tlnp 'sport = :{port}' as root, to see which"),
    };
    Finding::error(Code("port-held"), format!("{address} is held by {who}"))
        .at((listener.key.clone(), KeyPart::Value), format!("`{}` wants it", listener.id))
        .help(free)
        .help(format!("another port for `{}`", listener.id))
}
