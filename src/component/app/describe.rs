//! The lines of an application's environment block.
//!
//! Signal-specific variables only: the one spelling that works in every SDK and leaves other
//! backends alone. Writing rule: measured to read back equal in twelve parsers (python-dotenv,
//! dotenv, node, dotenvy, godotenv, compose, systemd 252, bash, dash, docker).

use crate::component::collector;
use crate::component::loki::tenant_header;
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath};
use crate::model::dataflow::{OtlpProtocol, Signal};
use crate::model::env::EnvFormat;
use crate::model::release::sdk::TimeoutUnit;
use crate::stack::{App, Route, RouteTarget, TlsSettings};
use crate::text::percent_encode;
use crate::wiring::{ClientPlace, Wiring};
use std::borrow::Cow;
use std::time::Duration;

/// One assignment, before it is written in a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvAssignment {
    /// The variable.
    pub name: Cow<'static, str>,
    /// Its value, as the program shall see it.
    pub value: String,
    /// The key of the stack behind it.
    pub key: KeyPath,
}

/// The variable of one setting of a signal's exporter.
pub fn variable(signal: Signal, setting: &str) -> String {
    format!("OTEL_EXPORTER_OTLP_{}_{setting}", signal.to_string().to_uppercase())
}

/// The path at which a target takes a signal over HTTP.
pub fn path(to: &RouteTarget, signal: Signal) -> String {
    match to {
        RouteTarget::Tempo | RouteTarget::Collector(_) => format!("/v1/{signal}"),
        RouteTarget::Prometheus(_) => format!("/api/v1/otlp/v1/{signal}"),
        RouteTarget::Loki => format!("/otlp/v1/{signal}"),
    }
}

/// The assignments of an application, in the order they are written: signal by signal.
pub fn assignments(wiring: &Wiring<'_>, app: &App, place: &ClientPlace) -> Vec<EnvAssignment> {
    let mut all = Vec::new();
    // What every program of a host reads names none of them.
    if app.env_dialect != EnvFormat::Injector {
        all.push(assign("OTEL_SERVICE_NAME", &app.service_name, app.key.join("service_name")));
    }
    for signal in app.routes.signals() {
        for route in app.routes.of(signal) {
            all.extend(of_signal(wiring, app, (place, route, signal)));
        }
    }
    all.extend(beside(app));
    all
}

/// The lines of one signal's exporter.
fn of_signal(
    wiring: &Wiring<'_>,
    app: &App,
    (place, route, signal): (&ClientPlace, &Route, Signal),
) -> Vec<EnvAssignment> {
    let edge = wiring.edge_from(&collector::client(&super::id(&app.name), route));
    // Where the target's own table was refused there is nothing to write.
    let Some(edge) = edge else { return Vec::new() };
    let tls = wiring.target(edge).tls;
    let endpoint = match route.protocol {
        OtlpProtocol::Grpc => edge.url(tls),
        OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => {
            format!("{}{}", edge.url(tls), path(&route.to, signal))
        }
    };
    let at = |key: &str| app.key.join(key);
    let line = |setting: &str, value: String, key: KeyPath| assign(variable(signal, setting), value, key);
    let mut all = vec![
        line("PROTOCOL", route.protocol.to_string(), at("protocol")),
        line("ENDPOINT", endpoint, route.key.clone()),
    ];
    if wiring.target(edge).has_our_ca() && needs_ca(app) {
        let ca = place.certificates_seen.join("ca.crt").to_string();
        all.push(line("CERTIFICATE", ca, ca_key(app)));
    }
    let mut headers = app.headers.clone();
    headers.extend(tenant_header(wiring.stack, route));
    if !headers.is_empty() {
        let pairs = headers.iter().map(|(name, value)| format!("{name}={}", percent_encode(value)));
        let key = if app.headers.is_empty() { KeyPath::of(["loki", "tenant"]) } else { at("headers") };
        all.push(line("HEADERS", pairs.collect::<Vec<_>>().join(","), key));
    }
    if app.gzip {
        all.push(line("COMPRESSION", "gzip".to_owned(), at("compression")));
    }
    if let Some(timeout) = app.timeout {
        all.push(line("TIMEOUT", timeout_value(app, route.protocol, timeout), at("timeout")));
    }
    all
}

/// The key that decides where the CA is: the directory itself, where a container has it, or the home below which it
/// is by default.
fn ca_key(app: &App) -> KeyPath {
    match (&app.container, &app.certificates, &app.service.home) {
        (Some(container), ..) => container.key.join("certificates"),
        (_, None, Some(_)) => app.service.key.join("home"),
        _ => app.key.join("paths").join("certificates"),
    }
}

fn assign(name: impl Into<Cow<'static, str>>, value: impl Into<String>, key: KeyPath) -> EnvAssignment {
    EnvAssignment { name: name.into(), value: value.into(), key }
}

/// What the block says beside the way out.
fn beside(app: &App) -> Vec<EnvAssignment> {
    let at = |key: &str| app.key.join(key);
    let mut all = Vec::new();
    if let Some(part) = &app.lines.sampling {
        let key = at("sampling").join("probability");
        all.push(assign("OTEL_TRACES_SAMPLER", "parentbased_traceidratio", key.clone()));
        all.push(assign("OTEL_TRACES_SAMPLER_ARG", part, key));
    }
    if !app.lines.attributes.is_empty() {
        let pairs = app.lines.attributes.iter().map(|(name, value)| format!("{name}={value}"));
        let pairs = pairs.collect::<Vec<_>>().join(",");
        all.push(assign("OTEL_RESOURCE_ATTRIBUTES", pairs, at("resource_attributes")));
    }
    if app.lines.others_off {
        let sent = app.routes.signals();
        for signal in Signal::SENT.iter().filter(|one| !sent.contains(one)) {
            all.push(assign(signal.exporter_variable(), "none", at("other_signals")));
        }
    }
    let extra = app.lines.extra.iter().map(|(name, value)| EnvAssignment {
        name: Cow::Owned(name.clone()),
        value: value.clone(),
        key: at("extra").join(name),
    });
    all.extend(extra);
    all
}

/// Whether the program is told where the CA is: not where the host's trust store does it.
pub fn needs_ca(app: &App) -> bool {
    app.sdk.tls_settings != Some(TlsSettings::System)
}

/// The number in the unit in which its SDK reads it.
fn timeout_value(app: &App, protocol: OtlpProtocol, timeout: Duration) -> String {
    let unit = app.sdk.language.timeout(protocol, app.sdk.version);
    unit.unwrap_or(TimeoutUnit::Milliseconds).spell(timeout)
}

/// The lines of the block, `NAME=VALUE`, written for the dialect that reads the file.
///
/// # Errors
/// `value-unwritable` for each value that no quoting of that dialect can hold.
pub fn lines(app: &App, assignments: &[EnvAssignment]) -> Result<Vec<String>, Findings> {
    let mut findings = Findings::new();
    let mut lines = Vec::new();
    for assignment in assignments {
        match written(&assignment.value, app.env_dialect) {
            Ok(value) => lines.push(format!("{}={value}", assignment.name)),
            Err(why) => {
                let title = format!(
                    "`{}` cannot be written in a {} file",
                    assignment.name,
                    dialect_name(app.env_dialect)
                );
                let finding = Finding::error(Code("value-unwritable"), title);
                let finding = finding.at((assignment.key.clone(), KeyPart::Value), why);
                findings.push(finding.help("a value without it: parsers of such files disagree about it"));
            }
        }
    }
    if findings.is_empty() { Ok(lines) } else { Err(findings) }
}

/// The dialect as `env_dialect` spells it.
pub fn dialect_name(dialect: EnvFormat) -> &'static str {
    match dialect {
        EnvFormat::Dotenv => "dotenv",
        EnvFormat::Systemd => "systemd",
        EnvFormat::Shell => "shell",
        EnvFormat::Docker => "docker",
        EnvFormat::Injector => "injector",
    }
}

/// A value in the one form that all parsers of a dialect read alike, or what stands in its way.
fn written(value: &str, dialect: EnvFormat) -> Result<String, &'static str> {
    let holds = |set: &[char]| value.contains(set);
    if value.is_empty() {
        return Err("an empty value is not the same as none");
    }
    if value.chars().any(char::is_control) {
        return Err("a control character");
    }
    if dialect == EnvFormat::Docker {
        let outer = value.trim() != value;
        return if outer { Err("a space at an end") } else { Ok(value.to_owned()) };
    }
    if value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./:=,%@+-".contains(&byte)) {
        return Ok(value.to_owned());
    }
    if holds(&['$']) {
        return Err("`$`, which some expand even inside quotes");
    }
    if holds(&['\\']) {
        return Err("a backslash");
    }
    match (holds(&['\'']), holds(&['"', '`'])) {
        (false, _) => Ok(format!("'{value}'")),
        (true, false) => Ok(format!("\"{value}\"")),
        (true, true) => Err("`'` together with `\"` or a backtick"),
    }
}
