//! Lines for the client end of an edge.

use super::super::edge::{Lead, lead, understands};
use super::super::facts::{Facts, shown_listener};
use super::super::half_tls::Half;
use super::super::leaf::Leaf;
use super::{server, source};
use crate::component::{ClientAdvice, ClientEnd, DialTarget, client_advice};
use crate::diagnostic::Help;
use crate::model::certificate::ServerName;
use crate::model::dataflow::{Client, ClientHost, Listener, Protocol, ServerTlsMode, Trust};
use crate::model::names::Port;

/// Point the client at this listener.
pub(in super::super) fn dial(facts: &Facts<'_>, client: &Client, listener: &Listener) -> Help {
    dial_as(facts, client, listener, &host(facts, client, listener))
}

/// The name or address under which the client finds the listener.
fn host(facts: &Facts<'_>, client: &Client, listener: &Listener) -> String {
    let (from, to) = (facts.topology.site_of(client.program), facts.topology.site_of(listener.program));
    let shared =
        to.networks.iter().find(|there| from.networks.iter().any(|here| here.network == there.network));
    match shared.and_then(|network| network.names.first()) {
        Some(name) if to.service() != from.service() => name.clone(),
        _ => server::reached_as(listener),
    }
}

fn dial_as(facts: &Facts<'_>, client: &Client, listener: &Listener, host: &str) -> Help {
    let to = target(facts, listener, host);
    let (host, port) = (to.host, to.port);
    match client.protocol {
        Protocol::Scrape => format!("`targets: [\"{host}:{port}\"]`").into(),
        Protocol::Passed(_) => format!("pass it on to `{host}:{port}`").into(),
        _ => words(facts, client).dial(&end(facts, client), &to),
    }
}

/// A listener, as whoever reaches it under this name or address dials it.
fn target<'a>(facts: &Facts<'_>, listener: &'a Listener, host: &'a str) -> DialTarget<'a> {
    // A cluster reaches it on the port that leads to its own.
    let forwards = &facts.topology.site_of(listener.program).forwards;
    let forward = forwards.iter().find(|(_, to)| *to == listener.port.number());
    DialTarget {
        scheme: if listener.tls.mode == ServerTlsMode::Plaintext { "http" } else { "https" },
        host,
        port: forward.and_then(|(from, _)| Port::new(i64::from(*from))).unwrap_or(listener.port),
        path: listener.takes.path.as_deref(),
    }
}

/// How its program is told.
pub(in super::super) fn words(facts: &Facts<'_>, client: &Client) -> &'static dyn ClientAdvice {
    client_advice(facts.client(client))
}

/// Its setting, in its file.
pub(in super::super) fn end<'a>(facts: &Facts<'_>, client: &'a Client) -> ClientEnd<'a> {
    ClientEnd { file: source(facts, client.program), client }
}

/// The listeners where what this client speaks is understood: first of the program it dials already,
/// else of any it may mean; or the listener to open.
pub(in super::super) fn right_listener(facts: &Facts<'_>, client: &Client, dialled: &Listener) -> Vec<Help> {
    // A proxy means who takes the same over the other protocol.
    let passes = |listener: &Listener| {
        matches!(client.protocol, Protocol::Passed(_))
            && listener.program == dialled.program
            && matches!(listener.protocol, Protocol::OtlpGrpc | Protocol::OtlpHttp)
    };
    let speaks = |listener: &&Listener| {
        understands(listener, client)
            && listener.program != client.program
            && (client.means.contains(&facts.server(listener).kind) || passes(listener))
    };
    if let (Protocol::OtlpHttp, Some(path)) = (client.protocol, dialled.takes.otlp_below) {
        let name = facts.server(dialled).kind;
        let way = dial(facts, client, dialled);
        let way = way.text.trim_end_matches('`');
        return vec![format!("{name} takes OTLP below a path of its own: {way}{path}`").into()];
    }
    let listeners = &facts.topology.listeners;
    let same = listeners.iter().filter(|listener| listener.program == dialled.program).find(speaks);
    match same.or_else(|| listeners.iter().find(speaks)) {
        Some(listener) => {
            let server = shown_listener(facts.server(listener), listener);
            vec![dial(facts, client, listener).worded(|text| format!("{server} speaks it: {text}"))]
        }
        None => vec![server::open(facts, client)],
    }
}

/// Make the client dial TLS to this listener.
pub(in super::super) fn tls_on(facts: &Facts<'_>, client: &Client, listener: &Listener) -> Help {
    let named = ca(client).or_else(|| client.tls.ignored.first()).map(|file| file.path.clone());
    let directory = facts.topology.programs[client.program].file.parent().join("tls");
    let ca = named.unwrap_or_else(|| directory.join("ca.crt"));
    let host = host(facts, client, listener);
    words(facts, client).tls_on(&end(facts, client), &target(facts, listener, &host), &ca)
}

/// Make the client dial plaintext.
pub(in super::super) fn tls_off(facts: &Facts<'_>, client: &Client) -> Help {
    words(facts, client).tls_off(&end(facts, client))
}

/// Turn on the TLS whose files are already named.
pub(in super::super) fn switch(facts: &Facts<'_>, client: &Client) -> Help {
    words(facts, client).switch(&end(facts, client))
}

/// Give the client a certificate to show.
pub(in super::super) fn certificate(facts: &Facts<'_>, client: &Client) -> Help {
    words(facts, client).certificate(&end(facts, client))
}

/// Mend half-written client settings.
pub(in super::super) fn complete(facts: &Facts<'_>, client: &Client, half: &Half<'_>) -> Help {
    match half {
        Half::LeafNotFirst(file) => {
            format!("put the leaf first in `{}`, what issued it behind", file.path).into()
        }
        Half::NoPem(file, why) if why.contains("encrypted") => {
            format!("without a passphrase: `openssl pkey -in {0} -out {0}`", file.path).into()
        }
        Half::Absent(file) | Half::NoPem(file, _) => {
            format!("put the file at `{}`, or name the right one", file.path).into()
        }
        Half::NotAPair(_) => "name the key that belongs to the certificate".into(),
        Half::NoKey(_) | Half::NoCertificate(_) | Half::Neither | Half::NoPolicy(_) => {
            certificate(facts, client).worded(|text| format!("both or neither: {text}"))
        }
    }
}

/// Bring the dialled name and the certificate together.
pub(in super::super) fn name(
    facts: &Facts<'_>,
    client: &Client,
    listener: &Listener,
    wanted: &ServerName,
) -> Vec<Help> {
    let kind = if matches!(wanted, ServerName::Address(_)) { "IP" } else { "DNS" };
    let mut ways = vec![format!("issue the certificate with `subjectAltName = {kind}:{wanted}`").into()];
    let certificate =
        listener.tls.certificate.as_ref().and_then(|file| facts.topology.certificates.get(&file.path));
    let names = certificate.and_then(Leaf::of).map(|leaf| leaf.names).unwrap_or_default();
    let served = server::reached_as(listener);
    let here = facts.topology.programs[client.program].site;
    let there = facts.topology.programs[listener.program].site;
    if client.protocol != Protocol::TempoInternal {
        let known = match here == there {
            true => names.contains(&ServerName::of(&served)).then_some(served),
            // Another container is dialled by one of its own names.
            false => names.iter().map(ToString::to_string).find(|name| leads_to(facts, client, name, there)),
        };
        if let Some(known) = known {
            ways.push(dial_as(facts, client, listener, &known));
            return ways;
        }
    }
    let dns = names.iter().find(|name| matches!(name, ServerName::Dns(text) if !text.starts_with("*.") && text.parse::<std::net::IpAddr>().is_err()));
    // Tempo's own clients are mended together (`internal`).
    let dns = dns.filter(|_| client.protocol != Protocol::TempoInternal);
    ways.extend(dns.map(|name| words(facts, client).server_name(&end(facts, client), &name.to_string())));
    ways
}

/// Whether a name leads from a client to a site over a network.
fn leads_to(facts: &Facts<'_>, client: &Client, name: &str, site: usize) -> bool {
    let dialled = Client { host: ClientHost::Name(name.to_owned()), ..client.clone() };
    lead(facts.topology, &dialled) == Lead::Over(site)
}

/// The file of CAs a client trusts, if it names one.
pub(super) fn ca(client: &Client) -> Option<&crate::model::dataflow::FileReference> {
    match &client.tls.trust {
        Trust::File(file) => Some(file),
        Trust::System | Trust::Anybody | Trust::NotHere | Trust::Unknown => None,
    }
}
