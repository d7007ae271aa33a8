//! Runs that change a live host are killed at every call that changes a file, and by the clock.
//!
//! After each kill `status` and `plan` write nothing; the next writing verb, which nobody approves,
//! finishes or takes back and goes no further; then files, modes, owners, units, and what their processes were
//! started with, are those of before or of after, and traces flow. Tempo is the stand-in, which is
//! ready at once and stops at once; what is killed is ours.
//!
//! Every moment takes seconds: only every so many-th is tried, unless `TRACEWRIGHT_EVERY_KILL` is set.

mod moments;

use super::{Host, Who};
use moments::{Calls, Dies, Moment, ticks};
use std::collections::BTreeMap;
use std::time::Instant;

/// Every how many-th moment is tried.
const STRIDE: usize = 12;
const PROMISE: &str = "promise: kill points on live hosts";

pub const OLD: &str = "tracewright apply old --no-engines --no-prove --auto-approve";
pub const NEW: &str = "tracewright apply new --no-engines --no-prove --auto-approve";
pub const OLD_UNASKED: &str = "tracewright apply old --no-engines --no-prove";
const NEW_UNASKED: &str = "tracewright apply new --no-engines --no-prove";

/// A verb on a host.
struct Scene {
    name: &'static str,
    /// The verbs that make the host what it is before.
    before: &'static [&'static str],
    /// What is killed.
    verb: &'static str,
    /// The next verb, which nobody approves.
    next: &'static str,
    /// The run that was killed before, where `verb` recovers: a call of root's in [`NEW`], the last or the
    /// first of its kind.
    crash: Option<(&'static str, bool)>,
    /// The stacks that trace, before and after; none where nothing runs.
    stacks: [Option<&'static str>; 2],
}

/// What a person would compare, and what runs.
pub type State = (Vec<String>, Vec<String>);

#[derive(Default)]
struct Table {
    moments: usize,
    tried: usize,
    /// What the next verb found.
    finished: usize,
    reversed: usize,
    /// Nothing was left to do for it: the run ended, or had not begun.
    nothing: usize,
}

struct Play<'s> {
    scene: &'s Scene,
    host: Host,
    /// All of it before, our own state included.
    whole: String,
    /// Before and after.
    states: [State; 2],
    crash: Option<Moment>,
    /// Of a clean run, in milliseconds.
    length: usize,
    table: Table,
}

impl<'s> Play<'s> {
    fn of(scene: &'s Scene) -> Result<Self, String> {
        let host = Host::boot("killed")?;
        host.must("cp -r /mnt/hosts/killed/old /mnt/hosts/killed/new /root");
        for verb in scene.before {
            host.must(verb);
        }
        host.save();
        let whole = whole(&host);
        let states = [state(&host), (Vec::new(), Vec::new())];
        let mut play = Self { scene, host, whole, states, crash: None, length: 0, table: Table::default() };
        if let Some((call, last)) = scene.crash {
            let [root, _] = Calls::of(&play.host, NEW, &|| play.host.restore());
            let all = root.moments(Dies::Root);
            let mut fits = all
                .into_iter()
                .filter(|moment| matches!(moment, Moment::Call { call: one, .. } if one == call));
            play.crash = if last { fits.next_back() } else { fits.next() };
            assert!(play.crash.is_some(), "no {call}");
        }
        play.host.restore();
        let began = Instant::now();
        play.host.must(if scene.crash.is_some() { NEW } else { scene.verb });
        play.length = usize::try_from(began.elapsed().as_millis()).unwrap();
        play.states[1] = state(&play.host);
        assert_ne!(play.states[0], play.states[1]);
        play.host.restore();
        assert_eq!(state(&play.host), play.states[0], "{}: not restored", scene.name);
        Ok(play)
    }

    /// As before the verb; where it recovers, with the crash.
    fn ready(&self) {
        if whole(&self.host) != self.whole || state(&self.host) != self.states[0] {
            self.host.restore();
        }
        if let Some(crash) = &self.crash {
            assert_eq!(crash.kill(&self.host, NEW), None, "{crash} was not reached");
        }
    }

    /// Every moment of the scene.
    fn moments(&self) -> Vec<Moment> {
        let [root, user] = Calls::of(&self.host, self.scene.verb, &|| self.ready());
        let mut moments = root.moments(Dies::Root);
        moments.extend(user.moments(Dies::User));
        moments.extend(user.moments(Dies::Both));
        moments.extend(ticks(self.length));
        moments
    }

    fn run(&mut self) {
        let moments = self.moments();
        self.table.moments = moments.len();
        let stride = if std::env::var_os("TRACEWRIGHT_EVERY_KILL").is_some() { 1 } else { STRIDE };
        for (number, moment) in moments.iter().enumerate().step_by(stride) {
            self.ready();
            let code = moment.kill(&self.host, self.scene.verb);
            if matches!(moment, Moment::Call { .. }) {
                let dies = matches!(moment, Moment::Call { dies: Dies::User, .. });
                assert!(dies || code.is_none(), "{}: {moment} was not reached", self.scene.name);
            }
            self.judge(moment, code);
            self.table.tried += 1;
            // Otherwise once in a while: a second for each.
            if number % (5 * stride) == 0 {
                self.prove(moment);
            }
        }
    }

    fn judge(&mut self, moment: &Moment, code: Option<i32>) {
        let (host, what) = (&self.host, format!("{}: {moment}", self.scene.name));
        // Of the files: a job goes on without whoever asked for it.
        let files =
            || host.shown().lines().filter(|line| line.contains('/')).map(str::to_owned).collect::<Vec<_>>();
        let found = files();
        let mut told = Vec::new();
        for look in ["tracewright status new", "tracewright plan new --no-engines"] {
            told.push(host.run(Who::Root, look).text.contains(" half way; "));
        }
        assert_eq!(files(), found, "{what}: looking changed something");
        let next = host.run(Who::Root, self.scene.next);
        assert!([Some(0), Some(3)].contains(&next.code), "{what}: {}", next.text);
        let (finished, reversed) =
            (next.text.contains("is kept\n"), next.text.contains(": it was taken back\n"));
        let now = state(host);
        let side = self.states.iter().position(|state| *state == now);
        let Some(side) = side else {
            let log = format!("{what}: neither old nor new\nthe next verb said: {}", next.text);
            panic!("{log}\n{}\n{}", difference(&self.states[0], &now), difference(&self.states[1], &now));
        };
        // What the run itself took back, or kept, is over; but a recovery may end before it begins.
        if code.is_some() && (code != Some(1) || self.scene.crash.is_none()) {
            assert!(!finished && !reversed, "{what}: it ended by itself and left something");
        }
        if finished || reversed {
            assert_eq!(told, [true; 2], "{what}: it was not told of");
            assert_eq!(side, usize::from(finished), "{what}: {}", next.text);
        }
        self.table.finished += usize::from(finished);
        self.table.reversed += usize::from(reversed);
        self.table.nothing += usize::from(!finished && !reversed);
    }

    /// Traces flow, whichever side it is.
    fn prove(&self, moment: &Moment) {
        let now = state(&self.host);
        let side = self.states.iter().position(|state| *state == now).unwrap();
        let Some(stack) = self.scene.stacks[side] else { return };
        let ran = self.host.run(Who::Root, &format!("tracewright prove {stack}"));
        assert_eq!(ran.code, Some(0), "{}: {moment}: {}", self.scene.name, ran.text);
    }
}

/// Everything but who held a lock.
fn whole(host: &Host) -> String {
    let shown = host.shown();
    shown.lines().filter(|line| !line.ends_with("/lock")).collect::<Vec<_>>().join("\n")
}

/// Files, modes, owners, units; and what runs: the files and the definition each process was started with. Of our
/// own state only what must not be there, or must, counts: when and by whom it was made differs.
pub fn state(host: &Host) -> State {
    let counts = |line: &&str| {
        let ours = line.contains("/tracewright") || line.contains("/home/pde/.local");
        let named = ["/journal", "/pending", ".new", "/.tracewright-"].iter().any(|name| line.contains(name));
        !ours || named || line.contains("50-tracewright.conf")
    };
    let shown = host.shown();
    let files = shown.lines().filter(counts).map(str::to_owned).collect();
    let runs = host.must(
        "for pid in $(pgrep -u tempo; pgrep -u pde -x otelcol); do
           tr '\\0' '\\n' < /proc/$pid/environ | grep -E '^(STARTED_WITH|GOMEMLIMIT)=' | sort
         done",
    );
    (files, runs.lines().map(str::to_owned).collect())
}

fn difference(a: &State, b: &State) -> String {
    let all = |state: &State| -> BTreeMap<String, ()> {
        state.0.iter().chain(&state.1).map(|line| (line.clone(), ())).collect()
    };
    let (a, b) = (all(a), all(b));
    let lines = |sign: &str, from: &BTreeMap<String, ()>, not: &BTreeMap<String, ()>| {
        let only = from.keys().filter(|line| !not.contains_key(*line));
        only.map(|line| format!("{sign} {line}\n")).collect::<String>()
    };
    lines("-", &a, &b) + &lines("+", &b, &a)
}

fn play(scene: &Scene) {
    let mut play = match Play::of(scene) {
        Ok(play) => play,
        Err(reason) => return println!("{PROMISE} | 0 | not run: {reason}"),
    };
    play.run();
    let Table { moments, tried, finished, reversed, nothing } = play.table;
    println!(
        "kill points, {}: {tried} of {moments} tried, {finished} finished forward, {reversed} reversed, {nothing} with nothing to do",
        scene.name
    );
    println!("{PROMISE} | {tried} | stand-in, {}: {tried} of {moments}", scene.name);
}

#[test]
fn a_first_apply() {
    play(&Scene {
        name: "first apply",
        before: &[],
        verb: OLD,
        next: OLD_UNASKED,
        crash: None,
        stacks: [None, Some("old")],
    });
}

#[test]
fn an_apply() {
    play(&Scene {
        name: "apply",
        before: &[OLD],
        verb: NEW,
        next: OLD_UNASKED,
        crash: None,
        stacks: [Some("old"), Some("new")],
    });
}

#[test]
fn a_rollback() {
    play(&Scene {
        name: "rollback",
        before: &[OLD, NEW],
        verb: "tracewright rollback new --no-prove --auto-approve",
        next: "tracewright rollback new --no-prove",
        crash: None,
        stacks: [Some("new"), Some("old")],
    });
}

/// Tempo runs on new files, the collector's restart was announced.
#[test]
fn a_recovery_that_takes_back() {
    play(&Scene {
        name: "recovery that takes back",
        before: &[OLD],
        verb: OLD_UNASKED,
        next: OLD_UNASKED,
        crash: Some(("write", true)),
        stacks: [Some("old"), Some("new")],
    });
}

/// The generation has its name, and everything else is to be cleared away.
#[test]
fn a_recovery_that_finishes() {
    play(&Scene {
        name: "recovery that finishes",
        before: &[OLD],
        verb: NEW_UNASKED,
        next: NEW_UNASKED,
        crash: Some(("unlinkat", false)),
        stacks: [Some("old"), Some("new")],
    });
}
