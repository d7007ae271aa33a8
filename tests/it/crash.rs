//! The tool is killed at every system call that can change something.
//!
//! Where is decided by `kills`. What does it is this test binary itself, started again as a child with an
//! environment variable that names the verb and the root.
//!
//! strace counts for each thread by itself, and the main thread of a test binary opens and writes too.
//! The child therefore begins with more idle calls than the main thread makes, so that the counts of
//! what follows are never reached by the main thread first.
#![expect(clippy::disallowed_methods, reason = "the test starts itself under strace")]

use crate::kills::{self, MUTATING};
use crate::transaction_root::{copy, directory, look_at, put, recover_at, run_at, run_locked, tree};
use crate::transaction_support::{at, block, directory as wanted_directory, empty, of_stack, whole};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tracewright::apply::{ApplyError, DesiredState, Outcome};
use tracewright::model::desired::Desired;
use tracewright::model::prior::GenerationNumber;

/// Calls of a kind that the main thread of the child does not reach.
const IDLE: usize = 32;
/// Tells the child what to do: `VERB ROOT`.
const CHILD: &str = "TRACEWRIGHT_TEST_CRASH_CHILD";
/// The first of two stacks that between them need every kind of step.
fn first() -> Desired {
    let mut desired = empty();
    desired.directories.insert(at("/var/lib/shop"), wanted_directory(0o750));
    desired.files.insert(at("/etc/tempo/config.yml"), whole("port: 1\n", 0o640));
    desired.files.insert(at("/etc/tempo/leaves.yml"), whole("gone: soon\n", 0o640));
    desired.files.insert(at("/etc/old/directory/file"), whole("gone: soon\n", 0o600));
    desired.files.insert(at("/etc/kind"), whole("a file\n", 0o644));
    desired.files.insert(at("/srv/web/.env"), block(&["A=1"]));
    desired
}

fn second() -> Desired {
    let mut desired = empty();
    desired.files.insert(at("/etc/tempo/config.yml"), whole("port: 2\n", 0o640));
    desired.files.insert(at("/etc/otelcol/config.yaml"), whole("new: yes\n", 0o600));
    desired.files.insert(at("/etc/kind/is/directory"), whole("below\n", 0o644));
    desired.files.insert(at("/etc/mode"), whole("same\n", 0o600));
    desired.files.insert(at("/srv/web/.env"), block(&["A=2", "B=3"]));
    desired.files.insert(at("/srv/new/.env"), block(&["A=2"]));
    desired
}

fn run_all(root: &Path, spec: DesiredState<'_>) -> Result<Outcome, ApplyError> {
    run_at(root, spec, true, true)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    First,
    Second,
    Back,
    Recover,
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Back => "back",
            Self::Recover => "recover",
        }
    }

    fn run(self, root: &Path, run: fn(&Path, DesiredState<'_>) -> Result<Outcome, ApplyError>) {
        let outcome = match self {
            Self::First => run(root, of_stack(&first())),
            Self::Second => run(root, of_stack(&second())),
            Self::Back => run(root, DesiredState::Generation(Some(GenerationNumber(1)))),
            Self::Recover => {
                recover_at(root).unwrap();
                return;
            }
        };
        assert!(matches!(outcome.unwrap(), Outcome::Kept { .. }));
    }
}

/// Not a test of its own: what the child does.
#[test]
fn child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let (verb, root) = task.split_once(' ').unwrap();
    let verbs = [Verb::First, Verb::Second, Verb::Back, Verb::Recover];
    let verb = verbs.into_iter().find(|known| known.name() == verb).unwrap();
    for _ in 0..IDLE {
        std::fs::OpenOptions::new().write(true).open("/dev/null").unwrap().write_all(b"idle").unwrap();
    }
    verb.run(Path::new(root), run_locked);
}

fn traced(verb: Verb, root: &Path, strace: &[&str]) -> Command {
    let mut command = Command::new("strace");
    command
        .args(strace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--test-threads=1", "--nocapture"])
        .env(CHILD, format!("{} {}", verb.name(), root.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The mutating calls of a clean run: for each kind, which ones of those that strace counts.
fn points(verb: Verb, root: &Path, scratch: &Path) -> BTreeMap<String, Vec<usize>> {
    let (log, filter) = (scratch.join("strace.log"), format!("trace={MUTATING}"));
    let arguments = ["-f", "-qq", "-o", log.to_str().unwrap(), "-e", &filter];
    let status = traced(verb, root, &arguments).status().unwrap();
    assert!(status.success(), "the clean run of {} failed", verb.name());
    let log = std::fs::read_to_string(&log).unwrap();
    let threads = log.lines().filter_map(|line| line.split_once(' ')).map(|(thread, _)| thread);
    let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
    threads.for_each(|thread| *calls.entry(thread).or_insert(0) += 1);
    let (thread, _) = calls.into_iter().max_by_key(|(_, calls)| *calls).unwrap();
    kills::points(log.lines().filter_map(|line| line.strip_prefix(thread)), IDLE)
}

/// Runs until right before the `nth` call of a kind; whether it was killed there.
fn killed(verb: Verb, root: &Path, call: &str, nth: usize) -> bool {
    let inject = kills::inject(call, nth);
    let mut arguments = vec!["-f", "-qq", "-o", "/dev/null"];
    arguments.extend(inject.iter().map(String::as_str));
    !traced(verb, root, &arguments).status().unwrap().success()
}

struct Crash {
    verb: Verb,
    before: PathBuf,
    old: BTreeMap<PathBuf, String>,
    new: BTreeMap<PathBuf, String>,
    points: usize,
}

impl Crash {
    fn of(verb: Verb, before: PathBuf, scratch: &Path) -> Self {
        let done = scratch.join("done");
        copy(&before, &done);
        let old = tree(&done);
        verb.run(&done, run_all);
        let new = tree(&done);
        assert_ne!(old, new);
        std::fs::remove_dir_all(&done).unwrap();
        Self { verb, before, old, new, points: 0 }
    }

    fn at_every_call(&mut self, scratch: &Path) {
        let root = scratch.join("root");
        copy(&self.before, &root);
        let points = points(self.verb, &root, scratch);
        assert_eq!(tree(&root), self.new);
        std::fs::remove_dir_all(&root).unwrap();
        for (call, numbers) in &points {
            for nth in numbers {
                copy(&self.before, &root);
                assert!(killed(self.verb, &root, call, *nth), "{call} {nth} was not reached");
                self.points += 1;
                // Between two renames lies each step that becomes visible.
                let step = self.verb == Verb::Second && call == "renameat2";
                if step || Some(nth) == numbers.get(numbers.len() / 2) {
                    self.kill_the_recovery(&root, scratch, &format!("{call} {nth}"));
                }
                self.judge(&root, &format!("{} killed at {call} {nth}", self.verb.name()));
                std::fs::remove_dir_all(&root).unwrap();
            }
        }
    }

    /// The recovery from one kill point of each kind is itself killed at every call.
    fn kill_the_recovery(&mut self, crashed: &Path, scratch: &Path, what: &str) {
        let root = scratch.join("recovery");
        copy(crashed, &root);
        let points = points(Verb::Recover, &root, scratch);
        std::fs::remove_dir_all(&root).unwrap();
        for (call, numbers) in &points {
            for nth in numbers {
                copy(crashed, &root);
                assert!(killed(Verb::Recover, &root, call, *nth), "recovery: {call} {nth} was not reached");
                self.points += 1;
                self.judge(&root, &format!("{what}, its recovery killed at {call} {nth}"));
                std::fs::remove_dir_all(&root).unwrap();
            }
        }
    }

    /// The next run leaves exactly the old or the new state, and can go on from there.
    fn judge(&self, root: &Path, what: &str) {
        recover_at(root).unwrap_or_else(|fault| panic!("{what}: {fault}"));
        let found = tree(root);
        assert!(found == self.old || found == self.new, "{what}: neither old nor new: {found:#?}");
        let spec = look_at(root, of_stack(&second())).unwrap();
        assert!(spec.pending.is_none(), "{what}: still pending");
        assert_eq!(spec.plan.refused().count(), 0, "{what}");
        assert_eq!(spec.plan.drifted().count(), 0, "{what}: the state does not know what stands there");
    }
}

fn strace_is_there() -> bool {
    let there = Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status();
    there.is_ok_and(|status| status.success())
}

/// Kills one verb everywhere, on a root with files of somebody else.
fn everywhere(verb: Verb) {
    if !strace_is_there() {
        println!("promise: kill points | 0 | not run: {}: strace is not installed", verb.name());
        return;
    }
    let scratch = directory();
    let before = scratch.path().join("before");
    put(&before, "/srv/web/.env", b"SECRET=1\nLAST=2", 0o640);
    put(&before, "/etc/mode", b"same\n", 0o644);
    if verb != Verb::First {
        Verb::First.run(&before, run_all);
    }
    if verb == Verb::Back {
        Verb::Second.run(&before, run_all);
    }
    let mut crash = Crash::of(verb, before, scratch.path());
    crash.at_every_call(scratch.path());
    println!("promise: kill points | {} | cargo, {}", crash.points, verb.name());
    assert!(crash.points > 50, "only {} kill points", crash.points);
}

#[test]
fn a_first_apply_killed_anywhere_leaves_old_or_new() {
    everywhere(Verb::First);
}

#[test]
fn an_apply_killed_anywhere_leaves_old_or_new() {
    everywhere(Verb::Second);
}

#[test]
fn a_rollback_killed_anywhere_leaves_old_or_new() {
    everywhere(Verb::Back);
}
