//! Arbitrary valid stacks are moved wholly: nothing of the machine is touched, and the same ends meet in
//! the same way. No engine needed.

use crate::generator::{Choices, choices};
use crate::wiring_truth::{file_set, file_texts};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;
use tracewright::check::check;
use tracewright::component::wire;
use tracewright::diagnostic::SourceName;
use tracewright::model::dataflow::ProgramKind;
use tracewright::model::desired::Desired;
use tracewright::model::names::{Port, TargetPath};
use tracewright::prove::Store;
use tracewright::render::{Templates, render};
use tracewright::stack::{Stack, resolve};
use tracewright::toml;
use tracewright::topology::read;
use tracewright::trial::{Ports, moved, stores};
use tracewright::wiring::{ComponentId, Wiring};

fn errors(stack: &Stack, desired: &Desired) -> Vec<String> {
    let texts = file_texts(desired);
    let mut files = file_set(desired, &texts, stack);
    files.collector_version = stack.collectors.values().next().map(|collector| collector.version.clone());
    let verdict = check(&read(&files), SystemTime::UNIX_EPOCH);
    let errors =
        verdict.findings.iter().filter(|one| one.severity == tracewright::diagnostic::Severity::Error);
    errors.map(|finding| format!("{}: {}", finding.code, finding.title)).collect()
}

/// Every path that an engine or a client of a trial is told to use.
fn paths(wiring: &Wiring<'_>) -> Vec<TargetPath> {
    let engines = wiring.engines.values().flat_map(|place| {
        place.data.iter().chain([&place.config, &place.certificates]).cloned().collect::<Vec<_>>()
    });
    let clients = wiring
        .clients
        .values()
        .flat_map(|place| place.file.iter().chain([&place.certificates]).cloned().collect::<Vec<_>>());
    engines.chain(clients).collect()
}

/// What somebody else runs beside the stack has no part in a trial, but as a store of the trial's own.
fn is_outside(own: &BTreeSet<Store>, id: &ComponentId) -> bool {
    match id.kind() {
        ProgramKind::Prometheus => !own.contains(&Store::Prometheus),
        ProgramKind::Loki => !own.contains(&Store::Loki),
        _ => false,
    }
}

/// With no store of the trial's own, and with all that the stack sends to.
fn holds(choices: &Choices) -> Result<(), TestCaseError> {
    holds_with(choices, |_| BTreeSet::new())?;
    holds_with(choices, stores)
}

fn holds_with(choices: &Choices, own: impl Fn(&Stack) -> BTreeSet<Store>) -> Result<(), TestCaseError> {
    let text = choices.toml();
    let (_, raw) = toml::parse(SourceName("stack.toml".into()), &text);
    let (stack, _) = resolve(&raw.unwrap()).unwrap();
    let (wiring, _) = wire(&stack).unwrap();
    let sound = errors(&stack, &render(&wiring, Templates::embedded()).unwrap()).is_empty();

    let directory = TargetPath::new("/tmp/tracewright-1000/x.1");
    let ports: Ports = wiring
        .listeners
        .iter()
        .zip(40_000..)
        .map(|(listener, port)| (listener.id.clone(), Port::known(port)))
        .collect();
    let own = own(&stack);
    let is_outside = |id: &ComponentId| is_outside(&own, id);
    let there = moved(&wiring, &directory, &ports, &own);
    let (after, warnings) =
        wire(&there).map_err(|findings| TestCaseError::fail(format!("{text}\n{findings:#?}")))?;
    // What a trial stores and writes is gone with it, as it shall be.
    let meant = ["path-volatile", "env-file-unreadable"];
    let mut unmeant = warnings.iter().filter(|warning| !meant.contains(&warning.code.0));
    prop_assert!(unmeant.next().is_none(), "{text}\n{warnings:#?}");

    let listeners = |wiring: &Wiring<'_>| -> BTreeMap<_, _> {
        wiring
            .listeners
            .iter()
            .filter(|listener| !is_outside(&listener.id.component))
            .map(|listener| (listener.id.clone(), (listener.tls, listener.max_message)))
            .collect()
    };
    prop_assert!(!after.clients.keys().any(is_outside), "{text}");
    prop_assert_eq!(listeners(&wiring), listeners(&after), "{}", text);
    for listener in &after.listeners {
        prop_assert!(listener.bind.is_loopback(), "{} {}\n{text}", listener.id, listener.bind);
        prop_assert_eq!(listener.port, ports[&listener.id]);
    }
    let ends = |wiring: &Wiring<'_>| -> Vec<_> {
        let edges = wiring.edges.iter();
        let edges = edges.filter(|edge| !edge.from.component().is_some_and(is_outside));
        let edges = edges.filter(|edge| !is_outside(&wiring.target(edge).id.component));
        edges.map(|edge| (edge.from.clone(), wiring.target(edge).id.clone())).collect()
    };
    prop_assert_eq!(ends(&wiring), ends(&after), "{}", text);
    for path in paths(&after) {
        prop_assert!(path.is_within(&directory) && path != directory, "{path}\n{text}");
    }
    let desired = render(&after, Templates::embedded()).unwrap();
    if sound {
        prop_assert_eq!(errors(&there, &desired), Vec::<String>::new(), "{}", text);
    }
    Ok(())
}

#[test]
fn any_stack_is_moved_wholly() {
    let mut runner = TestRunner::new(Config { cases: 512, failure_persistence: None, ..Config::default() });
    runner.run(&choices(), |choices| holds(&choices)).unwrap();
}
