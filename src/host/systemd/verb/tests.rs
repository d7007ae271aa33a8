use super::*;
use crate::host::systemd::show;

/// A unit in that state, its newest run, its automatic restarts, whether a job is under way, and how its main
/// process ended.
fn shown(
    state: &str,
    (run, restarts, job): (&str, u32, &str),
    (result, code, status): (&str, u8, u8),
) -> Shown {
    let (active, sub) = state.split_once('/').unwrap();
    let text = format!(
        "LoadState=loaded\nActiveState={active}\nSubState={sub}\nInvocationID={run}\nNRestarts={restarts}\n\
         Job={job}\nResult={result}\nExecMainCode={code}\nExecMainStatus={status}\n"
    );
    show::read(text.as_bytes(), 1).unwrap().remove(0)
}

const FINE: (&str, u8, u8) = ("success", 0, 0);
const FAULT: (&str, u8, u8) = ("exit-code", 1, 3);

#[test]
fn a_start_is_over_when_the_unit_has_another_run() {
    let failed = |words: &str| Progress::Failed(words.to_owned());
    for (state, run, end, expected) in [
        ("active/running", ("new", 0, ""), FINE, Progress::Done),
        ("active/running", ("new", 0, "7"), FINE, Progress::Waiting),
        ("active/running", ("old", 0, "7"), FINE, Progress::Waiting),
        ("deactivating/stop-sigterm", ("old", 0, "7"), FINE, Progress::Waiting),
        ("activating/start", ("new", 0, ""), FINE, Progress::Waiting),
        ("reloading/reload", ("new", 0, ""), FINE, Progress::Waiting),
        (
            "active/running",
            ("old", 0, ""),
            FINE,
            failed("was not started anew: its job was taken back by somebody else"),
        ),
        ("active/running", ("new", 1, ""), FAULT, failed("does not stay up (exit-code, status 3)")),
        ("activating/auto-restart", ("new", 0, ""), FAULT, failed("does not stay up (exit-code, status 3)")),
        (
            "inactive/dead",
            ("new", 0, ""),
            ("success", 1, 0),
            failed("ended right after its start (success, status 0)"),
        ),
        ("failed/failed", ("new", 0, ""), FAULT, failed("failed to start (exit-code, status 3)")),
        (
            "failed/failed",
            ("new", 0, ""),
            ("exit-code", 1, 217),
            failed("failed to start (exit-code, status 217: its user does not exist, or may not be taken)"),
        ),
        ("failed/failed", ("", 0, ""), ("resources", 0, 0), failed("failed to start (resources)")),
    ] {
        assert_eq!(after_start(&shown(state, run, end), Some("old")), expected, "{state} {run:?}");
    }
}

#[test]
fn a_stop_is_over_when_nothing_runs() {
    let again = Progress::Failed("was started again by somebody else".to_owned());
    for (state, job, expected) in [
        ("active/running", "7", Progress::Waiting),
        ("deactivating/stop-sigterm", "7", Progress::Waiting),
        ("deactivating/stop-post", "", Progress::Waiting),
        ("inactive/dead", "", Progress::Done),
        ("failed/failed", "", Progress::Done),
        ("active/running", "", again),
    ] {
        assert_eq!(after_stop(&shown(state, ("old", 0, job), FINE)), expected, "{state} {job}");
    }
}

#[test]
fn a_restart_is_a_stop_and_a_start() {
    let of = |start: &str, stop: &str| {
        let text = format!(
            "LoadState=loaded\nActiveState=active\nTimeoutStartUSec={start}\nTimeoutStopUSec={stop}\n"
        );
        patience(&show::read(text.as_bytes(), 1).unwrap()[0]).as_secs()
    };
    assert_eq!(of("1min 30s", "20s"), 120);
    assert_eq!(of("infinity", "20s"), 330);
}
