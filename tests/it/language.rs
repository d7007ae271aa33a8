//! What must hold for the whole language, whatever its keys are: they are walked from its own list.

use proptest::prelude::*;
use std::collections::BTreeSet;
use tracewright::component::wire;
use tracewright::diagnostic::{Place, SourceName};
use tracewright::model::desired::Desired;
use tracewright::model::release::collector::CollectorRelease;
use tracewright::model::release::tempo::TempoRelease;
use tracewright::render::{Templates, render};
use tracewright::report::{ShownFindings, diagnostics};
use tracewright::stack::load;
use tracewright::toml::schema::{KeyDefault, KeyStatus, Schema, ValueKind};
use tracewright::toml::{RawStack, Table, parse};

/// One of everything, so that each key has a table to stand in.
const BASE: &[(&str, &str)] = &[
    ("name", "\"shop\""),
    ("host.main.address", "\"tempo.lan\""),
    ("tempo.version", "\"2.10\""),
    ("tempo.receive.grpc", "14317"),
    ("collector.main.version", "\"0.159\""),
    ("collector.main.receive.grpc", "4317"),
    ("app.shop.sdk.language", "\"rust\""),
    ("app.shop.sdk.version", "\"0.31\""),
    ("app.shop.sdk.tls_settings", "\"code\""),
    ("app.shop.protocol", "\"grpc\""),
    ("grafana", "{}"),
    ("prometheus.labels", "{}"),
    ("prometheus.managed", "true"),
    ("prometheus.version", "\"3.16\""),
    ("loki.managed", "true"),
    ("loki.version", "\"3.7\""),
];

/// The base with one key set, in dotted spelling.
pub(crate) fn with(path: &str, value: &str) -> String {
    let beside = BESIDE.iter().filter(|(key, _)| *key == path).map(|(_, line)| *line);
    format!("{}{}{path} = {value}\n", without(path), beside.collect::<String>())
}

/// What a key stands beside, in a table that the base has not.
const BESIDE: &[(&str, &str)] =
    &[("app.shop.container.certificates", "app.shop.container.host_address = \"docker.lan\"\n")];

/// The base without a key.
fn without(path: &str) -> String {
    let apart = |base: &str| base != path && !path.starts_with(&format!("{base}."));
    let base =
        BASE.iter().filter(|(key, _)| apart(key)).filter(|(key, _)| !key.starts_with(&format!("{path}.")));
    base.map(|(key, value)| format!("{key} = {value}\n")).collect()
}

/// Whatever comes out of a stack: itself, or what is wrong with it.
fn outcome(text: &str) -> String {
    format!("{:?}", load(SourceName("stack.toml".into()), text).1)
}

/// A key of the language where it would be written.
pub(crate) struct Spot {
    pub(crate) path: String,
    pub(crate) name: &'static str,
    pub(crate) kind: ValueKind,
    pub(crate) status: KeyStatus,
    pub(crate) example: &'static str,
    default: KeyDefault,
    renders: &'static str,
}

pub(crate) fn spots() -> Vec<Spot> {
    let mut spots = Vec::new();
    collect("", RawStack::SCHEMA, &mut spots);
    spots
}

fn collect(above: &str, schema: &'static Schema, spots: &mut Vec<Spot>) {
    for key in schema.keys {
        let path = if above.is_empty() { key.name.to_owned() } else { format!("{above}.{}", key.name) };
        match (key.status, key.kind) {
            (KeyStatus::Rendered, ValueKind::Table(schema) | ValueKind::Listener(schema)) => {
                collect(&path, schema, spots);
            }
            (KeyStatus::Rendered, ValueKind::Named(schema, _)) => {
                let name = if key.name == "app" { "shop" } else { "main" };
                collect(&format!("{path}.{name}"), schema, spots);
            }
            _ => {}
        }
        let (name, kind, status) = (key.name, key.kind, key.status);
        let (example, default, renders) = (key.example, key.default, key.renders);
        spots.push(Spot { path, name, kind, status, example, default, renders });
    }
}

/// Two values of a kind that mean different things.
fn two_values(name: &str, kind: ValueKind) -> Option<[String; 2]> {
    let quoted = |a: &str, b: &str| Some([format!("\"{a}\""), format!("\"{b}\"")]);
    match kind {
        ValueKind::Flag(_) => Some(["true".into(), "false".into()]),
        ValueKind::Whole(..) => Some(["1".into(), "7".into()]),
        ValueKind::Fraction => Some(["0.5".into(), "0.25".into()]),
        ValueKind::Port => Some(["5001".into(), "5002".into()]),
        ValueKind::Choice(_, words) => quoted(words[0].text, words[1].text),
        // The life of a CA is longer than that of a leaf, and traces are to be found; everything else is short.
        ValueKind::Duration if ["authority_lifetime", "retention"].contains(&name) => quoted("500d", "501d"),
        ValueKind::DurationOrNever => quoted("never", "100s"),
        ValueKind::Duration => quoted("6s", "7s"),
        ValueKind::Size(_) => quoted("96MiB", "97MiB"),
        ValueKind::Version => quoted("0.30", "0.31"),
        ValueKind::Bind => quoted("loopback", "::1"),
        ValueKind::Path => quoted("/srv/a", "/srv/b"),
        ValueKind::Hosts => Some(["[\"main\"]".into(), "[\"second\"]".into()]),
        ValueKind::Text | ValueKind::Header | ValueKind::Name | ValueKind::Dial => quoted("alpha", "beta"),
        ValueKind::SendTo => quoted("alpha", "beta"),
        ValueKind::Secret => quoted("env:A", "env:B"),
        ValueKind::List(kind) => {
            two_values(name, *kind).map(|values| values.map(|value| format!("[{value}]")))
        }
        ValueKind::Map(kind) => {
            two_values(name, *kind).map(|values| values.map(|value| format!("{{ xa = {value} }}")))
        }
        ValueKind::Listener(_) => Some(["5001".into(), "5002".into()]),
        ValueKind::Table(_) | ValueKind::Named(..) | ValueKind::Anything => None,
    }
}

#[test]
fn the_base_is_sound() {
    let text: String = BASE.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
    assert!(outcome(&text).starts_with("Ok"), "{}", outcome(&text));
}

#[test]
fn a_component_may_bear_the_name_of_a_key() {
    let base = "name = \"shop\"\n[tempo]\nversion = \"2.10\"\n";
    for collector in [
        "[collector.metrics]\nversion = \"0.159\"\n",
        "[collector]\nmetrics = { version = \"0.159\" }\n",
        "[collector]\nmetrics.version = \"0.159\"\n",
    ] {
        let outcome = outcome(&format!("{base}{collector}"));
        assert!(outcome.starts_with("Ok"), "{collector}: {outcome}");
    }
    let unnamed = outcome(&format!("{base}[collector]\nmetrics = {{ port = 8888 }}\n"));
    assert!(unnamed.contains("unnamed-table"), "{unnamed}");
}

#[test]
fn no_key_is_ignored() {
    // Refused whatever they are: the base has no user scope, and nobody else dials Tempo's own listener.
    // Only Java has an agent, and the base is Rust.
    let refused = |path: &str| {
        path.ends_with(".service.home") || ["tempo.internal.dial", "app.shop.sdk.agent"].contains(&path)
    };
    let mut silent = Vec::new();
    for spot in spots() {
        match spot.status {
            KeyStatus::Rendered => {
                let Some([one, other]) = two_values(spot.name, spot.kind) else { continue };
                let (one, other) = (outcome(&with(&spot.path, &one)), outcome(&with(&spot.path, &other)));
                if one == other && !refused(&spot.path) {
                    silent.push(format!("{}: {one}", spot.path));
                }
            }
            KeyStatus::NotYet(_) => {
                let outcome = outcome(&with(&spot.path, "1979-05-27"));
                assert!(
                    outcome.contains("not-yet") && !outcome.contains("value-type"),
                    "{}: {outcome}",
                    spot.path
                );
            }
            KeyStatus::Refused(refusal) => assert!(outcome(&with(&spot.path, "1")).contains(refusal.code)),
        }
    }
    assert!(silent.is_empty(), "these change nothing:\n{}", silent.join("\n"));
}

#[test]
fn every_example_can_be_typed() {
    for spot in spots().iter().filter(|spot| matches!(spot.status, KeyStatus::Rendered)) {
        let Some((name, value)) = spot.example.split_once(" = ") else { continue };
        assert_eq!(name, spot.name, "{}", spot.path);
        let (_, parsed) = parse(SourceName("stack.toml".into()), &with(&spot.path, value));
        assert!(parsed.is_ok(), "{}: {:?}", spot.path, parsed.err());
    }
    let version = |path: &str| spots().into_iter().find(|spot| spot.path == path).unwrap().example;
    let newest = format!("version = \"0.{}\"", CollectorRelease::rendered_minors().1);
    assert_eq!(version("collector.main.version"), newest);
    assert_eq!(version("tempo.version"), format!("version = \"{}\"", TempoRelease::newest().name));
}

/// All that a stack wants; nothing of one that is refused.
fn desired(text: &str) -> Option<Desired> {
    let (stack, _) = load(SourceName("stack.toml".into()), text).1.ok()?;
    let (wiring, _) = wire(&stack).ok()?;
    render(&wiring, Templates::embedded()).ok()
}

/// What is declared as a default and what holds without the key are told in two places.
#[test]
fn a_key_that_says_its_default_changes_nothing() {
    let mut count = 0;
    for spot in spots() {
        let KeyDefault::Value(default) = spot.default else { continue };
        let above = spot.path.strip_suffix(&format!(".{}", spot.name)).unwrap_or("");
        let is_in_base = BASE.iter().any(|(key, _)| key.starts_with(&format!("{above}.")));
        let silent = match above.is_empty() || is_in_base {
            true => without(&spot.path),
            false => with(above, "{}"),
        };
        let said = with(&spot.path, default);
        let wanted = desired(&said);
        assert!(wanted.is_some(), "{}: {}", spot.path, outcome(&said));
        assert_eq!(wanted, desired(&silent), "{} = {default}", spot.path);
        count += 1;
    }
    assert!(count >= 55, "{count}");
}

/// The base with one key set, TLS wherever it can be, and a file of the application.
fn with_everything(path: &str, value: &str) -> String {
    const REACHED: &str = "bind = \"any\", tls = true";
    let mut text = with(path, value);
    for (key, port) in [("tempo.receive.grpc", 14317), ("collector.main.receive.grpc", 4317)] {
        text =
            text.replace(&format!("{key} = {port}\n"), &format!("{key} = {{ port = {port}, {REACHED} }}\n"));
    }
    let more = [
        ("tempo.http", format!("{{ {REACHED} }}")),
        ("tempo.internal", "{ tls = true }".to_owned()),
        ("app.shop.env_file", "\"/srv/shop/.env\"".to_owned()),
        ("app.shop.signals", "[\"traces\", \"metrics\", \"logs\"]".to_owned()),
    ];
    let apart = |key: &str| !path.starts_with(key) && !text.contains(&format!("\n{key} "));
    let more: String =
        more.iter().filter(|(key, _)| apart(key)).map(|(key, value)| format!("{key} = {value}\n")).collect();
    text + &more
}

/// Keys that say what they render and change no file all the same, with the reason.
const SILENT: &[(&str, &str)] = &[
    ("tls", "`off` refuses what `edge` gives TLS, and the base says it on its listeners"),
    ("collector.main.dialect", "the base names a release that is known"),
    ("collector.main.signals", "the application of the base sends all of them"),
    ("collector.main.receive.http.dial", NOBODY),
    ("collector.main.health.dial", NOBODY),
    ("tempo.dialect", "the same"),
    ("tempo.receive.http.dial", NOBODY),
    ("app.shop.sdk.version", "the base has no `timeout`"),
    ("prometheus.service.home", REFUSED),
    ("prometheus.service.unit", REFUSED),
    ("prometheus.scrape_file", "the Prometheus of the base has the jobs in its configuration"),
    ("loki.service.home", REFUSED),
    ("loki.service.unit", REFUSED),
    ("loki.paths.certificates", "the Loki of the base has no TLS"),
    ("loki.internal.dial", REFUSED),
];
const REFUSED: &str = "both values are refused, by the program's home";
const NOBODY: &str = "nobody of the base dials it";

#[test]
fn a_key_that_says_what_it_renders_changes_what_is_wanted() {
    let (mut count, mut silent) = (0, Vec::new());
    let spots = spots();
    for spot in spots.iter().filter(|spot| !spot.renders.is_empty()) {
        let Some(values) = two_values(spot.name, spot.kind) else { continue };
        let [one, other] = values.map(|value| desired(&with_everything(&spot.path, &value)));
        if let (Some(one), Some(other)) = (one, other) {
            count += 1;
            if one == other {
                silent.push(spot.path.as_str());
            }
        }
    }
    let known: Vec<&str> = SILENT.iter().map(|(path, _)| *path).collect();
    assert_eq!(silent, known);
    assert!(count >= 60, "{count}");
}

#[test]
fn every_slip_in_a_key_is_understood() {
    for spot in spots() {
        let above = spot.path.strip_suffix(spot.name).unwrap();
        for slip in slips(spot.name) {
            let text = with(&format!("{above}{slip}"), "1");
            let outcome = outcome(&text);
            assert!(outcome.contains("did you mean") || known_elsewhere(&slip), "{above}{slip}: {outcome}");
        }
    }
}

/// A slip that is itself a word of the language: `host` for `hosts`.
fn known_elsewhere(word: &str) -> bool {
    spots().iter().any(|spot| spot.name == word)
}

/// Neighbours swapped, a letter left out, doubled, or replaced.
fn slips(word: &str) -> BTreeSet<String> {
    let letters: Vec<char> = word.chars().collect();
    let changed = |change: &dyn Fn(&mut Vec<char>)| {
        let mut letters = letters.clone();
        change(&mut letters);
        letters.into_iter().collect::<String>()
    };
    let mut slips = BTreeSet::new();
    for at in 0..letters.len() {
        slips.insert(changed(&|letters| letters.insert(at, letters[at])));
        slips.insert(changed(&|letters| letters[at] = 'x'));
        slips.insert(changed(&|letters| {
            letters.remove(at);
        }));
        if at > 0 {
            slips.insert(changed(&|letters| letters.swap(at - 1, at)));
        }
    }
    slips.remove(word);
    slips.retain(|slip| slip.len() > 2);
    slips
}

/// Loads and prints; every place lies in the text. What comes out is not looked at.
fn survives(text: &str) {
    let (document, resolved) = load(SourceName("stack.toml".into()), text);
    let findings = resolved.map_or_else(|faults| faults, |(_, warnings)| warnings);
    for label in findings.iter().flat_map(|finding| finding.at.iter().chain(&finding.also)) {
        let Place::Text(mark) = &label.place else { panic!("not located: {label:?}") };
        assert!(text.get(mark.span.clone()).is_some(), "{mark:?} is not in the text");
    }
    diagnostics::render(&ShownFindings::of(&findings, &document.sources()), true);
}

fn valid() -> impl Strategy<Value = String> {
    let shipped = ["minimal", "incident-host", "internal-tls"];
    let invalid = ["unknown-key-and-many-more", "not-yet-keys", "secret-value-shown", "value-type-mixed"];
    let texts = [
        include_str!("../../stacks/minimal/stack.toml"),
        include_str!("../../stacks/incident-host/stack.toml"),
        include_str!("../../stacks/internal-tls/stack.toml"),
        include_str!("../invalid/unknown-key-and-many-more.toml"),
        include_str!("../invalid/not-yet-keys.toml"),
        include_str!("../invalid/secret-value-shown.toml"),
        include_str!("../invalid/value-type-mixed.toml"),
    ];
    assert_eq!(texts.len(), shipped.len() + invalid.len());
    proptest::sample::select(texts.to_vec()).prop_map(ToOwned::to_owned)
}

/// Cuts, repeats and strange insertions at random places.
fn mutated() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(String::new()),
        "[\\[\\]{}=\"'.,#\n\\\\ ]{1,4}",
        "(\r\n|\t|\u{0}|ö|\u{1F980}|\u{feff}|\"\"\"|\\[\\[|= )",
        "(tls|collector|tempo|\\[tempo\\]|true|-1|1e9|0x10|1979-05-27|\"~/x\"|\"\\\\u0000\")",
    ];
    let edit = (any::<prop::sample::Index>(), 0_usize..12, piece);
    (valid(), prop::collection::vec(edit, 1..6)).prop_map(|(text, edits)| {
        let mut letters: Vec<char> = text.chars().collect();
        for (at, cut, piece) in edits {
            let start = at.index(letters.len() + 1);
            let end = (start + cut).min(letters.len());
            letters.splice(start..end, piece.chars());
        }
        letters.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        survives(&text);
    }

    #[test]
    fn any_lines_are_survived(text in "([a-z\\[\\]{}=\".,#'0-9\n -]|\\PC|\u{0}){0,200}") {
        survives(&text);
    }

    #[test]
    fn any_change_of_a_stack_is_survived(text in mutated()) {
        survives(&text);
    }
}
