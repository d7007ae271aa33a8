//! OTLP exporters: who is dialled, and with which TLS. Every line follows what 0.159 was seen to do.

use super::receivers::pem;
use crate::format::address;
use crate::format::address::Url;
use crate::format::page::{FileReading, WrittenPath};
use crate::format::values::ExpandedText;
use crate::format::yaml::{Node, YamlEntry};
use crate::model::dataflow::{
    Client, ClientTls, FileFaultKind, HeaderShown, ProgramKind, Protocol, Sends, Trust, meant_by_path,
};

/// Reads `otlp_grpc` (`otlp`). The scheme `https` forces TLS; `http` is cut off and changes nothing.
pub fn grpc(page: &mut FileReading<'_>, entry: &YamlEntry, setting: &str) {
    let Some((written, endpoint)) = endpoint(page, entry, "endpoint", setting) else { return };
    let text = &*written.text;
    let https = text.starts_with("https://");
    let bare = ["https://", "http://", "dns:///", "passthrough:///"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text);
    if text.starts_with("unix:") {
        page.not_read(setting, "a socket in the file system");
        return;
    }
    let (host, port) = address::split(bare.trim_end_matches('/'));
    let Some(port) = port.and_then(address::port) else {
        return refuse(page, &written, endpoint, setting, "missing port in address");
    };
    proxied(page, endpoint, (setting, host), "HTTPS_PROXY");
    let tls = tls(page, entry, setting, if https { Scheme::Https } else { Scheme::None });
    let at = page.mark(endpoint.place());
    page.client(Client {
        program: page.program,
        setting: setting.to_owned(),
        protocol: Protocol::OtlpGrpc,
        host: address::dialled(host),
        port,
        wrong_path: None,
        tls: ClientTls { at: tls.at.clone().or_else(|| https.then(|| at.clone())), ..tls },
        sends: shown(entry, None),
        means: vec![ProgramKind::Tempo, ProgramKind::Collector],
        at,
    });
}

/// Reads `otlp_http` (`otlphttp`). The scheme decides about TLS; the signal's path is appended to
/// `endpoint`, never to `SIGNAL_endpoint`.
pub fn http(page: &mut FileReading<'_>, entry: &YamlEntry, setting: &str, signal: &str) {
    let own = format!("{signal}_endpoint");
    let whole = entry.value.get(&own).is_some_and(|node| !node.is_null());
    let way = if whole { own.as_str() } else { "endpoint" };
    let Some((written, endpoint)) = endpoint(page, entry, way, setting) else { return };
    let Some(url) = Url::of(&written.text) else {
        if written.unset.is_none() && starts_all_the_same(&written.text) {
            let (setting, text) = (setting.to_owned(), written.text.to_string());
            return page.file_fault(endpoint.place(), FileFaultKind::EndpointWithoutScheme { setting, text });
        }
        return refuse(page, &written, endpoint, setting, "endpoint must be a valid URL");
    };
    let Some(port) = url.port_or_default() else {
        return refuse(page, &written, endpoint, setting, "not a port");
    };
    proxied(page, endpoint, (setting, url.host), if url.is_https() { "HTTPS_PROXY" } else { "HTTP_PROXY" });
    let right = format!("/v1/{signal}");
    let sent = if whole { url.path.to_owned() } else { format!("{}{right}", url.path.trim_end_matches('/')) };
    let tls = tls(page, entry, setting, if url.is_https() { Scheme::Https } else { Scheme::Http });
    let at = page.mark(endpoint.place());
    page.client(Client {
        program: page.program,
        setting: setting.to_owned(),
        protocol: Protocol::OtlpHttp,
        host: address::dialled(url.host),
        port,
        wrong_path: (sent != right)
            .then(|| format!("posts to {}", if sent.is_empty() { "/" } else { &sent })),
        tls: ClientTls { at: tls.at.clone().or_else(|| Some(at.clone())), ..tls },
        means: meant_by_path(&sent),
        sends: shown(entry, Some(sent)),
        at,
    });
}

/// Notes a proxy of the process that stands in the way: Go asks the environment for one, for gRPC as for TLS,
/// and passes it by for loopback alone and for what `NO_PROXY` names.
fn proxied(page: &mut FileReading<'_>, endpoint: &YamlEntry, (setting, host): (&str, &str), variable: &str) {
    let value = |name: &str| {
        let values = &page.values.environment.values;
        values.get(name).or_else(|| values.get(&name.to_lowercase())).filter(|value| !value.is_empty())
    };
    if value(variable).is_none() || address::dialled(host).is_this_host() {
        return;
    }
    let excepted = value("NO_PROXY").is_some_and(|list| {
        list.split(',')
            .map(|one| one.trim().trim_start_matches('.'))
            .any(|one| one == "*" || one == host || host.ends_with(&format!(".{one}")) || one.contains('/'))
    });
    if !excepted {
        let kind = FileFaultKind::Proxied {
            setting: setting.to_owned(),
            variable: variable.to_owned(),
            host: host.to_owned(),
        };
        page.file_fault(endpoint.place(), kind);
    }
}

/// Reads an exporter that writes to a Prometheus or to Loki in their own ways: the URL is taken whole.
pub fn write(page: &mut FileReading<'_>, entry: &YamlEntry, (setting, protocol): (&str, Protocol)) {
    let Some((written, endpoint)) = endpoint(page, entry, "endpoint", setting) else { return };
    let Some((url, port)) = Url::of(&written.text).and_then(|url| Some((url, url.port_or_default()?))) else {
        return refuse(page, &written, endpoint, setting, "endpoint must be a valid URL");
    };
    let tls = tls(page, entry, setting, if url.is_https() { Scheme::Https } else { Scheme::Http });
    let at = page.mark(endpoint.place());
    page.client(Client {
        program: page.program,
        setting: setting.to_owned(),
        protocol,
        host: address::dialled(url.host),
        port,
        wrong_path: None,
        tls: ClientTls { at: tls.at.clone().or_else(|| Some(at.clone())), ..tls },
        sends: shown(entry, None),
        means: if protocol == Protocol::RemoteWrite { vec![ProgramKind::Prometheus] } else { Vec::new() },
        at,
    });
}

/// Whether Go reads an endpoint without `://` as a URL: what stands before a colon in the first part of a
/// path has to be a scheme. Seen on 0.159: `localhost:4318` and `tempo` start, `127.0.0.1:4318` does not.
fn starts_all_the_same(text: &str) -> bool {
    let first = text.split('/').next().unwrap_or_default();
    let Some((scheme, _)) = first.split_once(':') else { return !first.is_empty() };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// What an exporter puts into its requests.
fn shown(entry: &YamlEntry, path: Option<String>) -> Sends {
    let headers = entry.value.get("headers").map(Node::entries).unwrap_or_default();
    let has = |name: &str| headers.iter().any(|header| header.key.eq_ignore_ascii_case(name));
    let authenticated = entry.value.entry("auth").is_some_and(|auth| !auth.value.is_null());
    // An authenticator may set any header.
    let of = |name: &str, otherwise| match (has(name), authenticated) {
        (true, _) => HeaderShown::Yes,
        (false, true) => otherwise,
        (false, false) => HeaderShown::No,
    };
    Sends {
        tenant: of("x-scope-orgid", HeaderShown::NotKnown),
        credentials: of("authorization", HeaderShown::Yes),
        path,
        ..Sends::default()
    }
}

/// The text of an endpoint and its entry; `None` where it cannot be told, which is recorded. An unset
/// variable is an empty text, as the collector has it: `:4317` is this host.
fn endpoint<'n>(
    page: &mut FileReading<'_>,
    entry: &'n YamlEntry,
    key: &str,
    setting: &str,
) -> Option<(ExpandedText<'n>, &'n YamlEntry)> {
    let Some(written) = entry.value.entry(key).filter(|entry| !entry.value.is_null()) else {
        page.fault(entry.key_span.clone(), "an OTLP exporter needs an `endpoint`");
        return None;
    };
    match page.values.text(&written.value) {
        Ok(text) => Some((text, written)),
        Err(reason) => {
            page.not_read(&format!("{setting}.{key}"), reason);
            None
        }
    }
}

/// Records an endpoint that is not one: a fault, unless a variable that nothing sets is the cause.
fn refuse(
    page: &mut FileReading<'_>,
    text: &ExpandedText<'_>,
    endpoint: &YamlEntry,
    setting: &str,
    fault: &str,
) {
    match &text.unset {
        // All that a container's process can see is in the Compose file.
        Some(name) if page.inside.is_some() => page.fault(
            endpoint.place(),
            format!("requires a non-empty endpoint, and nothing sets `{name}` in this container"),
        ),
        Some(name) => page.not_read(setting, format!("its endpoint comes from `{name}`, which nothing sets")),
        None => page.fault(endpoint.place(), fault),
    }
}

/// What the endpoint's scheme says about TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    /// TLS, whatever the block says.
    Https,
    /// No TLS, whatever the block says.
    Http,
    /// The block decides.
    None,
}

/// The `tls` block of a client. Without one it is TLS with the host's own CAs;
/// `insecure: true` next to a CA is still TLS.
fn tls(page: &mut FileReading<'_>, entry: &YamlEntry, setting: &str, scheme: Scheme) -> ClientTls {
    let none = Node::nothing();
    let block = entry.value.get("tls").unwrap_or(&none);
    let setting = format!("{setting}.tls");
    let ca = pem(page, block, ["ca_file", "ca_pem"], &setting);
    let certificate = pem(page, block, ["cert_file", "cert_pem"], &setting);
    let key = pem(page, block, ["key_file", "key_pem"], &setting);
    let insecure = flag(page, block, "insecure", &setting);
    let enabled = match scheme {
        Scheme::Https => true,
        Scheme::Http => false,
        Scheme::None => !insecure || ca.is_written(),
    };
    let decides = match scheme {
        Scheme::None if insecure && enabled => ["ca_file", "ca_pem"].iter().find_map(|key| block.entry(key)),
        Scheme::None => block.entry("insecure").or_else(|| entry.value.entry("tls")),
        _ => None,
    };
    let at = decides.map(|entry| page.mark(entry.place()));
    let server_name =
        page.text(block, &["server_name_override"], &setting).map(|(text, _)| text.text.into_owned());
    let trust = trust(page, block, &setting, &ca);
    if !enabled {
        let ignored = [ca, certificate, key].into_iter().filter_map(WrittenPath::file).collect();
        return ClientTls { ignored, at, ..ClientTls::plaintext() };
    }
    ClientTls {
        enabled,
        trust,
        server_name: server_name.filter(|name| !name.is_empty()),
        certificate: certificate.file(),
        key: key.file(),
        ignored: Vec::new(),
        at,
    }
}

fn trust(page: &mut FileReading<'_>, block: &Node, setting: &str, ca: &WrittenPath) -> Trust {
    if flag(page, block, "insecure_skip_verify", setting) {
        return Trust::Anybody;
    }
    match ca {
        WrittenPath::No => Trust::System,
        WrittenPath::File(_) if flag(page, block, "include_system_ca_certs_pool", setting) => Trust::Unknown,
        WrittenPath::File(file) => Trust::File(file.clone()),
        WrittenPath::Somewhere => Trust::NotHere,
    }
}

/// A bool by the collector's rule: `true` and `false` alone, never quoted; anything else is refused.
fn flag(page: &mut FileReading<'_>, block: &Node, key: &str, setting: &str) -> bool {
    let Some((text, entry)) = page.text(block, &[key], setting) else { return false };
    match &*text.text {
        "true" | "True" | "TRUE" if !text.quoted => true,
        "false" | "False" | "FALSE" if !text.quoted => false,
        _ => {
            page.fault(entry.place(), format!("`{key}` is `true` or `false`"));
            false
        }
    }
}
