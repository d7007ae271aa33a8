//! Where a proxy listens, and whom it dials for what comes in. Called by [`crate::topology`].

use crate::format::address;
use crate::format::page::{FileReading, Socket};
use crate::format::proxy::{self, ProxyListener};
use crate::model::dataflow::{
    Bind, Carried, Client, ClientTls, NeighbourName, Passage, Passages, Protocol, Sends, ServerTls,
    ServerTlsMode, Trust,
};
use std::net::{IpAddr, Ipv4Addr};

/// The reader of a program's files.
pub type ProxyReader = fn(&str) -> Vec<ProxyListener>;

/// The proxies whose files are read, with where their packages and images keep them.
pub const PROXIES: &[(NeighbourName, ProxyReader, &[&str])] = &[
    (
        NeighbourName("nginx"),
        proxy::nginx,
        &[
            "/etc/nginx/nginx.conf",
            "/etc/nginx/conf.d",
            "/etc/nginx/sites-enabled",
            "/etc/nginx/streams-enabled",
        ],
    ),
    (NeighbourName("Caddy"), proxy::caddy, &["/etc/caddy/Caddyfile"]),
    (
        NeighbourName("HAProxy"),
        proxy::haproxy,
        &["/etc/haproxy/haproxy.cfg", "/usr/local/etc/haproxy/haproxy.cfg"],
    ),
];

/// Adds listeners and clients of a file.
pub fn read(page: &mut FileReading<'_>, listeners: &[ProxyListener]) {
    for listener in listeners {
        let passages: Vec<Passage> = listener
            .passes
            .iter()
            .map(|pass| Passage {
                path: pass.path.clone(),
                exact: pass.exact,
                replaced: pass.replaced.clone(),
                names: pass.names.clone(),
                client: client(page, pass),
            })
            .collect();
        let setting = format!("listen {}", listener.port);
        if !listener.whole {
            page.not_read(&setting, "what it passes on is decided by more than paths");
        }
        let bind = Bind::Address(listener.bind.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
        let at = page.mark(listener.at.clone());
        let tls = match listener.tls {
            true => ServerTls { mode: ServerTlsMode::Tls, at: Some(at.clone()), ..ServerTls::plaintext() },
            false => ServerTls::plaintext(),
        };
        page.listener(
            &setting,
            Protocol::Passed(Carried::Any),
            Socket { bind, port: listener.port, at },
            tls,
        );
        if let Some(last) = page.topology.listeners.last_mut() {
            last.takes.passes =
                Some(Passages { all: passages, whole: listener.whole, http2: listener.http2 });
        }
    }
}

/// The client that a proxy has for a way on; one that is there already is the same.
fn client(page: &mut FileReading<'_>, pass: &proxy::ProxyPass) -> usize {
    let at = page.mark(pass.at.clone());
    let tls = ClientTls {
        enabled: pass.tls,
        // Whom it trusts for that stands in further directives.
        trust: Trust::Unknown,
        at: Some(at.clone()),
        ..ClientTls::plaintext()
    };
    let setting = match pass.path.as_str() {
        "" | "/" => "passes on".to_owned(),
        path => format!("passes {path} on"),
    };
    let new = Client {
        program: page.program,
        setting,
        protocol: Protocol::Passed(pass.carried),
        host: address::dialled(&pass.host),
        port: pass.port,
        wrong_path: None,
        tls,
        sends: Sends::default(),
        means: Vec::new(),
        at,
    };
    let clients = &page.topology.clients;
    if let Some(known) = clients.iter().position(|known| *known == new) {
        return known;
    }
    page.client(new);
    page.topology.clients.len() - 1
}
