//! An application's environment file as its SDK reads it, and as its parser takes the whole file.
//!
//! Which SDK it is stands in no file, so only what holds for all measured SDKs is said (Rust, Python,
//! Node, Java, Go); the rest is listed as not read. Called by [`crate::topology`].

use crate::diagnostic::MOST;
use crate::format::address;
use crate::format::address::Url;
use crate::format::env_file::{EnvEntry, EnvFile};
use crate::format::page::{FileReading, WrittenPath};
use crate::model::dataflow::{
    Client, ClientTls, EnvironmentFault, EnvironmentFaultKind, HeaderShown, ProgramKind, Protocol, Sends,
    Signal, Trust,
};
use crate::model::env::EnvFormat;
use std::collections::{BTreeMap, BTreeSet};

const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_";
const GENERIC: &str = "OTEL_EXPORTER_OTLP_";

/// Settings of the exporter that act on the traces edge from wherever they stand in the file.
const ACTING: &[&str] =
    &["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY", "INSECURE", "HEADERS", "COMPRESSION", "TIMEOUT"];

/// Whether an environment file is an application's that exports traces.
pub fn is_app(file: &EnvFile<'_>) -> bool {
    file.has_block || file.entries.iter().any(|entry| entry.key.starts_with(GENERIC))
}

/// Reads the edge and the faults of a whole file.
pub fn read(page: &mut FileReading<'_>, file: &EnvFile<'_>, dialect: EnvFormat) {
    dial(page, file, dialect);
    faults(page, file, dialect);
}

/// A setting of one signal's exporter: the variable of the signal beats the general one.
fn setting_of<'f>(file: &'f EnvFile<'_>, signal: Signal, name: &str) -> Option<&'f EnvEntry<'f>> {
    [format!("{}{name}", prefix(signal)), format!("{GENERIC}{name}")]
        .iter()
        .filter_map(|key| file.last(key))
        .find(|entry| !entry.value.is_empty())
}

/// A setting of the traces exporter.
fn setting<'f>(file: &'f EnvFile<'_>, name: &str) -> Option<&'f EnvEntry<'f>> {
    setting_of(file, Signal::Traces, name)
}

fn prefix(signal: Signal) -> String {
    format!("{GENERIC}{}_", signal.to_string().to_uppercase())
}

fn dial(page: &mut FileReading<'_>, file: &EnvFile<'_>, dialect: EnvFormat) {
    for key in ["OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE"] {
        if file.last(key).is_some_and(|entry| !entry.value.is_empty()) {
            page.not_read(key, "with this file of settings an SDK passes over every other `OTEL_` variable");
            return;
        }
    }
    let own = |signal: Signal| {
        let entry = file.last(&format!("{}ENDPOINT", prefix(signal)));
        entry.is_some_and(|entry| !entry.value.is_empty())
    };
    // The general endpoint is told of once, by the traces that go there.
    for signal in [Signal::Metrics, Signal::Logs].into_iter().filter(|signal| own(*signal)) {
        dial_signal(page, file, (dialect, signal));
    }
    let others = own(Signal::Metrics) || own(Signal::Logs);
    if setting(file, "ENDPOINT").is_some() || !others {
        dial_signal(page, file, (dialect, Signal::Traces));
    }
}

fn dial_signal(page: &mut FileReading<'_>, file: &EnvFile<'_>, (dialect, signal): (EnvFormat, Signal)) {
    let Some(endpoint) = setting_of(file, signal, "ENDPOINT") else {
        page.not_read("", "no endpoint is written, so the SDK's own default counts");
        return;
    };
    if substitutes(&endpoint.value, dialect) {
        page.not_read(endpoint.key, "its value holds a variable that the file's parser puts in");
        return;
    }
    let Some(url) = Url::of(&endpoint.value) else {
        page.not_read(endpoint.key, "an endpoint without a scheme, which every SDK takes differently");
        return;
    };
    let protocol = protocol(file, &url, signal);
    let port =
        if url.port.is_none() && protocol != Protocol::OtlpHttp { None } else { url.port_or_default() };
    let Some(port) = port else {
        page.not_read(endpoint.key, "an endpoint without a port");
        return;
    };
    let at = page.mark(endpoint.value_span.clone());
    let tls = tls(page, file, &url, signal);
    let means = match signal {
        Signal::Metrics => vec![ProgramKind::Collector, ProgramKind::Prometheus],
        Signal::Logs => vec![ProgramKind::Collector, ProgramKind::Loki],
        Signal::Profiles => vec![ProgramKind::Collector],
        Signal::Traces => vec![ProgramKind::Collector, ProgramKind::Tempo],
    };
    page.client(Client {
        program: page.program,
        setting: endpoint.key.to_owned(),
        protocol,
        host: address::dialled(url.host),
        port,
        wrong_path: wrong_path(endpoint, &url, (protocol, signal)),
        tls: ClientTls { at: Some(at.clone()), ..tls },
        sends: sends(page, file, endpoint, (&url, protocol, signal)),
        means,
        at,
    });
}

/// Whether the dialect's parsers put variables into a value.
fn substitutes(value: &str, dialect: EnvFormat) -> bool {
    matches!(dialect, EnvFormat::Dotenv | EnvFormat::Shell) && value.contains('$')
}

/// What is spoken; where nothing tells, it is the SDK's own default, and either may be.
fn protocol(file: &EnvFile<'_>, url: &Url<'_>, signal: Signal) -> Protocol {
    match setting_of(file, signal, "PROTOCOL").map(|entry| &*entry.value) {
        Some("grpc") => Protocol::OtlpGrpc,
        Some("http/protobuf" | "http/json") => Protocol::OtlpHttp,
        None if url.path.ends_with(&usual_path(signal)) => Protocol::OtlpHttp,
        _ => Protocol::Otlp,
    }
}

fn usual_path(signal: Signal) -> String {
    format!("/v1/{signal}")
}

/// HTTP: `/v1/traces` is appended to the general endpoint and never to the traces endpoint, in every
/// SDK. A path on a gRPC endpoint is ignored by most.
fn wrong_path(
    endpoint: &EnvEntry<'_>,
    url: &Url<'_>,
    (protocol, signal): (Protocol, Signal),
) -> Option<String> {
    if protocol != Protocol::OtlpHttp {
        return None;
    }
    let sent = sent(endpoint, url, signal);
    (sent != usual_path(signal)).then(|| format!("posts to {sent}"))
}

fn sent(endpoint: &EnvEntry<'_>, url: &Url<'_>, signal: Signal) -> String {
    if endpoint.key.starts_with(&prefix(signal)) {
        if url.path.is_empty() { "/".to_owned() } else { url.path.to_owned() }
    } else {
        format!("{}{}", url.path.trim_end_matches('/'), usual_path(signal))
    }
}

/// What its requests bring, and which signals go the same way.
fn sends(
    page: &FileReading<'_>,
    file: &EnvFile<'_>,
    endpoint: &EnvEntry<'_>,
    (url, protocol, signal): (&Url<'_>, Protocol, Signal),
) -> Sends {
    let headers =
        setting_of(file, signal, "HEADERS").map(|entry| entry.value.to_ascii_lowercase()).unwrap_or_default();
    let shown = |name: &str| if headers.contains(name) { HeaderShown::Yes } else { HeaderShown::No };
    let mut beside = BTreeMap::new();
    // The traces endpoint is for traces alone.
    let general = !endpoint.key.starts_with(&prefix(signal));
    for (key, signal) in [("OTEL_METRICS_EXPORTER", Signal::Metrics), ("OTEL_LOGS_EXPORTER", Signal::Logs)] {
        let own = format!("{}ENDPOINT", prefix(signal));
        if let Some(entry) = file.last(key).filter(|entry| general && entry.value == "otlp")
            && file.last(&own).is_none()
        {
            beside.insert(signal, page.mark(entry.span.clone()));
        }
    }
    Sends {
        tenant: shown("x-scope-orgid="),
        credentials: shown("authorization="),
        beside,
        path: (protocol == Protocol::OtlpHttp).then(|| sent(endpoint, url, signal)),
        signal: Some(signal),
        ..Sends::default()
    }
}

fn tls(page: &mut FileReading<'_>, file: &EnvFile<'_>, url: &Url<'_>, signal: Signal) -> ClientTls {
    let mut reference = |name: &str| {
        let entry = setting_of(file, signal, name)?;
        match address::path(&entry.value) {
            Some(path) => match page.led(path, entry.value_span.clone(), entry.key) {
                WrittenPath::File(file) => Some(file),
                WrittenPath::Somewhere | WrittenPath::No => None,
            },
            None => {
                page.not_read(entry.key, "a path relative to the directory the program is started in");
                None
            }
        }
    };
    let ca = reference("CERTIFICATE");
    let certificate = reference("CLIENT_CERTIFICATE");
    let key = reference("CLIENT_KEY");
    if !url.is_https() {
        let ignored = [ca, certificate, key].into_iter().flatten().collect();
        return ClientTls { ignored, ..ClientTls::plaintext() };
    }
    ClientTls {
        enabled: true,
        trust: ca.map_or(Trust::Unknown, Trust::File),
        certificate,
        key,
        ..ClientTls::plaintext()
    }
}

fn faults(page: &mut FileReading<'_>, file: &EnvFile<'_>, dialect: EnvFormat) {
    for span in &file.open_quotes {
        add(page, EnvironmentFaultKind::OpenQuote, span.clone(), None);
    }
    // systemd passes over such a line, which only matters where it was meant to be ours; every other
    // dialect has a parser that stops there or runs it.
    for (span, text) in &file.malformed {
        if dialect != EnvFormat::Systemd || text.contains("OTEL_") {
            add(page, EnvironmentFaultKind::Malformed(dialect), span.clone(), None);
        }
    }
    duplicates(page, file, dialect);
    fights(page, file);
}

/// An `OTEL_*` key that stands twice with different values. Two lines of somebody else's concern
/// nobody where one parser, that takes the last one, reads the file.
fn duplicates(page: &mut FileReading<'_>, file: &EnvFile<'_>, dialect: EnvFormat) {
    let mut firsts = BTreeMap::new();
    for entry in file.entries.iter().filter(|entry| entry.key.starts_with("OTEL_")) {
        let first: &EnvEntry<'_> = firsts.entry(entry.key).or_insert(entry);
        if std::ptr::eq(first, entry) {
            continue;
        }
        let ours = first.inside || entry.inside;
        let one_parser = matches!(dialect, EnvFormat::Systemd | EnvFormat::Shell | EnvFormat::Docker);
        if !ours && (one_parser || first.value == entry.value) {
            continue;
        }
        let (fault, other) = if entry.inside { (first, entry) } else { (entry, first) };
        let kind = EnvironmentFaultKind::Duplicate(entry.key.to_owned());
        add(page, kind, fault.span.clone(), Some(other.span.clone()));
    }
}

/// Keys outside our block that act on the edge written in it, and an `INSECURE` that contradicts the
/// endpoint: Go and Python let it win over the scheme.
fn fights(page: &mut FileReading<'_>, file: &EnvFile<'_>) {
    let Some(endpoint) = setting(file, "ENDPOINT") else { return };
    let own: BTreeSet<&str> = file.entries.iter().filter(|own| own.inside).map(|own| own.key).collect();
    for entry in file.entries.iter().filter(|entry| !entry.inside) {
        let kind = EnvironmentFaultKind::Fights(entry.key.to_owned());
        let name = entry.key.strip_prefix(TRACES).or_else(|| entry.key.strip_prefix(GENERIC));
        let acts = name.is_some_and(|name| {
            let ours = own.contains(format!("{TRACES}{name}").as_str());
            ACTING.contains(&name) && (!ours || name == "INSECURE")
        });
        let contradicts = name == Some("INSECURE")
            && (entry.value.eq_ignore_ascii_case("true")) == endpoint.value.starts_with("https://");
        let silences = match entry.key {
            "OTEL_SDK_DISABLED" => entry.value.eq_ignore_ascii_case("true"),
            "OTEL_TRACES_EXPORTER" => !entry.value.contains("otlp"),
            "OTEL_TRACES_SAMPLER" => entry.value == "always_off",
            _ => false,
        };
        if (file.has_block && acts) || contradicts || silences {
            add(page, kind, entry.span.clone(), Some(endpoint.span.clone()));
        }
    }
}

/// What is listed where a file has more faults than are told.
const MORE: &str = "it has more faults than the hundred that are told";

fn add(
    page: &mut FileReading<'_>,
    kind: EnvironmentFaultKind,
    span: std::ops::Range<usize>,
    other: Option<std::ops::Range<usize>>,
) {
    // Whoever mends so many learns of the rest; that there are more is listed.
    let here = page.topology.environment.iter().rev().take_while(|fault| fault.program == page.program);
    match here.take(MOST + 1).count() {
        count if count < MOST => {}
        MOST if page.topology.not_read.last().is_none_or(|last| last.reason != MORE) => {
            return page.not_read("", MORE);
        }
        _ => return,
    }
    let fault = EnvironmentFault {
        program: page.program,
        kind,
        at: page.mark(span),
        other: other.map(|span| page.mark(span)),
    };
    page.topology.environment.push(fault);
}
