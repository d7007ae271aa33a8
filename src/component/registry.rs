//! The list of all programs, and what is done with all of them at once.

use super::{
    ClientAdvice, Component, ConfigReader, Engine, Template, alloy, app, collector, grafana, loki,
    prometheus, systemd, tempo,
};
use crate::diagnostic::{Findings, SourceName};
use crate::model::dataflow::ProgramKind;
use crate::stack::{self, Stack};
use crate::toml::TomlDocument;
use crate::wiring::{self, ComponentSpec, Wiring};

/// Every program, in the order of starting.
pub static REGISTRY: &[&dyn Component] =
    &[prometheus::HOME, loki::HOME, tempo::HOME, collector::HOME, grafana::HOME, app::HOME];

/// The home of a program; `None` of one that is read and never written.
pub fn component(kind: ProgramKind) -> Option<&'static dyn Component> {
    REGISTRY.iter().copied().find(|component| component.kind() == kind)
}

/// How a program is started, where we start it.
pub fn engine(kind: ProgramKind) -> Option<&'static Engine> {
    component(kind)?.engine()
}

/// How a program is told whom it dials.
pub fn client_advice(kind: ProgramKind) -> &'static dyn ClientAdvice {
    match kind {
        ProgramKind::Alloy => alloy::advice::ADVICE,
        kind => component(kind).and_then(Component::advice).unwrap_or(alloy::advice::UNKNOWN),
    }
}

/// How the files of each program are found and read.
pub fn readers() -> impl Iterator<Item = &'static ConfigReader> {
    REGISTRY.iter().filter_map(|component| component.reader())
}

/// Every template there is.
pub fn templates() -> impl Iterator<Item = &'static Template> {
    REGISTRY.iter().flat_map(|component| component.templates()).chain(systemd::describe::TEMPLATES)
}

fn parts(stack: &Stack) -> Vec<ComponentSpec<'_>> {
    REGISTRY.iter().flat_map(|component| component.parts(stack)).collect()
}

/// Decides everything a stack leaves open.
///
/// # Errors
/// All faults of the step: ports opened twice, plaintext that would leave the host, a listener that
/// cannot serve TLS, an SDK that cannot dial it, two owners of one file. Warnings travel with the
/// value.
pub fn wire(stack: &Stack) -> Result<(Wiring<'_>, Findings), Findings> {
    let mut findings = Findings::new();
    let wiring = wiring::wire(stack, parts(stack), &mut findings);
    for component in REGISTRY {
        component.judge(&wiring, &mut findings);
    }
    findings.or_else(wiring)
}

/// From the text to the stack, as [`crate::stack::load`]; where that is refused, ports and files that two
/// of its sound components claim are told as well.
pub fn load(source: SourceName, text: &str) -> (TomlDocument, Result<(Stack, Findings), Findings>) {
    let (document, stack, mut findings) = stack::load_sound(source, text);
    for component in REGISTRY {
        component.resolve(&stack, &mut findings);
    }
    if findings.has_errors() {
        findings.extend(wiring::claimed_twice(&stack, parts(&stack)));
        document.locate(&mut findings);
        return (document, Err(findings));
    }
    document.locate(&mut findings);
    (document, Ok((stack, findings)))
}
