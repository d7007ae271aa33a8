//! Sites: network namespaces with names around them. A listener binds inside of its own; a name leads
//! from one to another; `ports:` of a container open a socket on the site of its host.

use crate::diagnostic::Mark;
use crate::model::names::Port;
use std::net::IpAddr;
use std::ops::RangeInclusive;

/// Where programs stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// What it is.
    pub kind: SiteKind,
    /// Networks it is on, with the names it has there, in lower case.
    pub networks: Vec<Membership>,
    /// Names that its own hosts file leads somewhere.
    pub hosts: Vec<(String, HostEntry)>,
    /// What it publishes on the site of its host.
    pub published: Vec<Publication>,
    /// Whether its store of CAs is what an official image brings: public ones alone.
    pub public_trust: bool,
    /// Ports that its names forward to others of its own, where they do.
    pub forwards: Vec<(u16, u16)>,
    /// The site of the host it runs on; `None` for a host itself.
    pub host: Option<usize>,
    /// Why there may be listeners that nobody here knows of.
    pub open: Option<String>,
    /// Whether it runs only when asked for (a profile).
    pub optional: bool,
    /// Where it is written; `None` for a host.
    pub at: Option<Mark>,
}

/// The kinds of sites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SiteKind {
    /// A machine.
    Host,
    /// The container of a Compose service.
    Container(String),
    /// Nobody here says where the program runs.
    Unknown,
}

/// A network that a site is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Its name on the machine.
    pub network: String,
    /// Whether sites may be on it that are not here.
    pub external: bool,
    /// The names of the site on it, in lower case; the first is the one to dial.
    pub names: Vec<String>,
}

/// What an entry of a hosts file leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostEntry {
    /// The machine that the container runs on.
    Gateway,
    /// An address.
    Address(IpAddr),
    /// Something else.
    Other,
}

/// A port of a container that is opened on its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The host address; all of them where none is written.
    pub address: Option<IpAddr>,
    /// The host port, one of a range; `None` is a random one.
    pub ports: Option<RangeInclusive<u16>>,
    /// The port in the container.
    pub target: Port,
    /// A variable that nothing sets and that decides about the host port.
    pub unset: Option<String>,
    /// Where it is written.
    pub at: Mark,
}

impl Publication {
    /// Whether it is certain to have this host port.
    pub fn has(&self, port: Port) -> bool {
        self.ports
            .as_ref()
            .is_some_and(|ports| ports.start() == ports.end() && ports.contains(&port.number()))
    }
}

impl Site {
    /// A machine, and nothing known about it.
    pub const HOST: Self = Self {
        kind: SiteKind::Host,
        networks: Vec::new(),
        hosts: Vec::new(),
        published: Vec::new(),
        forwards: Vec::new(),
        public_trust: false,
        host: None,
        open: None,
        optional: false,
        at: None,
    };

    /// Whether it is the container of a service.
    pub fn is_container(&self) -> bool {
        matches!(self.kind, SiteKind::Container(_))
    }

    /// The service, for a container.
    pub fn service(&self) -> Option<&str> {
        match &self.kind {
            SiteKind::Container(name) => Some(name),
            SiteKind::Host | SiteKind::Unknown => None,
        }
    }
}
