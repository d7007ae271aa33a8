//! Engines that misbehave, on purpose: what is said, and that nothing is left.

use super::lab::Lab;
use crate::support::installed_engine;
use std::time::{Duration, Instant};

/// A trial of `stacks/minimal` with these programs; what it said on stderr after its first line.
fn fails(lab: &Lab, tempo: &str, more: &[&str]) -> String {
    let collector = lab.collector("sleep 100");
    let arguments = ["try", "stacks/minimal", "--tempo", tempo, "--collector", &collector];
    let said = lab.run(&[&arguments, more].concat());
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{}", said.talk);
    lab.assert_nothing_left("after a fault");
    said.talk.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn an_engine_that_ends_at_once() {
    let lab = Lab::new();
    let tempo = lab.tempo("echo 'level=error msg=\"open /x: permission denied\"' >&2; exit 3");
    assert_eq!(
        fails(&lab, &tempo, &[]),
        "  stop               stopped and removed in N s
error: tempo ended by itself with status 3
  cause: a file or directory is not open to this user
  its last lines:
    level=error msg=\"open /x: permission denied\"
"
    );
}

#[test]
fn an_engine_that_ends_well_and_says_nothing() {
    let lab = Lab::new();
    let tempo = lab.tempo("exit 0");
    assert_eq!(
        fails(&lab, &tempo, &[]),
        "  stop               stopped and removed in N s
error: tempo ended by itself with status 0
  it logged nothing
"
    );
}

/// From outside, while it is waited for.
#[test]
fn an_engine_that_is_killed() {
    let lab = Lab::new();
    let tempo = lab.tempo("echo 'level=info msg=starting'; kill -KILL $$");
    assert_eq!(
        fails(&lab, &tempo, &[]),
        "  stop               stopped and removed in N s
error: tempo was ended by signal 9
  its last lines:
    level=info msg=starting
"
    );
}

#[test]
fn an_engine_that_is_never_ready_and_does_not_end() {
    let lab = Lab::new();
    let tempo = lab.tempo("trap '' TERM INT; echo 'level=info msg=waiting'; while :; do sleep 0.2; done");
    assert_eq!(
        fails(&lab, &tempo, &["--ready-within", "1"]),
        "  stop               stopped and removed in N s
error: tempo is not ready after N s: it does not listen on 127.0.0.1:P (receive.grpc)
  its last lines:
    level=info msg=waiting
"
    );
}

/// Its log stays small, and what is shown of it is one line a line.
#[test]
fn an_engine_that_floods_its_log() {
    let lab = Lab::new();
    let tempo = lab.tempo("yes \"$(printf 'flood\\033[31m\\r%0300d' 7)\"");
    let said = fails(&lab, &tempo, &["--ready-within", "2"]);
    assert!(said.contains("  its last lines:\n    flood<U+001B>[31m 000"), "{said}");
    assert!(said.lines().all(|line| line.len() < 250 && !line.contains('\u{1b}')), "{said}");
    let collector = lab.collector("sleep 100");
    let arguments =
        ["try", "stacks/minimal", "--keep", "--ready-within", "2", "--tempo", &tempo, "--collector"];
    lab.run(&[&arguments[..], &[&collector]].concat());
    let [kept] = lab.trials().try_into().unwrap();
    let size = |name: &str| std::fs::metadata(kept.join("tempo").join(name)).unwrap().len();
    assert!(size("log") <= 4 << 20 && size("log.1") <= 4 << 20, "{} {}", size("log"), size("log.1"));
}

#[test]
fn an_engine_that_cannot_be_run() {
    let lab = Lab::new();
    let tempo = lab.tempo("exec /nonexistent/tempo");
    let said = fails(&lab, &tempo, &[]);
    assert!(said.contains("error: tempo ended by itself with status 127\n"), "{said}");
}

/// The real engines come up at other ports than the first ones.
#[test]
fn a_port_that_is_taken_is_chosen_again() {
    let Some(lab) = Lab::with_engines("a_port_that_is_taken_is_chosen_again") else { return };
    let engines = std::path::PathBuf::from(std::env::var_os("TRACEWRIGHT_ENGINES").unwrap());
    let taken = lab.path().join("taken");
    let collector = lab.collector(&format!(
        "if [ ! -e {0} ]; then touch {0}; echo 'listen tcp 127.0.0.1:1: bind: address already in use'; exit 1; fi\nexec {1} \"$@\"",
        taken.display(),
        engines.join("otelcol-0.159.0").display()
    ));
    let said = lab.run(&["try", "stacks/minimal", "--collector", &collector]);
    assert_eq!(said.code, Some(0), "{}", said.talk);
    assert_eq!(said.talk.matches("  tempo  ").count(), 2, "{}", said.talk);
    lab.assert_nothing_left("after a second choice");
    let always = lab.tempo("echo 'bind: address already in use'; exit 0");
    assert_eq!(
        fails(&lab, &always, &[]),
        "  stop               stopped and removed in N s
error: tempo did not start: another process took a port in the meantime, again and again
  cause: another process took a port in the meantime
  its last lines:
    bind: address already in use
"
    );
}

/// For real: another process sits on the chosen ports when the engine comes to bind them. It is a second
/// engine with the same file, so that it takes just those.
#[test]
fn a_port_that_is_lost_to_another_process_is_chosen_again() {
    let test = "a_port_that_is_lost_to_another_process_is_chosen_again";
    for (stack, engine) in
        [("minimal", "otelcol-0.159.0"), ("minimal", "tempo-2.10.8"), ("tempo-3", "tempo-3.0.3")]
    {
        let Some(lab) = Lab::with_engines(test) else { return };
        let Some(real) = crate::prove::engines::find(test, engine) else { continue };
        let (real, starts) = (real.display(), lab.path().join("starts"));
        // It has time to come up, and goes with the group of the engine that it robbed.
        let rob = format!("{real} \"$@\" > /dev/null 2>&1 & sleep 4");
        let body = format!(
            "echo >> {0}\nif [ $(wc -l < {0}) = 1 ]; then {rob}; fi\nexec {real} \"$@\"",
            starts.display()
        );
        let (flag, robbed) = match engine.split_once('-').unwrap() {
            ("tempo", release) => ("--tempo", lab.tempo_of(release, &body)),
            _ => ("--collector", lab.collector(&body)),
        };
        let said = lab.run(&["try", &format!("stacks/{stack}"), flag, &robbed]);
        assert_eq!(said.code, Some(0), "{engine}: {}", said.talk);
        assert_eq!(std::fs::read(&starts).unwrap(), b"\n\n", "{engine} was started twice: {}", said.talk);
        lab.assert_nothing_left("after a port was lost");
    }
}

#[test]
fn a_missing_engine_is_named() {
    if let Some(engine) = installed_engine() {
        println!("skipped: a_missing_engine_is_named: {engine} is installed here");
        return;
    }
    let lab = Lab::new();
    let output = lab
        .tool(&["try", "stacks/minimal"])
        .env_remove("TRACEWRIGHT_ENGINES")
        .env("PATH", "/nonexistent")
        .output();
    let output = output.unwrap();
    let talk = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(
        talk,
        "error: no tempo binary for `tempo`, which is 2.10
error: no otelcol binary for `collector.main`, which is 0.159
  help: name a binary with `--collector PATH` or `--tempo PATH`, or a directory of them in `$TRACEWRIGHT_ENGINES`
"
    );
    lab.assert_nothing_left("where nothing began");
}

/// An engine of another line is refused before it meets a configuration that it cannot read.
#[test]
fn another_release_is_refused() {
    let lab = Lab::new();
    let tempo = lab.collector("exit 0").replace("otelcol", "tempo");
    let collector = lab.collector("exit 0");
    std::fs::copy(&collector, &tempo).unwrap();
    let said = lab.run(&["try", "stacks/minimal", "--tempo", &tempo, "--collector", &collector]);
    assert_eq!(said.code, Some(3), "{}", said.talk);
    assert!(said.talk.starts_with("error: `LAB/tempo` does not say its version"), "{}", said.talk);
}

/// Somebody else's directory at the place of ours is not used.
#[test]
fn a_base_that_others_can_enter_is_refused() {
    let lab = Lab::new();
    let (tempo, collector) = (lab.tempo("exit 0"), lab.collector("exit 0"));
    let arguments = ["try", "stacks/minimal", "--tempo", &tempo, "--collector", &collector];
    lab.run(&arguments);
    let uid = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(lab.path()).unwrap());
    let base = lab.path().join("tmp").join(format!("tracewright-{uid}"));
    std::fs::create_dir(&base).unwrap();
    std::fs::set_permissions(&base, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let said = lab.run(&arguments);
    assert_eq!(said.code, Some(1));
    let expected = "error: LAB/tmp/tracewright-UID is not a directory of this user alone: its mode is 0755; name another in `TMPDIR`\n";
    assert_eq!(said.talk, expected);
    std::fs::remove_dir(&base).unwrap();
    std::os::unix::fs::symlink("/tmp", &base).unwrap();
    assert!(lab.run(&arguments).talk.contains("it is no directory"));
}

/// Two hung engines do not make an end longer than their graces.
#[test]
fn an_end_does_not_take_long() {
    let lab = Lab::new();
    let tempo = lab.tempo("trap '' TERM; while :; do sleep 0.2; done");
    let collector = lab.collector("exit 0");
    let trial = lab.start(&["try", "stacks/minimal", "--tempo", &tempo, "--collector", &collector], "trying");
    std::thread::sleep(Duration::from_millis(300));
    let began = Instant::now();
    trial.signal("INT");
    let (code, _, talk) = trial.end();
    assert_eq!(code, Some(1), "{talk}");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    lab.assert_nothing_left("after an end");
}
