//! Real Debian hosts for tests: systemd as init, a user manager, real services; booted from a private copy
//! in memory in a second or two, gone with the test.
//!
//! A host is a directory `tests/hosts/NAME` whose `setup` is run in it as root; `tests/hosts/debian` makes
//! what all of them boot from. Needs root, systemd-nspawn and that directory; where one is missing, nothing
//! is tested and the reason is said. Such a host has no network, and `MemoryMax`, `TasksMax` and
//! `IPAddressDeny` have no effect in it.
#![allow(dead_code, reason = "what a host can do is here, and not every test needs all of it")]

mod idle;
mod killed;
mod loss;
mod mask;
mod matrix;
mod pages;
mod reboot;
mod stand_in;
mod trust;
mod values;

use crate::kills;
use crate::support::repository;
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a host may take to boot, on a machine that is busy.
const BOOT: Duration = Duration::from_secs(60);
/// Seconds for one command in a host.
const COMMAND: &str = "300";

/// Whose command it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// root, in `/root`.
    Root,
    /// The ordinary user with uid 1000, in his home, with `XDG_RUNTIME_DIR` where he has one.
    Pde,
}

/// What a command printed, stdout and stderr together, and its exit code; none where it was killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    pub text: String,
    pub code: Option<i32>,
}

/// A running host. Only the thread that booted it keeps it alive: it is killed when that thread ends.
pub struct Host {
    boots: Child,
    init: u32,
}

impl Host {
    /// Boots the host of that name and runs its `setup`.
    ///
    /// # Errors
    /// Why this host cannot be booted here: not root, something is not installed, no Debian root was made,
    /// no collector of the version that its setup installs, or this machine boots no host.
    pub fn boot(name: &str) -> Result<Self, String> {
        let root = debian()?;
        has_collectors(name)?;
        let mut boots = Command::new("setpriv");
        boots.args(["--pdeathsig", "KILL"]).arg(repository().join("tests/hosts/boot")).arg(&root);
        boots
            .arg(format!("--machine={name}"))
            .args(lent().iter().map(|(from, to)| format!("--bind-ro={}:{to}", from.display())));
        let mut log = tempfile::tempfile().unwrap();
        boots.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log.try_clone().unwrap());
        let mut host = Self { boots: boots.spawn().expect("setpriv runs"), init: 0 };
        if let Err(fault) = host.wait_until_up() {
            let mut said = String::new();
            log.seek(SeekFrom::Start(0)).and_then(|_| log.read_to_string(&mut said)).unwrap();
            // A machine that boots no hosts, a container without namespaces for one, is not the product's fault.
            let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
            return Err(format!("{fault}: {}", last.unwrap_or("it said nothing").replace('|', "/")));
        }
        let setup = host.run(Who::Root, &format!("set -e; . /mnt/hosts/{name}/setup"));
        if setup.code != Some(0) {
            let journal = host.run(Who::Root, "journalctl --no-pager --output=cat --lines=60").text;
            panic!("the setup of {name}: {}\nits journal:\n{journal}", setup.text);
        }
        Ok(host)
    }

    fn wait_until_up(&mut self) -> Result<(), &'static str> {
        let begin = Instant::now();
        while begin.elapsed() < BOOT {
            std::thread::sleep(Duration::from_millis(50));
            if self.boots.try_wait().unwrap().is_some() {
                return Err("the host ended while it booted");
            }
            if let Some(init) = init_of(self.boots.id()) {
                self.init = init;
                let said = self.run(Who::Root, "systemctl is-system-running").text;
                if ["running", "degraded"].contains(&said.trim()) {
                    return Ok(());
                }
            }
        }
        Err("the host does not boot")
    }

    /// Ends everything in it at once, as a loss of power does, but for what was written; and boots it again.
    pub fn reboot(&mut self) {
        let before = self.init;
        // The command ends with the host.
        self.run(Who::Root, "systemctl reboot -ff");
        let begin = Instant::now();
        while init_of(self.boots.id()).is_none_or(|init| init == before) {
            assert!(begin.elapsed() < BOOT, "the host does not boot again");
            std::thread::sleep(Duration::from_millis(20));
        }
        self.wait_until_up().expect("it booted before");
    }

    /// Runs a shell command in the host, in a fixed environment.
    pub fn run(&self, who: Who, script: &str) -> Ran {
        let (user, home) = match who {
            Who::Root => ("root", "/root"),
            Who::Pde => ("pde", "/home/pde"),
        };
        let prefix = format!(
            "cd {home} && [ ! -d /run/user/$(id -u) ] || export XDG_RUNTIME_DIR=/run/user/$(id -u)\n"
        );
        let output = Command::new("nsenter")
            .args(["--target", &self.init.to_string(), "--all", "--", "timeout", "--kill-after=5", COMMAND])
            .args(["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--reset-env"])
            .args(["env", "LANG=C.UTF-8", "TERM=dumb", "sh", "-c"])
            .arg(format!("{prefix}{{ {script}\n}} 2>&1"))
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null())
            .output()
            .expect("nsenter runs");
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        Ran { text: text.into_owned(), code: output.status.code() }
    }

    /// What a command of root's prints, which must succeed.
    pub fn must(&self, script: &str) -> String {
        let ran = self.run(Who::Root, script);
        assert_eq!(ran.code, Some(0), "{script}: {}", ran.text);
        ran.text
    }

    /// Remembers the files and services of the host, both scopes: `tests/hosts/state`.
    pub fn save(&self) {
        self.must("/mnt/hosts/state save");
    }

    /// Puts back what was remembered; about a second.
    pub fn restore(&self) {
        self.must("/mnt/hosts/state restore");
    }

    /// Files, modes, owners and running services, in a form to compare.
    pub fn shown(&self) -> String {
        self.must("/mnt/hosts/state show")
    }

    /// The mutating calls of a command of root's: runs it once, to its end, which must be good. Calls of
    /// its main thread alone: what its children do (`systemctl`) is not ours to kill.
    pub fn kill_points(&self, command: &str) -> BTreeMap<String, Vec<usize>> {
        self.must(&format!("strace -qq -o /run/strace.log -e trace={} {command}", kills::MUTATING));
        kills::points(self.must("cat /run/strace.log").lines(), 0)
    }

    /// Runs a command of root's until right before the `nth` call of a kind, where it must die.
    pub fn kill_at(&self, command: &str, call: &str, nth: usize) {
        let inject = kills::inject(call, nth).join(" ");
        let ran = self.run(Who::Root, &format!("strace -qq -o /dev/null {inject} {command}"));
        // strace ends as its tracee did, which a shell tells as a code.
        assert!([None, Some(137)].contains(&ran.code), "{call} {nth} was not reached: {}", ran.text);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // By its id alone; everything else of the host dies with it.
        self.boots.kill().expect("it is our child");
        self.boots.wait().expect("it is our child");
    }
}

/// The first process of a host, below nspawn, below what starts it again, below what started that.
fn init_of(boots: u32) -> Option<u32> {
    let children = |pid: u32| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        text.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<u32>>()
    };
    let is_init = |pid: &u32| {
        std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "systemd\n")
    };
    children(boots).into_iter().flat_map(children).flat_map(children).find(is_init)
}

/// The Debian root, or why there is no host to be had here.
fn debian() -> Result<PathBuf, String> {
    if !rustix::process::geteuid().is_root() {
        return Err("not root".to_owned());
    }
    for tool in ["systemd-nspawn", "nsenter", "unshare", "setpriv", "findmnt"] {
        let there = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            return Err(format!("no {tool}"));
        }
    }
    let isolated = Command::new("unshare").args(["--mount", "--pid", "--fork", "true"]).output().unwrap();
    if !isolated.status.success() {
        return Err("no namespaces here".to_owned());
    }
    let said = Command::new(repository().join("tests/hosts/debian")).arg("--look").output().unwrap();
    let path = String::from_utf8(said.stdout).unwrap();
    if said.status.success() {
        Ok(path.trim().into())
    } else {
        Err("no Debian root: tests/hosts/debian makes it".to_owned())
    }
}

/// Whether the collectors are there that a host's setup installs; for Tempo there is a stand-in.
fn has_collectors(name: &str) -> Result<(), String> {
    let setup = repository().join("tests/hosts").join(name).join("setup");
    let setup =
        std::fs::read_to_string(&setup).unwrap_or_else(|fault| panic!("{}: {fault}", setup.display()));
    let there = engines();
    // A host may be another one with a difference.
    let base = setup.lines().find_map(|line| line.strip_prefix(". /mnt/hosts/")?.strip_suffix("/setup"));
    base.map_or(Ok(()), has_collectors)?;
    let installs = setup.lines().filter_map(|line| line.strip_prefix("engine ")?.split(' ').next());
    let mut missing =
        installs.filter(|name| name.starts_with("otelcol-") && there.iter().all(|found| found.0 != *name));
    missing.next().map_or(Ok(()), |name| Err(format!("no {name} in $TRACEWRIGHT_ENGINES")))
}

/// The engines of `$TRACEWRIGHT_ENGINES`, by name.
pub fn engines() -> Vec<(String, PathBuf)> {
    let Some(directory) = std::env::var_os("TRACEWRIGHT_ENGINES") else { return Vec::new() };
    let mut found: Vec<_> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::canonicalize(entry.path())))
        .filter_map(|(name, path)| Some((name, path.ok().filter(|path| path.is_file())?)))
        .filter(|(name, _)| {
            ["tempo-", "otelcol-", "prometheus-", "loki-"].iter().any(|kind| name.starts_with(kind))
                && !name.contains(".recipe")
                && !name.contains(".log")
        })
        .collect();
    found.sort();
    found
}

/// What of this machine a host sees, read-only, and where.
fn lent() -> Vec<(PathBuf, String)> {
    let mut lent = vec![
        (Path::new(env!("CARGO_BIN_EXE_tracewright")).to_owned(), "/usr/local/bin/tracewright".to_owned()),
        (repository().join("tests/hosts"), "/mnt/hosts".to_owned()),
        (repository().join("tests/mutants"), "/mnt/mutants".to_owned()),
        (repository().join("stacks"), "/mnt/stacks".to_owned()),
        (std::env::current_exe().unwrap(), "/mnt/it".to_owned()),
    ];
    lent.extend(engines().into_iter().map(|(name, path)| (path, format!("/mnt/engines/{name}"))));
    lent
}
