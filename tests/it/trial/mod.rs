//! Trials with real engines, and with engines that misbehave: what is proven, and that nothing is
//! ever left.

mod faults;
mod full;
mod held;
pub mod lab;
mod moved;
mod signals;

use lab::{Lab, kill};
use std::time::{Duration, Instant};

const STACKS: [&str; 4] = ["stacks/minimal", "stacks/internal-tls", "stacks/incident-host", "stacks/tempo-3"];
/// The stages of a trial of `stacks/minimal`, by what is said when each is over.
const STAGES: [&str; 4] = ["trying", "  tempo", "  collector.main", "  app.shop"];

#[test]
fn every_shipped_stack_is_proven_and_leaves_nothing() {
    for stack in STACKS {
        let Some(lab) = Lab::with_engines("every_shipped_stack_is_proven_and_leaves_nothing") else { return };
        let began = Instant::now();
        let said = lab.run(&["try", stack]);
        println!("{stack}: {:?}\n{}{}", began.elapsed(), said.talk, said.out);
        assert_eq!(said.code, Some(0), "{}{}", said.talk, said.out);
        assert!(said.out.starts_with("proven  app."), "{}", said.out);
        lab.assert_nothing_left(stack);
    }
}

#[test]
fn a_trial_says_what_it_does() {
    let Some(lab) = Lab::with_engines("a_trial_says_what_it_does") else { return };
    let said = lab.run(&["try", "stacks/minimal"]);
    assert_eq!(
        said.talk,
        "trying `minimal` in `LAB/tmp/tracewright-UID/minimal.P`
  tempo              tempo 2.10.8, ready after N s
  collector.main     otelcol 0.159.0, ready after N s
  app.shop           proven in N s
  stop               stopped and removed in N s
"
    );
    assert_eq!(
        said.out,
        "proven  app.shop: http/protobuf to http://127.0.0.1:P/v1/traces, collector.main, tempo
  a trace came back whole: accepted after N ms, readable after N ms
"
    );
}

/// What the tool adds to what the engines need to start, to be ready, and to show a trace.
#[test]
fn a_trial_costs_little_beyond_its_engines() {
    let Some(lab) = Lab::with_engines("a_trial_costs_little_beyond_its_engines") else { return };
    let began = Instant::now();
    let output = lab.tool(&["try", "stacks/minimal"]).output().unwrap();
    let whole = began.elapsed().as_secs_f64();
    let talk = String::from_utf8(output.stderr).unwrap();
    let seconds = |line: &str| line.trim_end_matches(" s").rsplit(' ').next()?.parse::<f64>().ok();
    let stages = || talk.lines().filter(|line| line.starts_with("  "));
    let engines: f64 = stages().filter(|line| !line.contains("stop")).filter_map(seconds).sum();
    println!("{whole:.2} s, of it the engines {engines:.1} s\n{talk}");
    assert!(whole - engines < 2.0, "{whole} s for {engines} s\n{talk}");
}

#[test]
fn nothing_is_left_after_a_signal_at_any_stage() {
    for signal in ["INT", "TERM", "HUP"] {
        for stage in STAGES {
            let Some(lab) = Lab::with_engines("nothing_is_left_after_a_signal_at_any_stage") else { return };
            let trial = lab.start(&["try", "stacks/minimal"], stage);
            trial.signal(signal);
            let (code, _, talk) = trial.end();
            let interrupted = code == Some(1) && talk.contains("error: interrupted\n");
            // After the proof the end may be near enough.
            assert!(
                interrupted || (code == Some(0) && stage == "  app.shop"),
                "{signal} {stage}: {code:?} {talk}"
            );
            lab.assert_nothing_left(&format!("after {signal} at {stage}"));
        }
    }
}

#[test]
fn nothing_is_left_after_being_killed_at_any_stage() {
    for stage in STAGES {
        let Some(lab) = Lab::with_engines("nothing_is_left_after_being_killed_at_any_stage") else { return };
        let trial = lab.start(&["try", "stacks/minimal"], stage);
        trial.signal("KILL");
        trial.end();
        lab.assert_nothing_left(&format!("after KILL at {stage}"));
    }
}

/// A killed sweeper's work is done by the trial, and by the next one where both were killed.
#[test]
fn the_sweeper_may_be_killed_too() {
    let Some(lab) = Lab::with_engines("the_sweeper_may_be_killed_too") else { return };
    let sweeper = || {
        let found = lab.processes().into_iter().find(|(_, line)| line.contains("trial-child sweeper"));
        found.expect("a trial has a sweeper").0
    };
    let trial = lab.start(&["try", "stacks/minimal"], "  tempo");
    kill("KILL", sweeper());
    let (code, _, talk) = trial.end();
    assert_eq!(code, Some(0), "{talk}");
    lab.assert_nothing_left("after its sweeper was killed");

    let trial = lab.start(&["try", "stacks/minimal", "--hold"], "held");
    kill("KILL", sweeper());
    trial.signal("KILL");
    trial.end();
    let end = Instant::now() + Duration::from_secs(10);
    while !lab.processes().is_empty() {
        assert!(Instant::now() < end, "{:?}", lab.processes());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(lab.trials().len(), 1);
    assert_eq!(lab.run(&["try", "stacks/minimal"]).code, Some(0));
    lab.assert_nothing_left("after the next trial");
}

#[test]
fn two_trials_do_not_disturb_each_other() {
    let Some(lab) = Lab::with_engines("two_trials_do_not_disturb_each_other") else { return };
    let trials = [(); 3].map(|()| lab.start(&["try", "stacks/minimal"], "trying"));
    for trial in trials {
        let (code, out, talk) = trial.end();
        assert_eq!(code, Some(0), "{talk}{out}");
    }
    lab.assert_nothing_left("after three at once");
}

#[test]
fn what_is_kept_stays_until_somebody_removes_it() {
    let Some(lab) = Lab::with_engines("what_is_kept_stays_until_somebody_removes_it") else { return };
    let said = lab.run(&["try", "stacks/minimal", "--keep"]);
    assert_eq!(said.code, Some(0), "{}", said.talk);
    assert!(
        said.talk
            .ends_with("stopped; its files are left in `LAB/tmp/tracewright-UID/minimal.P.kept` in N s\n"),
        "{}",
        said.talk
    );
    assert_eq!(lab.run(&["try", "stacks/minimal"]).code, Some(0));
    let [kept] = lab.trials().try_into().unwrap();
    for file in ["stack.toml", "tempo/config.yml", "tempo/log", "collector.main/config.yaml", "app.shop/.env"]
    {
        assert!(kept.join(file).is_file(), "{file}");
    }
    assert_eq!(lab.processes(), []);
}
