//! The moments of a run at which it is killed: before every call that changes a file, as one clean run
//! shows them, and by the clock, for what lies between.
//!
//! strace counts the calls of each process by themselves, and only those on the paths it was told. Root's
//! process and the one with the user's rights change different places, so their paths tell them apart,
//! and what varies from run to run (looks at services, words over pipes) is not counted.

use super::super::{Host, Who};
use crate::kills::MUTATING;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Between two moments of the clock, in milliseconds.
const TICK: usize = 120;

/// Whose calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    Root,
    User,
}

impl Whose {
    /// Where this process alone changes files.
    fn places(self) -> &'static [&'static str] {
        match self {
            Self::Root => &["/etc", "/var/lib"],
            Self::User => &["/home/pde"],
        }
    }
}

/// Who dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dies {
    /// Root's process, right before the call.
    Root,
    /// The user's process, right after the call; root's has to take everything back.
    User,
    /// Both, right after the call.
    Both,
}

/// One moment.
#[derive(Clone, Debug)]
pub enum Moment {
    /// At the `nth` call of a kind on these paths.
    Call { dies: Dies, call: String, nth: usize, paths: String },
    /// So many milliseconds after it began.
    Clock(usize),
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call { dies, call, nth, .. } => write!(f, "{dies:?} dies at {call} {nth}"),
            Self::Clock(after) => write!(f, "killed after {after} ms"),
        }
    }
}

/// The calls of one process that change a file, by kind, numbered as strace counts them, and the paths.
pub struct Calls {
    paths: String,
    pub by_kind: BTreeMap<String, Vec<usize>>,
}

impl Calls {
    /// Of root's process and of the user's, from two clean runs, for which the host is made ready each time.
    pub fn of(host: &Host, verb: &str, ready: &dyn Fn()) -> [Self; 2] {
        let log = |paths: &str| {
            ready();
            let trace = format!("strace -f -qq -y -o /run/strace.log -e trace={MUTATING} {paths} {verb}");
            let ran = host.run(Who::Root, &trace);
            assert!([Some(0), Some(3)].contains(&ran.code), "the clean run of {verb}: {}", ran.text);
            host.must("cat /run/strace.log")
        };
        let first = log("");
        let paths = [Whose::Root, Whose::User].map(|whose| touched(&first, whose));
        let second = log(&paths.concat());
        paths.map(|paths| Self { by_kind: count(&second, &paths), paths })
    }

    /// Every moment of this process, each of them with who dies.
    pub fn moments(&self, dies: Dies) -> Vec<Moment> {
        let moment = |call: &String, nth: &usize| Moment::Call {
            dies,
            call: call.clone(),
            nth: *nth,
            paths: self.paths.clone(),
        };
        self.by_kind.iter().flat_map(|(call, all)| all.iter().map(move |nth| moment(call, nth))).collect()
    }
}

/// Moments of the clock over a run of so many milliseconds.
pub fn ticks(length: usize) -> Vec<Moment> {
    (1..).map(|tick| tick * TICK).take_while(|after| *after < length).map(Moment::Clock).collect()
}

/// Process, call and arguments of a line.
fn parts(line: &str) -> Option<(&str, &str, &str)> {
    let (pid, rest) = line.split_once(' ')?;
    let (call, arguments) = rest.trim_start().split_once('(')?;
    call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some((pid, call, arguments))
}

/// The numbers of the calls on these paths that change something.
fn count(log: &str, paths: &str) -> BTreeMap<String, Vec<usize>> {
    let (mut seen, mut process) = (BTreeMap::new(), None);
    let mut by_kind: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (pid, call, rest) in log.lines().filter_map(parts) {
        let number = seen.entry((pid, call)).or_insert(0);
        *number += 1;
        let here = paths.split(" -P ").skip(1).any(|path| rest.contains(&format!("<{path}>")));
        if here && changes(call, rest) {
            assert_eq!(*process.get_or_insert(pid), pid, "two processes change the same places: {rest}");
            by_kind.entry(call.to_owned()).or_default().push(*number);
        }
    }
    by_kind
}

fn changes(call: &str, arguments: &str) -> bool {
    call != "openat" || arguments.contains("O_CREAT")
}

/// The paths in places of this process in whose calls something changes, as strace is told them.
fn touched(log: &str, whose: Whose) -> String {
    let lines = log.lines().filter_map(parts).filter(|(_, call, arguments)| changes(call, arguments));
    let named = lines.flat_map(|(_, _, arguments)| {
        arguments.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0))
    });
    let own = named.filter(|path| whose.places().iter().any(|place| path.starts_with(place)));
    own.collect::<BTreeSet<_>>().into_iter().map(|path| format!(" -P {path}")).collect()
}

impl Moment {
    /// Runs a verb until this moment. Its exit code where it came to an end by itself.
    pub fn kill(&self, host: &Host, verb: &str) -> Option<i32> {
        let script = match self {
            Self::Clock(after) => {
                format!("timeout --foreground -s KILL {}.{:03} {verb}", after / 1000, after % 1000)
            }
            Self::Call { dies: Dies::Root, call, nth, paths } => format!(
                "strace -f -qq -o /dev/null {paths} -e trace={call} -e inject={call}:signal=SIGKILL:when={nth} {verb}"
            ),
            Self::Call { dies, call, nth, paths } => stopped(*dies, call, *nth, paths, verb),
        };
        let ran = host.run(Who::Root, &script);
        let code = ran.code.filter(|code| *code != 137);
        let known = [None, Some(0), Some(1), Some(3), Some(5)].contains(&code);
        assert!(known, "{self}: exit code {code:?}: {}", ran.text);
        code
    }
}

/// The user's process is stopped after the call, strace lets go of both, and then one or both die: so
/// another process in the place of the first is not stopped too.
fn stopped(dies: Dies, call: &str, nth: usize, paths: &str, verb: &str) -> String {
    let kill = match dies {
        Dies::Both => "kill -KILL $run",
        _ => "kill -KILL $child",
    };
    format!(
        "rm -f /run/stopped.log
        strace -D -I1 -f -qq -o /run/stopped.log {paths} -e trace={call} -e inject={call}:signal=SIGSTOP:when={nth} {verb} &
        run=$!
        until child=$(awk '/SIGSTOP/ {{ print $1; exit }}' /run/stopped.log 2> /dev/null) && [ -n \"$child\" ]; do
          kill -0 $run 2> /dev/null || {{ wait $run; exit $?; }}
          sleep 0.01
        done
        kill -TERM $(pgrep -x strace)
        while pgrep -x strace > /dev/null; do sleep 0.01; done
        {kill}
        wait $run"
    )
}
