//! Intent: every decision about addresses, TLS, names, paths and owners.
//!
//! The only place where such a thing is decided (stack-language rules of binds, TLS, dialled
//! addresses); templates print it and decide nothing. Pure: [`wire`] is a function of the stack.
//! What was decided is judged again, independently, by `topology` and `check` on the rendered files.

mod certificates;
mod conflicts;
mod edges;

mod decided;
mod expected;
mod ids;
mod listeners;
mod places;
mod sandbox;

pub use decided::Wiring;
pub use edges::{ClientId, WiredEdge};
pub use ids::{ComponentId, socket_text};

pub use expected::expected;
pub use listeners::{DecidedBy, ListenerId, ListenerKind, WiredListener};
pub use places::{ClientPlace, EnginePlace, UnitPlace, UnitShape};

use crate::diagnostic::{Code, Finding, Findings, KeyPart, Severity, SourceName};
use crate::stack::{self, Stack};
use crate::toml::TomlDocument;
use std::collections::BTreeMap;

/// Decides everything a stack leaves open.
///
/// # Errors
/// All faults of the step: ports opened twice, plaintext that would leave the host, a listener that
/// cannot serve TLS, an SDK that cannot dial it, two owners of one file. Warnings travel with the
/// value.
pub fn wire(stack: &Stack) -> Result<(Wiring<'_>, Findings), Findings> {
    let mut findings = Findings::new();
    let listeners = listeners::decide(stack, &mut findings);
    let edges = edges::decide(stack, &listeners, &mut findings);
    let engines = places::engines(stack);
    let clients = places::clients(stack);
    let certificates = certificates::specs(stack, &listeners, &edges);
    let wiring = Wiring { stack, listeners, edges, engines, clients, certificates };
    conflicts::find(&wiring, &mut findings);
    sandbox::find(&wiring, &mut findings);
    readers(&wiring, &mut findings);
    findings.or_else(wiring)
}

/// From the text to the stack, as [`crate::stack::load`]; where that is refused, ports and files that two
/// of its sound components claim are told as well.
pub fn load(source: SourceName, text: &str) -> (TomlDocument, Result<(Stack, Findings), Findings>) {
    let (document, stack, mut findings) = stack::load_sound(source, text);
    if findings.has_errors() {
        findings.extend(claimed_twice(&stack));
        document.locate(&mut findings);
        return (document, Err(findings));
    }
    document.locate(&mut findings);
    (document, Ok((stack, findings)))
}

/// The errors of two owners of one thing; who dials whom does not matter to them.
fn claimed_twice(stack: &Stack) -> Findings {
    let wiring = Wiring {
        stack,
        listeners: listeners::decide(stack, &mut Findings::new()),
        edges: Vec::new(),
        engines: places::engines(stack),
        clients: places::clients(stack),
        certificates: BTreeMap::new(),
    };
    let mut findings = Findings::new();
    conflicts::find(&wiring, &mut findings);
    findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect()
}

/// A new environment file is for its owner alone: one that belongs to nobody who is named is root's.
fn readers(wiring: &Wiring<'_>, findings: &mut Findings) {
    for app in wiring.stack.apps.values() {
        let place = wiring.clients.get(&ComponentId::App(app.name.clone()));
        let Some(path) =
            app.env_file.as_ref().filter(|_| place.is_some_and(|place| place.file_owner.is_none()))
        else {
            continue;
        };
        let title = format!("nobody but root can read the new `{path}`");
        let unit = app.service.unit.as_ref().map(|unit| format!(", unit = \"{unit}\"")).unwrap_or_default();
        findings.push(
            Finding::warning(Code("env-file-unreadable"), title)
                .at((app.key.join("env_file"), KeyPart::Value), "made with mode 0600")
                .help(format!("for example: service = {{ user = \"{}\"{unit} }}", app.name)),
        );
    }
}
