//! The real binary killed on a host: the way of every kill matrix there, shown on a directory.

use super::{Host, Who};

const APPLY: &str = "tracewright apply /mnt/stacks/minimal --root /root/out --auto-approve --no-engines";

/// For each kind of mutating call, the one in the middle.
#[test]
fn a_killed_apply_is_finished_or_reversed_by_the_next() {
    let what = "promise: kill points on a booted host";
    let host = match Host::boot("bare") {
        Ok(host) => host,
        Err(reason) => return println!("{what} | 0 | not run: {reason}"),
    };
    host.save();
    let before = host.shown();
    let points = host.kill_points(APPLY);
    for (call, numbers) in &points {
        host.restore();
        assert_eq!(host.shown(), before, "not restored");
        host.kill_at(APPLY, call, numbers[numbers.len() / 2]);
        host.must(APPLY);
        let plan = "tracewright plan /mnt/stacks/minimal --root /root/out --detailed-exitcode --no-engines";
        let ran = host.run(Who::Root, plan);
        assert_eq!(ran.code, Some(0), "killed at {call}: {}", ran.text);
    }
    let all: usize = points.values().map(Vec::len).sum();
    println!("{what} | {} | cargo, one of each kind of {all} calls", points.len());
}
