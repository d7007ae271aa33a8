//! How long a host takes in the library: 1,000 different one-host stacks on one thread, each applied to
//! a host in memory and then planned again with nothing to change, each stage timed by itself, in microseconds a host. `tests/bench/run` runs it in release.
//!
//! The stacks are different texts (name, ports, TLS, retention, queue), so that no file is met twice
//! and nothing can be remembered from an earlier one.

#![allow(
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints, and stops at what cannot be measured"
)]
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant, SystemTime};
use tracewright::check::check;
use tracewright::component::wire;
use tracewright::diagnostic::SourceName;
use tracewright::model::block::{Origin, Split};
use tracewright::model::desired::{Content, Desired, Digest};
use tracewright::model::ground::Ground;
use tracewright::model::names::{HostName, TargetPath};
use tracewright::model::observed::{Ids, Observed, ObservedDirectory, ObservedFile, PathState};
use tracewright::model::prior::{Prior, PriorPath};
use tracewright::pki::issue;
use tracewright::plan::{Author, Circumstances, DesiredHost, plan};
use tracewright::render::{Templates, render};
use tracewright::stack::{Stack, resolve};
use tracewright::toml;
use tracewright::topology::{Examined, FileSet, read};

const STACKS: u16 = 1000;

/// One host with a collector, Tempo, an application and Grafana.
fn text(number: u16) -> String {
    let port = 20_000 + number * 4;
    let tls = number.is_multiple_of(2);
    let mut text = format!("schema = 1\nname = \"bench-{number}\"\ntls = \"edge\"\n");
    let _ = write!(
        text,
        "[collector.main]\nversion = \"0.159\"\nreceive = {{ grpc = {port}, http = {} }}\n\
         queue = {{ requests = {} }}\n\
         [tempo]\nversion = \"2.10\"\nreceive = {{ grpc = {} }}\nhttp = {{ port = {}, tls = {tls} }}\n\
         retention = \"{}h\"\n\
         [app.shop]\nenv_file = \"/srv/shop-{number}/.env\"\nprotocol = \"grpc\"\n\
         [grafana]\n",
        port + 1,
        1000 + number,
        port + 2,
        port + 3,
        24 + number,
    );
    text
}

/// What every stage took so far.
#[derive(Default)]
struct Stages(Vec<(&'static str, Duration)>);

impl Stages {
    fn time<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let begin = Instant::now();
        let result = work();
        let took = begin.elapsed();
        match self.0.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, sum)) => *sum += took,
            None => self.0.push((stage, took)),
        }
        result
    }

    /// Microseconds a host for some stages together.
    fn microseconds(&self, stages: &[&str]) -> f64 {
        let sum: Duration =
            self.0.iter().filter(|(name, _)| stages.contains(name)).map(|(_, sum)| *sum).sum();
        sum.as_secs_f64() * 1e6 / f64::from(STACKS)
    }
}

fn understand(text: &str) -> Stack {
    let (_, raw) = toml::parse(SourceName("stack.toml".into()), text);
    let raw = raw.unwrap_or_else(|findings| panic!("{text}\n{findings:#?}"));
    resolve(&raw).unwrap_or_else(|findings| panic!("{text}\n{findings:#?}")).0
}

fn rendered(stack: &Stack, templates: &Templates, stages: &mut Stages) -> Desired {
    let (wiring, _) = stages.time("wire", || wire(stack)).expect("a stack of this generator wires");
    stages.time("render", || render(&wiring, templates)).expect("a stack of this generator renders")
}

/// A host as an apply left it, and what that apply remembered.
struct Applied {
    observed: Observed,
    prior: Prior,
}

impl Applied {
    /// Applies to an empty host, in memory.
    fn new(desired: &Desired, now: SystemTime) -> Self {
        let host = host(desired);
        let nothing = Observed { host: host.clone(), at: BTreeMap::new(), machine: None };
        let first = Prior::default();
        let ground = Ground::below_root(&desired.stack);
        let plan = plan(
            &DesiredHost::of_stack(desired, (host, &ground), &first),
            &nothing,
            &first,
            &Circumstances::at(now),
        );
        let desired = plan.to_issue.ca.as_ref();
        let issued =
            desired.map(|desired| issue(&plan.to_issue.leaves, desired, None, now).expect("rcgen issues"));
        let issued = issued.unwrap_or_default();
        let author = Author { time: String::new(), user: String::new(), verb: "apply".to_owned() };
        let manifest = plan.manifest(&issued, &author, &first, &BTreeMap::new());
        let objects = plan.objects(&issued).into_iter().map(|((_, digest), bytes)| (digest, bytes)).collect();
        let at =
            manifest.entries.iter().map(|(path, entry)| (path.clone(), standing(entry, &objects))).collect();
        Self {
            observed: Observed { host: host.clone(), at, machine: None },
            prior: Prior { newest: Some(manifest), ..Prior::default() },
        }
    }

    /// Whether the stack wants anything of this host.
    fn is_settled(&self, desired: &Desired, now: SystemTime) -> bool {
        let ground = Ground::below_root(&desired.stack);
        let goal = DesiredHost::of_stack(desired, (host(desired), &ground), &self.prior);
        plan(&goal, &self.observed, &self.prior, &Circumstances::at(now)).is_empty()
    }
}

fn host(desired: &Desired) -> &HostName {
    &desired.files.keys().next().expect("every stack has a file").0
}

/// What stands at a managed path after an apply.
fn standing(entry: &PriorPath, objects: &BTreeMap<Digest, &[u8]>) -> PathState {
    let ids = Ids { uid: 0, gid: 0 };
    let file = |bytes, mode| PathState::File(ObservedFile { bytes, mode, ids, links: 1 });
    match entry {
        PriorPath::File { digest, mode, .. } => file(objects[digest].to_vec(), *mode),
        PriorPath::Block { markers, lines, mode, .. } => {
            let empty = Split::of(b"", markers).expect("an empty file splits");
            file(empty.with(markers, lines, Origin::default()).0, *mode)
        }
        PriorPath::Link { to } => PathState::Link { to: to.clone() },
        PriorPath::Directory { mode, .. } => {
            PathState::Directory(ObservedDirectory { mode: *mode, ids, entries: None })
        }
    }
}

fn judge(desired: &Desired, now: SystemTime) -> bool {
    let text = |content: &Content| match content {
        Content::Whole(text) => Some(text.clone()),
        Content::Block { lines, begin, end, .. } => Some(format!("{begin}\n{}\n{end}\n", lines.join("\n"))),
        Content::Certificate(_) | Content::PrivateKey(_) => None,
    };
    let texts: BTreeMap<&TargetPath, String> =
        desired.files.iter().filter_map(|((_, path), file)| Some((path, text(&file.content)?))).collect();
    let files = desired.files.iter().map(|((_, path), file)| {
        let examined = match &file.content {
            Content::Certificate(desired) => Examined::Spec(desired),
            Content::PrivateKey(name) => Examined::DesiredKey(name),
            Content::Whole(_) | Content::Block { .. } => Examined::Bytes(texts[path].as_bytes()),
        };
        (path.clone(), examined)
    });
    let set = FileSet { files: files.collect(), complete: true, ..FileSet::default() };
    !check(&read(&set), now).findings.has_errors()
}

fn main() {
    let (templates, now) = (Templates::embedded(), SystemTime::now());
    let texts: Vec<_> = (0..STACKS).map(text).collect();
    let mut stages = Stages::default();
    let stacks: Vec<_> =
        texts.iter().map(|text| stages.time("parse and resolve", || understand(text))).collect();
    let hosts: Vec<_> = stacks
        .iter()
        .map(|stack| Applied::new(&rendered(stack, templates, &mut Stages::default()), now))
        .collect();
    for (stack, host) in stacks.iter().zip(&hosts) {
        let desired = rendered(stack, templates, &mut stages);
        assert!(stages.time("compare", || host.is_settled(&desired, now)), "an applied host wants nothing");
        assert!(stages.time("check", || judge(&desired, now)), "a stack of this generator passes");
    }
    for (stage, _) in &stages.0 {
        println!("{:>8.1} µs  {stage}", stages.microseconds(&[stage]));
    }
    println!(
        "{:>8.1} µs  render and compare (wire included)",
        stages.microseconds(&["wire", "render", "compare"])
    );
    println!("{:>8.1} µs  the same with check", stages.microseconds(&["wire", "render", "compare", "check"]));
}
