//! Stack files: the shipped ones resolve, the faulty ones say so in whole, expected texts.
//!
//! A case is a pair in `tests/invalid`: `CODE-NAME.toml` and `CODE-NAME.stderr`, what is printed for
//! it. `TRACEWRIGHT_BLESS=1 cargo test` writes the second from the first; read it before you keep it.

#![expect(clippy::disallowed_methods, reason = "tests read and bless their own data")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tracewright::component::{load, wire};
use tracewright::diagnostic::pages;
use tracewright::diagnostic::{Findings, SourceName};
use tracewright::report::ShownFindings;
use tracewright::report::diagnostics::render;

fn repository(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What is found in a stack, and what is printed of it.
fn judge(text: &str) -> (Findings, String) {
    let (document, resolved) = load(SourceName("stack.toml".into()), text);
    let findings = resolved.map_or_else(
        |faults| faults,
        |(stack, mut warnings)| {
            let mut decided = wire(&stack).map_or_else(|faults| faults, |(_, warnings)| warnings);
            document.locate(&mut decided);
            warnings.extend(decided);
            warnings
        },
    );
    let shown = render(&ShownFindings::of(&findings, &document.sources()), false);
    (findings, shown)
}

fn codes(findings: &Findings) -> BTreeSet<&'static str> {
    findings.iter().map(|finding| finding.code.0).collect()
}

/// The files of `tests/invalid` with an extension, in order of their names.
fn cases(extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository("tests/invalid")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    paths.sort();
    paths
}

#[test]
fn shipped_stacks_resolve_without_a_word() {
    for entry in std::fs::read_dir(repository("stacks")).unwrap() {
        let path = entry.unwrap().path().join("stack.toml");
        let (findings, shown) = judge(&text_of(&path));
        assert!(
            codes(&findings).iter().all(|code| *code == "port-convention"),
            "{}: {shown}",
            path.display()
        );
    }
}

#[test]
fn faulty_stacks_say_so() {
    let bless = std::env::var_os("TRACEWRIGHT_BLESS").is_some();
    let mut wrong = String::new();
    for path in cases("toml") {
        let (findings, shown) = judge(&text_of(&path));
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if !codes(&findings).into_iter().any(|code| stem.starts_with(&format!("{code}-"))) {
            wrong += &format!("== {stem}: none of {:?} is what its name promises\n", codes(&findings));
        }
        let expected = path.with_extension("stderr");
        if bless {
            std::fs::write(&expected, &shown).unwrap();
        } else if text_of(&expected) != shown {
            wrong += &format!("== {stem}, expected\n{}== found\n{shown}\n", text_of(&expected));
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nTRACEWRIGHT_BLESS=1 writes what was found");
    let stems = |extension| -> BTreeSet<PathBuf> {
        cases(extension).iter().map(|path| path.with_extension("")).collect()
    };
    assert_eq!(stems("toml"), stems("stderr"), "every case is a pair");
}

/// The codes of the catalogue that a stack file alone can earn, and those added for values that have
/// no row there.
const CODES: &[&str] = &[
    "version-not-text",
    "version-text",
    "version-unknown",
    "version-missing",
    "unknown-key",
    "unknown-table",
    "unnamed-table",
    "duplicate-key",
    "toml-syntax",
    "key-missing",
    "schema-unknown",
    "listener-shape",
    "listener-text",
    "listener-tls",
    "listener-needed",
    "dial-text",
    "dialect-assumed",
    "port-range",
    "tls-unsupported",
    "internal-bind",
    "key-unused",
    "duration-unit",
    "number-range",
    "size-inexact",
    "size-unit",
    "path-relative",
    "path-shape",
    "path-home",
    "service-user-missing",
    "name-shape",
    "host-list",
    "reference-unknown",
    "address-text",
    "collector-ambiguous",
    "no-listener",
    "protocol-missing",
    "protocol-text",
    "exporter-loop",
    "send-to-missing",
    "one-of",
    "secret-value",
    "secret-shared",
    "secret-unsupported",
    "header-text",
    "header-secret",
    "hardening-off",
    "debug-detailed",
    "queue-memory",
    "queue-wait-stalls",
    "batch-without-queue",
    "batch-size",
    "retention-short",
    "retry-order",
    "lifetime-order",
    "sdk-unsupported",
    "value-type",
    "value-unknown",
    "text-control",
    "text-empty",
    "url-text",
    "not-yet",
    "port-taken",
    "same-file",
    "path-hidden",
    "path-volatile",
    "env-file-unreadable",
    "signal-unsupported",
    "version-too-old",
    "env-conflict",
    "attribute-text",
    "sdk-unread",
    "sdk-without-tls",
    "variable-name",
    "bind-unreachable",
    "plaintext-reachable",
    "address-missing",
];

#[test]
fn every_code_has_a_case() {
    let all: Vec<_> = cases("toml").iter().map(|path| codes(&judge(&text_of(path)).0)).collect();
    let seen: BTreeSet<&str> = all.into_iter().flatten().collect();
    assert_eq!(seen, BTreeSet::from_iter(CODES.iter().copied()));
    let without: Vec<_> = CODES.iter().filter(|code| pages::explain(code).is_none()).collect();
    assert!(without.is_empty(), "no page for {without:?}");
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let (findings, _) = judge(&"# filler\n".repeat(120_000));
    assert_eq!(codes(&findings), BTreeSet::from(["file-too-large"]));
}

#[test]
fn the_name_is_read_whatever_else_is_wrong() {
    let named = |text: &str| tracewright::stack::load_name(SourceName("stack.toml".into()), text).1.is_ok();
    assert!(named("name = \"shop\"\ntls = 5\n[nonsense\nx = 1.2.3\n"));
    assert!(!named("name = \"Not One\"\n") && !named("") && !named("[tempo]\nname = \"shop\"\n"));
}

#[test]
fn faults_of_all_tables_are_told_at_once() {
    let (findings, shown) = judge(&text_of(&repository("tests/invalid/unknown-key-and-many-more.toml")));
    let lines: BTreeSet<&str> = shown.lines().filter(|line| line.contains("--> stack.toml:")).collect();
    assert_eq!(lines.len(), findings.len(), "each stands at a place of its own:\n{shown}");
    let expected = [
        "unknown-key",
        "unknown-table",
        "version-not-text",
        "version-missing",
        "duration-unit",
        "port-range",
        "protocol-text",
        "reference-unknown",
        "not-yet",
        "duplicate-key",
    ];
    assert_eq!(codes(&findings), BTreeSet::from(expected));
}
