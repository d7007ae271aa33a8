//! When there is a child and when there is none, and what it holds while it lives.
#![expect(clippy::disallowed_methods, reason = "a test looks at processes and files")]

use super::child::{as_user, person, pid_of_child, status};
use super::lab::{PERSON, lab, look, stage};
use crate::transaction_root::holder;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::{Duration, Instant};
use tracewright::host::{Exclusive, Host};
use tracewright::model::names::{Scope, UnitName, UserName};
use tracewright::model::observed::{Inventory, PathState};
use tracewright::model::units::{Manager, UnitId};

#[test]
fn its_lock_is_held_as_long_as_it_lives() {
    let Some(lab) = lab("its_lock_is_held_as_long_as_it_lives") else { return };
    let state = lab.at("home/.local/state/tracewright/main");
    let (mut first, mut second) = (lab.host(), lab.host());
    let lock = first.lock(&state, &holder("apply")).unwrap().unwrap();
    drop(lock);
    assert_eq!(second.lock(&state, &holder("rollback")).unwrap().unwrap_err(), Some(holder("apply")));
    first.lock(&state, &holder("apply")).unwrap().unwrap();
    let owner = fs::metadata(lab.on_disk("home/.local/state/tracewright/main/lock")).unwrap();
    assert_eq!((owner.uid(), owner.mode() & 0o7777), (PERSON, 0o600));
    drop(first);
    second.lock(&state, &holder("rollback")).unwrap().unwrap();
}

#[test]
fn one_that_dies_is_named_and_another_takes_its_place() {
    let Some(lab) = lab("one_that_dies_is_named_and_another_takes_its_place") else { return };
    let state = lab.at("home/.local/state/tracewright/main");
    let (mut host, mut other) = (lab.host(), lab.host());
    host.lock(&state, &holder("apply")).unwrap().unwrap();
    let first = pid_of_child(&host);
    kill_process(Pid::from_raw(first.cast_signed()).unwrap(), Signal::KILL).unwrap();
    let fault = host.perform(&stage(lab.at("home/file"), "")).unwrap_err();
    assert_eq!(fault.to_string(), "for person: the process with this user's rights ended in the middle");
    assert_eq!(lab.names("home"), [".local"]);
    host.perform(&stage(lab.at("home/file"), "")).unwrap();
    assert_ne!(pid_of_child(&host), first);
    assert_eq!(other.lock(&state, &holder("rollback")).unwrap().unwrap_err(), Some(holder("apply")));
}

/// Between the two somebody may have begun: what they do is not ours to disturb.
#[test]
fn one_in_the_place_of_another_has_its_locks_or_does_nothing() {
    let Some(lab) = lab("one_in_the_place_of_another_has_its_locks_or_does_nothing") else { return };
    let state = lab.at("home/.local/state/tracewright/main");
    let (mut host, mut other) = (lab.host(), lab.host());
    host.lock(&state, &holder("apply")).unwrap().unwrap();
    let pid = Pid::from_raw(pid_of_child(&host).cast_signed()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    host.perform(&stage(lab.at("home/file"), "")).unwrap_err();
    other.lock(&state, &holder("rollback")).unwrap().unwrap();
    let fault = host.perform(&stage(lab.at("home/file"), "")).unwrap_err();
    assert_eq!(fault.to_string(), "for person: another run took the lock meanwhile");
    assert_eq!(lab.names("home"), [".local"]);
}

/// Also where root's process is killed, so that nothing is at work any more when the next run recovers.
#[test]
fn it_ends_with_the_thread_that_started_it() {
    let Some(lab) = lab("it_ends_with_the_thread_that_started_it") else { return };
    let lab = &lab;
    let pid = std::thread::scope(|threads| {
        let started = threads.spawn(|| {
            let host = lab.host();
            look(&host, &lab.at("home"));
            let pid = pid_of_child(&host);
            // Its pipe stays open.
            std::mem::forget(host);
            pid
        });
        started.join().unwrap()
    });
    let end = Instant::now() + Duration::from_secs(5);
    while !status(pid)["State"].starts_with('Z') {
        assert!(Instant::now() < end, "it lives on");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Only what is open where root's run was started can get that far.
#[test]
fn what_root_was_given_does_not_reach_the_users_programs() {
    let Some(lab) = lab("what_root_was_given_does_not_reach_the_users_programs") else { return };
    lab.file("given", 0, 0o600);
    let given = lab.on_disk("given");
    let script = lab.on_disk("wrapper");
    let tool = env!("CARGO_BIN_EXE_tracewright");
    fs::write(&script, format!("#!/bin/sh\nexec 9<{}\nexec {tool} \"$@\"\n", given.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let mut host = lab.host_with(script.to_str().unwrap());
    let refused = host.perform(&stage(lab.at("home/file"), "")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "for person: descriptor 9 ({}), open where this run was started, would reach the user's programs: \
             start it with `9>&-`",
            given.display()
        )
    );
    assert_eq!(lab.names("home"), [""; 0]);
}

#[test]
fn without_root_there_are_no_children() {
    let Some(lab) = lab("without_root_there_are_no_children") else { return };
    lab.file("roots/secret", 0, 0o600);
    lab.directory("closed", 0);
    fs::set_permissions(lab.on_disk("closed"), fs::Permissions::from_mode(0o700)).unwrap();
    as_user(PERSON, || {
        let mut host = lab.host();
        assert_eq!((host.is_root(), host.user(), host.home()), (false, person(), lab.at("home")));
        host.perform(&stage(lab.at("home/file"), "")).unwrap();
        let refused = host.perform(&stage(lab.at("roots/file"), "")).unwrap_err();
        assert!(refused.is_refused(), "{refused}");
        let out_of_sight = PathState::Other("something that this user may not read");
        assert_eq!(look(&host, &lab.at("roots/secret")), out_of_sight);
        assert_eq!(look(&host, &lab.at("closed/directory/file")), out_of_sight);
        let closed = fs::metadata(lab.on_disk("closed")).unwrap();
        let PathState::Directory(seen) = look(&host, &lab.at("closed")) else { panic!("it is a directory") };
        assert_eq!((seen.mode.0, seen.ids.uid), (closed.mode() & 0o7777, 0));
        assert_eq!(host.children().len(), 0);

        let other = Scope::User(UserName::new("other"));
        let unit = UnitId { scope: other.clone(), name: UnitName::new("a.service") };
        let observed = host.observe(&Inventory { units: [unit].into(), ..Inventory::default() }).unwrap();
        let why = "for other: only root and the user may do that".to_owned();
        assert_eq!(observed.machine.unwrap().managers[&other], Manager::Silent(why));
    });
}

#[test]
fn a_user_who_is_none_has_no_manager() {
    let Some(lab) = lab("a_user_who_is_none_has_no_manager") else { return };
    let host = lab.host();
    let nobody = Scope::User(UserName::new("nobody-here"));
    let unit = UnitId { scope: nobody.clone(), name: UnitName::new("a.service") };
    let observed = host.observe(&Inventory { units: [unit].into(), ..Inventory::default() }).unwrap();
    let machine = observed.machine.unwrap();
    assert_eq!((machine.managers[&nobody].clone(), machine.users.len()), (Manager::Absent, 0));
}
