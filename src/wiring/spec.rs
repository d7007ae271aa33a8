//! What one component of a stack asks of the wiring. The homes of the programs say it; what is left open here is
//! decided for all of them alike.

use super::ids::{ClientId, ComponentId, ListenerId, ListenerKind};
use super::places::{ClientPlace, EnginePlace};
use crate::diagnostic::KeyPath;
use crate::model::names::HostName;
use crate::stack::{ListenerSettings, OtlpListeners};
use std::borrow::Cow;

/// A component, as its home describes it.
#[derive(Debug)]
pub struct ComponentSpec<'a> {
    /// Which one.
    pub id: ComponentId,
    /// Where it runs.
    pub host: HostName,
    /// The sockets it serves, in the order in which they are shown.
    pub listeners: Vec<ListenerSpec<'a>>,
    /// Whom it dials.
    pub clients: Vec<ClientSpec>,
    /// Where its counters are, where it has some that may be fetched.
    pub counters: Option<ListenerKind>,
    /// Its files, and who owns them.
    pub place: ComponentPlace,
}

/// A socket that a component serves, as written.
#[derive(Debug)]
pub struct ListenerSpec<'a> {
    /// Which one.
    pub kind: ListenerKind,
    /// What the stack says of it.
    pub settings: Cow<'a, ListenerSettings>,
    /// Whether somebody else configures it: no preset reaches it, and nothing is issued for it.
    pub theirs: bool,
    /// What to write where another program has its port and this one yields; nothing where neither does.
    pub yields: Option<SparePort>,
}

/// The port of a listener that gives way to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SparePort {
    /// The key below `receive`.
    pub key: &'static str,
    /// The port that is usual then.
    pub port: u16,
}

/// A client of a component.
#[derive(Debug)]
pub struct ClientSpec {
    /// Which one.
    pub from: ClientId,
    /// The listeners it means; where one is not open there is no edge.
    pub to: ClientTarget,
    /// Whether the program dials loopback whatever is written.
    pub loopback: bool,
    /// How it reaches its host, where it runs in a network of its own: what it means must then be open to that.
    pub from_outside: Option<String>,
    /// Where it is written, or the component's table.
    pub key: KeyPath,
}

/// What a client dials.
#[derive(Debug)]
pub enum ClientTarget {
    /// One listener.
    One(ListenerId),
    /// The counters of every component of the stack: one edge for each.
    Counters,
}

/// Where the files of a component are.
#[derive(Debug)]
pub enum ComponentPlace {
    /// A program that is configured and started by us.
    Engine(Box<EnginePlace>),
    /// A program of somebody else's, for which a file is written.
    Neighbour(Box<ClientPlace>),
}

impl<'a> ListenerSpec<'a> {
    /// A listener that yields to nobody.
    pub fn new(kind: ListenerKind, settings: &'a ListenerSettings) -> Self {
        Self { kind, settings: Cow::Borrowed(settings), theirs: false, yields: None }
    }

    /// The OTLP listeners that are open, gRPC first.
    pub fn otlp(listeners: &'a OtlpListeners) -> impl Iterator<Item = Self> {
        let grpc = listeners.grpc.iter().map(|settings| Self::new(ListenerKind::OtlpGrpc, settings));
        grpc.chain(listeners.http.iter().map(|settings| Self::new(ListenerKind::OtlpHttp, settings)))
    }
}
