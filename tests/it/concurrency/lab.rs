//! The stacks, the roots and the runs of the rounds.

use crate::kills::{self, MUTATING};
use crate::transaction_root::{directory, put, tree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The names of the two stacks, in the order in which rounds number them.
pub const NAMES: [&str; 2] = ["shop", "beside"];

/// With certificates, and a file of somebody else that is taken over.
const SHOP: &str = r#"
schema = 1
name   = "shop"
tls    = "edge"

[collector.main]
version = "0.159"

[tempo]
version  = "2.10"
internal = { tls = true }
retention = "RETENTION"

[app.shop]
env_file = "/srv/shop/.env"
protocol = "http/protobuf"
"#;

/// Shares directories with the first.
const BESIDE: &str = r#"
schema = 1
name   = "beside"

[tempo]
version   = "2.10"
paths     = { config = "/etc/tempo/beside.yml", data = "/var/lib/beside" }
service   = { unit = "beside.service" }
http      = { port = 13200 }
receive   = { grpc = 14417 }
internal  = { port = 19095 }
retention = "RETENTION"

[app.web]
env_file = "/srv/shop/web.env"
protocol = "grpc"
"#;

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    ApplyOne,
    ApplyTwo,
    Rollback,
    Destroy,
}

impl Verb {
    pub const ALL: [Self; 4] = [Self::ApplyOne, Self::ApplyTwo, Self::Rollback, Self::Destroy];

    fn arguments(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::ApplyOne => (&["apply", "--auto-approve", "--adopt", "--no-engines"], "one"),
            Self::ApplyTwo => (&["apply", "--auto-approve", "--adopt", "--no-engines"], "two"),
            Self::Rollback => (&["rollback", "--auto-approve"], "one"),
            Self::Destroy => (&["destroy", "--auto-approve"], "one"),
        }
    }
}

/// A system call at which a run is held up: its name, and which one of these.
pub type Point = (String, usize);

pub struct Lab {
    directory: TempDir,
    points: BTreeMap<Verb, Vec<Point>>,
}

impl Lab {
    /// `None` where there is no strace.
    pub fn of_strace() -> Option<Self> {
        let there = Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status();
        there.ok().filter(std::process::ExitStatus::success)?;
        let directory = directory();
        for (name, text) in NAMES.iter().zip([SHOP, BESIDE]) {
            for (version, retention) in [("one", "24h"), ("two", "48h")] {
                let path = format!("/{name}/{version}/stack.toml");
                put(directory.path(), &path, text.replace("RETENTION", retention).as_bytes(), 0o644);
            }
        }
        let mut lab = Self { directory, points: BTreeMap::new() };
        // Each in turn, so that each has something to do; the last one gives all back.
        let round = lab.round();
        let mut points = BTreeMap::new();
        for verb in Verb::ALL {
            points.insert(verb, round.traced(verb));
        }
        lab.points = points;
        Some(lab)
    }

    pub fn points(&self, verb: Verb) -> &[Point] {
        &self.points[&verb]
    }

    /// A root with files of somebody else, and nothing applied.
    pub fn round(&self) -> Round<'_> {
        let root = directory();
        put(root.path(), "/srv/shop/.env", b"SECRET=1\n", 0o640);
        put(root.path(), "/srv/shop/web.env", b"SECRET=2", 0o600);
        // A directory that one stack makes and the other uses would stay behind, and be nobody's.
        put(root.path(), "/etc/systemd/system/other.service", b"theirs\n", 0o644);
        put(root.path(), "/etc/tempo/config.yml", b"theirs\n", 0o604);
        let before = tree(root.path());
        Round { lab: self, root, before }
    }
}

pub struct Round<'l> {
    lab: &'l Lab,
    root: TempDir,
    /// What stood there first.
    pub before: BTreeMap<PathBuf, String>,
}

impl Round<'_> {
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// A verb, to be started by a program or by itself.
    fn command(&self, around: Option<&[&str]>, stack: usize, verb: Verb) -> Command {
        let (arguments, version) = verb.arguments();
        let binary = env!("CARGO_BIN_EXE_tracewright");
        let mut command = match around {
            Some(around) => {
                let mut command = Command::new("strace");
                command.args(around).arg(binary);
                command
            }
            None => Command::new(binary),
        };
        let stack = self.lab.directory.path().join(NAMES[stack]).join(version);
        command.args(arguments).arg(stack).arg("--root").arg(self.root());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// The first version is applied already.
    pub fn set_up(&self, stack: usize) {
        self.alone(stack, Verb::ApplyOne);
    }

    /// Runs a verb with nobody beside it, to its good end.
    pub fn alone(&self, stack: usize, verb: Verb) {
        let output = self.command(None, stack, verb).output().unwrap();
        assert!(output.status.success(), "{verb:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// The calls of a verb that change something, lock and unlock included.
    fn traced(&self, verb: Verb) -> Vec<Point> {
        let log = self.lab.directory.path().join("strace.log");
        let (log, filter) = (log.to_str().unwrap(), format!("trace={MUTATING}"));
        let around = ["-qq", "-o", log, "-e", &filter];
        let output = self.command(Some(&around), 0, verb).output().unwrap();
        assert!(output.status.success(), "{verb:?}: {}", String::from_utf8_lossy(&output.stderr));
        let log = std::fs::read_to_string(log).unwrap();
        let points = kills::points(log.lines(), 0).into_iter();
        points.flat_map(|(call, numbers)| numbers.into_iter().map(move |nth| (call.clone(), nth))).collect()
    }

    /// Starts a verb that is held up at one of its calls.
    pub fn start(&self, stack: usize, verb: Verb, (call, nth): &Point, micros: usize) -> Run {
        let inject = format!("inject={call}:delay_enter={micros}:when={nth}");
        let trace = format!("trace={call}");
        let around = ["-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", &trace, "-e", &inject];
        let told =
            format!("{} of {}, held up {micros} us at {call} {nth}", verb.arguments().0[0], NAMES[stack]);
        Run { child: self.command(Some(&around), stack, verb).spawn().unwrap(), told }
    }
}

pub struct Run {
    child: Child,
    told: String,
}

impl Run {
    /// Waits for its end, which must be one that a user may meet here.
    pub fn told(self) -> String {
        let output = self.child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        // Nothing is left to go back to where another run has given everything back.
        let nothing = code == Some(3) && said.contains("nothing was applied yet");
        assert!(matches!(code, Some(0 | 4 | 7)) || nothing, "{}: {code:?}: {said}", self.told);
        format!("{} -> {}", self.told, code.unwrap())
    }
}
