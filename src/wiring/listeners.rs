//! Which listeners are open, where they bind, and whether they serve TLS.

use super::ids::{ListenerId, ListenerKind, socket_text};
use super::spec::{ClientSpec, ClientTarget, ComponentSpec, SparePort};
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath};
use crate::model::names::{HostName, Port};
use crate::stack::{ListenerSettings, Size, Stack, TlsPreset};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// Which rule decided whether a listener serves TLS; `explain` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedBy {
    /// `tls` written on the listener.
    Written,
    /// The preset, for a listener on loopback.
    PresetLoopback,
    /// The preset, for a reachable listener.
    PresetReachable,
    /// The engine cannot serve TLS there.
    CannotServeTls,
    /// Somebody else, whose program it is.
    Theirs,
}

impl fmt::Display for DecidedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Written => "written on the listener",
            Self::PresetLoopback => "preset: loopback",
            Self::PresetReachable => "preset: reachable",
            Self::CannotServeTls => "the engine cannot serve TLS here",
            Self::Theirs => "somebody else's program",
        })
    }
}

/// A socket the stack serves, decided.
#[derive(Clone, Debug, PartialEq)]
pub struct WiredListener {
    /// Whose listener it is.
    pub id: ListenerId,
    /// Where it runs.
    pub host: HostName,
    /// The address it binds.
    pub bind: IpAddr,
    /// Its port.
    pub port: Port,
    /// Whether its port is written.
    pub port_is_written: bool,
    /// Whether it serves TLS.
    pub tls: bool,
    /// What decided `tls`.
    pub decided_by: DecidedBy,
    /// What others dial instead of it.
    pub dial: Option<(String, Option<Port>)>,
    /// Largest message, OTLP listeners only.
    pub max_message: Size,
    /// Whether somebody else configures it.
    pub theirs: bool,
    /// What to write where another program has its port, if it is this one that yields.
    pub yields: Option<SparePort>,
    /// Where it is written, or would be.
    pub key: KeyPath,
}

impl WiredListener {
    /// Whether anything but its host can reach it.
    pub fn is_reachable(&self) -> bool {
        !self.bind.is_loopback()
    }

    /// Whether it shows a certificate of the CA of the stack; that of somebody else's program is in the trust
    /// store of the host.
    pub fn has_our_ca(&self) -> bool {
        self.tls && !self.theirs
    }

    /// `127.0.0.1:4317`.
    pub fn endpoint(&self) -> String {
        socket_text(&self.bind.to_string(), self.port)
    }
}

/// All open listeners of the stack, in order of component and listener.
pub(super) fn decide(
    stack: &Stack,
    parts: &[ComponentSpec<'_>],
    findings: &mut Findings,
) -> Vec<WiredListener> {
    let mut listeners = Vec::new();
    for (part, served) in
        parts.iter().flat_map(|part| part.listeners.iter().map(move |served| (part, served)))
    {
        let (kind, settings) = (served.kind, &*served.settings);
        let id = ListenerId { component: part.id.clone(), kind };
        let guest = guest(parts, &id).filter(|_| settings.dial.is_none() && !served.theirs);
        // Of a one-host stack only containers dial from elsewhere: what they do not dial stays on loopback.
        let usual = match guest {
            Some(_) => stack.hosts[&part.host].listen.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            None => IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let bind = settings.bind.unwrap_or(usual);
        if let Some(guest) = guest.filter(|_| bind.is_loopback()) {
            findings.push(unreachable(guest, settings));
        }
        let (tls, decided_by) = match served.theirs {
            true => (settings.tls == Some(true), DecidedBy::Theirs),
            false => tls(stack.tls, kind, settings, bind),
        };
        let listener = WiredListener {
            id,
            host: part.host.clone(),
            bind,
            port: settings.port,
            port_is_written: settings.port_is_written,
            tls,
            decided_by,
            dial: settings.dial.clone(),
            max_message: settings.max_message,
            theirs: served.theirs,
            yields: served.yields,
            key: settings.key.clone(),
        };
        if !served.theirs {
            judge(stack.tls, &listener, settings, findings);
        }
        listeners.push(listener);
    }
    listeners
}

/// A client that means a listener from a network of its own.
fn guest<'p>(parts: &'p [ComponentSpec<'_>], id: &ListenerId) -> Option<&'p ClientSpec> {
    let means = |client: &&ClientSpec| matches!(&client.to, ClientTarget::One(meant) if meant == id);
    let mut guests =
        parts.iter().flat_map(|part| &part.clients).filter(|client| client.from_outside.is_some());
    guests.find(means)
}

/// A listener that is written to be on loopback, and dialled from a container.
fn unreachable(guest: &ClientSpec, settings: &ListenerSettings) -> Finding {
    let title = "a container cannot reach a listener on its host's loopback";
    Finding::error(Code("bind-unreachable"), title)
        .at((settings.key.clone(), KeyPart::Key), "")
        .also((guest.key.clone(), KeyPart::Header), "in a container")
        .help("leave `bind` out: it is opened for the container")
}

fn tls(
    preset: TlsPreset,
    kind: ListenerKind,
    settings: &ListenerSettings,
    bind: IpAddr,
) -> (bool, DecidedBy) {
    match (settings.tls, preset) {
        (Some(tls), _) => (tls, DecidedBy::Written),
        (None, _) if !kind.can_serve_tls() => (false, DecidedBy::CannotServeTls),
        (None, _) if bind.is_loopback() => (false, DecidedBy::PresetLoopback),
        (None, TlsPreset::Edge) => (true, DecidedBy::PresetReachable),
        (None, TlsPreset::Off) => (false, DecidedBy::PresetReachable),
    }
}

/// Plaintext that leaves the host must be written by hand; a listener that cannot serve TLS must not be
/// asked to.
fn judge(preset: TlsPreset, listener: &WiredListener, settings: &ListenerSettings, findings: &mut Findings) {
    let key = || (listener.key.clone(), KeyPart::Key);
    if listener.tls && !listener.id.kind.can_serve_tls() {
        let finding = Finding::error(
            Code("tls-unsupported"),
            format!("the collector's {} listener cannot serve TLS", listener.id.kind),
        );
        findings
            .push(finding.at(key(), "").help("bind it to loopback, or `tls = false` to accept plaintext"));
        return;
    }
    if listener.tls || !listener.is_reachable() {
        return;
    }
    let title = format!("plaintext would leave host `{}`", listener.host);
    if settings.tls == Some(false) {
        let finding = Finding::warning(
            Code("plaintext-reachable"),
            format!("`{}` is reachable and plaintext, as written", listener.id),
        );
        findings.push(finding.at(key(), format!("binds {}", listener.bind)));
        return;
    }
    let finding =
        Finding::error(Code("plaintext-reachable"), title).at(key(), format!("binds {}", listener.bind));
    findings.push(match (listener.id.kind.can_serve_tls(), preset) {
        (true, TlsPreset::Off) => finding
            .also((KeyPath::of(["tls"]), KeyPart::Value), "no TLS unless a listener says so")
            .help("`tls = \"edge\"` on top, or `tls = false` on this listener to accept it"),
        _ => finding.help("bind it to loopback, or `tls = false` on this listener to accept it"),
    });
}
