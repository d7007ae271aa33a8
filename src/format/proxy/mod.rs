//! Configuration of proxies, as far as it says where they listen and what they pass on: nginx, Caddy, `HAProxy`.
//!
//! What decides by more than a path or a name (expressions, variables of a request) is not understood, and the
//! listener is then not known whole. Sources: the programs' own references of directives.

mod caddy;
mod haproxy;
mod nginx;

pub use caddy::read as caddy;
pub use haproxy::read as haproxy;
pub use nginx::read as nginx;

use crate::model::dataflow::Carried;
use crate::model::names::Port;
use std::net::IpAddr;
use std::ops::Range;

/// A socket that a proxy serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyListener {
    /// The address; all of them where none is written.
    pub bind: Option<IpAddr>,
    /// The port.
    pub port: Port,
    /// Whether it serves TLS.
    pub tls: bool,
    /// Whether HTTP/2 is spoken; `None` where that is not known.
    pub http2: Option<bool>,
    /// Whether everything that it does with requests is in `passes`.
    pub whole: bool,
    /// What it passes on.
    pub passes: Vec<ProxyPass>,
    /// Where the socket is written.
    pub at: Range<usize>,
}

/// What a proxy passes on, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyPass {
    /// What the path of a request begins with.
    pub path: String,
    /// Whether it must be that path and no longer one.
    pub exact: bool,
    /// What stands in its place at the other end, where it is replaced.
    pub replaced: Option<String>,
    /// The names that are dialled for it; any where there is none.
    pub names: Vec<String>,
    /// How.
    pub carried: Carried,
    /// The host that is dialled.
    pub host: String,
    /// The port that is dialled.
    pub port: Port,
    /// Whether TLS is dialled.
    pub tls: bool,
    /// Where that is written.
    pub at: Range<usize>,
}

/// Adds a listener; several with one port are one socket, with everything that any of them passes on.
fn add(all: &mut Vec<ProxyListener>, listener: ProxyListener) {
    let same = |known: &&mut ProxyListener| {
        known.port == listener.port
            && (known.bind == listener.bind || wildcard(known.bind) || wildcard(listener.bind))
    };
    match all.iter_mut().find(same) {
        Some(known) => {
            if wildcard(listener.bind) {
                known.bind = listener.bind.filter(IpAddr::is_ipv4);
            }
            let new = listener.passes.into_iter().filter(|pass| !known.passes.contains(pass));
            let new: Vec<ProxyPass> = new.collect();
            known.passes.extend(new);
            known.whole &= listener.whole;
        }
        None => all.push(listener),
    }
}

fn wildcard(bind: Option<IpAddr>) -> bool {
    bind.is_none_or(|address| address.is_unspecified())
}
