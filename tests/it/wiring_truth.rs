//! What was decided is what the finished files say: rendered files, read back with the engines' own
//! semantics, equal `expected()`, and pass every rule.

use crate::expected::expected;
use crate::generator::{Choices, OVERRIDES, TEMPO_VERSIONS, choices};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use tracewright::component::wire;
use tracewright::diagnostic::{Mark, Severity, SourceName};
use tracewright::model::dataflow::{ClientTls, FileReference, ServerTls, Topology, Trust};
use tracewright::model::desired::{Content, Desired};
use tracewright::model::names::TargetPath;
use tracewright::render::{Templates, render};
use tracewright::stack::{Stack, resolve};
use tracewright::toml;
use tracewright::topology::{Examined, FileSet, read};

/// Listeners and clients without positions, in an order of their own.
pub fn bare(topology: &Topology) -> (Vec<String>, Vec<String>, Vec<String>) {
    let programs = topology.programs.iter().map(|program| format!("{program:?}")).collect();
    let mut listeners: Vec<_> = topology
        .listeners
        .iter()
        .map(|listener| {
            let program = &topology.programs[listener.program];
            let (protocol, bind, port) = (listener.protocol, &listener.bind, listener.port);
            format!(
                "{program} {} {protocol:?} {bind:?} {port} {:?}",
                listener.setting,
                bare_server(&listener.tls)
            )
        })
        .collect();
    let mut clients: Vec<_> = topology
        .clients
        .iter()
        .map(|client| {
            let program = &topology.programs[client.program];
            let mut means = client.means.clone();
            means.sort();
            format!(
                "{program} {} {:?} {:?} {} {:?} {:?} {means:?}",
                client.setting,
                client.protocol,
                client.host,
                client.port,
                client.wrong_path,
                bare_client(&client.tls)
            )
        })
        .collect();
    listeners.sort();
    clients.sort();
    (programs, listeners, clients)
}

fn bare_file(file: Option<FileReference>) -> Option<FileReference> {
    file.map(|file| FileReference { at: Mark::default(), ..file })
}

fn bare_server(tls: &ServerTls) -> ServerTls {
    let tls = tls.clone();
    ServerTls {
        certificate: bare_file(tls.certificate),
        key: bare_file(tls.key),
        client_ca: bare_file(tls.client_ca),
        at: None,
        ..tls
    }
}

fn bare_client(tls: &ClientTls) -> ClientTls {
    let tls = tls.clone();
    let trust = match tls.trust {
        Trust::File(file) => Trust::File(FileReference { at: Mark::default(), ..file }),
        // Whom a plaintext client would trust says nothing.
        _ if !tls.enabled => Trust::System,
        other => other,
    };
    ClientTls { trust, certificate: bare_file(tls.certificate), key: bare_file(tls.key), at: None, ..tls }
}

pub fn file_texts(desired: &Desired) -> BTreeMap<TargetPath, String> {
    let text = |content: &Content| match content {
        Content::Whole(text) => Some(text.clone()),
        Content::Block { lines, begin, end, .. } => Some(format!("{begin}\n{}\n{end}\n", lines.join("\n"))),
        Content::Certificate(_) | Content::PrivateKey(_) => None,
    };
    desired.files.iter().filter_map(|((_, path), file)| Some((path.clone(), text(&file.content)?))).collect()
}

/// The rendered files as `check` reads them, with the Tempo line that the stack names.
pub fn file_set<'a>(
    desired: &'a Desired,
    texts: &'a BTreeMap<TargetPath, String>,
    stack: &Stack,
) -> FileSet<'a> {
    let examined = |path: &TargetPath, content: &'a Content| match content {
        Content::Certificate(spec) => Examined::Spec(spec),
        Content::PrivateKey(name) => Examined::DesiredKey(name),
        _ => Examined::Bytes(texts[path].as_bytes()),
    };
    FileSet {
        files: desired
            .files
            .iter()
            .map(|((_, path), file)| (path.clone(), examined(path, &file.content)))
            .collect(),
        tempo_version: stack.tempo.as_ref().map(|tempo| tempo.version.clone()),
        complete: true,
        ..FileSet::default()
    }
}

fn holds(choices: &Choices) -> Result<(), TestCaseError> {
    let text = choices.toml();
    let (document, raw) = toml::parse(SourceName("stack.toml".into()), &text);
    let show = |mut findings: tracewright::diagnostic::Findings| {
        document.locate(&mut findings);
        format!("{text}\n{findings:#?}")
    };
    let raw = raw.map_err(|findings| TestCaseError::fail(show(findings)))?;
    let (stack, _) = resolve(&raw).map_err(|findings| TestCaseError::fail(show(findings)))?;
    let (wiring, _) = wire(&stack).map_err(|findings| TestCaseError::fail(show(findings)))?;
    let desired =
        render(&wiring, Templates::embedded()).map_err(|findings| TestCaseError::fail(show(findings)))?;
    let texts = file_texts(&desired);
    let versions: BTreeSet<_> =
        stack.collectors.values().map(|collector| collector.version.clone()).collect();
    let mut files = file_set(&desired, &texts, &stack);
    files.collector_version = (versions.len() == 1).then(|| versions.into_iter().next()).flatten();
    let topology = read(&files);
    let (mut read, mut wanted) = (bare(&topology), bare(&expected(&wiring)));
    if files.collector_version.is_none() {
        // Two releases cannot both be given; which one was assumed is not the subject here.
        read.0.clear();
        wanted.0.clear();
    }
    prop_assert_eq!(read, wanted, "{}", text);
    prop_assert!(topology.not_read.is_empty(), "{:?}\n{}", topology.not_read, text);
    prop_assert!(topology.unknown_keys.is_empty(), "{:?}\n{}", topology.unknown_keys, text);
    let verdict = tracewright::check::check(&topology, std::time::SystemTime::UNIX_EPOCH);
    let errors: Vec<_> =
        verdict.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    prop_assert!(errors.is_empty(), "{:#?}\n{}", errors, text);
    Ok(())
}

/// Every preset x protocol x override of the dialled listener must have been tried, and every Tempo
/// version with and without TLS inside.
#[test]
fn rendered_files_say_what_was_decided() {
    let seen = RefCell::new(BTreeSet::new());
    let versions = RefCell::new(BTreeSet::new());
    let mut runner = TestRunner::new(Config { cases: 1500, failure_persistence: None, ..Config::default() });
    let result = runner.run(&choices(), |choices| {
        seen.borrow_mut().insert(("app", choices.edge, choices.app_grpc, choices.collector_listener));
        seen.borrow_mut().insert(("collector", choices.edge, choices.collector_grpc, choices.tempo_listener));
        versions.borrow_mut().insert((choices.tempo_version, choices.internal_tls));
        holds(&choices)
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let wanted = 2 * 2 * 2 * OVERRIDES.len();
    assert_eq!(seen.borrow().len(), wanted, "not every preset x protocol x override was tried");
    let lines = 2 * TEMPO_VERSIONS.len();
    assert_eq!(versions.borrow().len(), lines, "not every Tempo version was tried with and without TLS");
    println!("promise: rendered files read back as decided, preset x protocol x override | {wanted} | cargo");
}
