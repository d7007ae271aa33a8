//! What `[app.NAME]` asks of the wiring: an application sends to a collector or to Tempo.

use super::{describe, id};
use crate::component::{ClientAdvice, Component, Described, Description, collector};
use crate::diagnostic::{Code, Finding, Findings, KeyPart};
use crate::model::dataflow::{OtlpProtocol, ProgramKind};
use crate::model::env::EnvFormat;
use crate::model::names::{Scope, TargetPath};
use crate::model::release::sdk::{SdkLanguage, Support};
use crate::stack::{App, Stack, TlsSettings};
use crate::wiring::{ClientPlace, ClientSpec, ComponentId, ComponentPlace, ComponentSpec, Wiring};

/// Applications among the programs.
pub const HOME: &dyn Component = &Home;

struct Home;

impl Component for Home {
    fn kind(&self) -> ProgramKind {
        ProgramKind::App
    }

    fn parts<'s>(&self, stack: &'s Stack) -> Vec<ComponentSpec<'s>> {
        stack.apps.values().map(part).collect()
    }

    fn judge(&self, wiring: &Wiring<'_>, findings: &mut Findings) {
        for app in wiring.stack.apps.values() {
            let found = [without_tls(wiring, app), unmounted(wiring, app), unreadable(wiring, app)];
            findings.extend(found.into_iter().flatten().collect());
        }
    }

    fn describe(&self, wiring: &Wiring<'_>, id: &ComponentId) -> Result<Option<Description>, Findings> {
        let app = id.name_as(ProgramKind::App).and_then(|name| wiring.stack.apps.get(name));
        let Some(app) = app else { return Ok(None) };
        let assignments = describe::assignments(wiring, app, &wiring.clients[id]);
        let content = Described::Block {
            lines: describe::lines(app, &assignments)?,
            label: format!("{}/{}", wiring.stack.name, app.name),
            format: app.env_dialect,
        };
        Ok(Some(Description { content, beside: Vec::new(), names_ca: describe::needs_ca(app) }))
    }

    fn advice(&self) -> Option<&'static dyn ClientAdvice> {
        Some(super::advice::ADVICE)
    }
}

fn part(app: &App) -> ComponentSpec<'_> {
    let id = id(&app.name);
    let mut place = ClientPlace::of(&app.service, &app.host, TargetPath::new("/"));
    place.certificates = app.certificates.clone().unwrap_or_else(|| match &app.service.scope {
        Scope::System => TargetPath::new(format!("/etc/tracewright/{}", app.name)),
        Scope::User(_) => place.home.join(&format!(".config/tracewright/{}", app.name)),
    });
    let mounted = app.container.as_ref().and_then(|container| container.certificates.clone());
    place.certificates_seen = mounted.unwrap_or_else(|| place.certificates.clone());
    place.file.clone_from(&app.env_file);
    place.own_by_home();
    if app.service.reads_env {
        place.read_by_unit();
    }
    let from_outside = app.container.as_ref().map(|container| container.host_address.clone());
    let clients = app
        .routes
        .0
        .iter()
        .map(|route| ClientSpec { from_outside: from_outside.clone(), ..collector::sender(&id, route) });
    ComponentSpec {
        host: app.host.clone(),
        listeners: Vec::new(),
        clients: clients.collect(),
        counters: None,
        place: ComponentPlace::Neighbour(Box::new(place)),
        id,
    }
}

/// A program in a container that is told of a CA sees it where the directory is mounted.
fn unmounted(wiring: &Wiring<'_>, app: &App) -> Option<Finding> {
    let container = app.container.as_ref().filter(|container| container.certificates.is_none())?;
    let edges =
        app.routes.0.iter().filter_map(|route| wiring.edge_from(&collector::client(&id(&app.name), route)));
    let edge = edges.into_iter().find(|edge| wiring.target(edge).has_our_ca())?;
    if !wiring.target(edge).tls || !describe::needs_ca(app) {
        return None;
    }
    let directory = &wiring.clients[&id(&app.name)].certificates;
    let title = format!("`{}` dials TLS, and its container has no certificates", app.name);
    let found = Finding::error(Code("sdk-without-tls"), title).at((container.key.clone(), KeyPart::Key), "");
    Some(found.help(format!(
        "mount `{directory}` in it, for example at `/certs`, and say `certificates = \"/certs\"`"
    )))
}

/// A new environment file is for its owner alone: one that belongs to nobody who is named is root's.
fn unreadable(wiring: &Wiring<'_>, app: &App) -> Option<Finding> {
    if app.env_dialect == EnvFormat::Injector {
        return None;
    }
    let place = wiring.clients.get(&id(&app.name)).filter(|place| place.file_owner.is_none())?;
    let title = format!("nobody but root can read the new `{}`", place.file.as_ref()?);
    let unit = place.unit.as_ref().map(|unit| format!(", unit = \"{unit}\"")).unwrap_or_default();
    let finding = Finding::warning(Code("env-file-unreadable"), title)
        .at((app.key.join("env_file"), KeyPart::Value), "made with mode 0600");
    Some(finding.help(format!("for example: service = {{ user = \"{}\"{unit} }}", app.name)))
}

/// Why a program learns of no CA through its environment, and what can be done.
struct Blind {
    why: String,
    help: &'static str,
}

/// An SDK that reads no certificate variable cannot dial a TLS listener with a private CA, unless the
/// program or the host's trust store sees to it.
fn without_tls(wiring: &Wiring<'_>, app: &App) -> Option<Finding> {
    let tls = app.routes.0.iter().filter_map(|route| {
        let edge = wiring.edge_from(&collector::client(&id(&app.name), route))?;
        wiring.target(edge).has_our_ca().then_some((route.protocol, edge))
    });
    let mut blind = tls.filter_map(|(protocol, edge)| Some((reads_no_ca(app, protocol)?, edge)));
    let (blind, edge) = blind.next()?;
    let listener = wiring.target(edge);
    let finding = Finding::error(Code("sdk-without-tls"), blind.why)
        .at((app.key.join("sdk"), KeyPart::Key), format!("`{}` dials {}", app.name, edge.url(true)))
        .also((listener.key.clone(), KeyPart::Key), "serves TLS");
    Some(finding.help(blind.help))
}

/// `None` where it learns of it, or is told in another way.
fn reads_no_ca(app: &App, protocol: OtlpProtocol) -> Option<Blind> {
    if app.env_dialect == EnvFormat::Injector && app.sdk.tls_settings != Some(TlsSettings::System) {
        return Some(Blind {
            why: "programs of the whole host cannot read a CA that is kept for one of them".to_owned(),
            help: "`sdk.tls_settings = \"system\"` if the trust store of the host has the CA, or `tls = false` on the loopback listener",
        });
    }
    if matches!(app.sdk.tls_settings, Some(TlsSettings::Code | TlsSettings::System)) {
        return None;
    }
    if app.sdk.language == SdkLanguage::DotNet {
        return app.sdk.tls_settings.is_none().then(|| Blind {
            why: "nobody measured whether .NET reads a CA from the environment".to_owned(),
            help: "`sdk.tls_settings = \"environment\"` if you know that this release does, `\"system\"` if the trust store of the host has the CA",
        });
    }
    let (name, support) = (app.sdk.language.name(), app.sdk.language.ca(protocol));
    let why = match (support.of(app.sdk.version), support) {
        (Some(true), _) => return None,
        (None, Support::Since((major, minor))) => format!(
            "{name} reads no CA from the environment over HTTP before {major}.{minor}: say which release it is"
        ),
        (Some(false), Support::Since((major, minor))) => {
            format!("{name} reads no CA from the environment over HTTP before {major}.{minor}")
        }
        _ => format!("{name} reads no CA from the environment"),
    };
    let help =
        "`sdk.tls_settings = \"code\"` if the program loads it, or `tls = false` on the loopback listener";
    Some(Blind { why, help })
}
