//! Where there is nothing to do, nothing is done: no inode of a managed path or of the state changes, no
//! service gets a new run, and no system call would have changed anything there.

use super::{Host, Who};
use crate::kills::{MUTATING, changes_files};

const PROMISE: &str = "promise: verbs that write nothing on a live host";
/// Where files of a stack, of its state and of its author are.
const PLACES: &str = "/etc /home /root /srv /var/lib";

/// Every inode and every run.
fn inodes(host: &Host) -> String {
    host.must(&format!(
        "for place in {PLACES}; do find $place -printf '%p %i %m %U %G %T@ %C@\\n'; done | sort
         systemctl show -P InvocationID tempo
         setpriv --reuid pde --regid pde --init-groups env XDG_RUNTIME_DIR=/run/user/1000 systemctl --user show -P InvocationID otelcol"
    ))
}

/// What a verb tried to change, itself and with all that it started.
fn changes(host: &Host, who: Who, verb: &str) -> Vec<String> {
    let log = "/dev/shm/strace.log";
    let ran = host.run(who, &format!("strace -f -qq -y -o {log} -e trace={MUTATING} {verb}"));
    // An ordinary user's plan could not look at what is root's alone, and says so.
    let unseen = who == Who::Pde && verb.contains("--detailed-exitcode");
    assert_eq!(ran.code, Some(if unseen { 2 } else { 0 }), "{verb}: {}", ran.text);
    assert!(!unseen || ran.text.to_lowercase().contains("not looked at"), "{verb}: {}", ran.text);
    let log = host.must(&format!("cat {log}; rm {log}"));
    // Where a process stands is not where it writes; a validator's files are in a directory of its own.
    let named = |line: &&str| {
        let line = line.replace("AT_FDCWD</root>", "").replace("AT_FDCWD</home/pde>", "");
        PLACES
            .split(' ')
            .any(|place| line.contains(&format!("<{place}")) || line.contains(&format!("\"{place}")))
    };
    log.lines().filter(|line| changes_files(line)).filter(named).map(str::to_owned).collect()
}

#[test]
fn a_second_apply_and_every_look_write_nothing() {
    let host = match Host::boot("killed") {
        Ok(host) => host,
        Err(reason) => return println!("{PROMISE} | 0 | not run: {reason}"),
    };
    host.must("mkdir /srv/stacks; cp -r /mnt/hosts/killed/old /srv/stacks; cd /srv/stacks; tracewright apply old --no-prove --no-engines --auto-approve");
    let before = inodes(&host);
    let mut tried = 0;
    for who in [Who::Root, Who::Pde] {
        for verb in ["apply --auto-approve", "plan --detailed-exitcode", "check", "status", "history"] {
            let verb = verb.replacen(' ', " /srv/stacks/old ", 1);
            let verb = if verb.contains("/srv") { verb } else { verb + " /srv/stacks/old" };
            assert_eq!(changes(&host, who, &format!("tracewright {verb}")), [""; 0], "{who:?}: {verb}");
            assert_eq!(inodes(&host), before, "{who:?}: {verb}");
            tried += 1;
        }
    }
    println!("{PROMISE} | {tried} | stand-in");
}
