//! The lock and the end of a state: nobody works beside another run, nothing is written through a link, and
//! nothing is forgotten before it is given back.

use crate::tool::{said, tracewright};
use crate::transaction_root::{directory, holder, put, read, recover_at, root_at, run_at, run_locked, tree};
use crate::transaction_support::{at, back_to, empty, kept, of_stack, stack, whole};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use tracewright::apply::{ApplyError, ApplySession, Outcome, pending};
use tracewright::host::Process;
use tracewright::model::desired::Desired;
use tracewright::model::ground::Ground;

pub const STATE: &str = "/var/lib/tracewright/shop";

pub fn numbered(number: u32) -> Desired {
    let mut desired = empty();
    desired.files.insert(at("/etc/tempo/config.yml"), whole(&format!("number: {number}\n"), 0o640));
    desired
}

pub fn apply_number(root: &Path, number: u32) {
    kept(run_at(root, of_stack(&numbered(number)), false, true).unwrap()).unwrap();
}

/// The state at the moment at which `destroy` has to forget it.
fn given_back(root: &Path) {
    apply_number(root, 1);
    kept(run_at(root, back_to(0), false, false).unwrap()).unwrap();
}

#[test]
fn a_lock_that_is_a_link_is_refused_and_what_it_leads_to_stays() {
    let temporary = directory();
    let (root, keys) = (temporary.path().join("root"), temporary.path().join("authorized_keys"));
    fs::write(&keys, "ssh-ed25519 AAAA\n").unwrap();
    fs::create_dir_all(root.join(&STATE[1..])).unwrap();
    let lock = root.join(&STATE[1..]).join("lock");
    type Make = fn(&Path, &Path) -> std::io::Result<()>;
    let ways: [(Make, &str); 3] = [
        (|keys, lock| symlink(keys, lock), "a link stands there"),
        (|keys, lock| fs::hard_link(keys, lock), "a file with another name beside this one stands there"),
        (|_, lock| fs::create_dir(lock), "a directory stands there"),
    ];
    for (make, what) in ways {
        make(&keys, &lock).unwrap();
        let refused = run_locked(&root, of_stack(&numbered(1))).unwrap_err().to_string();
        assert_eq!(refused, format!("cannot use {}: {what}", lock.display()));
        assert_eq!(fs::read_to_string(&keys).unwrap(), "ssh-ed25519 AAAA\n");
        assert!(fs::remove_file(&lock).or_else(|_| fs::remove_dir(&lock)).is_ok());
    }
    let state = root.join(&STATE[1..]);
    fs::remove_dir(&state).unwrap();
    symlink(temporary.path(), &state).unwrap();
    assert!(run_locked(&root, of_stack(&numbered(1))).unwrap_err().to_string().ends_with("is no directory"));
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 2);
}

#[test]
fn a_lock_that_lost_its_name_counts_no_more() {
    let temporary = directory();
    let root = temporary.path();
    let lock = root.join(&STATE[1..]).join("lock");
    let (mut one, mut two) = (root_at(root), root_at(root));
    let ground = Ground::below_root(&stack());
    let first = ApplySession::begin(&mut one, &ground, &holder("apply")).unwrap();
    let Err(ApplyError::Locked(Some(by))) =
        ApplySession::begin(&mut two, &ground, &holder("apply")).map(drop)
    else {
        panic!("it is held");
    };
    assert_eq!(by, holder("apply"));
    // Everything is given back by the first run, its state too; then the lock is a new file's.
    assert!(first.forget_nothing().unwrap());
    assert!(!lock.exists() && !root.join("var").exists());
    drop(ApplySession::begin(&mut two, &ground, &holder("apply")).unwrap());
    assert!(lock.exists());
}

#[test]
fn another_stack_on_the_same_root_waits_for_its_turn() {
    let temporary = directory();
    let other = tracewright::model::names::StackName::new("other");
    let (mut one, mut two) = (root_at(temporary.path()), root_at(temporary.path()));
    let first = ApplySession::begin(&mut one, &Ground::below_root(&stack()), &holder("apply")).unwrap();
    let second = ApplySession::begin(&mut two, &Ground::below_root(&other), &holder("apply")).map(drop);
    assert!(matches!(second, Err(ApplyError::Locked(Some(by))) if by == holder("apply")));
    drop(first);
    drop(ApplySession::begin(&mut two, &Ground::below_root(&other), &holder("apply")).unwrap());
}

/// A journal whose lock somebody removed is that of a run which is still at work.
#[test]
fn only_a_journal_of_a_dead_process_is_recovered() {
    let temporary = directory();
    let root = temporary.path();
    apply_number(root, 1);
    let before = tree(root);
    let journal = format!("{STATE}/journal");
    let mut sleeper = Command::new("sleep").arg("60").stdout(Stdio::null()).spawn().unwrap();
    let process = Process::of(sleeper.id()).unwrap();
    put(root, &journal, &crate::transaction_support::journal_of(process), 0o600);
    let refused = recover_at(root).unwrap_err();
    assert!(matches!(&refused, ApplyError::Locked(Some(by)) if by.pid == process.pid), "{refused}");
    assert!(read(root, &journal).is_some());
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    recover_at(root).unwrap();
    assert_eq!((read(root, &journal), tree(root)), (None, before));
}

#[test]
fn a_destroy_that_was_killed_while_it_forgot_is_gone_on_with() {
    let temporary = directory();
    let root = temporary.path();
    for removed in [&["generations"][..], &["generations", "objects"], &[]] {
        given_back(root);
        put(root, &format!("{STATE}/forgotten"), b"", 0o600);
        for name in removed {
            fs::remove_dir_all(root.join(&STATE[1..]).join(name)).unwrap();
        }
        assert!(pending(&root_at(root), &Ground::below_root(&stack())).unwrap().0.is_some());
        recover_at(root).unwrap();
        let left: Vec<_> =
            fs::read_dir(root.join(&STATE[1..])).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| name == "made" || name == "lock"), "{left:?}");
        let mut target = root_at(root);
        let session =
            ApplySession::begin(&mut target, &Ground::below_root(&stack()), &holder("destroy")).unwrap();
        assert!(session.forget_given_back().unwrap());
        assert!(!root.join("var").exists());
    }
}

#[test]
fn a_state_is_not_forgotten_before_everything_is_given_back() {
    let temporary = directory();
    let root = temporary.path();
    apply_number(root, 1);
    let mut target = root_at(root);
    let session =
        ApplySession::begin(&mut target, &Ground::below_root(&stack()), &holder("destroy")).unwrap();
    assert!(!session.forget_given_back().unwrap());
    assert!(matches!(run_at(root, of_stack(&numbered(1)), false, false), Ok(Outcome::Unchanged)));
}

/// Without its manifests a state does not know whose the bytes are that it keeps: nobody says that nothing is
/// left, and the originals stay.
#[test]
fn a_removed_directory_of_generations_is_damage_and_not_the_end() {
    let temporary = directory();
    let root = temporary.path().join("root");
    put(&root, "/etc/tempo/config.yml", b"theirs\n", 0o604);
    put(temporary.path(), "/stack.toml", b"schema = 1\nname = \"shop\"\n", 0o644);
    apply_number(&root, 1);
    fs::remove_dir_all(root.join(&STATE[1..]).join("generations")).unwrap();
    let objects = fs::read_dir(root.join(&STATE[1..]).join("objects")).unwrap().count();
    for verb in ["destroy", "rollback"] {
        let output =
            tracewright(temporary.path(), &[verb, "--root", "root", "--auto-approve"]).output().unwrap();
        let (text, code) = said(&output);
        assert_eq!(code, 1, "{text}");
        assert!(
            text.starts_with(&format!("error: cannot read the state: {STATE}/generations: no manifest")),
            "{text}"
        );
    }
    assert!(run_at(&root, of_stack(&numbered(2)), true, true).is_err());
    assert_eq!(fs::read_dir(root.join(&STATE[1..]).join("objects")).unwrap().count(), objects);
}
