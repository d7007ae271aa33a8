//! Small stacks, made of a few paths that get in each other's way, and verbs on a disk in memory.

use crate::transaction_disk::{MemoryDisk, Random};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};
use tracewright::apply::Judges;
use tracewright::apply::{
    ApplyError, Consent, DesiredState, NoProver, Outcome, Survey, SurveyRequest, apply, survey,
};
use tracewright::host::{Host, Process, Root};
use tracewright::model::desired::{Content, Desired, DesiredDirectory, DesiredFile, Digest};
use tracewright::model::env::EnvFormat;
use tracewright::model::ground::Ground;
use tracewright::model::names::{ComponentName, HostName, Mode, Owner, Scope, StackName, TargetPath};
use tracewright::model::prior::GenerationNumber;
use tracewright::model::step::Step;
use tracewright::plan::Author;

pub type MemoryRoot = Root<MemoryDisk>;

pub fn stack() -> StackName {
    StackName::new("shop")
}

pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

pub fn author(verb: &str) -> Author {
    Author { time: "2026-09-21T00:00:00Z".to_owned(), user: "pde".to_owned(), verb: verb.to_owned() }
}

pub fn empty() -> Desired {
    Desired { stack: stack(), directories: BTreeMap::new(), files: BTreeMap::new(), units: Vec::new() }
}

pub fn at(path: &str) -> (HostName, TargetPath) {
    (HostName::this(), TargetPath::new(path))
}

pub fn file(content: Content, mode: u32) -> DesiredFile {
    DesiredFile {
        scope: Scope::System,
        owner: Owner::of("root", "root"),
        mode: Mode(mode),
        content,
        component: ComponentName::new("main"),
    }
}

pub fn whole(text: &str, mode: u32) -> DesiredFile {
    file(Content::Whole(text.to_owned()), mode)
}

pub fn block(lines: &[&str]) -> DesiredFile {
    let content = Content::Block {
        lines: lines.iter().map(ToString::to_string).collect(),
        begin: "# >>> tracewright shop/web >>>".to_owned(),
        end: "# <<< tracewright shop/web <<<".to_owned(),
        dialect: EnvFormat::Dotenv,
    };
    file(content, 0o600)
}

pub fn directory(mode: u32) -> DesiredDirectory {
    DesiredDirectory {
        scope: Scope::System,
        owner: Owner::of("root", "root"),
        mode: Mode(mode),
        only_below_root: false,
    }
}

/// An arbitrary small stack.
pub fn any_desired(random: &mut Random) -> Desired {
    let mut desired = empty();
    let mut pick = |random: &mut Random, path: &str, files: &[DesiredFile]| {
        if let Some(file) = files.get(random.below(files.len() + 2)) {
            desired.files.insert(at(path), file.clone());
        }
    };
    let texts = [whole("a: 1\n", 0o640), whole("a: 2\n", 0o640), whole("a: 1\n", 0o600), whole("", 0o644)];
    pick(random, "/etc/one/a.yaml", &texts);
    pick(random, "/etc/one/b.yaml", &texts);
    pick(random, "/etc/one/deep/er/c.yaml", &texts);
    pick(random, "/etc/flat", &texts);
    pick(random, "/srv/web/.env", &[block(&["A=1"]), block(&["A=2", "B=x"]), block(&[])]);
    pick(random, "/srv/new/.env", &[block(&["A=1"]), block(&["A=2", "B=x"])]);
    pick(random, "/etc/taken.conf", &texts);
    // The same name is a file in one stack and a directory in the next.
    if random.below(2) == 0 {
        pick(random, "/etc/kind", &texts);
    } else {
        pick(random, "/etc/kind/below/x", &texts);
        pick(random, "/etc/kind/y", &texts);
    }
    for (path, mode) in [("/etc/one", 0o750), ("/var/lib/shop", 0o700), ("/etc/empty/in", 0o755)] {
        if random.below(2) == 0 {
            desired.directories.insert(at(path), directory(mode));
        }
    }
    desired
}

/// A host with files of somebody else on it.
pub fn any_host(random: &mut Random) -> MemoryRoot {
    let mut disk = MemoryDisk::new();
    let environments: [&[u8]; 4] = [b"SECRET=1\n", b"SECRET=1\nLAST=2", b"", b"# only a comment\n\n"];
    if let Some(bytes) = environments.get(random.below(5)) {
        disk.put("/srv/web/.env", bytes, 0o640);
    }
    if random.below(2) == 0 {
        disk.put("/etc/taken.conf", b"theirs\n", 0o604);
    }
    if random.below(2) == 0 {
        disk.put("/etc/other", b"never ours\n", 0o644);
    }
    Root::on(disk)
}

pub fn of_stack(desired: &Desired) -> DesiredState<'_> {
    DesiredState::Stack(desired)
}

pub fn look(root: &dyn Host, desired: DesiredState<'_>) -> Result<Survey, ApplyError> {
    let (stack, host) = (stack(), HostName::this());
    survey(
        root,
        &SurveyRequest {
            stack: &stack,
            host: &host,
            desired,
            ground: &Ground::below_root(&stack),
            text: None,
            cas: None,
            now: now(),
        },
    )
}

/// Looks, agrees, carries out. Only an apply takes over what is not ours; nothing ever drifts here.
pub fn run(root: &mut dyn Host, desired: DesiredState<'_>) -> Result<Outcome, ApplyError> {
    let approved = look(root, desired)?.digest;
    let adopt = matches!(desired, DesiredState::Stack(_));
    let consent = Consent { approved, accept_drift: false, adopt };
    run_with(root, desired, &consent)
}

pub fn run_with(
    root: &mut dyn Host,
    desired: DesiredState<'_>,
    consent: &Consent,
) -> Result<Outcome, ApplyError> {
    let (stack, host) = (stack(), HostName::this());
    let request = SurveyRequest {
        stack: &stack,
        host: &host,
        desired,
        ground: &Ground::below_root(&stack),
        text: None,
        cas: None,
        now: now(),
    };
    let author = author("apply");
    apply(root, &request, consent, (&author, Judges::none(&NoProver::below_root())))
}

pub fn back_to(number: u64) -> DesiredState<'static> {
    DesiredState::Generation(Some(GenerationNumber(number)))
}

/// The generation that an outcome kept; `None` where there was nothing to do.
pub fn kept(outcome: Outcome) -> Option<GenerationNumber> {
    match outcome {
        Outcome::Kept { generation, notes, .. } => {
            assert_eq!(notes, Vec::<String>::new());
            Some(generation)
        }
        Outcome::Unchanged => None,
        other => panic!("{other:?}"),
    }
}

/// The journal of a run that has only begun.
pub fn journal_of(process: Process) -> Vec<u8> {
    let process = format!(r#""process":{{"pid":{},"started":{}}},"#, process.pid, process.started);
    framed(&format!(r#"{BEGIN}{process}"steps":[]}}"#))
}

/// The journal of a run that announced all of these steps and was killed.
pub fn journal_with(steps: &[Step]) -> Vec<u8> {
    let begin = framed(&format!(r#"{BEGIN}"steps":{}}}"#, serde_json::to_string(steps).unwrap()));
    [begin, framed(&format!(r#"{{"doing":{}}}"#, steps.len() - 1))].concat()
}

const BEGIN: &str =
    r#"{"version":1,"reads":"0.1.0","generation":2,"author":{"time":"","user":"pde","verb":"apply"},"#;

fn framed(record: &str) -> Vec<u8> {
    let sum = Digest::of(record.as_bytes()).to_string();
    format!("{:08x} {} {record}\n", record.len(), &sum[..8]).into_bytes()
}
