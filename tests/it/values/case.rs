//! A shape in a place: the stack, what is rendered of it, or the finding that refuses it.

use crate::expected::expected;
use crate::support::repository;
use crate::wiring_truth::{bare, file_set, file_texts};
use serde_json::{Map, json};
use std::path::Path;
use std::sync::LazyLock;
use std::time::SystemTime;
use tracewright::check::check;
use tracewright::component::wire;
use tracewright::diagnostic::{Severity, SourceName};
use tracewright::model::certificate::{CertificateRole, CertificateSpec};
use tracewright::model::desired::Content;
use tracewright::model::env::EnvFormat;
use tracewright::render::{Templates, render};
use tracewright::report::{ShownFindings, diagnostics};
use tracewright::stack::load;
use tracewright::topology::read;

/// What stands where a shape will stand; no text of a stack or a template holds it.
pub const PLAIN: &str = "xq7mark";

/// A stack with a place for a value.
pub struct Place {
    pub name: String,
    /// The line of the value in the stack file.
    pub line: usize,
    /// The files around the plain word.
    pub plain: Vec<File>,
    /// Every shape in it.
    pub cases: Vec<Case>,
}

/// One shape in one place.
pub struct Case {
    pub place: String,
    pub shape: String,
    pub outcome: Outcome,
    /// What our own analyser says against the files although the value was kept.
    pub misjudged: Option<String>,
}

pub enum Outcome {
    Kept(Vec<File>),
    Refused { code: String, shown: String },
}

/// A rendered file.
#[derive(Clone)]
pub struct File {
    pub path: String,
    pub text: String,
    pub kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Collector,
    Tempo,
    Grafana,
    Unit,
    Environment(EnvFormat),
    /// A certificate that will be issued, as it is specified.
    Certificate,
}

/// Every shape in every place; rendered once for all tests of this process.
pub fn all() -> &'static [Place] {
    static ALL: LazyLock<Vec<Place>> = LazyLock::new(places);
    &ALL
}

fn places() -> Vec<Place> {
    let directory = repository().join("tests/values");
    let shapes = std::fs::read_to_string(directory.join("shapes.txt")).unwrap();
    let shapes: Vec<String> = shapes.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut paths: Vec<_> =
        std::fs::read_dir(directory.join("places")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let templates = Templates::embedded();
    paths.iter().map(|path| place(path, &shapes, templates)).collect()
}

fn place(path: &Path, shapes: &[String], templates: &Templates) -> Place {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let template = std::fs::read_to_string(path).unwrap();
    let line = template.lines().position(|line| line.contains("VALUE")).expect("a place for a value") + 1;
    let plain = match outcome(&template, PLAIN, templates) {
        (Outcome::Kept(files), None) => files,
        (Outcome::Refused { shown, .. }, _) => panic!("{name} with a plain word: {shown}"),
        (_, Some(misjudged)) => panic!("{name} with a plain word: {misjudged}"),
    };
    let cases = shapes.iter().map(|shape| {
        let (outcome, misjudged) = outcome(&template, shape, templates);
        let misjudged = misjudged.map(|why| format!("{name} with {shape:?}: {why}"));
        Case { place: name.to_owned(), shape: shape.clone(), outcome, misjudged }
    });
    Place { name: name.to_owned(), line, plain, cases: cases.collect() }
}

/// A text between the quotes of TOML.
fn in_toml(text: &str) -> String {
    let escape = |letter: char| match letter {
        '"' | '\\' => format!("\\{letter}"),
        letter if letter.is_control() => format!("\\u{:04X}", u32::from(letter)),
        letter => letter.to_string(),
    };
    text.chars().map(escape).collect()
}

fn outcome(template: &str, shape: &str, templates: &Templates) -> (Outcome, Option<String>) {
    let text = template.replace("VALUE", &in_toml(shape));
    let (document, resolved) = load(SourceName("stack.toml".into()), &text);
    let refused = |mut findings: tracewright::diagnostic::Findings| {
        document.locate(&mut findings);
        let error = findings.iter().find(|finding| finding.severity == Severity::Error);
        let code = error.expect("what is refused has an error").code.0.to_owned();
        (
            Outcome::Refused {
                code,
                shown: diagnostics::render(&ShownFindings::of(&findings, &document.sources()), false),
            },
            None,
        )
    };
    let stack = match resolved {
        Ok((stack, _)) => stack,
        Err(findings) => return refused(findings),
    };
    let wiring = match wire(&stack) {
        Ok((wiring, _)) => wiring,
        Err(findings) => return refused(findings),
    };
    let desired = match render(&wiring, templates) {
        Ok(desired) => desired,
        Err(findings) => return refused(findings),
    };
    let texts = file_texts(&desired);
    let mut given = file_set(&desired, &texts, &stack);
    given.collector_version = stack.collectors.values().next().map(|collector| collector.version.clone());
    given.environment_dialects.extend(desired.files.iter().filter_map(
        |((_, path), file)| match &file.content {
            Content::Block { dialect, .. } => Some((path.clone(), *dialect)),
            _ => None,
        },
    ));
    let topology = read(&given);
    let verdict = check(&topology, SystemTime::UNIX_EPOCH);
    let errors: Vec<_> = verdict.findings.iter().filter(|one| one.severity == Severity::Error).collect();
    let (found, wanted) = (format!("{:#?}", bare(&topology)), format!("{:#?}", bare(&expected(&wiring))));
    let misjudged = if found != wanted {
        let differ = found.lines().zip(wanted.lines()).find(|(found, wanted)| found != wanted);
        Some(format!("read, and decided: {differ:#?}"))
    } else if !errors.is_empty() || !topology.not_read.is_empty() {
        Some(format!("{errors:?} {:?}", topology.not_read))
    } else {
        None
    };
    let files = desired.files.iter().map(|((_, path), file)| File {
        path: path.to_string(),
        kind: kind(path.as_str(), &file.content),
        text: match &file.content {
            Content::Certificate(spec) => certificate(spec),
            Content::PrivateKey(name) => json!(name.to_string()).to_string(),
            _ => texts[path].clone(),
        },
    });
    (Outcome::Kept(files.collect()), misjudged)
}

/// What a certificate will say: names as keys, whose order says nothing.
fn certificate(spec: &CertificateSpec) -> String {
    let names = match &spec.role {
        CertificateRole::Leaf { names, .. } => {
            names.iter().map(|name| (name.to_string(), json!(""))).collect()
        }
        _ => Map::new(),
    };
    json!([spec.organization, spec.common_name, names]).to_string()
}

fn kind(path: &str, content: &Content) -> Kind {
    match content {
        Content::Block { dialect, .. } => Kind::Environment(*dialect),
        Content::Certificate(_) | Content::PrivateKey(_) => Kind::Certificate,
        Content::Whole(text) if text.contains("\n[Service]\n") => Kind::Unit,
        Content::Whole(text) if text.contains("\ndatasources:\n") => Kind::Grafana,
        Content::Whole(text) if text.contains("\nexporters:\n") => Kind::Collector,
        Content::Whole(text) if text.contains("\ndistributor:\n") => Kind::Tempo,
        Content::Whole(_) => panic!("what is {path}?"),
    }
}
