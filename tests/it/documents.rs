//! `--format json`: one document on stdout, whatever happens, and a schema for it.

use crate::support::{copy_tree, repository};
use crate::tool::{said, tracewright};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use tracewright::check::ConditionState;
use tracewright::model::names::TargetPath;
use tracewright::model::prior::GenerationNumber;
use tracewright::report::document::{DescribedDocument, StatusDocument, printed, schema};
use tracewright::report::review::{EdgeEnd, EdgeView};
use tracewright::report::status::{
    ComponentStatus, DesiredStatus, HostStatus, ListenerStatus, Picture, PlaceStatus, RunStatus, UnitStatus,
};

/// Command lines, and how each ends.
const LINES: [(&str, i32); 17] = [
    ("check good --no-engines", 0),
    ("check faulty --no-engines", 3),
    ("check nowhere", 3),
    ("check --files good", 3),
    ("check --files hosts", 0),
    ("check --files hosts hosts", 0),
    ("plan good --root out --no-engines", 0),
    ("plan faulty --root out", 3),
    ("plan nowhere --root out", 3),
    ("plan good --root /", 3),
    ("history good --root out", 0),
    ("history nowhere --root out", 3),
    ("prove faulty", 3),
    ("status faulty/stack.toml/none", 3),
    ("plan good --no-such-flag", 64),
    ("history good --root", 64),
    ("frobnicate", 64),
];

#[test]
fn stdout_is_one_document_whatever_happens() {
    let temporary = tempfile::tempdir().unwrap();
    let at = |name: &str| temporary.path().join(name);
    copy_tree(&repository().join("stacks/minimal"), &at("good"));
    copy_tree(&repository().join("stacks/minimal"), &at("faulty"));
    copy_tree(&repository().join("tests/mutants/good-plaintext/root"), &at("hosts"));
    let text = fs::read_to_string(at("faulty/stack.toml")).unwrap();
    fs::write(
        at("faulty/stack.toml"),
        text.replace("2.10", "2.11").replace("[app.shop]", "[app.shop]\nx = 1"),
    )
    .unwrap();
    for (line, code) in LINES {
        let arguments: Vec<&str> = line.split(' ').chain(["--format", "json"]).collect();
        let ended = tracewright(temporary.path(), &arguments).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stdout);
        let document: Value =
            serde_json::from_str(&said).unwrap_or_else(|error| panic!("{line}: {error}: {said}"));
        assert_eq!(ended.status.code(), Some(code), "{line}");
        assert!(document["format_version"].is_string(), "{line}: {said}");
        let stopped = document.get("stopped").map(|stopped| stopped["exit"].as_i64());
        assert_eq!(stopped, (code != 0).then_some(Some(code.into())), "{line}: {said}");
    }
}

/// The same document goes into a file, whatever is printed, and one run makes both.
#[test]
fn a_document_goes_into_a_file_beside_any_format() {
    let temporary = tempfile::tempdir().unwrap();
    let at = |name: &str| temporary.path().join(name);
    copy_tree(&repository().join("stacks/minimal"), &at("good"));
    copy_tree(&repository().join("tests/mutants/good-plaintext/root"), &at("hosts"));
    fs::create_dir(at("faulty")).unwrap();
    fs::write(at("faulty/stack.toml"), "schema = 1\nname = \"a\"\n[tempo]\nversion = \"2.11\"\n").unwrap();
    let mut shown = 0;
    for (line, formats) in [
        ("check good --no-engines", &["text", "github", "sarif", "json"][..]),
        ("check faulty", &["text", "github", "sarif", "json"]),
        ("check --files hosts hosts", &["text", "github", "sarif", "json"]),
        ("plan good --root out --no-engines", &["text", "markdown", "github", "json"]),
        ("plan faulty --root out", &["text", "markdown", "github", "json"]),
        ("plan good --root out --to 9", &["text", "markdown", "github", "json"]),
        ("plan good --base main", &["text", "markdown", "github", "json"]),
        ("history good --root out", &["text", "json"]),
        ("history nowhere --root out", &["text", "json"]),
        ("prove faulty", &["text", "json"]),
        ("status nowhere", &["text", "json"]),
        ("render faulty --out rendered", &["text", "github", "json"]),
    ] {
        let run = |more: &[&str]| {
            let arguments: Vec<&str> = line.split(' ').chain(more.iter().copied()).collect();
            tracewright(temporary.path(), &arguments).output().unwrap()
        };
        let alone = run(&["--format", "json"]);
        let wanted: Value = serde_json::from_slice(&alone.stdout).unwrap();
        for format in formats {
            let plain = run(&["--format", format]);
            let both = run(&["--format", format, "--json-into", "both.json"]);
            let kept: Value = serde_json::from_slice(&fs::read(at("both.json")).unwrap()).unwrap();
            assert_eq!(kept, wanted, "{line} {format}");
            assert_eq!(both.stdout, plain.stdout, "{line} {format}");
            assert_eq!(both.status.code(), alone.status.code(), "{line} {format}");
            fs::remove_file(at("both.json")).unwrap();
            shown += 1;
        }
    }
    let refused =
        tracewright(temporary.path(), &["check", "good", "--no-engines", "--json-into", "no/where"]);
    assert_eq!(said(&{ refused }.output().unwrap()).1, 1, "a document that is lost is told");
    println!("promise: documents kept beside a format | {shown} | cargo");
}

#[test]
fn a_render_says_what_it_did() {
    let temporary = tempfile::tempdir().unwrap();
    copy_tree(&repository().join("stacks/minimal"), temporary.path());
    let run = || {
        let ended = tracewright(temporary.path(), &["render", "--out", "out", "--format", "json"]).output();
        serde_json::from_slice::<Value>(&ended.unwrap().stdout).unwrap()
    };
    let changes = |document: &Value| -> Vec<String> {
        let files = document["files"].as_array().unwrap().iter();
        files.map(|file| file["change"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(changes(&run()), ["added"; 5]);
    fs::remove_file(temporary.path().join("out/etc/tempo/config.yml")).unwrap();
    assert_eq!(changes(&run()), ["same", "same", "same", "added", "same"]);
}

#[test]
fn a_finding_has_its_beginning_and_its_end() {
    let temporary = tempfile::tempdir().unwrap();
    fs::write(temporary.path().join("stack.toml"), "schema = 1\nname = \"a\"\n[tempo]\nversion = \"2.11\"\n")
        .unwrap();
    let ended = tracewright(temporary.path(), &["check", "--format", "json"]).output().unwrap();
    let document: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let at = &document["findings"][0]["at"];
    let place = ["line", "column", "end_line", "end_column"].map(|key| at[key].as_u64().unwrap());
    assert_eq!(place, [4, 11, 4, 17]);
}

#[test]
fn generation_0_is_a_generation() {
    let temporary = tempfile::tempdir().unwrap();
    copy_tree(&repository().join("stacks/minimal"), temporary.path());
    let run = |arguments: &str| {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        tracewright(temporary.path(), &arguments).output().unwrap().stdout
    };
    let numbers = |said: &[u8]| -> Vec<Value> {
        let document: Value = serde_json::from_slice(said).unwrap();
        document["generations"].as_array().unwrap().iter().map(|one| one["generation"].clone()).collect()
    };
    let none: [u64; 0] = [];
    assert_eq!(numbers(&run("history . --root out --format json")), none);
    run("apply . --root out --auto-approve --no-engines");
    assert_eq!(numbers(&run("history . --root out --format json")), [0, 1]);
}

/// What is wrong with a document by the schema that the tool prints for it; a key that the schema does not name is
/// wrong too, though readers must take it.
pub fn faults(of: DescribedDocument, document: &str) -> Vec<String> {
    let mut schema: Value = serde_json::from_str(&schema(of)).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "the schema of {of:?} is none");
    closed(&mut schema);
    let document = serde_json::from_str(document).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(&document).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

/// No keys but those that are described, in every object that the schema speaks of. The variants of one object are
/// closed by it: each of them alone does not name what they share.
fn closed(schema: &mut Value) {
    let is_object = schema["type"] == "object";
    if is_object && schema.get("additionalProperties").is_none() {
        schema["unevaluatedProperties"] = Value::Bool(false);
    }
    let Value::Object(keywords) = schema else { return };
    for (keyword, inner) in keywords {
        match (keyword.as_str(), inner) {
            ("$defs" | "properties", Value::Object(named)) => named.values_mut().for_each(closed),
            ("items" | "additionalProperties", inner) => closed(inner),
            ("oneOf" | "anyOf", Value::Array(variants)) if !is_object => variants.iter_mut().for_each(closed),
            _ => {}
        }
    }
}

#[test]
fn every_document_is_as_it_is_described() {
    let temporary = tempfile::tempdir().unwrap();
    let repository = repository();
    for (from, to) in [
        ("stacks/incident-host", "good"),
        ("tests/mutants/good-compose-traces/root", "repository"),
        ("tests/mutants/tls-mismatch-compose/root", "broken"),
    ] {
        copy_tree(&repository.join(from), &temporary.path().join(to));
    }
    fs::create_dir(temporary.path().join("faulty")).unwrap();
    fs::write(temporary.path().join("faulty/stack.toml"), "name = \"x\"\nnonsense = 1\n").unwrap();
    // What a verb prints, once it has ended as it should: a document of a failure shows nothing of the verb.
    let said = |line: &str, code: i32| {
        let arguments: Vec<&str> = line.split(' ').collect();
        let ended = tracewright(temporary.path(), &arguments).output().unwrap();
        let said = String::from_utf8(ended.stdout).unwrap();
        assert_eq!(ended.status.code(), Some(code), "{line}: {said}");
        said
    };
    let mut judged = 0;
    for (of, lines) in [
        (
            DescribedDocument::Check,
            &[
                ("check good --no-engines", 0),
                ("check --files repository", 0),
                ("check --files broken", 3),
                ("check --files repository broken", 3),
                ("check faulty", 3),
            ][..],
        ),
        (DescribedDocument::Plan, &[("plan good --root out --no-engines", 0), ("plan faulty --root out", 3)]),
        (
            DescribedDocument::History,
            &[("history good --root out", 0), ("history faulty --root out", 0), ("history none", 3)],
        ),
        (DescribedDocument::Status, &[("status good", 1), ("status none", 3)]),
        (DescribedDocument::Prove, &[("prove good", 3), ("prove none", 3)]),
    ] {
        for (line, code) in lines {
            let document = said(&format!("{line} --format json"), *code);
            assert_eq!(faults(of, &document), Vec::<String>::new(), "{line}: {document}");
            judged += 1;
        }
    }
    said("apply good --root out --auto-approve --no-engines", 0);
    let rendered = said("render good --out rendered --format json", 0);
    assert_eq!(faults(DescribedDocument::Render, &rendered), Vec::<String>::new());
    let manifest = fs::read_to_string(temporary.path().join("rendered/tracewright.json")).unwrap();
    assert_eq!(faults(DescribedDocument::Manifest, &manifest), Vec::<String>::new());
    for path in fs::read_dir(repository.join("tests/plans")).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|extension| extension == "json") {
            let document = fs::read_to_string(&path).unwrap();
            let faults = faults(DescribedDocument::Plan, &document);
            assert_eq!(faults, Vec::<String>::new(), "{}", path.display());
            judged += 1;
        }
    }
    let history = said("history good --root out --format json", 0);
    assert_eq!(faults(DescribedDocument::History, &history), Vec::<String>::new());
    println!("promise: documents that are as their schema says | {} | cargo", judged + 3);
}

#[test]
fn what_is_seen_of_a_host_and_its_services_is_described() {
    let listener = ListenerStatus {
        name: "receive.grpc".to_owned(),
        desired: "127.0.0.1:4317".parse().unwrap(),
        tls: true,
        real: Some("[::]:4317".parse().unwrap()),
        holder: Some("nginx".to_owned()),
    };
    let unit = UnitStatus {
        name: "otelcol.service".to_owned(),
        state: "running".to_owned(),
        since: Some("2026-01-01T00:00:00Z".to_owned()),
        run: Some("0123".to_owned()),
        restarts: 2,
        started_since: true,
        outdated: vec![TargetPath::new("/etc/otelcol/config.yaml")],
        others: vec![TargetPath::new("/etc/systemd/system/otelcol.service.d/x.conf")],
    };
    let component = ComponentStatus {
        name: "collector.main".to_owned(),
        release: Some("otelcol 0.159.0".to_owned()),
        release_fault: None,
        version: "0.159".to_owned(),
        pid: Some(7),
        unit: Some(unit),
        not_asked: None,
        not_ready: Some("its port is another's".to_owned()),
        listeners: vec![listener],
        counters: Some(BTreeMap::from([("otelcol_exporter_sent_spans", 5.0)])),
    };
    let drift = vec![(TargetPath::new("/etc/tempo/config.yml"), "its content changed".to_owned())];
    let host =
        |run, generation, desired| HostStatus { generation, run, drift: drift.clone(), desired, part: true };
    let applied = Some((GenerationNumber(3), "apply by root".to_owned()));
    for (host, components) in [
        (host(None, None, DesiredStatus::Faulty), Vec::new()),
        (
            host(Some((RunStatus::Killed, "x".to_owned())), applied, DesiredStatus::Changes(2)),
            vec![component],
        ),
    ] {
        let end = EdgeEnd {
            to: Some("collector.main".to_owned()),
            dials: "127.0.0.1:4317".to_owned(),
            protocol: "OTLP/gRPC".to_owned(),
            tls: false,
            trusts: None,
            state: ConditionState::Met,
        };
        let edges = vec![EdgeView { from: "app.shop".to_owned(), before: None, after: Some(end) }];
        let stack = "shop".to_owned();
        let picture = Picture { stack, place: PlaceStatus::Host(host), edges, components };
        let document = printed(&StatusDocument::of(&picture));
        assert_eq!(faults(DescribedDocument::Status, &document), Vec::<String>::new(), "{document}");
    }
}

#[test]
fn a_document_that_is_another_is_refused() {
    let plan = fs::read_to_string(repository().join("tests/plans/retention.json")).unwrap();
    for (from, to) in [
        ("\"generation\": 1", "\"generation\": \"one\""),
        ("\"place\":", "\"where\":"),
        ("\"edge_counts\":", "\"edge_count\":"),
        ("\"kind\": \"keys\"", "\"kind\": \"key\""),
    ] {
        let other = plan.replacen(from, to, 1);
        assert_ne!(other, plan, "{from}");
        assert!(!faults(DescribedDocument::Plan, &other).is_empty(), "{to}");
    }
    assert!(!faults(DescribedDocument::Status, &plan).is_empty());
    assert!(!faults(DescribedDocument::Manifest, &plan).is_empty());
}
